//! What tests of the store and of the app have in common.

use std::path::Path;

use slog::{Discard, Logger, o};

use super::Store;
use crate::config::Database;

/// A logger that says nothing.
pub(crate) fn silent() -> Logger {
    Logger::root(Discard, o!())
}

/// The settings of a database in this file.
pub(crate) fn settings(path: &Path) -> Database {
    let url = format!("sqlite:{}", path.display());
    Database { url, sample_data: false, readers: 2 }
}

/// Runs a test with an empty store on each kind of database.
pub(crate) async fn on_each_database(test: impl AsyncFn(Store)) {
    let url = "sqlite::memory:".to_owned();
    let settings = Database { url, sample_data: false, readers: 2 };
    let store = Store::open(&settings, silent()).await.expect("a store");
    test(store.clone()).await;
    store.close().await;
}
