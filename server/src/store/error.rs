//! What can go wrong between the catalogue and its database.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;

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
        "the database {} has schema {found}, and this colophon knows schemas \
         up to {known}: use a newer colophon",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
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
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// A statement failed.
    #[error("a statement failed")]
    Statement(#[source] Arc<rusqlite::Error>),
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
            Self::Closed => true,
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
