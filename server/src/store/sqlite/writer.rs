//! The one thread that writes.
//!
//! Writes that wait together are committed together, as many as the [`Pace`]
//! allows, so that they share one wait for the disk, which is the
//! [`Syncer`]'s. None waits for others to come.
//!
//! Nearly all of them succeed, so they are first done in one transaction
//! without savepoints: at the end of each savepoint SQLite's text index writes
//! out what it has gathered. If one fails after it has changed something, all
//! is undone, and they are done again with a savepoint for each.

use std::time::Instant;

use slog::{Logger, error};
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::pace::Pace;
use super::syncer::{Committed, Syncer};
use super::work::Job;
use crate::store::{Error, Tx};

/// What the writer is asked for.
pub(super) enum Request {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// Units of work that are done in one transaction.
struct Batch {
    jobs: Vec<Box<dyn Job>>,
    /// False if the last of them has to be undone.
    all_hold: bool,
    /// A request to close that was behind them.
    close: Option<oneshot::Sender<()>>,
}

/// The writer: its connection and its queue.
pub(super) struct Writer {
    tx: Tx,
    queue: mpsc::Receiver<Request>,
    pace: Pace,
    checkpoints: Checkpoints,
    syncer: Syncer,
    log: Logger,
}

impl Writer {
    pub(super) fn new(
        tx: Tx,
        queue: mpsc::Receiver<Request>,
        checkpoints: Checkpoints,
        syncer: Syncer,
        log: Logger,
    ) -> Self {
        let pace = Pace::default();
        Self { tx, queue, pace, checkpoints, syncer, log }
    }

    /// Writes until it is told to close or nobody is left to write for.
    pub(super) fn run(mut self) {
        let mut closing = None;
        while let Some(request) = self.next() {
            match request {
                Request::Write(first) => {
                    if let Some(close) = self.write_together(first) {
                        closing = Some(close);
                        break;
                    }
                }
                Request::Close(close) => {
                    closing = Some(close);
                    break;
                }
            }
        }
        self.close(closing);
    }

    /// The next request, waited for if need be.
    fn next(&mut self) -> Option<Request> {
        self.queue.try_recv().ok().or_else(|| {
            self.pace.pause();
            self.queue.blocking_recv()
        })
    }

    /// Writes this and what waits behind it, and has all of them answered. Gives
    /// back a request to close, if it came upon one.
    fn write_together(
        &mut self,
        first: Box<dyn Job>,
    ) -> Option<oneshot::Sender<()>> {
        if let Err(error) = self.begin() {
            first.answer(Err(error));
            return None;
        }
        let before = self.tx.sqlite().changes();
        let Batch { mut jobs, all_hold, close } = self.gather(first);
        let outcome = match all_hold {
            true => self.commit(),
            false => self.write_apart(&mut jobs),
        };
        let has_changes = self.tx.sqlite().changes() != before;
        if let Err(error) = &outcome {
            error!(self.log, "writes lost";
                "writes" => jobs.len(), "error" => format!("{error:?}"));
            self.abandon();
        }
        self.pace.end(jobs.len());
        self.syncer.answer(Committed { jobs, outcome, has_changes });
        self.checkpoints.after_commit(self.tx.sqlite());
        close
    }

    /// Does this and what waits behind it, until that is enough for a commit
    /// or one has failed.
    fn gather(&mut self, first: Box<dyn Job>) -> Batch {
        let begin = Instant::now();
        self.pace.begin(self.queue.len().saturating_add(1));
        let mut batch = Batch { jobs: Vec::new(), all_hold: true, close: None };
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            batch.all_hold = self.holds(&mut *job);
            batch.jobs.push(job);
            if batch.all_hold && !self.is_enough(batch.jobs.len(), begin) {
                next = self.waiting(&mut batch.close);
            }
        }
        batch
    }

    fn is_enough(&self, writes: usize, begin: Instant) -> bool {
        self.pace.is_enough(writes, begin.elapsed(), self.syncer.last())
    }

    /// The next unit of work, if one waits; or else a request to close.
    fn waiting(
        &mut self,
        close: &mut Option<oneshot::Sender<()>>,
    ) -> Option<Box<dyn Job>> {
        match self.queue.try_recv().ok()? {
            Request::Write(job) => return Some(job),
            Request::Close(asked) => *close = Some(asked),
        }
        None
    }

    /// Does one unit of work. False if it fails and leaves something behind.
    fn holds(&mut self, job: &mut dyn Job) -> bool {
        let before = self.tx.sqlite().changes();
        let keep = job.run(&mut self.tx);
        let session = self.tx.sqlite();
        let is_untouched =
            session.in_transaction() && session.changes() == before;
        keep || is_untouched
    }

    /// Does units of work anew, each of which leaves nothing behind if it
    /// fails. An error means that the whole transaction is lost.
    fn write_apart(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Error> {
        self.abandon();
        self.begin()?;
        for job in jobs {
            self.tx.sqlite().command("SAVEPOINT work")?;
            let keep = job.run(&mut self.tx);
            let session = self.tx.sqlite();
            if !keep {
                session.words().clear();
                session.command("ROLLBACK TO work")?;
            }
            session.command("RELEASE work")?;
        }
        self.commit()
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.tx.sqlite().command("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.tx.sqlite().command("COMMIT")
    }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    fn abandon(&mut self) {
        let session = self.tx.sqlite();
        session.words().clear();
        if session.in_transaction()
            && let Err(error) = session.command("ROLLBACK")
        {
            error!(self.log, "cannot roll back";
                "error" => format!("{error:?}"));
        }
    }

    /// Refuses what still waits, and closes the database.
    fn close(mut self, asked: Option<oneshot::Sender<()>>) {
        self.queue.close();
        while let Some(request) = self.queue.blocking_recv() {
            match request {
                Request::Write(job) => job.answer(Err(Error::Closed)),
                Request::Close(also) => drop(also.send(())),
            }
        }
        self.syncer.stop();
        self.checkpoints.stop();
        if let Tx::Sqlite(session) = self.tx
            && let Err(error) = session.close()
        {
            error!(self.log, "cannot close the database cleanly";
                "error" => format!("{error:?}"));
        }
        if let Some(asked) = asked {
            let _ = asked.send(());
        }
    }
}
