//! SQLite: one thread that writes, a few that run long reads, and short reads
//! on whichever thread asks.

mod checkpoint;
mod connect;
mod counts;
mod pace;
mod readers;
mod session;
mod syncer;
mod wal_index;
mod word_cache;
mod work;
mod writer;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use slog::Logger;
use tokio::sync::{mpsc, oneshot};

use super::tx::{Columns, Work};
use super::{Error, Migration, Snapshot, Statement, Tx};
use checkpoint::Checkpoints;
use connect::Place;
use readers::{Read, read_briefly};
pub(super) use session::Session;
use syncer::Syncer;
use wal_index::WalIndex;
use work::Unit;
use writer::{Request, Writer};

/// Units of work that may wait for a thread; who comes later waits to be let
/// into the queue.
const QUEUE: usize = 1024;

/// A SQLite database.
#[derive(Debug)]
pub(super) struct Sqlite {
    writer: mpsc::Sender<Request>,
    readers: mpsc::Sender<Read>,
    /// Connections for short reads, which take microseconds: less than
    /// handing them to another thread would.
    nearby: Vec<Mutex<Tx>>,
    wal_index: WalIndex,
    closed: Arc<AtomicBool>,
    /// After everything that has the file open.
    _place: Arc<Place>,
}

impl Sqlite {
    /// Opens the database in this file with so many threads for long reads.
    pub(super) fn open(
        path: &str,
        readers: usize,
        log: &Logger,
    ) -> Result<Self, Error> {
        let place = Arc::new(Place::of(path)?);
        let (queue, requests) = mpsc::channel(QUEUE);
        let (reader, reads) = mpsc::channel(QUEUE);
        let mut tx = connect::prepare(&place.path)?;
        let path = place.path.clone();
        let open = move || connect::reader(&path);
        readers::start(readers, open, reads, log)?;
        let wal_index = WalIndex::of(&place.path);
        let checkpoints =
            Checkpoints::start(&place.path, wal_index, tx.sqlite(), log)?;
        let closed = Arc::new(AtomicBool::new(false));
        let sync = connect::syncing(&place.path)?;
        let syncer = Syncer::start(sync, Arc::clone(&closed), log.clone())?;
        let writer =
            Writer::new(tx, requests, checkpoints, syncer, log.clone());
        start_writer(writer, &place)?;
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            writer: queue,
            readers: reader,
            nearby: connections(&place, threads)?
                .into_iter()
                .map(Mutex::new)
                .collect(),
            wal_index,
            closed,
            _place: place,
        })
    }

    pub(super) async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.check_open()?;
        let (job, answer) = Unit::queued(work);
        let sent = self.writer.send(Request::Write(job)).await;
        sent.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    pub(super) async fn read<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.check_open()?;
        if let Some(outcome) = self.read_here(work.clone())? {
            return outcome;
        }
        let (job, answer) = Unit::queued(work);
        // Goes with whoever waits here, and the reader sees it go.
        let asker = Arc::new(());
        let read = Read { job, asker: Arc::downgrade(&asker) };
        self.readers.send(read).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// What a read gives, if it is short and a connection is free.
    fn read_here<T, E, W>(&self, work: W) -> Result<Option<Result<T, E>>, Error>
    where
        W: Work<T, E>,
        E: From<Error>,
    {
        match self.free() {
            Some(mut tx) => read_briefly(&mut tx, work),
            None => Ok(None),
        }
    }

    pub(super) fn lookup<T>(
        &self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.check_open()?;
        let mut tx = self.nearby()?;
        tx.sqlite().fetch_first(statement, read)
    }

    /// The state of the database now, or one before it; none if it cannot be
    /// told, or the database is closed.
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        self.check_open().ok()?;
        self.wal_index.snapshot()
    }

    /// Does what was asked for before, and closes the database.
    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let (closed, wait) = oneshot::channel();
        if self.writer.send(Request::Close(closed)).await.is_ok() {
            let _ = wait.await;
        }
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        Ok(())
    }

    /// A connection for a short read, waited for if need be.
    fn nearby(&self) -> Result<MutexGuard<'_, Tx>, Error> {
        if let Some(free) = self.free() {
            return Ok(free);
        }
        let own = self.ring().next().ok_or(Error::Closed)?;
        Ok(own.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A connection for a short read, if one is free.
    fn free(&self) -> Option<MutexGuard<'_, Tx>> {
        self.ring().find_map(|tx| tx.try_lock().ok())
    }

    /// The connections for short reads, beginning with this thread's own.
    fn ring(&self) -> impl Iterator<Item = &Mutex<Tx>> {
        let mut hasher = DefaultHasher::new();
        thread::current().id().hash(&mut hasher);
        let start = (hasher.finish() as usize) % self.nearby.len().max(1);
        let (before, after) = self.nearby.split_at(start);
        after.iter().chain(before)
    }
}

fn connections(place: &Place, count: usize) -> Result<Vec<Tx>, Error> {
    (0..count).map(|_| connect::reader(&place.path)).collect()
}

/// The migrations that the server knows, and which of them the database in
/// this file has. A file that is missing stays so.
pub(super) fn migrations(path: &str) -> Result<Vec<Migration>, Error> {
    connect::list(path.as_ref())
}

/// The number of the last migration that the server knows.
pub(super) fn latest_migration() -> i32 {
    connect::latest()
}

/// The thread holds the place, so that the file outlives its last use.
fn start_writer(writer: Writer, place: &Arc<Place>) -> Result<(), Error> {
    let place = Arc::clone(place);
    thread::Builder::new()
        .name("sqlite-writer".to_owned())
        .spawn(move || {
            writer.run();
            drop(place);
        })
        .map_err(|error| Error::Thread(Arc::new(error)))?;
    Ok(())
}
