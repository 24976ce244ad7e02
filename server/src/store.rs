//! Where the catalogue is kept.
//!
//! A statement is built once, in the words of sea-query, and a driver runs
//! it. A module below speaks in domain values; what a missing row means is
//! the app's to say.

pub(crate) mod answers;
pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod authors;
pub(crate) mod books;
mod error;
pub(crate) mod events;
pub(crate) mod items;
pub(crate) mod jobs;
mod listing;
mod migrations;
pub(crate) mod models;
mod postgres;
pub(crate) mod reports;
pub(crate) mod reviews;
mod schema;
pub(crate) mod secrets;
pub(crate) mod signing_keys;
mod snapshot;
mod sqlite;
mod statement;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tx;
pub(crate) mod users;

use std::sync::Arc;

use futures::FutureExt;
use slog::Logger;
use tokio::task::spawn_blocking;

use crate::config;
pub use error::Error;
pub use migrations::Migration;
use postgres::Postgres;
pub(crate) use snapshot::{Kept, Snapshot};
use sqlite::Sqlite;
pub(crate) use statement::{Dialect, Statement};
use tx::Work;
pub(crate) use tx::{Columns, Tx};

/// A database, shared by everybody who uses it.
#[derive(Clone, Debug)]
pub struct Store {
    driver: Driver,
}

#[derive(Clone, Debug)]
enum Driver {
    Sqlite(Arc<Sqlite>),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database that the settings name and brings its schema up to
    /// date. A SQLite database is made if it is missing.
    ///
    /// # Errors
    ///
    /// Each says which database it is and what is wrong with it;
    /// [`Error::is_newer_schema`] tells one of them apart.
    pub async fn open(
        config: &config::Database,
        log: Logger,
    ) -> Result<Self, Error> {
        let driver = match file(config) {
            Some(path) => Driver::Sqlite(sqlite(path, config, log).await?),
            None => Driver::Postgres(Postgres::open(config, log).await?),
        };
        Ok(Self { driver })
    }

    /// Whether the database can be read and written now.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read(|tx| schema::ping(tx).boxed()).await?;
        self.write(|tx| schema::ping(tx).boxed()).await
    }

    /// Whether the database has every migration that this server knows.
    ///
    /// One that has more is as good: it keeps a server from starting, but not
    /// those that run, so that they can be replaced one after the other.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn is_migrated(&self) -> Result<bool, Error> {
        let known = match &self.driver {
            Driver::Sqlite(_) => sqlite::latest_migration(),
            Driver::Postgres(_) => postgres::latest_migration(),
        };
        let found = self.read(|tx| schema::version(tx).boxed()).await?;
        Ok(found.is_some_and(|it| it >= i64::from(known)))
    }

    /// Finishes the writes that wait and closes the database; SQLite moves
    /// its write-ahead log into it. Every call from now on fails.
    pub async fn close(&self) {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.close().await,
            Driver::Postgres(postgres) => postgres.close().await,
        }
    }

    /// The kind of SQL that is understood here.
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.driver {
            Driver::Sqlite(_) => Dialect::Sqlite,
            Driver::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a unit of work in a transaction, which stays only if it
    /// succeeds. When this returns, what it wrote survives a crash.
    ///
    /// Where several servers write, the work may be done anew, from its
    /// beginning, because of what another has done meanwhile.
    pub(crate) async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.write(work).await,
            Driver::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Runs reads that may take long, all of which see the same state.
    pub(crate) async fn read<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.read(work).await,
            Driver::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// The state of the database as a read that begins now would see it, or a
    /// state before it. SQLite tells for less than a read costs; PostgreSQL
    /// would have to be asked.
    pub(crate) fn snapshot(&self) -> Option<Snapshot> {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.snapshot(),
            Driver::Postgres(_) => None,
        }
    }

    /// Reads one row by its key, without a transaction.
    pub(crate) async fn lookup<T>(
        &self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.lookup(statement, read),
            Driver::Postgres(postgres) => {
                postgres.lookup(statement, read).await
            }
        }
    }
}

/// The steps of the schema that this server knows, in their order, and which
/// of them the database has. Changes nothing.
///
/// # Errors
///
/// If the database cannot be read, or [`Error::NewerSchema`].
pub async fn migrations(
    config: &config::Database,
) -> Result<Vec<Migration>, Error> {
    match file(config).map(str::to_owned) {
        Some(path) => {
            let list = spawn_blocking(move || sqlite::migrations(&path));
            list.await.map_err(|_| Error::Panicked)?
        }
        None => postgres::migrations(config).await,
    }
}

/// The file of a SQLite database.
fn file(config: &config::Database) -> Option<&str> {
    config.url.strip_prefix("sqlite:")
}

async fn sqlite(
    path: &str,
    config: &config::Database,
    log: Logger,
) -> Result<Arc<Sqlite>, Error> {
    let (path, readers) = (path.to_owned(), config.readers);
    let open = move || Sqlite::open(&path, readers, &log);
    let driver = spawn_blocking(open).await;
    Ok(Arc::new(driver.map_err(|_| Error::Panicked)??))
}
