//! Whether anything has been written, told without a lock.
//!
//! SQLite's processes share an index of the write-ahead log, a file beside the
//! database. Its header changes with each commit and is written last, when the
//! commit is on the disk: who reads the header as it was before sees what they
//! would see in a transaction. A transaction takes and gives back a lock of
//! the system, which is most of what a read by key costs.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::store::Snapshot;

/// The version of the format, see
/// <https://sqlite.org/walformat.html#the_wal_index_header>.
const VERSION: u32 = 3_007_000;

/// Where the header says that it is one.
const IS_INITIALISED: usize = 12;

/// Where it says how many pages the log has.
const PAGES: usize = 16;

/// The index of the write-ahead log of one database.
#[derive(Clone, Copy, Debug)]
pub(super) struct WalIndex {
    /// Never closed: whoever closes a file, however often they have it open,
    /// gives up every lock that their process has on it (POSIX, fcntl), and
    /// the locks are SQLite's.
    file: Option<&'static File>,
}

impl WalIndex {
    /// That of the database in this file, which is open.
    pub(super) fn of(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-shm");
        let file = File::open(path).ok();
        Self { file: file.map(|file| &*Box::leak(Box::new(file))) }
    }

    /// The state of the database now, if it can be told.
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        let mut header = [0; 48];
        read(self.file?, &mut header).ok()?;
        let version = header.first_chunk().copied().map(u32::from_ne_bytes);
        let is_one = header.get(IS_INITIALISED).is_some_and(|it| *it != 0);
        (is_one && version == Some(VERSION)).then_some(Snapshot(header))
    }

    /// How many pages the log has, if that can be told.
    pub(super) fn pages(&self) -> Option<u32> {
        let Snapshot(header) = self.snapshot()?;
        let pages = header.get(PAGES..)?.first_chunk().copied()?;
        Some(u32::from_ne_bytes(pages))
    }
}

#[cfg(unix)]
fn read(file: &File, header: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, header, 0)
}

/// Elsewhere, what is mapped and what is read need not be the same.
#[cfg(not(unix))]
fn read(_: &File, _: &mut [u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
