//! Putting on the disk what has been committed, and then telling so.
//!
//! The writer does not wait for the disk: while one commit is put there, it
//! does the next. Nobody is told of a write before it is on the disk, so what
//! was acknowledged survives a loss of power. The write-ahead log is put there
//! from its beginning to its end: a write that rests on what somebody else has
//! just written is not there without that.
//!
//! If the disk fails, nobody knows what is on it, nor does the system try
//! again what it has failed to write once. So the store is closed, and its
//! database is read anew when the server is started again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use slog::{Logger, error};

use super::work::Job;
use crate::store::Error;

/// Commits that may wait for the disk. One more makes the writer wait, and
/// gather more in its next.
const WAITING: usize = 1;

/// What puts on the disk all that has been written before it is called.
pub(super) type Sync = Box<dyn FnMut() -> io::Result<()> + Send>;

/// Units of work that were committed together, or failed together.
pub(super) struct Committed {
    pub(super) jobs: Vec<Box<dyn Job>>,
    pub(super) outcome: Result<(), Error>,
    /// Whether anything has been written.
    pub(super) has_changes: bool,
}

/// The thread that waits for the disk.
#[derive(Debug)]
pub(super) struct Syncer {
    commits: SyncSender<Committed>,
    last_micros: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Syncer {
    /// Starts the thread. If the disk fails it closes the store.
    pub(super) fn start(
        sync: Sync,
        closed: Arc<AtomicBool>,
        log: Logger,
    ) -> Result<Self, Error> {
        let (commits, waiting) = sync_channel(WAITING);
        let last_micros = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&last_micros);
        let disk = Disk { sync, last_micros: told, failure: None, closed, log };
        let thread = thread::Builder::new()
            .name("sqlite-sync".to_owned())
            .spawn(move || run(&waiting, disk))
            .map_err(|error| Error::Thread(Arc::new(error)))?;
        Ok(Self { commits, last_micros, thread })
    }

    /// How long the disk took for the last commit; nothing before the first.
    pub(super) fn last(&self) -> Duration {
        Duration::from_micros(self.last_micros.load(Ordering::Relaxed))
    }

    /// Has units of work answered once they are on the disk.
    pub(super) fn answer(&self, committed: Committed) {
        if let Err(lost) = self.commits.send(committed) {
            // The thread has panicked, which its hook has logged.
            answer(lost.0.jobs, Err(&Error::Closed));
        }
    }

    /// Waits until all is on the disk and everybody has been answered.
    pub(super) fn stop(self) {
        drop(self.commits);
        let _ = self.thread.join();
    }
}

/// Answers what is committed, together if it has come together.
fn run(waiting: &Receiver<Committed>, mut disk: Disk) {
    while let Ok(first) = waiting.recv() {
        let together: Vec<_> =
            std::iter::once(first).chain(waiting.try_iter()).collect();
        let synced = match together.iter().any(|it| it.has_changes) {
            true => disk.sync(),
            false => Ok(()),
        };
        for Committed { jobs, outcome, .. } in together {
            answer(jobs, outcome.as_ref().and(synced.as_ref()).copied());
        }
    }
}

fn answer(jobs: Vec<Box<dyn Job>>, outcome: Result<(), &Error>) {
    for job in jobs {
        job.answer(outcome.map_err(Clone::clone));
    }
}

/// The disk, until it fails.
struct Disk {
    sync: Sync,
    last_micros: Arc<AtomicU64>,
    failure: Option<Error>,
    closed: Arc<AtomicBool>,
    log: Logger,
}

impl Disk {
    fn sync(&mut self) -> Result<(), Error> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let begin = Instant::now();
        (self.sync)().map_err(|error| self.fail(error))?;
        let micros = u64::try_from(begin.elapsed().as_micros());
        let micros = micros.unwrap_or(u64::MAX);
        self.last_micros.store(micros, Ordering::Relaxed);
        Ok(())
    }

    fn fail(&mut self, error: io::Error) -> Error {
        error!(self.log, "the disk has failed; the store is closed";
            "error" => %error);
        self.closed.store(true, Ordering::Release);
        let failure = Error::Sync(Arc::new(error));
        self.failure = Some(failure.clone());
        failure
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc::{Sender, TryRecvError, channel};

    use super::*;
    use crate::store::Tx;
    use crate::store::testing::silent;

    /// A unit of work that tells how it was answered.
    struct Told(Sender<Result<(), Error>>);

    impl Job for Told {
        fn run(&mut self, _: &mut Tx) -> bool {
            true
        }

        fn answer(self: Box<Self>, outcome: Result<(), Error>) {
            self.0.send(outcome).expect("a listener");
        }
    }

    /// A commit of one unit of work, and where its answer will be.
    fn committed(
        has_changes: bool,
    ) -> (Committed, Receiver<Result<(), Error>>) {
        let (tell, answer) = channel();
        let jobs: Vec<Box<dyn Job>> = vec![Box::new(Told(tell))];
        (Committed { jobs, outcome: Ok(()), has_changes }, answer)
    }

    fn start(sync: Sync) -> (Syncer, Arc<AtomicBool>) {
        let closed = Arc::new(AtomicBool::new(false));
        let syncer = Syncer::start(sync, Arc::clone(&closed), silent());
        (syncer.expect("a thread"), closed)
    }

    #[test]
    fn nobody_is_told_of_a_write_before_it_is_on_the_disk() {
        let (begin, begun) = channel();
        let (end, ended) = channel();
        let (syncer, _) = start(Box::new(move || {
            begin.send(()).map_err(io::Error::other)?;
            ended.recv().map_err(io::Error::other)
        }));
        let (commit, answer) = committed(true);
        syncer.answer(commit);

        begun.recv().expect("the disk is at work");
        assert!(matches!(answer.try_recv(), Err(TryRecvError::Empty)));
        end.send(()).expect("the disk is done");
        answer.recv().expect("an answer").expect("written");
        syncer.stop();
    }

    #[test]
    fn what_changes_nothing_does_not_ask_for_the_disk() {
        let (syncer, _) = start(Box::new(|| Err(io::Error::other("used"))));
        let (commit, answer) = committed(false);
        syncer.answer(commit);
        answer.recv().expect("an answer").expect("nothing to write");
        syncer.stop();
    }

    #[test]
    fn a_disk_that_fails_closes_the_store() {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let (syncer, closed) = start(Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Err(io::Error::other("broken"))
        }));
        for _ in 0..2 {
            let (commit, answer) = committed(true);
            syncer.answer(commit);
            let answer = answer.recv().expect("an answer");
            assert!(matches!(answer, Err(Error::Sync(_))), "{answer:?}");
        }
        assert!(closed.load(Ordering::Acquire));
        syncer.stop();
        assert_eq!(asked.load(Ordering::Relaxed), 1, "it is not tried again");
    }
}
