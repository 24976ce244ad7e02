//! Statements on one SQLite connection.

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use sea_query::Value;

use super::counts::Counts;
use super::word_cache::WordCache;
use crate::store::tx::{Columns, Row};
use crate::store::{Error, Statement};

/// After how many steps of SQLite's machine, each some nanoseconds, to ask
/// whether to stop.
const STEPS: i32 = 1_000;

/// How much of the write-ahead log has been moved into the database.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moved {
    /// The log's first pages, so many of them; none if somebody else is
    /// moving it.
    pub(super) pages: u32,
}

/// A SQLite connection that belongs to whoever holds it.
#[derive(Debug)]
pub(crate) struct Session {
    connection: Connection,
    /// What has been counted; on a connection that only reads.
    counts: Option<Counts>,
    words: WordCache,
}

impl Session {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, counts: None, words: WordCache::default() }
    }

    /// A session that does not write.
    pub(super) fn reading(connection: Connection) -> Self {
        Self { counts: Some(Counts::default()), ..Self::new(connection) }
    }

    /// The number that a statement counts, in an open transaction.
    pub(in crate::store) fn count(
        &mut self,
        statement: &Statement,
    ) -> Result<i64, Error> {
        let Some(mut counts) = self.counts.take() else {
            return self.counted(statement);
        };
        let count = self.counted_once(&mut counts, statement);
        self.counts = Some(counts);
        count
    }

    fn counted_once(
        &mut self,
        counts: &mut Counts,
        statement: &Statement,
    ) -> Result<i64, Error> {
        counts.see(self.data_version()?);
        let key = Counts::key(statement);
        if let Some(count) = counts.get(&key) {
            return Ok(count);
        }
        let count = self.counted(statement)?;
        counts.keep(key, count);
        Ok(count)
    }

    fn counted(&mut self, statement: &Statement) -> Result<i64, Error> {
        let count = self.fetch_first(statement, |row| row.integer())?;
        Ok(count.unwrap_or_default())
    }

    /// A number that is another after each commit of another connection, see
    /// <https://sqlite.org/pragma.html#pragma_data_version>.
    fn data_version(&mut self) -> Result<i64, Error> {
        let sql = "PRAGMA data_version";
        let mut version = self.connection.prepare_cached(sql)?;
        Ok(version.query_row([], |row| row.get(0))?)
    }

    pub(in crate::store) fn fetch<T>(
        &mut self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut prepared = self.connection.prepare_cached(&statement.sql)?;
        let mut rows = prepared.query(bind(statement))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&mut Columns::of(row))?);
        }
        Ok(found)
    }

    pub(in crate::store) fn fetch_first<T>(
        &mut self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut prepared = self.connection.prepare_cached(&statement.sql)?;
        let mut rows = prepared.query(bind(statement))?;
        let row = rows.next()?;
        row.map(|row| read(&mut Columns::of(row))).transpose()
    }

    pub(in crate::store) fn execute(
        &mut self,
        statement: &Statement,
    ) -> Result<u64, Error> {
        let mut prepared = self.connection.prepare_cached(&statement.sql)?;
        let changed = prepared.execute(bind(statement))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    pub(in crate::store) fn insert(
        &mut self,
        statement: &Statement,
    ) -> Result<i64, Error> {
        self.execute(statement)?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Runs a command that takes no values and gives no rows.
    pub(super) fn command(&mut self, sql: &str) -> Result<(), Error> {
        self.connection.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    /// The words that the index of books is known to have.
    pub(in crate::store) fn words(&mut self) -> &mut WordCache {
        &mut self.words
    }

    /// From now on, statements fail as soon as this is so.
    pub(super) fn stop_when(
        &mut self,
        stop: impl FnMut() -> bool + Send + 'static,
    ) -> Result<(), Error> {
        self.connection.progress_handler(STEPS, Some(stop))?;
        Ok(())
    }

    /// Statements run to their end again.
    pub(super) fn go_on(&mut self) -> Result<(), Error> {
        self.connection.progress_handler(STEPS, None::<fn() -> bool>)?;
        Ok(())
    }

    /// How many rows have been changed since the connection was opened.
    pub(super) fn changes(&self) -> u64 {
        self.connection.total_changes()
    }

    /// Whether a transaction is open.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Moves what it can of the write-ahead log into the database, without
    /// waiting for anybody.
    pub(super) fn checkpoint(&mut self) -> Result<Moved, Error> {
        let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(2)?));
        let (is_busy, pages): (bool, i64) =
            self.connection.query_row(checkpoint, [], row)?;
        let pages = u32::try_from(pages).unwrap_or_default();
        Ok(Moved { pages: if is_busy { 0 } else { pages } })
    }

    /// Has whoever commits move the write-ahead log once it has so many pages,
    /// on this connection.
    pub(super) fn checkpoint_from(&mut self, pages: u32) -> Result<(), Error> {
        let setting = "wal_autocheckpoint";
        Ok(self.connection.pragma_update(None, setting, pages)?)
    }

    /// Moves the write-ahead log into the database and closes both. Most of it
    /// without a lock, which would make another process wait with its writes.
    pub(super) fn close(mut self) -> Result<(), Error> {
        self.checkpoint()?;
        let rest = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.connection.query_row(rest, [], |_| Ok(()))?;
        self.connection.close().map_err(|(_, error)| error.into())
    }
}

fn bind(statement: &Statement) -> impl rusqlite::Params + '_ {
    params_from_iter(statement.values.iter().map(Bound))
}

/// A value of sea-query as SQLite takes it.
struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Bool(it) => owned(it.map(i64::from)),
            Value::Int(it) => owned(it.map(i64::from)),
            Value::BigInt(it) => owned(*it),
            Value::BigUnsigned(it) => {
                // Limits and offsets; one that is too large is endless.
                owned(it.map(|it| i64::try_from(it).unwrap_or(i64::MAX)))
            }
            Value::Double(it) => owned(*it),
            Value::String(Some(text)) => {
                ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
            }
            Value::Bytes(Some(bytes)) => {
                ToSqlOutput::Borrowed(ValueRef::Blob(bytes))
            }
            Value::String(None) | Value::Bytes(None) => {
                ToSqlOutput::Owned(Owned::Null)
            }
            other => {
                let problem = format!("no SQLite value for {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(
                    problem.into(),
                ));
            }
        })
    }
}

fn owned<'v>(value: Option<impl Into<Owned>>) -> ToSqlOutput<'v> {
    ToSqlOutput::Owned(value.map_or(Owned::Null, Into::into))
}

impl Row for rusqlite::Row<'_> {
    fn integer(&self, column: usize) -> Result<Option<i64>, Error> {
        Ok(self.get(column)?)
    }

    fn real(&self, column: usize) -> Result<Option<f64>, Error> {
        Ok(self.get(column)?)
    }

    fn text(&self, column: usize) -> Result<Option<String>, Error> {
        Ok(self.get(column)?)
    }

    fn bytes(&self, column: usize) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.get(column)?)
    }
}
