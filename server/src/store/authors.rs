//! Authors.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use super::schema::Authors;
use super::statement::Template;
use super::{Columns, Error, Tx};
use crate::domain::Author;

/// The author of this id.
pub(crate) async fn find(
    tx: &mut Tx,
    id: i64,
) -> Result<Option<Author>, Error> {
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .columns([Authors::Id, Authors::Name])
                .from(Authors::Table)
                .and_where(Expr::col(Authors::Id).eq(0)),
        )
    });
    let statement = FIND.with(tx.dialect(), vec![id.into()]);
    tx.fetch_first(&statement, read).await
}

/// The author of exactly this name, added if there is none.
pub(crate) async fn find_or_insert(
    tx: &mut Tx,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Author, Error> {
    if let Some(author) = find_by_name(tx, name).await? {
        return Ok(author);
    }
    insert(tx, name, now).await?;
    let author = find_by_name(tx, name).await?;
    author.ok_or(Error::Unreadable { column: 0 })
}

async fn find_by_name(
    tx: &mut Tx,
    name: &str,
) -> Result<Option<Author>, Error> {
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .columns([Authors::Id, Authors::Name])
                .from(Authors::Table)
                .and_where(Expr::col(Authors::Name).eq("")),
        )
    });
    let statement = FIND.with(tx.dialect(), vec![name.into()]);
    tx.fetch_first(&statement, read).await
}

/// Adds an author, unless somebody else just has.
async fn insert(
    tx: &mut Tx,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        let columns = [Authors::Name, Authors::CreatedAt];
        Template::of(
            Query::insert()
                .into_table(Authors::Table)
                .columns(columns)
                .values_panic(columns.map(|_| Expr::val(0)))
                .on_conflict(
                    OnConflict::column(Authors::Name).do_nothing().to_owned(),
                ),
        )
    });
    let values = vec![name.into(), now.timestamp_micros().into()];
    tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    Ok(())
}

fn read(row: &mut Columns<'_>) -> Result<Author, Error> {
    Ok(Author { id: row.integer()?, name: row.text()? })
}
