//! A transaction, whichever database it is in, and the rows it gives.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::{Dialect, Error, Statement, postgres, sqlite};

/// A unit of work: what is done in one transaction. It can be cloned, for it
/// is done anew where its transaction could not be kept.
pub(crate) trait Work<T, E>:
    for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>
    + Clone
    + Send
    + 'static
{
}

impl<W, T, E> Work<T, E> for W where
    W: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>
        + Clone
        + Send
        + 'static
{
}

/// A connection with a transaction open on it.
///
/// A unit of work is written once, as an async function of a `Tx`. SQLite
/// runs it on a thread of its own, where nothing ever waits: each of these
/// futures is ready when it is first asked. PostgreSQL runs it in a task.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(sqlite::Session),
    Postgres(postgres::Session),
}

impl Tx {
    /// The kind of SQL that is understood here.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The session of a SQLite database, whose threads hold no other kind.
    pub(super) fn sqlite(&mut self) -> &mut sqlite::Session {
        match self {
            Self::Sqlite(session) => session,
            Self::Postgres(_) => unreachable!("no session of SQLite's"),
        }
    }

    /// Every row of a statement.
    pub(crate) async fn fetch<T>(
        &mut self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        match self {
            Self::Sqlite(session) => session.fetch(statement, read),
            Self::Postgres(session) => session.fetch(statement, read).await,
        }
    }

    /// The first row of a statement.
    pub(crate) async fn fetch_first<T>(
        &mut self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match self {
            Self::Sqlite(session) => session.fetch_first(statement, read),
            Self::Postgres(session) => {
                session.fetch_first(statement, read).await
            }
        }
    }

    /// The number that a statement counts. SQLite counts once for as long as
    /// nothing is written.
    pub(crate) async fn count(
        &mut self,
        statement: &Statement,
    ) -> Result<i64, Error> {
        match self {
            Self::Sqlite(session) => session.count(statement),
            Self::Postgres(session) => {
                let count = session.fetch_first(statement, |it| it.integer());
                Ok(count.await?.unwrap_or_default())
            }
        }
    }

    /// Adds a row by [`Template::insert`](super::statement::Template::insert)
    /// and gives back its number.
    pub(crate) async fn insert(
        &mut self,
        statement: &Statement,
    ) -> Result<i64, Error> {
        match self {
            Self::Sqlite(session) => session.insert(statement),
            Self::Postgres(session) => {
                let row = session.fetch_first(statement, |it| it.integer());
                row.await?.ok_or(Error::Unreadable { column: 0 })
            }
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
    ) -> Result<u64, Error> {
        match self {
            Self::Sqlite(session) => session.execute(statement),
            Self::Postgres(session) => session.execute(statement).await,
        }
    }
}

/// What a driver knows of a row. `None` is SQL's null.
pub(super) trait Row {
    fn integer(&self, column: usize) -> Result<Option<i64>, Error>;
    fn real(&self, column: usize) -> Result<Option<f64>, Error>;
    fn text(&self, column: usize) -> Result<Option<String>, Error>;
    fn bytes(&self, column: usize) -> Result<Option<Vec<u8>>, Error>;
}

/// The columns of a row, read from left to right.
pub(crate) struct Columns<'r> {
    row: &'r dyn Row,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) fn of(row: &'r dyn Row) -> Self {
        Self { row, next: 0 }
    }

    fn step(&mut self) -> usize {
        let column = self.next;
        self.next += 1;
        column
    }

    pub(super) fn maybe_integer(&mut self) -> Result<Option<i64>, Error> {
        let column = self.step();
        self.row.integer(column)
    }

    pub(super) fn maybe_text(&mut self) -> Result<Option<String>, Error> {
        let column = self.step();
        self.row.text(column)
    }

    pub(super) fn integer(&mut self) -> Result<i64, Error> {
        let value = self.maybe_integer()?;
        self.filled(value)
    }

    pub(super) fn text(&mut self) -> Result<String, Error> {
        let value = self.maybe_text()?;
        self.filled(value)
    }

    pub(super) fn real(&mut self) -> Result<f64, Error> {
        let column = self.step();
        let value = self.row.real(column)?;
        self.filled(value)
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        let column = self.step();
        let value = self.row.bytes(column)?;
        self.filled(value)
    }

    /// A text as something else.
    pub(super) fn parsed<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let text = self.text()?;
        self.filled(parse(&text))
    }

    pub(super) fn small(&mut self) -> Result<i32, Error> {
        let value = self.maybe_small()?;
        self.filled(value)
    }

    pub(super) fn maybe_small(&mut self) -> Result<Option<i32>, Error> {
        let value = self.maybe_integer()?.map(i32::try_from);
        value.map(|it| self.filled(it.ok())).transpose()
    }

    pub(super) fn maybe_time(
        &mut self,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        let value = self.maybe_integer()?.map(DateTime::from_timestamp_micros);
        value.map(|it| self.filled(it)).transpose()
    }

    pub(super) fn time(&mut self) -> Result<DateTime<Utc>, Error> {
        let value = self.maybe_time()?;
        self.filled(value)
    }

    /// The value, or that the column read last cannot be read.
    pub(super) fn filled<T>(&self, value: Option<T>) -> Result<T, Error> {
        let column = self.next.saturating_sub(1);
        value.ok_or(Error::Unreadable { column })
    }
}
