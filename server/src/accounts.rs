//! `colophon user` and `colophon key`: who may call, for whoever has the
//! database. They work beside a server that runs.

mod keys;
mod users;

use anyhow::Context;
use colophon_server::app::{Actor, App};
use colophon_server::config::Loaded;
use colophon_server::store::Store;
use serde_json::Value;
use slog::{Discard, Logger, o};

use super::migrate::runtime;
pub(crate) use keys::key;
pub(crate) use users::{WrongArguments, user};

/// Runs a use case on the database that the settings name, for whoever gave
/// the command.
pub(crate) fn on_database<T>(
    loaded: &Loaded,
    command: &str,
    act: impl AsyncFnOnce(&App) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let silent = || Logger::root(Discard, o!());
    runtime()?.block_on(async {
        let store = Store::open(&loaded.config.database, silent()).await?;
        let app = App::new(store.clone(), silent());
        let app = app.acting_for(Actor::operator(command));
        let outcome = act(&app.with_auth(&loaded.config.auth)).await;
        store.close().await;
        outcome
    })
}

/// Rows in columns, with two spaces between.
fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = all().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    });
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    all().map(line).collect()
}

/// A list as JSON, for programs.
fn json(list: Vec<Value>) -> anyhow::Result<String> {
    let text = serde_json::to_string_pretty(&list);
    Ok(text.context("cannot write JSON")? + "\n")
}
