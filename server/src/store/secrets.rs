//! Random values that all servers of a database share and nobody else knows.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use super::schema::Secrets;
use super::statement::{Template, insertion};
use super::{Error, Tx};

/// The secret of this name, which is `fresh` if there was none.
pub(crate) async fn get_or_keep(
    tx: &mut Tx,
    name: &str,
    fresh: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<Vec<u8>>, Error> {
    static KEEP: LazyLock<Template> = LazyLock::new(|| {
        let columns = [Secrets::Name, Secrets::Value, Secrets::CreatedAt];
        Template::of(
            insertion(Secrets::Table, columns)
                .on_conflict(OnConflict::new().do_nothing().to_owned()),
        )
    });
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .column(Secrets::Value)
                .from(Secrets::Table)
                .and_where(Expr::col(Secrets::Name).eq("")),
        )
    });
    let created_at = now.timestamp_micros().into();
    let values = vec![name.into(), fresh.into(), created_at];
    tx.execute(&KEEP.with(tx.dialect(), values)).await?;
    let find = FIND.with(tx.dialect(), vec![name.into()]);
    tx.fetch_first(&find, |row| row.bytes()).await
}
