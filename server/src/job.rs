//! `colophon job`: the work in the background.

use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use colophon_server::config::Loaded;
use colophon_server::domain::{JobState, QueuedJob};
use colophon_server::jobs::Queue;

use super::accounts::on_database;
use super::{FAILURE, print};

/// Lists the jobs that are not done.
pub(crate) fn list(
    loaded: &Loaded,
    state: Option<String>,
) -> anyhow::Result<ExitCode> {
    let state = state.as_deref().and_then(JobState::from_name);
    let jobs = on_database(loaded, "job list", async |app| {
        Ok(Queue::new(app.store().clone()).list(state).await?)
    })?;
    Ok(print(jobs.iter().map(line).collect::<String>()))
}

/// Has dead letters tried anew, and names the numbers that are none.
pub(crate) fn retry(
    loaded: &Loaded,
    ids: Vec<i64>,
) -> anyhow::Result<ExitCode> {
    let refused = on_database(loaded, "job retry", async |app| {
        Ok(app.job_retry(ids).await?)
    })?;
    for id in &refused {
        eprintln!("colophon: no job {id} has failed too often");
    }
    match refused.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(FAILURE.into()),
    }
}

fn line(job: &QueuedJob) -> String {
    let QueuedJob { id, kind, attempts, .. } = job;
    let (state, asked) = (job.state.as_str(), time(job.created_at));
    let due = job.due_at.map_or_else(|| "-".to_owned(), time);
    let error = job.error.as_deref().unwrap_or("-");
    let error = error.lines().collect::<Vec<_>>().join(" ");
    format!("{id}  {kind}  {state}  {attempts}  {asked}  {due}  {error}\n")
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
