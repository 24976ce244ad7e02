//! API keys.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, Value};

use super::schema::{ApiKeys, Users};
use super::statement::Template;
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{ApiKey, ApiKeyCreate, Role, Scopes};

/// What it takes to know a user by a key.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    /// SHA-256 of the part that is secret.
    pub(crate) digest: Vec<u8>,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// What the user may do.
    pub(crate) role: Role,
    /// Whether the user may do anything.
    pub(crate) is_active: bool,
}

/// What is stored of a key but for what [`ApiKeyCreate`] says.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) user_id: i64,
    pub(crate) prefix: String,
    /// SHA-256 of the part that is secret.
    pub(crate) digest: [u8; 32],
}

/// The key of this prefix, and its user.
pub(crate) fn by_prefix(dialect: Dialect, prefix: &str) -> Statement {
    static BY_PREFIX: LazyLock<Template> = LazyLock::new(|| {
        use ApiKeys::*;
        let read =
            [Id, UserId, Digest, Scopes, ExpiresAt, RevokedAt, LastUsedAt];
        Template::of(
            Query::select()
                .columns(read.map(|column| (Table, column)))
                .column((Users::Table, Users::Role))
                .column((Users::Table, Users::IsActive))
                .from(Table)
                .inner_join(Users::Table, owned())
                .and_where(Expr::col((Table, Prefix)).eq("")),
        )
    });
    BY_PREFIX.with(dialect, vec![prefix.into()])
}

fn owned() -> Expr {
    Expr::col((Users::Table, Users::Id))
        .equals((ApiKeys::Table, ApiKeys::UserId))
}

/// Every key, the first made first; those of one user, if one is named.
pub(crate) async fn list(
    tx: &mut Tx,
    user_id: Option<i64>,
) -> Result<Vec<ApiKey>, Error> {
    use ApiKeys::*;
    let of_user = user_id.map(|id| Expr::col((Table, UserId)).eq(id));
    let query = listed()
        .cond_where(sea_query::Condition::all().add_option(of_user))
        .order_by((Table, Id), Order::Asc)
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), read_listed).await
}

/// The key of this prefix, as lists show it.
pub(crate) async fn find(
    tx: &mut Tx,
    prefix: &str,
) -> Result<Option<ApiKey>, Error> {
    let by_prefix = Expr::col((ApiKeys::Table, ApiKeys::Prefix)).eq(prefix);
    let query = listed().and_where(by_prefix).to_owned();
    let statement = Statement::build(tx.dialect(), &query);
    tx.fetch_first(&statement, read_listed).await
}

/// Every key, without what is secret of it.
fn listed() -> SelectStatement {
    use ApiKeys::*;
    let read =
        [Id, Prefix, Name, Scopes, CreatedAt, ExpiresAt, RevokedAt, LastUsedAt];
    Query::select()
        .columns(read.map(|column| (Table, column)))
        .column((Users::Table, Users::Username))
        .from(Table)
        .inner_join(Users::Table, owned())
        .to_owned()
}

/// Stores a new key and gives its id.
pub(crate) async fn insert(
    tx: &mut Tx,
    new: &ApiKeyCreate,
    secret: &Secret,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        use ApiKeys::*;
        let columns =
            [UserId, Prefix, Digest, Name, Scopes, CreatedAt, ExpiresAt];
        Template::insert(Table, columns, Id)
    });
    let values: Vec<Value> = vec![
        secret.user_id.into(),
        secret.prefix.as_str().into(),
        secret.digest.to_vec().into(),
        new.name.as_str().into(),
        new.scopes.to_string().into(),
        now.timestamp_micros().into(),
        new.expires_at.timestamp_micros().into(),
    ];
    tx.insert(&INSERT.with(tx.dialect(), values)).await
}

/// Ends the key of this id.
pub(crate) async fn revoke(
    tx: &mut Tx,
    id: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static REVOKE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(ApiKeys::Table)
                .value(ApiKeys::RevokedAt, 0)
                .and_where(Expr::col(ApiKeys::Id).eq(0)),
        )
    });
    let values = vec![now.timestamp_micros().into(), id.into()];
    tx.execute(&REVOKE.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Notes that a key was used.
pub(crate) async fn note_use(
    tx: &mut Tx,
    id: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static NOTE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(ApiKeys::Table)
                .value(ApiKeys::LastUsedAt, 0)
                .and_where(Expr::col(ApiKeys::Id).eq(0)),
        )
    });
    let values = vec![now.timestamp_micros().into(), id.into()];
    tx.execute(&NOTE.with(tx.dialect(), values)).await?;
    Ok(())
}

/// From a row of [`by_prefix`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<Held, Error> {
    Ok(Held {
        id: row.integer()?,
        user_id: row.integer()?,
        digest: row.bytes()?,
        scopes: Scopes::parse(&row.text()?),
        expires_at: row.time()?,
        revoked_at: row.maybe_time()?,
        last_used_at: row.maybe_time()?,
        role: row.parsed(Role::from_name)?,
        is_active: row.integer()? != 0,
    })
}

fn read_listed(row: &mut Columns<'_>) -> Result<ApiKey, Error> {
    Ok(ApiKey {
        id: row.integer()?,
        prefix: row.text()?,
        name: row.text()?,
        scopes: Scopes::parse(&row.text()?),
        created_at: row.time()?,
        expires_at: row.time()?,
        revoked_at: row.maybe_time()?,
        last_used_at: row.maybe_time()?,
        username: row.text()?,
    })
}
