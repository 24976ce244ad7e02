//! Words that need not be looked up before each new book.

use hashlink::LruCache;

/// The most words that are kept.
const MAX_WORDS: usize = 4_096;

/// The most bytes of a word that is kept.
const MAX_BYTES: usize = 32;

/// Words that the index is known to have. Nothing takes a word out of the
/// index but a transaction that is not kept, of which whoever ends it tells.
#[derive(Debug)]
pub(crate) struct WordCache {
    words: LruCache<Box<str>, ()>,
}

impl Default for WordCache {
    fn default() -> Self {
        Self { words: LruCache::new(MAX_WORDS) }
    }
}

impl WordCache {
    /// Whether the index has this word for certain.
    pub(in crate::store) fn has(&mut self, word: &str) -> bool {
        self.words.get(word).is_some()
    }

    /// The index has this word, at least until the transaction ends.
    pub(in crate::store) fn keep(&mut self, word: &str) {
        if word.len() <= MAX_BYTES {
            self.words.insert(word.into(), ());
        }
    }

    /// A transaction was not kept: some of the words may be gone.
    pub(super) fn clear(&mut self) {
        self.words.clear();
    }
}
