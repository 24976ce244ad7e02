//! Where the catalogue is kept.
//!
//! A statement is built once, in the words of sea-query, and a driver runs
//! it. A module below speaks in domain values; what a missing row means is
//! the app's to say.

pub(crate) mod answers;
pub(crate) mod authors;
pub(crate) mod books;
mod error;
pub(crate) mod items;
pub(crate) mod models;
mod schema;
pub(crate) mod secrets;
mod sqlite;
mod statement;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tx;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use slog::Logger;
use tokio::task::spawn_blocking;

use crate::config;
pub use error::Error;
use sqlite::Sqlite;
pub(crate) use statement::{Dialect, Statement};
pub(crate) use tx::{Columns, Tx};

/// A database, shared by everybody who uses it.
#[derive(Clone, Debug)]
pub struct Store {
    driver: Arc<Sqlite>,
}

impl Store {
    /// Opens the database that the settings name, makes it if it is missing,
    /// and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// Each says which file it is and what is wrong with it;
    /// [`Error::is_newer_schema`] tells one of them apart.
    pub async fn open(
        config: &config::Database,
        log: Logger,
    ) -> Result<Self, Error> {
        let Some(path) = config.url.strip_prefix("sqlite:") else {
            return Err(Error::Address(config.url.clone()));
        };
        let (path, readers) = (path.to_owned(), config.readers);
        let open = move || Sqlite::open(&path, readers, &log);
        let driver = spawn_blocking(open).await;
        let driver = driver.map_err(|_| Error::Panicked)??;
        Ok(Self { driver: Arc::new(driver) })
    }

    /// Whether the database can be read and written now.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    pub async fn ping(&self) -> Result<(), Error> {
        self.driver.read(|tx| schema::ping(tx).boxed()).await?;
        self.driver.write(|tx| schema::ping(tx).boxed()).await
    }

    /// Finishes the writes that wait, moves the write-ahead log into the
    /// database and closes it. Every call from now on fails.
    pub async fn close(&self) {
        self.driver.close().await;
    }

    /// The kind of SQL that is understood here.
    pub(crate) fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    /// Runs a unit of work in a transaction, which stays only if it
    /// succeeds. When this returns, what it wrote survives a crash.
    pub(crate) async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>
            + Send
            + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.driver.write(work).await
    }

    /// Runs reads that may take long, all of which see the same state.
    pub(crate) async fn read<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>
            + Send
            + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.driver.read(work).await
    }

    /// Reads one row by its key, without going to another thread.
    pub(crate) async fn lookup<T>(
        &self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.driver.lookup(statement, read)
    }
}
