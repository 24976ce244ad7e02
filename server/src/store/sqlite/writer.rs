//! The one thread that writes.
//!
//! Writes that wait together are committed together, so that they share one
//! wait for the disk. None waits for others to come.

use slog::{Logger, error};
use tokio::sync::{mpsc, oneshot};

use super::work::{Done, Job};
use crate::store::{Error, Tx};

/// The most units of work in one transaction: what bounds the wait of the
/// first of them.
const MAX_TOGETHER: usize = 128;

/// What the writer is asked for.
pub(super) enum Request {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// The writer: its connection and its queue.
pub(super) struct Writer {
    tx: Tx,
    queue: mpsc::Receiver<Request>,
    log: Logger,
}

impl Writer {
    pub(super) fn new(
        tx: Tx,
        queue: mpsc::Receiver<Request>,
        log: Logger,
    ) -> Self {
        Self { tx, queue, log }
    }

    /// Writes until it is told to close or nobody is left to write for.
    pub(super) fn run(mut self) {
        let mut closing = None;
        while let Some(request) = self.queue.blocking_recv() {
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

    /// Writes this and what waits behind it, and answers all of them. Gives
    /// back a request to close, if it came upon one.
    fn write_together(
        &mut self,
        first: Box<dyn Job>,
    ) -> Option<oneshot::Sender<()>> {
        if let Err(error) = self.tx.sqlite().command("BEGIN IMMEDIATE") {
            first.refuse(error);
            return None;
        }
        let mut done = Vec::new();
        let mut close = None;
        let mut outcome = self.write(first, &mut done);
        while outcome.is_ok() && done.len() < MAX_TOGETHER {
            match self.queue.try_recv() {
                Ok(Request::Write(next)) => {
                    outcome = self.write(next, &mut done);
                }
                Ok(Request::Close(asked)) => {
                    close = Some(asked);
                    break;
                }
                Err(_) => break,
            }
        }
        let committed = outcome.and_then(|()| self.commit());
        self.answer(done, committed);
        close
    }

    /// Does one unit of work, which leaves nothing behind if it fails. An
    /// error means that the whole transaction is lost.
    fn write(
        &mut self,
        job: Box<dyn Job>,
        done: &mut Vec<Done>,
    ) -> Result<(), Error> {
        if let Err(error) = self.tx.sqlite().command("SAVEPOINT work") {
            job.refuse(error.clone());
            return Err(error);
        }
        let outcome = job.run(&mut self.tx);
        let keep = outcome.keep;
        done.push(outcome);
        let session = self.tx.sqlite();
        if !keep {
            session.command("ROLLBACK TO work")?;
        }
        session.command("RELEASE work")
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.tx.sqlite().command("COMMIT")
    }

    fn answer(&mut self, done: Vec<Done>, committed: Result<(), Error>) {
        if let Err(error) = &committed {
            error!(self.log, "writes lost";
                "writes" => done.len(), "error" => format!("{error:?}"));
            self.abandon();
        }
        for unit in done {
            unit.answer(committed.clone());
        }
    }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    fn abandon(&mut self) {
        let session = self.tx.sqlite();
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
                Request::Write(job) => job.refuse(Error::Closed),
                Request::Close(also) => drop(also.send(())),
            }
        }
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
