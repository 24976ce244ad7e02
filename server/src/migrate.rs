//! `colophon migrate`: the database's schema.

use std::process::ExitCode;

use anyhow::Context;
use colophon_server::config::{Database, Loaded, redact};
use colophon_server::store::{self, Migration, Store};
use slog::{Discard, Logger, o};
use tokio::runtime::{Builder, Runtime};

use super::{OLDER_SCHEMA, print};

/// Lists the schema's versions, and says whether the database has them all.
pub(crate) fn status(loaded: &Loaded) -> anyhow::Result<ExitCode> {
    let database = &loaded.config.database;
    let list = runtime()?.block_on(store::migrations(database))?;
    let code = print(table(&list));
    if code == ExitCode::SUCCESS && list.iter().any(|it| !it.applied) {
        return Ok(OLDER_SCHEMA.into());
    }
    Ok(code)
}

/// Brings the schema up to date, and says what that took.
pub(crate) fn up(loaded: &Loaded) -> anyhow::Result<ExitCode> {
    let database = &loaded.config.database;
    let missing = runtime()?.block_on(bring_up(database))?;
    let name = redact(&database.url);
    Ok(print(if missing.is_empty() {
        format!("{name} was up to date\n")
    } else {
        format!("{}{name} is up to date\n", table(&missing))
    }))
}

/// Gives back what was missing.
async fn bring_up(database: &Database) -> anyhow::Result<Vec<Migration>> {
    let known = store::migrations(database).await?;
    let missing: Vec<_> = known.into_iter().filter(|it| !it.applied).collect();
    let silent = Logger::root(Discard, o!());
    Store::open(database, silent).await?.close().await;
    Ok(missing
        .into_iter()
        .map(|it| Migration { applied: true, ..it })
        .collect())
}

pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")
}

fn table(list: &[Migration]) -> String {
    let line = |it: &Migration| {
        let state = if it.applied { "applied" } else { "pending" };
        let version = format!("V{}", it.version);
        format!("{version:<3} {state}  {}\n", it.name)
    };
    list.iter().map(line).collect()
}
