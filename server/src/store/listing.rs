//! Lists that are shown by page, in one order and without filters.

use sea_query::{Asterisk, Expr, Func, SelectStatement};

use super::statement::Template;
use super::{Columns, Error, Tx};
use crate::domain::{Page, PageNumber};

/// A list, whose statements are built once.
#[derive(Debug)]
pub(super) struct Listing {
    count: Template,
    page: Template,
}

impl Listing {
    /// The list of all that a query selects, in the query's order.
    pub(super) fn of(all: &SelectStatement) -> Self {
        let mut count = all.clone();
        count
            .clear_selects()
            .clear_order_by()
            .expr(Func::count(Expr::col(Asterisk)));
        let mut page = all.clone();
        page.limit(0).offset(0);
        Self { count: Template::of(&count), page: Template::of(&page) }
    }

    /// How many rows it has.
    pub(super) async fn count(
        &'static self,
        tx: &mut Tx,
    ) -> Result<i64, Error> {
        tx.count(&self.count.with(tx.dialect(), Vec::new())).await
    }

    /// A page of it, and how many rows there are.
    pub(super) async fn page<T>(
        &'static self,
        tx: &mut Tx,
        at: PageNumber,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let total = self.count(tx).await?;
        let mut items = Vec::new();
        if at.offset() < total {
            let values = vec![at.per_page.into(), at.offset().into()];
            let statement = self.page.with(tx.dialect(), values);
            items = tx.fetch(&statement, read).await?;
        }
        Ok(Page { items, total })
    }
}
