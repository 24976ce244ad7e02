//! Opening a SQLite database: its settings, its schema, and what is said when
//! it cannot be used.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use refinery::Runner;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::session::Session;
use super::syncer::Sync;
use crate::store::{Error, Migration, Tx, migrations};

/// The first release without the bug that could lose writes when the
/// write-ahead log starts over, see <https://sqlite.org/wal.html>.
const NEEDED: (i32, &str) = (3_051_003, "3.51.3");

/// How long a statement waits for another process to let go of the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to leave the database to another process that is busy with it.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// Statements that a connection keeps ready.
const KEPT_STATEMENTS: usize = 256;

/// `synchronous = FULL` makes a commit wait until the write-ahead log is on
/// the disk: power may fail after it. For the connection that writes, the
/// syncer does so. Whoever commits moves the log into the
/// database if it has got four times as long as it ever should; see
/// `checkpoint.rs`.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -4096;
    PRAGMA wal_autocheckpoint = 128000;
";

/// There is one connection that writes, and what it changes is spread over
/// all indexes. `synchronous = NORMAL` keeps the database whole, whatever
/// happens; the syncer sees to it that nothing acknowledged is lost.
const WRITER_SETTINGS: &str = "
    PRAGMA cache_size = -8192;
    PRAGMA synchronous = NORMAL;
";

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Makes the file if it is missing, brings its schema up to date and gives
/// back a connection that can write.
pub(super) fn prepare(path: &Path) -> Result<Tx, Error> {
    check_version()?;
    let mut connection = raw(path, OpenFlags::SQLITE_OPEN_CREATE)
        .map_err(|error| describe(path, error))?;
    check_writable(path, &connection)?;
    let runner = embedded::migrations::runner();
    refuse_newer_schema(path, &connection, &runner)
        .and_then(|()| set_up(path, &connection))?;
    migrate(&mut connection, &runner.set_grouped(true))?;
    connection
        .execute_batch(WRITER_SETTINGS)
        .map_err(|error| describe(path, error))?;
    Ok(Tx::Sqlite(Session::new(connection)))
}

/// Brings the schema up to date, in one transaction. Another process may be
/// doing the same: whoever comes second fails, and then finds it done.
fn migrate(connection: &mut Connection, runner: &Runner) -> Result<(), Error> {
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    runner
        .run(connection)
        .or_else(|_| runner.run(connection))
        .map_err(|error| Error::Migration(Arc::new(error)))?;
    Ok(())
}

/// Another connection to a database that has been prepared, for reading.
pub(super) fn reader(path: &Path) -> Result<Tx, Error> {
    let connection =
        raw(path, OpenFlags::empty()).map_err(|error| describe(path, error))?;
    connection
        .execute_batch("PRAGMA query_only = ON")
        .map_err(|error| describe(path, error))?;
    Ok(Tx::Sqlite(Session::reading(connection)))
}

/// Another connection to a database that has been prepared.
pub(super) fn another(path: &Path) -> Result<Session, Error> {
    let connection = raw(path, OpenFlags::empty());
    let connection = connection.map_err(|error| describe(path, error))?;
    Ok(Session::new(connection))
}

/// What puts the write-ahead log of a prepared database on the disk. The log
/// is the same file for as long as a connection is open.
pub(super) fn syncing(path: &Path) -> Result<Sync, Error> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let file = File::options().read(true).write(true).open(&log);
    let file = file.map_err(|error| Error::Sync(Arc::new(error)))?;
    Ok(Box::new(move || file.sync_data()))
}

/// The migrations that are known, and which of them the database has. A
/// database that is missing, or in memory, has none and is not made.
pub(super) fn list(path: &Path) -> Result<Vec<Migration>, Error> {
    let runner = embedded::migrations::runner();
    let mut found = 0;
    if path.exists() {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        found = Connection::open_with_flags(path, flags)
            .and_then(|connection| schema(&connection))
            .map_err(|error| describe(path, error))?;
    }
    let database = path.display().to_string();
    migrations::list(runner.get_migrations(), found, &database)
}

/// The number of the last migration that is known.
pub(super) fn latest() -> i32 {
    migrations::latest(embedded::migrations::runner().get_migrations())
}

fn check_version() -> Result<(), Error> {
    let (needed, name) = NEEDED;
    if rusqlite::version_number() < needed {
        let found = rusqlite::version();
        return Err(Error::OldSqlite { found, needed: name });
    }
    Ok(())
}

fn raw(path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
    // Otherwise a statement is prepared anew for each other `LIMIT`.
    let stable = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(stable, true)?;
    connection.execute_batch(SETTINGS)?;
    Ok(connection)
}

/// SQLite opens a file that it may not write for reading, without a word.
fn check_writable(path: &Path, connection: &Connection) -> Result<(), Error> {
    match connection.is_readonly("main") {
        Ok(false) => Ok(()),
        Ok(true) => Err(Error::Open {
            path: path.to_owned(),
            reason: "it may not be written",
            source: None,
        }),
        Err(error) => Err(describe(path, error)),
    }
}

fn refuse_newer_schema(
    path: &Path,
    connection: &Connection,
    runner: &Runner,
) -> Result<(), Error> {
    let found = schema(connection).map_err(|error| describe(path, error))?;
    let known = migrations::latest(runner.get_migrations());
    if found > known {
        let database = path.display().to_string();
        return Err(Error::NewerSchema { database, found, known });
    }
    Ok(())
}

/// The version of the schema in the database; 0 if there is none.
fn schema(connection: &Connection) -> rusqlite::Result<i32> {
    let table = "refinery_schema_history";
    if !connection.table_exists(None, table)? {
        return Ok(0);
    }
    let latest = format!("SELECT COALESCE(MAX(version), 0) FROM {table}");
    connection.query_row(&latest, [], |row| row.get(0))
}

/// Sees that the database can be written now, with a write-ahead log.
fn set_up(path: &Path, connection: &Connection) -> Result<(), Error> {
    patiently(|| connection.pragma_update(None, "journal_mode", "WAL"))
        .and_then(|()| connection.execute_batch("BEGIN IMMEDIATE; COMMIT"))
        .map_err(|error| describe(path, error))
}

/// Tries again while the database is busy. Two processes that both want the
/// write-ahead log stand in each other's way; SQLite then gives up at once,
/// without its busy timeout, see <https://sqlite.org/c3ref/busy_handler.html>.
#[expect(
    clippy::disallowed_methods,
    reason = "another process gives no sign when it is done"
)]
fn patiently(act: impl Fn() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match act() {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                thread::sleep(BUSY_PAUSE);
            }
            outcome => return outcome,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Says in a few words what the owner of the file can mend.
fn describe(path: &Path, error: rusqlite::Error) -> Error {
    let reason = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "it is no SQLite database",
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process keeps it locked"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "it may not be written"
        }
        Some(ErrorCode::CannotOpen) => {
            "it is no file that can be opened, or its folder is missing"
        }
        Some(ErrorCode::DiskFull) => "the disk is full",
        _ => "SQLite refuses it",
    };
    let path = path.to_owned();
    Error::Open { path, reason, source: Some(Arc::new(error)) }
}

/// Where the database is, and whether it goes away with the store.
#[derive(Debug)]
pub(super) struct Place {
    /// The file.
    pub(super) path: PathBuf,
    folder: Option<PathBuf>,
}

impl Place {
    /// The place that a path in the settings means. `:memory:` is a database
    /// that is gone when the store is closed: since each thread has its own
    /// connection, it is a file in a folder of its own.
    pub(super) fn of(path: &str) -> Result<Self, Error> {
        if path != ":memory:" {
            return Ok(Self { path: path.into(), folder: None });
        }
        let name = format!("colophon-{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        let path = folder.join("colophon.db");
        std::fs::create_dir(&folder).map_err(|_| Error::Open {
            path: path.clone(),
            reason: "its folder cannot be made",
            source: None,
        })?;
        Ok(Self { path, folder: Some(folder) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What cannot be removed is the temporary folder's to clear.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use refinery::Target;

    use super::*;

    /// What an index of texts has of this.
    fn found(tx: &mut Tx, index: &str, text: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {index} WHERE {index} MATCH ?");
        let statement = crate::store::Statement {
            sql: sql.into(),
            values: vec![format!("\"{text}\"").into()],
        };
        tx.sqlite().count(&statement).expect("a count")
    }

    #[test]
    fn a_book_of_an_older_schema_is_found_after_it_is_brought_up_to_date() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("colophon.db");
        let mut old = raw(&path, OpenFlags::SQLITE_OPEN_CREATE).expect("it");
        let runner = embedded::migrations::runner();
        let runner = runner.set_target(Target::Version(6));
        runner.run(&mut old).expect("the schema before the seventh step");
        old.execute_batch(
            "INSERT INTO authors (name, name_folded, created_at)
             VALUES ('Jane Austen', 'jane austen', 0);
             INSERT INTO books (title, title_folded, author_id, author_name,
                 author_folded, isbn_given, isbn, price, currency, tags,
                 discount, status, created_at, revision)
             VALUES ('Emma', 'emma', 1, 'Jane Austen', 'jane austen',
                 '9780141439587', '9780141439587', 100, 'USD', '[]',
                 0, 'available', 0, 1)",
        )
        .expect("a book");
        drop(old);

        let mut tx = prepare(&path).expect("the newest schema");

        for (index, text, count) in [
            ("books_words", "emma", 1),
            ("books_words", "austen", 1),
            ("books_words", "mma", 0),
            ("words_text", "mma", 1),
            ("words_text", "ust", 1),
            ("words_text", "xyz", 0),
        ] {
            assert_eq!(found(&mut tx, index, text), count, "{index} {text}");
        }
    }
}
