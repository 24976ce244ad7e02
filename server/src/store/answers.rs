//! The first answers to requests that carry an idempotency key.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{
    Expr, ExprTrait, LockBehavior, LockType, OnConflict, Order, Query,
};

use super::schema::Answers;
use super::statement::{Template, insertion};
use super::{Error, Tx};

/// The most old answers that are removed when a new one is kept.
const REMOVED_AT_ONCE: u64 = 10;

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What the request said, in a digest.
    pub(crate) fingerprint: Vec<u8>,
    /// The answer, as JSON.
    pub(crate) answer: String,
}

/// The answer that was given to this key since a point in time.
pub(crate) async fn find(
    tx: &mut Tx,
    operation: &str,
    key: &str,
    since: DateTime<Utc>,
) -> Result<Option<Kept>, Error> {
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .columns([Answers::Fingerprint, Answers::Answer])
                .from(Answers::Table)
                .and_where(Expr::col(Answers::Operation).eq(""))
                .and_where(Expr::col(Answers::IdempotencyKey).eq(""))
                .and_where(Expr::col(Answers::CreatedAt).gt(0)),
        )
    });
    let since = since.timestamp_micros();
    let values = vec![operation.into(), key.into(), since.into()];
    tx.fetch_first(&FIND.with(tx.dialect(), values), |row| {
        Ok(Kept { fingerprint: row.bytes()?, answer: row.text()? })
    })
    .await
}

/// Keeps an answer, in the place of an old one with this key.
pub(crate) async fn keep(
    tx: &mut Tx,
    operation: &str,
    key: &str,
    kept: Kept,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static KEEP: LazyLock<Template> = LazyLock::new(|| {
        use Answers::*;
        let columns =
            [Operation, IdempotencyKey, Fingerprint, Answer, CreatedAt];
        let old = OnConflict::columns([Operation, IdempotencyKey])
            .update_columns([Fingerprint, Answer, CreatedAt])
            .to_owned();
        Template::of(insertion(Table, columns).on_conflict(old))
    });
    let values = vec![
        operation.into(),
        key.into(),
        kept.fingerprint.into(),
        kept.answer.into(),
        now.timestamp_micros().into(),
    ];
    tx.execute(&KEEP.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Removes a few of the answers that were given before a point in time: more
/// than are added, so that none stay, and few enough to cost nothing.
pub(crate) async fn forget(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<(), Error> {
    static FORGET: LazyLock<Template> = LazyLock::new(|| {
        let key = [Answers::Operation, Answers::IdempotencyKey];
        let old = Query::select()
            .columns(key)
            .from(Answers::Table)
            .and_where(Expr::col(Answers::CreatedAt).lte(0))
            .order_by(Answers::CreatedAt, Order::Asc)
            .limit(0)
            // Those that another server is removing are its business.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let old = Expr::tuple(key.map(Expr::col)).in_subquery(old);
        Template::of(Query::delete().from_table(Answers::Table).and_where(old))
    });
    let before = before.timestamp_micros();
    let values = vec![before.into(), REMOVED_AT_ONCE.into()];
    tx.execute(&FORGET.with(tx.dialect(), values)).await?;
    Ok(())
}

/// How many answers are kept.
#[cfg(test)]
pub(crate) async fn count(tx: &mut Tx) -> Result<i64, Error> {
    use sea_query::{Asterisk, Func};
    let query = Query::select()
        .expr(Func::count(Expr::col(Asterisk)))
        .from(Answers::Table)
        .to_owned();
    let statement = super::Statement::build(tx.dialect(), &query);
    let count = tx.fetch_first(&statement, |row| row.integer()).await?;
    Ok(count.unwrap_or_default())
}
