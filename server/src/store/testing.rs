//! What tests of the store and of the app have in common.

mod postgres;

use std::path::Path;

use futures::FutureExt;
use slog::{Discard, Logger, o};

use super::{Columns, Dialect, Error, Statement, Store, Tx};
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

/// Says something to a database that no module of the store does.
pub(crate) async fn say(store: &Store, sql: &'static str) -> u64 {
    let said = Statement { sql: sql.into(), values: Vec::new() };
    let changed: Result<u64, Error> = store
        .write(move |tx| async move { tx.execute(&said).await }.boxed())
        .await;
    changed.expect(sql)
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

/// What the database says it would do. A table without rows is read whole
/// soonest, so PostgreSQL is asked what it would do without these ways.
pub(crate) async fn plan(
    tx: &mut Tx,
    statement: &Statement,
    without: [&str; 2],
) -> Vec<String> {
    let explain = match tx.dialect() {
        Dialect::Sqlite => "EXPLAIN QUERY PLAN",
        Dialect::Postgres => {
            for way in without {
                let sql = format!("SET LOCAL enable_{way} = off").into();
                let off = Statement { sql, values: Vec::new() };
                tx.execute(&off).await.expect("set");
            }
            "EXPLAIN (COSTS OFF)"
        }
    };
    let sql = format!("{explain} {}", statement.sql).into();
    let explain = Statement { sql, values: statement.values.clone() };
    let read = match tx.dialect() {
        Dialect::Sqlite => |row: &mut Columns<'_>| {
            row.integer()?;
            row.integer()?;
            row.integer()?;
            row.text()
        },
        Dialect::Postgres => |row: &mut Columns<'_>| row.text(),
    };
    tx.fetch(&explain, read).await.expect("a plan")
}

/// The same, in a transaction of its own.
pub(crate) async fn planned(
    store: &Store,
    statement: Statement,
    without: [&'static str; 2],
) -> Vec<String> {
    let read = store.read(move |tx| {
        Box::pin(
            async move { Ok::<_, Error>(plan(tx, &statement, without).await) },
        )
    });
    read.await.expect("a plan")
}

/// Makes sure that a list is read from an index, in the index's order.
pub(crate) async fn assert_reads_in_order(
    statement: Statement,
    index: &str,
    store: &Store,
) {
    let plan = planned(store, statement, ["seqscan", "sort"]).await;
    let sorts = ["TEMP B-TREE", "Sort"];
    let is_read = plan.iter().any(|step| step.contains(index));
    let is_sorted =
        plan.iter().any(|step| sorts.iter().any(|sort| step.contains(sort)));
    assert!(is_read && !is_sorted, "{index}: {plan:?}");
}
