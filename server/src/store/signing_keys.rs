//! The keys that tokens are signed with: the newest one signs, those before
//! it verify.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, Order, Query};

use super::schema::SigningKeys;
use super::statement::{Template, insertion};
use super::{Columns, Dialect, Error, Statement, Tx};

/// A key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SigningKey {
    /// What a token calls it: its `kid`.
    pub(crate) id: String,
    /// What is secret, 32 bytes.
    pub(crate) secret: Vec<u8>,
    pub(crate) created_at: DateTime<Utc>,
}

const COLUMNS: [SigningKeys; 3] =
    [SigningKeys::Id, SigningKeys::Secret, SigningKeys::CreatedAt];

/// The row of the key that signs.
pub(crate) fn newest(dialect: Dialect) -> Statement {
    static NEWEST: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .columns(COLUMNS)
                .from(SigningKeys::Table)
                .order_by(SigningKeys::CreatedAt, Order::Desc)
                .order_by(SigningKeys::Id, Order::Asc),
        )
    });
    NEWEST.with(dialect, Vec::new())
}

/// The key that signs.
pub(crate) async fn find_newest(
    tx: &mut Tx,
) -> Result<Option<SigningKey>, Error> {
    let statement = newest(tx.dialect());
    tx.fetch_first(&statement, read).await
}

/// Stores a key, which signs from now on, and removes those older than the
/// one that signed until now. That one stays, for its tokens, unless
/// `previous` is `None`.
pub(crate) async fn succeed(
    tx: &mut Tx,
    key: &SigningKey,
    previous: Option<&SigningKey>,
) -> Result<(), Error> {
    let kept = previous.map(|it| it.id.as_str()).unwrap_or_default();
    let removed = Query::delete()
        .from_table(SigningKeys::Table)
        .and_where(Expr::col(SigningKeys::Id).ne(kept))
        .to_owned();
    tx.execute(&Statement::build(tx.dialect(), &removed)).await?;
    insert(tx, key).await
}

async fn insert(tx: &mut Tx, key: &SigningKey) -> Result<(), Error> {
    static INSERT: LazyLock<Template> =
        LazyLock::new(|| Template::of(&insertion(SigningKeys::Table, COLUMNS)));
    let values = vec![
        key.id.as_str().into(),
        key.secret.clone().into(),
        key.created_at.timestamp_micros().into(),
    ];
    tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    Ok(())
}

/// A key from a row of [`COLUMNS`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<SigningKey, Error> {
    Ok(SigningKey {
        id: row.text()?,
        secret: row.bytes()?,
        created_at: row.time()?,
    })
}
