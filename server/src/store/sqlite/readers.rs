//! The threads that run long reads, each with a connection of its own.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use slog::Logger;
use tokio::sync::mpsc;

use super::work::Job;
use crate::store::{Error, Tx};

/// A unit of work that reads, and the one who waits for it: who gives up
/// takes the other end of `asker` along.
pub(super) struct Read {
    pub(super) job: Box<dyn Job>,
    pub(super) asker: Weak<()>,
}

/// Where the threads take their work from.
pub(super) type Queue = Arc<Mutex<mpsc::Receiver<Read>>>;

/// Starts a thread for each connection.
pub(super) fn start(
    connections: Vec<Tx>,
    queue: mpsc::Receiver<Read>,
    log: &Logger,
) -> Result<(), Error> {
    let queue = Queue::new(Mutex::new(queue));
    for (number, tx) in connections.into_iter().enumerate() {
        let (queue, log) = (Arc::clone(&queue), log.clone());
        thread::Builder::new()
            .name(format!("sqlite-reader-{number}"))
            .spawn(move || read_all(tx, &queue, &log))
            .map_err(|error| Error::Thread(Arc::new(error)))?;
    }
    Ok(())
}

/// Reads until nobody is left to read for.
fn read_all(mut tx: Tx, queue: &Queue, log: &Logger) {
    while let Some(next) = next(queue) {
        read(&mut tx, next, log);
    }
}

fn next(queue: &Queue) -> Option<Read> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.blocking_recv()
}

/// Runs one unit of work, all of whose statements see the same state, for as
/// long as somebody waits for it: a query that nobody waits for any more
/// would keep others from being read.
fn read(tx: &mut Tx, Read { mut job, asker }: Read, log: &Logger) {
    if let Err(error) = begin(tx, asker) {
        return job.answer(Err(error));
    }
    job.run(tx);
    if let Err(error) = end(tx) {
        slog::warn!(log, "cannot end a read"; "error" => format!("{error:?}"));
    }
    job.answer(Ok(()));
}

fn begin(tx: &mut Tx, asker: Weak<()>) -> Result<(), Error> {
    let session = tx.sqlite();
    session.command("BEGIN")?;
    session.stop_when(move || asker.strong_count() == 0)
}

fn end(tx: &mut Tx) -> Result<(), Error> {
    let session = tx.sqlite();
    session.go_on()?;
    session.command("ROLLBACK")
}
