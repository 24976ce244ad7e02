//! `colophon audit`: who did what.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use colophon_server::app::App;
use colophon_server::config::Loaded;
use colophon_server::domain::AuditEvent;
use colophon_server::store::Store;
use slog::{Discard, Logger, o};

use super::FAILURE;
use super::migrate::runtime;

/// Prints the audit log from a moment on and before another, a JSON object a
/// line.
pub(crate) fn export(
    loaded: &Loaded,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> anyhow::Result<ExitCode> {
    let silent = Logger::root(Discard, o!());
    runtime()?.block_on(async {
        let database = &loaded.config.database;
        let store = Store::open(database, silent.clone()).await?;
        let app = App::new(store.clone(), silent);
        let code = print_all(&app, since, until).await;
        store.close().await;
        code
    })
}

/// A reader that went away, as `head` does, is no panic.
async fn print_all(
    app: &App,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut last = 0;
    loop {
        let events = app.audit_event_list(since, until, last).await?;
        let Some(end) = events.last().map(|event| event.id) else { break };
        last = end;
        if write(&mut out, &events).is_err() {
            return Ok(FAILURE.into());
        }
    }
    Ok(match out.flush() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => FAILURE.into(),
    })
}

fn write(out: &mut impl Write, events: &[AuditEvent]) -> io::Result<()> {
    for event in events {
        serde_json::to_writer(&mut *out, event)?;
        writeln!(out)?;
    }
    Ok(())
}
