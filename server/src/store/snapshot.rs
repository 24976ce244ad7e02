//! Which state of the database there is to be seen, and what has been read of
//! it.

use std::fmt;
use std::hash::Hash;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

/// A state of a SQLite database: the header of its WAL-index, which is another
/// after each commit, see
/// <https://sqlite.org/walformat.html#the_wal_index_header>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(pub(super) [u8; 48]);

/// What has been read, for as long as nothing is written, whoever writes.
///
/// Its room is bounded; what is asked for least makes room for others.
pub(crate) struct Kept<K, V>(Cache<K, (Snapshot, V), Weigh<K, V>>);

/// What a value and its key weigh.
struct Weigh<K, V>(fn(&K, &V) -> u64);

/// Without what is kept.
impl<K, V> fmt::Debug for Kept<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl<K, V> Clone for Weigh<K, V> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<K, V> Weighter<K, (Snapshot, V)> for Weigh<K, V> {
    fn weight(&self, key: &K, (_, value): &(Snapshot, V)) -> u64 {
        (self.0)(key, value)
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// Room for so many values.
    pub(crate) fn new(capacity: usize) -> Self {
        Self::weighing(capacity, capacity as u64, |_, _| 1)
    }

    /// Room for values of so much weight, which are about so many.
    pub(crate) fn weighing(
        about: usize,
        capacity: u64,
        weigh: fn(&K, &V) -> u64,
    ) -> Self {
        Self(Cache::with_weighter(about, capacity, Weigh(weigh)))
    }

    /// What was read when the database was as it is now. Without a snapshot
    /// nobody knows.
    pub(crate) fn get<Q>(&self, key: &Q, now: Option<Snapshot>) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let (seen, value) = self.0.get(key)?;
        (Some(seen) == now).then_some(value)
    }

    /// Keeps what was read after this snapshot was taken.
    pub(crate) fn keep(&self, key: K, seen: Option<Snapshot>, value: V) {
        if let Some(seen) = seen {
            self.0.insert(key, (seen, value));
        }
    }
}
