//! What the queue and the worker promise, on each kind of database.

mod queue;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;

use super::{Jobs, Queue};
use crate::app::App;
use crate::config;
use crate::domain::{Job, QueuedJob, Report, ReportFilter, ReportKind};
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::store::testing::silent;
use crate::store::{Store, jobs};

/// How long a condition may take to come about on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Settings under which nothing takes long.
fn hasty() -> config::Jobs {
    config::Jobs {
        lease_ms: 10_000,
        max_attempts: 3,
        backoff_ms: 1,
        poll_ms: 20,
        ..config::Jobs::default()
    }
}

fn app(store: &Store) -> App {
    App::new(store.clone(), silent())
}

fn mail_to(folder: &Path) -> config::Mail {
    let folder = folder.display().to_string();
    config::Mail { folder, ..config::Mail::default() }
}

/// Does jobs as a server would.
fn start(app: &App, config: &config::Jobs, mail: &config::Mail) -> Jobs {
    let mailer = Mailer::new(mail).expect("a mailer");
    let metrics = Arc::new(Metrics::new());
    Jobs::start(config, app.clone(), mailer, metrics, silent())
}

fn welcome() -> Job {
    Job::WelcomeMail {
        user_id: 1,
        username: "ann".to_owned(),
        email: "ann@example.com".to_owned(),
    }
}

/// Asks for a job in a write of its own.
async fn enqueue(store: &Store, job: Job) -> i64 {
    let asked = store.write(move |tx| {
        async move { jobs::enqueue(tx, &job, chrono::Utc::now()).await }.boxed()
    });
    asked.await.expect("asked for")
}

async fn list(store: &Store) -> Vec<QueuedJob> {
    Queue::new(store.clone()).list(None).await.expect("a list")
}

async fn ask_for_report(app: &App) -> Report {
    let filter = ReportFilter::default();
    let asked = app.report_create(ReportKind::Inventory, filter).await;
    asked.expect("asked for")
}

/// Waits until this is so.
async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < PATIENCE, "it never came about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
