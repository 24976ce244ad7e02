//! Authors, as books name them. All that is known of one is in
//! `authors/profile.rs`.
//!
//! A book carries its author's name. So that it is always the right one, a
//! transaction that gives a book an author first reads the author's row in a
//! way that fails if another changes it, and one that changes an author
//! [`alone`].

mod profile;

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement};

use super::schema::Authors;
use super::statement::{Template, insertion};
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{Author, fold};
pub(crate) use profile::{
    archive, by_id, delete, fill, has_books, page, profile, read, rename,
    take_over,
};

/// An author, and whether they are archived.
pub(crate) struct Found {
    /// The author.
    pub(crate) author: Author,
    /// Whether only archived books name them.
    pub(crate) is_archived: bool,
}

/// Waits for those who are giving books an author, and keeps all others from
/// doing so until the transaction ends. Comes before anything else is read:
/// what is read then is true until the end.
pub(crate) async fn alone(tx: &mut Tx) -> Result<(), Error> {
    match tx.dialect() {
        // Whoever writes is alone.
        Dialect::Sqlite => {}
        Dialect::Postgres => {
            let sql = "LOCK TABLE authors IN EXCLUSIVE MODE".into();
            tx.execute(&Statement { sql, values: Vec::new() }).await?;
        }
    }
    Ok(())
}

/// The author of this id, who stays as they are until the transaction ends.
pub(crate) async fn find(tx: &mut Tx, id: i64) -> Result<Option<Found>, Error> {
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        Template::of(held().and_where(Expr::col(Authors::Id).eq(0)))
    });
    let statement = FIND.with(tx.dialect(), vec![id.into()]);
    tx.fetch_first(&statement, found).await
}

/// The author of exactly this name, who stays as they are until the
/// transaction ends.
pub(crate) async fn find_by_name(
    tx: &mut Tx,
    name: &str,
) -> Result<Option<Found>, Error> {
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        Template::of(held().and_where(Expr::col(Authors::Name).eq("")))
    });
    let statement = FIND.with(tx.dialect(), vec![name.into()]);
    tx.fetch_first(&statement, found).await
}

/// The author of exactly this name: taken out of the archive, or added, if
/// need be.
pub(crate) async fn find_or_insert(
    tx: &mut Tx,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Author, Error> {
    if let Some(found) = find_by_name(tx, name).await? {
        return revive(tx, found).await;
    }
    insert(tx, name, now).await?;
    let found = find_by_name(tx, name).await?;
    found.map(|it| it.author).ok_or(Error::Unreadable { column: 0 })
}

/// The author, taken out of the archive if need be.
pub(crate) async fn revive(tx: &mut Tx, found: Found) -> Result<Author, Error> {
    static REVIVE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Authors::Table)
                .value(Authors::ArchivedAt, Expr::cust("NULL"))
                .and_where(Expr::col(Authors::Id).eq(0)),
        )
    });
    let Found { author, is_archived } = found;
    if is_archived {
        let statement = REVIVE.with(tx.dialect(), vec![author.id.into()]);
        tx.execute(&statement).await?;
    }
    Ok(author)
}

/// Adds an author, unless somebody else just has.
async fn insert(
    tx: &mut Tx,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        let columns = [Authors::Name, Authors::NameFolded, Authors::CreatedAt];
        Template::of(insertion(Authors::Table, columns).on_conflict(
            OnConflict::column(Authors::Name).do_nothing().to_owned(),
        ))
    });
    let now = now.timestamp_micros();
    let values = vec![name.into(), fold(name).into(), now.into()];
    tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Authors, who stay as they are until the transaction ends. SQLite has no
/// word for it and needs none.
fn held() -> SelectStatement {
    Query::select()
        .columns([Authors::Id, Authors::Name, Authors::ArchivedAt])
        .from(Authors::Table)
        .lock_shared()
        .to_owned()
}

fn found(row: &mut Columns<'_>) -> Result<Found, Error> {
    let author = Author { id: row.integer()?, name: row.text()? };
    Ok(Found { author, is_archived: row.maybe_integer()?.is_some() })
}
