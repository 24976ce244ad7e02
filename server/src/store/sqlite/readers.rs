//! The threads that run long reads, each with a connection of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use slog::Logger;
use tokio::sync::mpsc;

use super::work::Job;
use crate::store::{Error, Tx};

/// Where the threads take their work from.
pub(super) type Queue = Arc<Mutex<mpsc::Receiver<Box<dyn Job>>>>;

/// Starts a thread for each connection.
pub(super) fn start(
    connections: Vec<Tx>,
    queue: mpsc::Receiver<Box<dyn Job>>,
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
    while let Some(job) = next(queue) {
        read(&mut tx, job, log);
    }
}

fn next(queue: &Queue) -> Option<Box<dyn Job>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.blocking_recv()
}

/// Runs one unit of work, all of whose statements see the same state.
fn read(tx: &mut Tx, job: Box<dyn Job>, log: &Logger) {
    if let Err(error) = tx.session().command("BEGIN") {
        return job.refuse(error);
    }
    let done = job.run(tx);
    if let Err(error) = tx.session().command("ROLLBACK") {
        slog::warn!(log, "cannot end a read"; "error" => format!("{error:?}"));
    }
    done.answer(Ok(()));
}
