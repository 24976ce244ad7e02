//! What tests of the store and of the app have in common.

mod postgres;

use std::path::Path;

use slog::{Discard, Logger, o};

use super::Store;
use crate::config::Database;
use postgres::{Scratch, VARIABLE};

/// A logger that says nothing.
pub(crate) fn silent() -> Logger {
    Logger::root(Discard, o!())
}

/// The settings of a database in this file.
pub(crate) fn settings(path: &Path) -> Database {
    settings_of(format!("sqlite:{}", path.display()))
}

/// The settings of a database at this address.
pub(crate) fn settings_of(url: String) -> Database {
    Database { url, readers: 2, max_connections: 8, ..Database::default() }
}

/// Runs a test with an empty store on each kind of database: on PostgreSQL if
/// a server for tests is named.
pub(crate) async fn on_each_database(test: impl AsyncFn(Store)) {
    run("sqlite::memory:".to_owned(), &test).await;
    let Some(database) = scratch().await else { return };
    run(database.url(), &test).await;
    database.remove().await;
}

/// An empty PostgreSQL database, or a word on stderr that there is no server
/// for it.
pub(crate) async fn scratch() -> Option<Scratch> {
    let scratch = Scratch::make(make_schema).await;
    if scratch.is_none() {
        eprintln!(
            "SKIPPED: nothing was tested on PostgreSQL, because {VARIABLE} \
             names no server"
        );
    }
    scratch
}

async fn make_schema(url: String) {
    let store = Store::open(&settings_of(url), silent()).await;
    store.expect("a template").close().await;
}

async fn run(url: String, test: &impl AsyncFn(Store)) {
    let store = Store::open(&settings_of(url), silent()).await;
    let store = store.expect("a store");
    test(store.clone()).await;
    store.close().await;
}
