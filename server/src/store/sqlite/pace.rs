//! How many writes are committed together.
//!
//! While the disk has one commit, the writer makes the next. Whoever is
//! answered for the first sends the next write meanwhile, so that two commits
//! take turns and neither writer nor disk stands still, if each has half of
//! those who write. Without a limit all of them would be gathered into one,
//! and then the writer would wait for the disk, and for them.

use std::mem;
use std::time::Duration;

/// The most units of work in one transaction: what bounds the wait of the
/// first of them.
const MAX_TOGETHER: usize = 128;

/// When the commit that is being made has enough writes.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// How many the last two commits had.
    last: [usize; 2],
    /// Whether nothing was waiting after the last.
    has_paused: bool,
    /// Half of those who write, as far as can be told.
    half: usize,
}

impl Pace {
    /// The writer stands still, for nothing waits to be written.
    pub(super) fn pause(&mut self) {
        self.has_paused = true;
    }

    /// A commit begins, while so many writes wait. After a pause, those of
    /// the last commit are the ones who come again.
    pub(super) fn begin(&mut self, waiting: usize) {
        let [before, last] = self.last;
        let writers = match mem::take(&mut self.has_paused) {
            true => last,
            false => before + last,
        };
        self.half = writers.max(waiting).div_ceil(2).min(MAX_TOGETHER);
    }

    /// Whether so many writes, which have taken so long, are enough, where
    /// the disk took so long for a commit.
    ///
    /// A commit of half of those who write and one of all of them take the
    /// disk the same time. If that is more than the writer needs for all, it
    /// is better to have them all in one.
    pub(super) fn is_enough(
        &self,
        writes: usize,
        spent: Duration,
        disk: Duration,
    ) -> bool {
        let is_worth_it = spent.saturating_mul(2) >= disk;
        writes >= MAX_TOGETHER || (writes >= self.half && is_worth_it)
    }

    /// A commit has been made, of so many writes.
    pub(super) fn end(&mut self, writes: usize) {
        self.last = [self.last[1], writes];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISK: Duration = Duration::from_micros(300);
    const WRITE: Duration = Duration::from_micros(100);

    /// The sizes of the next commits, if so many write without a pause and
    /// come again while the commit after their own is made.
    fn commits(pace: &mut Pace, writers: usize, disk: Duration) -> Vec<usize> {
        let (mut waiting, mut away) = (writers, 0);
        let mut sizes = Vec::new();
        for _ in 0..20 {
            if waiting == 0 {
                pace.pause();
                (waiting, away) = (away, 0);
            }
            let size = commit(pace, waiting, disk);
            (waiting, away) = (waiting - size + away, size);
            sizes.push(size);
        }
        sizes
    }

    fn commit(pace: &mut Pace, waiting: usize, disk: Duration) -> usize {
        let mut spent = Duration::ZERO;
        pace.begin(waiting);
        let enough = (1..=waiting).find(|writes| {
            spent += WRITE;
            pace.is_enough(*writes, spent, disk)
        });
        let size = enough.unwrap_or(waiting);
        pace.end(size);
        size
    }

    #[test]
    fn two_commits_share_those_who_write() {
        let mut pace = Pace::default();
        for writers in [4, 8, 32, 200, 32, 8] {
            let sizes = commits(&mut pace, writers, DISK);
            let settled = sizes.get(15..).expect("twenty commits");
            let share = writers / 4..=writers / 2;
            let is_shared = settled.iter().all(|size| share.contains(size));
            assert!(is_shared, "{writers}: {sizes:?}");
        }
    }

    #[test]
    fn a_slow_disk_is_given_all_at_once() {
        let slow = Duration::from_millis(10);
        let sizes = commits(&mut Pace::default(), 32, slow);
        assert!(sizes.iter().all(|size| *size == 32), "{sizes:?}");
    }

    #[test]
    fn a_commit_is_never_larger_than_is_allowed() {
        let slow = Duration::from_secs(1);
        let sizes = commits(&mut Pace::default(), 1_000, slow);
        assert!(sizes.iter().all(|it| *it <= MAX_TOGETHER), "{sizes:?}");
    }
}
