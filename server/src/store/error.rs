//! What can go wrong between the catalogue and its database.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// What can go wrong between the catalogue and its database.
///
/// It can be cloned because writes that share a commit share its failure.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The address in the settings names no kind of database that is known.
    #[error("{0} is no address of a database")]
    Address(String),
    /// The database cannot be used, for a reason that its owner can mend.
    #[error("cannot open the database {}: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
        /// The database's own words.
        #[source]
        source: Option<Arc<rusqlite::Error>>,
    },
    /// The database was written by a newer server.
    #[error(
        "the database {database} has schema {found}, and this colophon knows \
         schemas up to {known}: use a newer colophon"
    )]
    NewerSchema {
        /// The file, or the address without its password.
        database: String,
        /// The schema in it.
        found: i32,
        /// The newest schema that this server knows.
        known: i32,
    },
    /// The schema could not be brought up to date.
    #[error(
        "cannot bring the database's schema up to date: {}", in_a_line(.0)
    )]
    Migration(Arc<refinery::Error>),
    /// The SQLite in this program has bugs that lose data.
    #[error("SQLite {found} is older than {needed}")]
    OldSqlite {
        /// The version that this program was built with.
        found: &'static str,
        /// The least that will do.
        needed: &'static str,
    },
    /// The system has no thread to spare.
    #[error("cannot start a thread")]
    Thread(#[source] Arc<std::io::Error>),
    /// What was written could not be put on the disk: whether it is there,
    /// nobody knows.
    #[error("the disk failed")]
    Sync(#[source] Arc<std::io::Error>),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// A statement failed.
    #[error("a statement failed")]
    Statement(#[source] Arc<rusqlite::Error>),
    /// No connection to the database can be had.
    #[error("cannot connect to the database {database}")]
    Connect {
        /// Its address without the password.
        database: String,
        /// The database's own words, or the system's. Without them it took
        /// too long.
        #[source]
        source: Option<Arc<tokio_postgres::Error>>,
    },
    /// The certificates of this system, which the database's is checked
    /// against, cannot be read.
    #[error("cannot set up TLS for the database")]
    Tls(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The database cannot hold every text.
    #[error(
        "the database {database} has the encoding {encoding}; make one with \
         ENCODING 'UTF8'"
    )]
    Encoding {
        /// Its address without the password.
        database: String,
        /// The one that it has.
        encoding: String,
    },
    /// The database has no text index, and may not be given one.
    #[error(
        "the database {database} needs the extension pg_trgm, which comes \
         with PostgreSQL (on Debian in postgresql-contrib or postgresql \
         itself): have its owner or a superuser say CREATE EXTENSION pg_trgm \
         in it"
    )]
    Extension {
        /// Its address without the password.
        database: String,
        /// The database's own words.
        #[source]
        source: Arc<tokio_postgres::Error>,
    },
    /// Every connection was busy for as long as a request may wait for one.
    #[error("no connection to the database was free in time")]
    Busy,
    /// A statement failed in PostgreSQL.
    #[error("a statement failed")]
    Postgres(#[source] Arc<tokio_postgres::Error>),
    /// A column holds what no column of its kind should.
    #[error("column {column} of a row cannot be read")]
    Unreadable {
        /// Which one, from 0.
        column: usize,
    },
    /// A kept answer is not what its operation answers with.
    #[error("a kept answer cannot be read or written")]
    Answer(#[source] Arc<serde_json::Error>),
    /// A bug in a unit of work; nothing of it was stored.
    #[error("a unit of work panicked or never ended")]
    Panicked,
}

/// The last cause of a failed migration without the statement behind it,
/// which would be the whole schema.
fn in_a_line(error: &refinery::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let words = cause.to_string();
    words.lines().next().unwrap_or_default().to_owned()
}

impl Error {
    /// Whether the database was written by a newer server.
    pub fn is_newer_schema(&self) -> bool {
        matches!(self, Self::NewerSchema { .. })
    }

    /// Whether the same may work a little later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Closed | Self::Busy | Self::Connect { .. } => true,
            Self::Postgres(error) => postgres_is_unavailable(error),
            Self::Statement(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::DiskFull
                        | ErrorCode::ReadOnly
                        | ErrorCode::CannotOpen
                        | ErrorCode::SystemIoFailure
                )
            ),
            _ => false,
        }
    }
}

/// Whether the connection broke, or PostgreSQL says that the state of the
/// server, and not the statement, is to blame: classes 08, 53 and 57, what it
/// gives up for the sake of other transactions, and a standby, see
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres_is_unavailable(error: &tokio_postgres::Error) -> bool {
    let Some(state) = error.code() else {
        return is_broken(error);
    };
    ["08", "53", "57"].iter().any(|class| state.code().starts_with(class))
        || matches!(
            *state,
            SqlState::T_R_SERIALIZATION_FAILURE
                | SqlState::T_R_DEADLOCK_DETECTED
                | SqlState::LOCK_NOT_AVAILABLE
                | SqlState::READ_ONLY_SQL_TRANSACTION
        )
}

/// Whether there is no connection any more.
fn is_broken(error: &tokio_postgres::Error) -> bool {
    let cause = std::error::Error::source(error);
    error.is_closed() || cause.is_some_and(|it| it.is::<std::io::Error>())
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(Arc::new(error))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Statement(Arc::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Answer(Arc::new(error))
    }
}
