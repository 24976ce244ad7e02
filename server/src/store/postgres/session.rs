//! Statements on one PostgreSQL connection.

use bytes::BytesMut;
use deadpool_postgres::{Client, Object};
use futures::{FutureExt, TryStreamExt, future};
use sea_query::Value;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Row, RowStream};

use crate::store::tx::{self, Columns};
use crate::store::{Error, Statement};

/// A PostgreSQL connection of the pool, with a transaction that begins with
/// its first statement.
///
/// One that is dropped with a transaction open is closed, which rolls it
/// back; any other goes back to the pool.
#[derive(Debug)]
pub(crate) struct Session {
    /// `None` only once it is dropped.
    client: Option<Client>,
    /// What begins the transaction, until it has begun.
    begin: Option<&'static str>,
    open: bool,
    failure: Option<Error>,
    in_conflict: bool,
}

impl Session {
    /// A connection whose first statement begins a transaction.
    pub(super) fn new(client: Client, begin: &'static str) -> Self {
        let mut session = Self::without_transaction(client);
        session.begin = Some(begin);
        session
    }

    /// A connection on which each statement stands alone.
    pub(super) fn without_transaction(client: Client) -> Self {
        Self {
            client: Some(client),
            begin: None,
            open: false,
            failure: None,
            in_conflict: false,
        }
    }

    /// Whether PostgreSQL refused something because of what others did
    /// meanwhile.
    pub(super) fn in_conflict(&self) -> bool {
        self.in_conflict
    }

    pub(in crate::store) async fn fetch<T>(
        &mut self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let (rows, _) = self.run(statement).await?;
        rows.iter().map(|row| read(&mut Columns::of(row))).collect()
    }

    pub(in crate::store) async fn fetch_first<T>(
        &mut self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let (rows, _) = self.run(statement).await?;
        let row = rows.first();
        row.map(|row| read(&mut Columns::of(row))).transpose()
    }

    pub(in crate::store) async fn execute(
        &mut self,
        statement: &Statement,
    ) -> Result<u64, Error> {
        let (_, changed) = self.run(statement).await?;
        Ok(changed)
    }

    /// Ends the transaction. What was done stays if it is to be kept and
    /// nothing failed.
    pub(super) async fn end(&mut self, keep: bool) -> Result<(), Error> {
        if !self.open {
            return Ok(());
        }
        let client = self.client.as_ref().ok_or(Error::Closed)?;
        // PostgreSQL takes COMMIT after a failure for ROLLBACK, silently.
        let keep = keep && self.failure.is_none();
        let command = if keep { "COMMIT" } else { "ROLLBACK" };
        let ended = client.batch_execute(command).await;
        self.open = ended.is_err();
        ended.map_err(|error| self.note(error))?;
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Runs a statement, and says how many rows it changed or gave.
    async fn run(
        &mut self,
        statement: &Statement,
    ) -> Result<(Vec<Row>, u64), Error> {
        let begin = self.begin.take();
        self.open |= begin.is_some();
        let client = self.client.as_ref().ok_or(Error::Closed)?;
        // Both are sent before either is answered.
        let begun = match begin {
            Some(begin) => client.batch_execute(begin).boxed(),
            None => future::ready(Ok(())).boxed(),
        };
        let (begun, outcome) =
            future::join(begun, ask(client, statement)).await;
        begun.and(outcome).map_err(|error| self.note(error))
    }

    /// Remembers what a failure means for the transaction.
    fn note(&mut self, error: tokio_postgres::Error) -> Error {
        self.in_conflict |= error.code().is_some_and(is_conflict);
        let error = Error::from(error);
        self.failure.get_or_insert_with(|| error.clone());
        error
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.open
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

/// Whether the same may succeed when it sees what others have done: a row
/// that changed, two that waited for each other, or a value that somebody
/// took after the unit of work had seen that it was free.
fn is_conflict(state: &SqlState) -> bool {
    matches!(
        *state,
        SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::UNIQUE_VIOLATION
    )
}

/// Runs a template as a statement that the connection keeps ready. Others,
/// which come in any number of shapes, go to the server together with their
/// values: it plans for these values and forgets them.
async fn ask(
    client: &Client,
    statement: &Statement,
) -> Result<(Vec<Row>, u64), tokio_postgres::Error> {
    let values = statement.values.iter().map(Bound);
    let rows = if statement.is_template() {
        let prepared = client.prepare_cached(&statement.sql).await?;
        client.query_raw(&prepared, values).await?
    } else {
        let typed = values.map(|it| (it, it.kind()));
        client.query_typed_raw(&statement.sql, typed).await?
    };
    collect(rows).await
}

async fn collect(
    rows: RowStream,
) -> Result<(Vec<Row>, u64), tokio_postgres::Error> {
    let mut rows = Box::pin(rows);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(row);
    }
    Ok((all, rows.rows_affected().unwrap_or_default()))
}

/// A value of sea-query as PostgreSQL takes it. Every number in a schema is a
/// BIGINT or a DOUBLE PRECISION.
#[derive(Clone, Copy, Debug)]
struct Bound<'v>(&'v Value);

impl Bound<'_> {
    /// The type that the value has where the statement does not say.
    fn kind(self) -> Type {
        match self.0 {
            Value::Double(_) => Type::FLOAT8,
            Value::String(_) => Type::TEXT,
            Value::Bytes(_) => Type::BYTEA,
            _ => Type::INT8,
        }
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::Int(it) => it.map(i64::from).to_sql_checked(ty, out),
            Value::BigInt(it) => it.to_sql_checked(ty, out),
            Value::BigUnsigned(it) => {
                // Limits and offsets; one that is too large is endless.
                it.map(|it| i64::try_from(it).unwrap_or(i64::MAX))
                    .to_sql_checked(ty, out)
            }
            Value::Double(it) => it.to_sql_checked(ty, out),
            Value::String(it) => it.as_deref().to_sql_checked(ty, out),
            Value::Bytes(it) => it.as_deref().to_sql_checked(ty, out),
            other => Err(format!("no PostgreSQL value for {other:?}").into()),
        }
    }

    /// Each kind of value is checked against the type when it is sent.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl tx::Row for Row {
    fn integer(&self, column: usize) -> Result<Option<i64>, Error> {
        if self
            .columns()
            .get(column)
            .is_some_and(|it| *it.type_() == Type::INT4)
        {
            let small: Option<i32> = get(self, column)?;
            return Ok(small.map(i64::from));
        }
        get(self, column)
    }

    fn real(&self, column: usize) -> Result<Option<f64>, Error> {
        get(self, column)
    }

    fn text(&self, column: usize) -> Result<Option<String>, Error> {
        get(self, column)
    }

    fn bytes(&self, column: usize) -> Result<Option<Vec<u8>>, Error> {
        get(self, column)
    }
}

fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, Error> {
    Ok(row.try_get(column)?)
}
