//! Moving the write-ahead log into the database, beside the writer.
//!
//! What has been committed stays in the log until somebody moves it into the
//! database, see <https://sqlite.org/wal.html#checkpointing>. That takes tens
//! of milliseconds, most of them for the disk, and whoever writes need not
//! stand still for it: a thread of its own moves what is there and puts it on
//! the disk. The writer then moves the little that it has added meanwhile,
//! after which the log starts over.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use slog::{Logger, warn};

use super::connect;
use super::session::{Moved, Session};
use super::wal_index::WalIndex;
use crate::store::Error;

/// How many pages of 4 KiB the log may have before it is moved. A page that is
/// written often is moved once, so the longer the log is, the less is to do;
/// and the longer it takes to read it after a crash: a tenth of a second.
const MAX_PAGES: u32 = 32_000;

/// How many pages the writer moves itself.
const FEW_PAGES: u32 = 1_000;

/// How many more pages the log may get until it is tried again, where a read
/// keeps the log from being moved or from starting over.
const MORE_PAGES: u32 = 200;

/// What sees to the length of the log. It is the writer's.
#[derive(Debug)]
pub(super) struct Checkpoints {
    wal_index: WalIndex,
    /// How often the log has started over.
    cycle: u64,
    /// How long the log was when it was last looked at.
    seen_pages: u32,
    /// How long it may be until it is moved.
    max_pages: u32,
    /// Whether the thread has not told yet how far it came.
    is_asked: bool,
    wanted: SyncSender<u64>,
    done: Receiver<(u64, Moved)>,
    thread: JoinHandle<()>,
    log: Logger,
}

impl Checkpoints {
    /// Starts the thread for the database in this file. Where the length of
    /// the log cannot be told, the writer moves it by itself.
    pub(super) fn start(
        path: &Path,
        wal_index: WalIndex,
        writer: &mut Session,
        log: &Logger,
    ) -> Result<Self, Error> {
        if wal_index.pages().is_none() {
            writer.checkpoint_from(MAX_PAGES)?;
        }
        let mover = Mover {
            session: connect::another(path)?,
            path: path.to_owned(),
            database: None,
            log: log.clone(),
        };
        let (wanted, wishes) = sync_channel(1);
        let (told, done) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || mover.run(&wishes, &told))
            .map_err(|error| Error::Thread(Arc::new(error)))?;
        Ok(Self {
            wal_index,
            cycle: 0,
            seen_pages: 0,
            max_pages: MAX_PAGES,
            is_asked: false,
            wanted,
            done,
            thread,
            log: log.clone(),
        })
    }

    /// Sees to the length of the log after a commit of the writer's.
    pub(super) fn after_commit(&mut self, session: &mut Session) {
        let pages = self.wal_index.pages().unwrap_or_default();
        if pages < self.seen_pages {
            self.cycle += 1;
            self.max_pages = MAX_PAGES;
        }
        self.seen_pages = pages;
        if pages < self.max_pages {
            return;
        }
        if !self.is_asked {
            return self.ask();
        }
        let Ok((cycle, moved)) = self.done.try_recv() else { return };
        self.is_asked = false;
        let left = pages.saturating_sub(moved.pages);
        if cycle == self.cycle && left <= FEW_PAGES {
            move_log(session, &self.log);
        }
        self.max_pages = pages.saturating_add(MORE_PAGES);
    }

    fn ask(&mut self) {
        // There is room for one wish. Without the thread, which has panicked
        // then, SQLite sees to the log.
        self.is_asked = self.wanted.try_send(self.cycle).is_ok();
    }

    /// Waits for the thread to end, which then has closed its connection.
    pub(super) fn stop(self) {
        drop(self.wanted);
        // A panic has been logged by its hook.
        let _ = self.thread.join();
    }
}

/// The thread's part.
struct Mover {
    session: Session,
    path: PathBuf,
    /// The database file, once it has been needed. Never closed: whoever
    /// closes a file gives up every lock that their process has on it (POSIX,
    /// fcntl), and the locks are SQLite's.
    database: Option<&'static File>,
    log: Logger,
}

impl Mover {
    /// Moves the log whenever that is wanted, until nobody can want it.
    fn run(mut self, wishes: &Receiver<u64>, told: &SyncSender<(u64, Moved)>) {
        while let Ok(cycle) = wishes.recv() {
            let moved = move_log(&mut self.session, &self.log);
            if let Err(error) = self.sync() {
                warn!(self.log, "cannot put the database on the disk";
                    "error" => %error);
            }
            if told.send((cycle, moved)).is_err() {
                return;
            }
        }
    }

    /// Puts the database on the disk. SQLite does so only where it has moved
    /// the whole log, and the writer goes on adding to it.
    fn sync(&mut self) -> io::Result<()> {
        let file = match self.database {
            Some(file) => file,
            None => {
                let mut how = File::options();
                let file = how.read(true).write(true).open(&self.path)?;
                &*Box::leak(Box::new(file))
            }
        };
        self.database = Some(file);
        file.sync_data()
    }
}

fn move_log(session: &mut Session, log: &Logger) -> Moved {
    session.checkpoint().unwrap_or_else(|error| {
        warn!(log, "cannot move the write-ahead log into the database";
            "error" => format!("{error:?}"));
        Moved::default()
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use futures::FutureExt;

    use super::*;
    use crate::store::sqlite::Sqlite;
    use crate::store::testing::silent;
    use crate::store::{Statement, Tx};

    /// So much text that it takes 250 pages, the same ones each time.
    const TEXT: &str = "INSERT OR REPLACE INTO items (id, name, description)
        VALUES (1, 'long', hex(zeroblob(512000)))";

    async fn write(database: &Sqlite) {
        let text = Statement { sql: TEXT.into(), values: Vec::new() };
        let written: Result<u64, Error> = database
            .write(move |tx: &mut Tx| {
                async move { tx.execute(&text).await }.boxed()
            })
            .await;
        written.expect("written");
    }

    #[tokio::test]
    async fn the_log_starts_over_while_writes_go_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("colophon.db");
        let file = path.to_str().expect("UTF-8");
        let database = Sqlite::open(file, 1, &silent()).expect("a database");
        let wal_index = WalIndex::of(&path);
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut cycles = 0;
        let mut before = 0;
        while cycles < 3 {
            write(&database).await;
            let pages = wal_index.pages().expect("a log");
            cycles += u32::from(pages < before);
            before = pages;
            assert!(pages < 4 * MAX_PAGES, "the log has {pages} pages");
            assert!(Instant::now() < deadline, "the log does not start over");
        }
        database.close().await;
    }
}
