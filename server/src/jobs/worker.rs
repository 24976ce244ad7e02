//! Takes jobs, keeps their leases while they are done, and says what came of
//! them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use futures::FutureExt;
use slog::{Logger, debug, error, warn};
use tokio::select;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use super::backoff;
use super::effect::{Effects, Failure};
use super::queue::{End, Queue, Taken, Terms};
use crate::config;
use crate::domain::Job;
use crate::http::InlineErrorChain;
use crate::metrics::{JobEnd, Metrics};
use crate::store;
use crate::store::jobs::Held;

/// How often old reports and dead letters are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// What a worker is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// It takes jobs.
    Taking,
    /// It takes no more, and finishes those that it has.
    Finishing,
    /// It gives back what it has.
    GivingBack,
}

/// Takes jobs, each into a task of its own.
pub(super) struct Worker {
    desk: Arc<Desk>,
    phase: watch::Receiver<Phase>,
    room: Arc<Semaphore>,
    poll: Duration,
    kept: TimeDelta,
    swept: Option<Instant>,
    counted: Option<Instant>,
    under_way: JoinSet<()>,
}

/// What the tasks share.
struct Desk {
    queue: Queue,
    effects: Effects,
    terms: Terms,
    first_wait: Duration,
    metrics: Arc<Metrics>,
    log: Logger,
}

impl Worker {
    pub(super) fn new(
        config: &config::Jobs,
        effects: Effects,
        metrics: Arc<Metrics>,
        phase: watch::Receiver<Phase>,
        log: Logger,
    ) -> Self {
        let terms = Terms {
            lease: Duration::from_millis(config.lease_ms),
            max_attempts: config.max_attempts,
        };
        let first_wait = Duration::from_millis(config.backoff_ms);
        let queue = Queue::new(effects.app().store().clone());
        let desk = Desk { queue, effects, terms, first_wait, metrics, log };
        Self {
            desk: Arc::new(desk),
            phase,
            room: Arc::new(Semaphore::new(config.concurrency)),
            poll: Duration::from_millis(config.poll_ms),
            kept: TimeDelta::days(config.retention_days),
            swept: None,
            counted: None,
            under_way: JoinSet::new(),
        }
    }

    /// Takes jobs until it is told to stop, then waits for those that it has.
    pub(super) async fn run(mut self, works: Arc<AtomicBool>) {
        let mut phase = self.phase.clone();
        while self.is_taking() {
            let outcome = self.step().await;
            self.note(&works, &outcome);
            let wait = outcome.unwrap_or(self.poll);
            select! {
                () = reached(&mut phase, Phase::Finishing) => {}
                () = self.desk.bell().notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        while self.under_way.join_next().await.is_some() {}
    }

    /// Not either once nobody is left to tell it to stop.
    fn is_taking(&self) -> bool {
        let is_told = self.phase.has_changed().is_ok();
        is_told && *self.phase.borrow() == Phase::Taking
    }

    /// Begins what is due, and says how long to wait for more.
    async fn step(&mut self) -> Result<Duration, store::Error> {
        self.sweep().await?;
        self.count().await?;
        let desk = Arc::clone(&self.desk);
        while self.is_taking()
            && let Some(due) = desk.queue.next_due().await?
        {
            let early = (due - Utc::now()).to_std().unwrap_or_default();
            if !early.is_zero() {
                return Ok(early.min(self.poll));
            }
            if !self.begin_next().await? {
                break;
            }
        }
        Ok(self.poll)
    }

    /// Begins the next job; `false` if there is no room for it, or another
    /// server was faster. Where there is room again, the bell rings.
    async fn begin_next(&mut self) -> Result<bool, store::Error> {
        while self.under_way.try_join_next().is_some() {}
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            return Ok(false);
        };
        let desk = Arc::clone(&self.desk);
        let Some(taken) = desk.queue.take(desk.terms).await? else {
            return Ok(false);
        };
        let phase = self.phase.clone();
        self.under_way.spawn(async move {
            desk.attempt(taken, phase).await;
            drop(room);
            desk.bell().notify_one();
        });
        Ok(true)
    }

    async fn sweep(&mut self) -> Result<(), store::Error> {
        if self.swept.is_some_and(|it| it.elapsed() < SWEEP_EVERY) {
            return Ok(());
        }
        let removed = self.desk.queue.sweep(self.kept).await?;
        debug!(self.desk.log, "swept"; "removed" => removed);
        self.swept = Some(Instant::now());
        Ok(())
    }

    /// Counts the queue for the metrics, not more often than it is polled: a
    /// long one is read whole.
    async fn count(&mut self) -> Result<(), store::Error> {
        if self.counted.is_some_and(|it| it.elapsed() < self.poll) {
            return Ok(());
        }
        let depths = self.desk.queue.depths().await?;
        self.desk.metrics.jobs().set_depths(&depths);
        self.counted = Some(Instant::now());
        Ok(())
    }

    /// Tells the health check, and the log when that changes.
    fn note(
        &self,
        works: &AtomicBool,
        outcome: &Result<Duration, store::Error>,
    ) {
        let worked = works.swap(outcome.is_ok(), Ordering::Relaxed);
        if let (true, Err(error)) = (worked, outcome) {
            warn!(self.desk.log, "the job queue cannot be read";
                "error" => %InlineErrorChain(error));
        }
    }
}

/// Waits for a phase, or until nobody is left to tell it.
async fn reached(told: &mut watch::Receiver<Phase>, wanted: Phase) {
    let _ = told.wait_for(|phase| *phase >= wanted).await;
}

impl Desk {
    fn bell(&self) -> &Notify {
        self.effects.app().job_bell()
    }

    /// Does a job, and deals with what comes of it.
    async fn attempt(&self, taken: Taken, phase: watch::Receiver<Phase>) {
        let started = Instant::now();
        let job = serde_json::from_str::<Job>(&taken.payload);
        let kind = job.as_ref().map_or("unreadable", Job::kind);
        let outcome = match &job {
            Ok(job) => self.under_lease(job, &taken, phase).await,
            Err(_) => job.map(|_| ()).map_err(Failure::from),
        };
        let end = match outcome {
            Ok(()) => JobEnd::Done,
            Err(failure) => self.fail(kind, &taken, &failure).await,
        };
        self.metrics.jobs().attempt(kind, end, started.elapsed());
    }

    /// Does a job for as long as its lease holds and the server goes on.
    async fn under_lease(
        &self,
        job: &Job,
        taken: &Taken,
        mut phase: watch::Receiver<Phase>,
    ) -> Result<(), Failure> {
        let work = AssertUnwindSafe(self.effects.run(job, taken));
        select! {
            outcome = work.catch_unwind() => {
                outcome.unwrap_or(Err(Failure::Panicked))
            }
            () = self.keep(&taken.held) => Err(Failure::Lost),
            () = reached(&mut phase, Phase::GivingBack) => {
                Err(Failure::CutOff)
            }
        }
    }

    /// Renews a lease until it is lost.
    async fn keep(&self, held: &Held) {
        loop {
            tokio::time::sleep(self.terms.lease / 3).await;
            // While the database is away nobody else can have it either.
            if let Ok(false) = self.queue.renew(held, self.terms.lease).await {
                return;
            }
        }
    }

    /// Has a job that failed tried again, or puts it aside.
    async fn fail(
        &self,
        kind: &str,
        taken: &Taken,
        failure: &Failure,
    ) -> JobEnd {
        let error = InlineErrorChain(failure).to_string();
        let (end, outcome) = self.decide(taken, failure, &error);
        self.tell(kind, taken, &outcome, &error);
        let Some(end) = end else { return outcome };
        if let Err(error) = self.queue.give_up(&taken.held, end).await {
            // It is found when its lease has expired.
            warn!(self.log, "cannot say that a job failed";
                "job_id" => taken.held.id,
                "error" => %InlineErrorChain(&error));
        }
        outcome
    }

    /// What becomes of a job that failed; nothing if another has it.
    fn decide(
        &self,
        taken: &Taken,
        failure: &Failure,
        error: &str,
    ) -> (Option<End>, JobEnd) {
        let attempt = taken.attempt;
        match failure {
            Failure::Lost => (None, JobEnd::Lost),
            Failure::CutOff => (Some(End::Back), JobEnd::GivenBack),
            _ if attempt >= self.terms.max_attempts => {
                (Some(End::Aside(error.to_owned())), JobEnd::Dead)
            }
            _ => {
                let wait = backoff::after(attempt, self.first_wait);
                (Some(End::Again(wait, error.to_owned())), JobEnd::Failed)
            }
        }
    }

    fn tell(&self, kind: &str, taken: &Taken, end: &JobEnd, error: &str) {
        let (id, attempt) = (taken.held.id, taken.attempt);
        if *end == JobEnd::Dead {
            error!(self.log, "a job was put aside"; "job_id" => id,
                "kind" => kind, "attempts" => attempt, "error" => error);
        } else {
            warn!(self.log, "a job was not done"; "job_id" => id,
                "kind" => kind, "attempt" => attempt, "error" => error);
        }
    }
}
