//! Moving the write-ahead log into the database, beside the writer.
//!
//! What has been committed stays in the log until somebody moves it into the
//! database, see <https://sqlite.org/wal.html#checkpointing>. That takes tens
//! of milliseconds, and whoever writes need not stand still for it: a thread
//! of its own moves what is there, and the writer then moves the little that
//! it has added meanwhile, after which the log starts over.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use slog::{Logger, warn};

use super::connect;
use super::session::Session;
use super::wal_index::WalIndex;
use crate::store::Error;

/// How many pages of 4 KiB the log may have before it is moved.
const MAX_PAGES: u32 = 8_000;

/// How many more it may get while a long read keeps it from starting over.
const MORE_PAGES: u32 = 1_000;

/// What sees to the length of the log. It is the writer's.
#[derive(Debug)]
pub(super) struct Checkpoints {
    wal_index: WalIndex,
    /// How long the log was when it was last looked at.
    seen_pages: u32,
    /// How long it may be until it is moved.
    max_pages: u32,
    thread: JoinHandle<()>,
    wanted: SyncSender<()>,
    progress: Arc<Progress>,
    log: Logger,
}

/// What the thread does.
#[derive(Debug, Default)]
struct Progress {
    /// It was asked and has not ended.
    is_under_way: AtomicBool,
    /// It has ended, and the writer has not seen to the rest.
    has_ended: AtomicBool,
}

impl Checkpoints {
    /// Starts the thread for the database in this file.
    pub(super) fn start(
        path: &Path,
        wal_index: WalIndex,
        log: &Logger,
    ) -> Result<Self, Error> {
        let session = connect::another(path)?;
        let (wanted, wishes) = sync_channel(1);
        let progress = Arc::new(Progress::default());
        let (told, errors) = (Arc::clone(&progress), log.clone());
        let thread = thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || run(session, &wishes, &told, &errors))
            .map_err(|error| Error::Thread(Arc::new(error)))?;
        let (seen_pages, max_pages) = (0, MAX_PAGES);
        let log = log.clone();
        Ok(Self {
            wal_index,
            seen_pages,
            max_pages,
            thread,
            wanted,
            progress,
            log,
        })
    }

    /// Sees to the length of the log after a commit of the writer's. Where the
    /// length cannot be told, SQLite does so by itself.
    pub(super) fn after_commit(&mut self, session: &mut Session) {
        let pages = self.wal_index.pages().unwrap_or_default();
        if pages < self.seen_pages {
            self.max_pages = MAX_PAGES;
        }
        self.seen_pages = pages;
        if pages < self.max_pages {
            return;
        }
        if self.progress.has_ended.swap(false, Ordering::AcqRel) {
            move_log(session, &self.log);
            self.max_pages = pages.saturating_add(MORE_PAGES);
        } else if !self.progress.is_under_way.swap(true, Ordering::AcqRel) {
            // It is there, and there is room for one wish.
            let _ = self.wanted.try_send(());
        }
    }

    /// Waits for the thread to end, which then has closed the file.
    pub(super) fn stop(self) {
        drop(self.wanted);
        // A panic has been logged by its hook.
        let _ = self.thread.join();
    }
}

/// Moves the log whenever that is wanted, until nobody can want it.
fn run(
    mut session: Session,
    wishes: &Receiver<()>,
    progress: &Progress,
    log: &Logger,
) {
    while wishes.recv().is_ok() {
        move_log(&mut session, log);
        progress.has_ended.store(true, Ordering::Release);
        progress.is_under_way.store(false, Ordering::Release);
    }
}

fn move_log(session: &mut Session, log: &Logger) {
    if let Err(error) = session.checkpoint() {
        warn!(log, "cannot move the write-ahead log into the database";
            "error" => format!("{error:?}"));
    }
}
