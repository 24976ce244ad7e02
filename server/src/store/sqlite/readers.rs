//! Reads: short ones on whichever thread asks, long ones on threads of their
//! own, each with a connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use slog::Logger;
use tokio::sync::mpsc;

use super::work::{Job, done};
use crate::store::tx::Work;
use crate::store::{Error, Tx};

/// How long a read may keep the thread that asks for it: a page of twenty
/// takes a tenth of this, and a request that waits behind it does not notice.
const BRIEF: Duration = Duration::from_micros(500);

/// A unit of work that reads, and the one who waits for it: who gives up
/// takes the other end of `asker` along.
pub(super) struct Read {
    pub(super) job: Box<dyn Job>,
    pub(super) asker: Weak<()>,
}

/// Where the threads take their work from.
pub(super) type Queue = Arc<Mutex<mpsc::Receiver<Read>>>;

/// Starts so many threads. Each opens its connection when it is first asked
/// for something: many a server never asks all of them, and a connection is
/// 140 KiB of memory.
pub(super) fn start(
    threads: usize,
    open: impl Fn() -> Result<Tx, Error> + Clone + Send + 'static,
    queue: mpsc::Receiver<Read>,
    log: &Logger,
) -> Result<(), Error> {
    let queue = Queue::new(Mutex::new(queue));
    for number in 0..threads {
        let (open, queue, log) = (open.clone(), queue.clone(), log.clone());
        thread::Builder::new()
            .name(format!("sqlite-reader-{number}"))
            .spawn(move || read_all(open, &queue, &log))
            .map_err(|error| Error::Thread(Arc::new(error)))?;
    }
    Ok(())
}

/// Reads until nobody is left to read for.
fn read_all(open: impl Fn() -> Result<Tx, Error>, queue: &Queue, log: &Logger) {
    let mut connection = None;
    while let Some(next) = next(queue) {
        match opened(&mut connection, &open) {
            Ok(tx) => read(tx, next, log),
            Err(error) => next.job.answer(Err(error)),
        }
    }
}

/// The connection. If it could not be opened before, it is tried again.
fn opened(
    connection: &mut Option<Tx>,
    open: impl FnOnce() -> Result<Tx, Error>,
) -> Result<&mut Tx, Error> {
    let tx = match connection.take() {
        Some(tx) => tx,
        None => open()?,
    };
    Ok(connection.insert(tx))
}

fn next(queue: &Queue) -> Option<Read> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.blocking_recv()
}

/// Runs one unit of work, all of whose statements see the same state, for as
/// long as somebody waits for it: a query that nobody waits for any more
/// would keep others from being read.
fn read(tx: &mut Tx, Read { mut job, asker }: Read, log: &Logger) {
    if let Err(error) = begin(tx, move || asker.strong_count() == 0) {
        return job.answer(Err(error));
    }
    job.run(tx);
    if let Err(error) = end(tx) {
        slog::warn!(log, "cannot end a read"; "error" => format!("{error:?}"));
    }
    job.answer(Ok(()));
}

/// Runs a unit of work that most likely takes less time than handing it to
/// another thread and back. `None` if it takes longer: then nothing is known.
pub(super) fn read_briefly<W, T, E>(
    tx: &mut Tx,
    work: W,
) -> Result<Option<Result<T, E>>, Error>
where
    W: Work<T, E>,
    E: From<Error>,
{
    let end_by = Instant::now() + BRIEF;
    let is_long = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_long);
    begin(tx, move || {
        let is_over = Instant::now() >= end_by;
        told.store(is_over, Ordering::Relaxed);
        is_over
    })?;
    let outcome = done(work, tx);
    end(tx)?;
    Ok((!is_long.load(Ordering::Relaxed)).then_some(outcome))
}

fn begin(
    tx: &mut Tx,
    stop: impl FnMut() -> bool + Send + 'static,
) -> Result<(), Error> {
    let session = tx.sqlite();
    session.command("BEGIN")?;
    session.stop_when(stop)
}

fn end(tx: &mut Tx) -> Result<(), Error> {
    let session = tx.sqlite();
    session.go_on()?;
    session.command("ROLLBACK")
}
