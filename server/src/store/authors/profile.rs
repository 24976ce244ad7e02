//! All that is known of authors, and what becomes of their books.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{
    Expr, ExprTrait, Func, Order, Query, SelectStatement, SubQueryStatement,
};

use crate::domain::{Author, AuthorProfile, Contact, Page, PageNumber, fold};
use crate::store::listing::Listing;
use crate::store::schema::{Authors, Books};
use crate::store::statement::Template;
use crate::store::{Columns, Dialect, Error, Statement, Tx, books};

/// Authors who are not archived, each with the number of their books.
fn select() -> SelectStatement {
    Query::select()
        .columns([
            Authors::Id,
            Authors::Name,
            Authors::Bio,
            Authors::Nationality,
            Authors::Contact,
            Authors::CreatedAt,
        ])
        .expr(Expr::from(SubQueryStatement::from(book_count())))
        .from(Authors::Table)
        .and_where(Expr::col(Authors::ArchivedAt).is_null())
        .to_owned()
}

/// How many books an author of the outer query has.
fn book_count() -> SelectStatement {
    Query::select()
        .expr(Func::count(Expr::col(sea_query::Asterisk)))
        .from(Books::Table)
        .and_where(
            Expr::col((Books::Table, Books::AuthorId))
                .equals((Authors::Table, Authors::Id)),
        )
        .and_where(Expr::col((Books::Table, Books::ArchivedAt)).is_null())
        .to_owned()
}

/// The row of this id, unless it is archived.
pub(crate) fn by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        Template::of(select().and_where(Expr::col(Authors::Id).eq(0)))
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// The author of this id, unless they are archived.
pub(crate) async fn profile(
    tx: &mut Tx,
    id: i64,
) -> Result<Option<AuthorProfile>, Error> {
    let statement = by_id(tx.dialect(), id);
    tx.fetch_first(&statement, read).await
}

/// A page of the authors, by name without case.
pub(crate) async fn page(
    tx: &mut Tx,
    at: PageNumber,
) -> Result<Page<AuthorProfile>, Error> {
    static ALL: LazyLock<Listing> = LazyLock::new(|| Listing::of(&listed()));
    ALL.page(tx, at, read).await
}

/// Every author, in the order of the list.
fn listed() -> SelectStatement {
    select()
        .order_by(Authors::NameFolded, Order::Asc)
        .order_by(Authors::Id, Order::Asc)
        .to_owned()
}

/// Stores all that is known of the author of this id.
pub(crate) async fn fill(
    tx: &mut Tx,
    author: &AuthorProfile,
) -> Result<(), Error> {
    static FILL: LazyLock<Template> = LazyLock::new(|| {
        let columns = [
            Authors::Name,
            Authors::NameFolded,
            Authors::Bio,
            Authors::Nationality,
            Authors::Contact,
        ];
        Template::of(
            Query::update()
                .table(Authors::Table)
                .values(columns.map(|column| (column, Expr::val(0))))
                .and_where(Expr::col(Authors::Id).eq(0)),
        )
    });
    let contact = author.contact.as_ref().map(serde_json::to_string);
    let values = vec![
        author.name.as_str().into(),
        fold(&author.name).into(),
        author.bio.clone().into(),
        author.nationality.clone().into(),
        contact.transpose()?.into(),
        author.id.into(),
    ];
    tx.execute(&FILL.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Writes an author's name into all their books, which are changed by that.
pub(crate) async fn rename(
    tx: &mut Tx,
    author: &Author,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static RENAME: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Books::Table)
                .values([
                    (Books::AuthorName, Expr::val("")),
                    (Books::AuthorFolded, Expr::val("")),
                    (Books::UpdatedAt, Expr::val(0)),
                    (Books::Revision, Expr::col(Books::Revision).add(1)),
                ])
                .and_where(Expr::col(Books::AuthorId).eq(0)),
        )
    });
    let values = vec![
        author.name.as_str().into(),
        fold(&author.name).into(),
        now.timestamp_micros().into(),
        1_i64.into(),
        author.id.into(),
    ];
    books::learn(tx, &author.name).await?;
    tx.execute(&RENAME.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Gives all books of one author to another, and removes the one. The books
/// are to be given the other's name next.
pub(crate) async fn take_over(
    tx: &mut Tx,
    from: i64,
    to: i64,
) -> Result<(), Error> {
    static GIVE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Books::Table)
                .value(Books::AuthorId, Expr::val(0))
                .and_where(Expr::col(Books::AuthorId).eq(0)),
        )
    });
    let values = vec![to.into(), from.into()];
    tx.execute(&GIVE.with(tx.dialect(), values)).await?;
    delete(tx, from).await
}

/// Whether a book names this author, archived ones included.
pub(crate) async fn has_books(tx: &mut Tx, id: i64) -> Result<bool, Error> {
    static ANY: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .column(Books::Id)
                .from(Books::Table)
                .and_where(Expr::col(Books::AuthorId).eq(0))
                .limit(1),
        )
    });
    let statement = ANY.with(tx.dialect(), vec![id.into(), 1_i64.into()]);
    Ok(tx.fetch_first(&statement, |row| row.integer()).await?.is_some())
}

/// Archives an author, of whom only the name is kept.
pub(crate) async fn archive(
    tx: &mut Tx,
    id: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static ARCHIVE: LazyLock<Template> = LazyLock::new(|| {
        let nothing = || Expr::cust("NULL");
        Template::of(
            Query::update()
                .table(Authors::Table)
                .values([
                    (Authors::Bio, nothing()),
                    (Authors::Nationality, nothing()),
                    (Authors::Contact, nothing()),
                    (Authors::ArchivedAt, Expr::val(0)),
                ])
                .and_where(Expr::col(Authors::Id).eq(0)),
        )
    });
    let values = vec![now.timestamp_micros().into(), id.into()];
    tx.execute(&ARCHIVE.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Removes an author whom no book names.
pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<(), Error> {
    static DELETE: LazyLock<Template> = LazyLock::new(|| {
        let by_id = Expr::col(Authors::Id).eq(0);
        Template::of(
            Query::delete().from_table(Authors::Table).and_where(by_id),
        )
    });
    tx.execute(&DELETE.with(tx.dialect(), vec![id.into()])).await?;
    Ok(())
}

/// An author from a row of [`select`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<AuthorProfile, Error> {
    Ok(AuthorProfile {
        id: row.integer()?,
        name: row.text()?,
        bio: row.maybe_text()?,
        nationality: row.maybe_text()?,
        contact: contact(row)?,
        created_at: row.time()?,
        book_count: row.integer()?,
    })
}

fn contact(row: &mut Columns<'_>) -> Result<Option<Contact>, Error> {
    let text = row.maybe_text()?;
    let contact = text.map(|it| serde_json::from_str(&it).ok());
    contact.map(|it| row.filled(it)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_reads_in_order, on_each_database};

    #[tokio::test]
    async fn the_list_and_the_numbers_in_it_are_read_from_indexes() {
        on_each_database(async |store| {
            for index in ["authors_by_name", "books_of_author"] {
                let list = listed().limit(20).to_owned();
                let list = Statement::build(store.dialect(), &list);
                assert_reads_in_order(list, index, &store).await;
            }
        })
        .await;
    }
}
