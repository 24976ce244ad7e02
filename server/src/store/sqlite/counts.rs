//! What a connection has counted, for as long as it is true.
//!
//! A page tells exactly how many rows there are, and to count a million takes
//! milliseconds. Between two writes the number stays the same.

use hashlink::LruCache;

use crate::store::Statement;

/// The most counts that a connection keeps.
const MAX_KEPT: usize = 128;

/// What has been counted in one state of the database.
#[derive(Debug)]
pub(super) struct Counts {
    /// The state, as SQLite numbers it for a connection.
    state: Option<i64>,
    kept: LruCache<String, i64>,
}

impl Default for Counts {
    fn default() -> Self {
        Self { state: None, kept: LruCache::new(MAX_KEPT) }
    }
}

impl Counts {
    /// What tells a statement from all others.
    pub(super) fn key(statement: &Statement) -> String {
        format!("{} {:?}", statement.sql, statement.values)
    }

    /// Forgets everything if the database is in another state by now.
    pub(super) fn see(&mut self, state: i64) {
        if self.state.replace(state) != Some(state) {
            self.kept.clear();
        }
    }

    pub(super) fn get(&mut self, key: &str) -> Option<i64> {
        self.kept.get(key).copied()
    }

    pub(super) fn keep(&mut self, key: String, count: i64) {
        self.kept.insert(key, count);
    }
}
