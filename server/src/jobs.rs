//! Durable background work.
//!
//! A job is a row that is written in the transaction of whatever asks for
//! it, so it is there exactly if that is. A server takes it under a lease,
//! does it, and removes it: in the transaction of what it does where that is
//! in the database, and else after it, under a name that stays the same. One
//! that fails is tried again, ever more slowly, and at last put aside.
//!
//! ```text
//! queue    what the store keeps of jobs, and the words of `colophon job`
//! worker   takes jobs and keeps their leases
//! effect   what is done for each kind of job
//! backoff  how long to wait before the next try
//! ```

mod backoff;
mod effect;
mod queue;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slog::{Logger, error};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::config;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use effect::Effects;
pub use queue::Queue;
use worker::{Phase, Worker};

/// What does jobs in this process. Dropping it leaves the running ones to
/// whoever finds their leases expired.
#[derive(Debug)]
pub struct Jobs {
    phase: watch::Sender<Phase>,
    works: Arc<AtomicBool>,
    worker: JoinHandle<()>,
    log: Logger,
}

impl Jobs {
    /// Begins to do the jobs of a catalogue.
    pub fn start(
        config: &config::Jobs,
        app: App,
        mailer: Mailer,
        metrics: Arc<Metrics>,
        log: Logger,
    ) -> Self {
        let (phase, told) = watch::channel(Phase::Taking);
        let works = Arc::new(AtomicBool::new(true));
        let effects = Effects::new(app, mailer);
        let worker = Worker::new(config, effects, metrics, told, log.clone());
        let worker = tokio::spawn(worker.run(Arc::clone(&works)));
        Self { phase, works, worker, log }
    }

    /// Whether the queue could be read when it was last looked at, and is
    /// still looked at.
    pub fn health(&self) -> Health {
        let worker = self.worker.abort_handle();
        Health { works: Arc::clone(&self.works), worker }
    }

    /// Takes no more jobs.
    pub fn stop(&self) {
        self.phase.send_replace(Phase::Finishing);
    }

    /// Lets the running jobs finish for at most so long, and gives back those
    /// that do not.
    pub async fn close(mut self, deadline: Duration) {
        self.stop();
        if tokio::time::timeout(deadline, &mut self.worker).await.is_ok() {
            return;
        }
        self.phase.send_replace(Phase::GivingBack);
        if self.worker.await.is_err() {
            error!(self.log, "the job worker failed");
        }
    }
}

/// Tells whether jobs are done.
#[derive(Clone, Debug)]
pub struct Health {
    works: Arc<AtomicBool>,
    worker: tokio::task::AbortHandle,
}

impl Health {
    /// Whether the queue could be read when it was last looked at, and is
    /// still looked at.
    pub fn is_good(&self) -> bool {
        self.works.load(Ordering::Relaxed) && !self.worker.is_finished()
    }
}
