//! Items.

use std::sync::LazyLock;

use sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement};

use super::schema::Items;
use super::statement::{Template, insertion};
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::Item;

const COLUMNS: [Items; 3] = [Items::Id, Items::Name, Items::Description];

fn select() -> SelectStatement {
    Query::select().columns(COLUMNS).from(Items::Table).to_owned()
}

/// The row of this id.
pub(crate) fn by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        Template::of(select().and_where(Expr::col(Items::Id).eq(0)))
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// Every item, by id.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Item>, Error> {
    static ALL: LazyLock<Template> = LazyLock::new(|| {
        Template::of(select().order_by(Items::Id, Order::Asc))
    });
    tx.fetch(&ALL.with(tx.dialect(), Vec::new()), read).await
}

/// Whether there is any item.
pub(crate) async fn any(tx: &mut Tx) -> Result<bool, Error> {
    let statement = Statement::build(tx.dialect(), select().limit(1));
    Ok(tx.fetch_first(&statement, read).await?.is_some())
}

/// Stores a new item, and says whether its id was free.
pub(crate) async fn insert(tx: &mut Tx, item: &Item) -> Result<bool, Error> {
    static INSERT: LazyLock<Template> =
        LazyLock::new(|| {
            Template::of(insertion(Items::Table, COLUMNS).on_conflict(
                OnConflict::column(Items::Id).do_nothing().to_owned(),
            ))
        });
    let values = vec![
        item.id.into(),
        item.name.as_str().into(),
        item.description.clone().into(),
    ];
    let inserted = tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    Ok(inserted > 0)
}

/// Stores an item in the place of the one with its id, and says whether
/// there was one.
pub(crate) async fn update(tx: &mut Tx, item: &Item) -> Result<bool, Error> {
    static UPDATE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Items::Table)
                .values([
                    (Items::Name, Expr::val("")),
                    (Items::Description, Expr::val("")),
                ])
                .and_where(Expr::col(Items::Id).eq(0)),
        )
    });
    let values = vec![
        item.name.as_str().into(),
        item.description.clone().into(),
        item.id.into(),
    ];
    Ok(tx.execute(&UPDATE.with(tx.dialect(), values)).await? > 0)
}

/// Removes an item, and says whether there was one.
pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<bool, Error> {
    static DELETE: LazyLock<Template> = LazyLock::new(|| {
        let by_id = Expr::col(Items::Id).eq(0);
        Template::of(Query::delete().from_table(Items::Table).and_where(by_id))
    });
    let statement = DELETE.with(tx.dialect(), vec![id.into()]);
    Ok(tx.execute(&statement).await? > 0)
}

/// An item from a row of [`COLUMNS`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<Item, Error> {
    Ok(Item {
        id: row.integer()?,
        name: row.text()?,
        description: row.maybe_text()?,
    })
}
