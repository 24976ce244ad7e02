//! What a connection is doing, told by its requests and asked by its keeper.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Version;

/// The state of one connection.
///
/// hyper has a header deadline of its own, but it begins only once the
/// protocol is known, exists for HTTP/1 alone and costs a timer per request.
/// This one watches both protocols from the first moment on, with one timer
/// per connection.
#[derive(Debug)]
pub(super) struct Activity {
    opened: Instant,
    /// Requests whose head has been read and whose response has not been
    /// handed over yet.
    under_way: AtomicUsize,
    /// When the last of them ended, in microseconds after `opened`.
    idle_since_us: AtomicU64,
    /// Whether the client has sent something that no request accounts for.
    unread: AtomicBool,
    multiplexed: AtomicBool,
}

/// A request under way, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            under_way: AtomicUsize::new(0),
            idle_since_us: AtomicU64::new(0),
            unread: AtomicBool::new(false),
            multiplexed: AtomicBool::new(false),
        }
    }

    /// Counts a request whose head has been read.
    pub(super) fn begin(self: &Arc<Self>, version: Version) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        if version == Version::HTTP_2 {
            self.multiplexed.store(true, Ordering::Relaxed);
        }
        UnderWay(Arc::clone(self))
    }

    /// Notes whether the client has sent more than was asked of it.
    pub(super) fn set_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Relaxed);
    }

    /// Whether closing now could make the system throw away an answer that
    /// the client has not read: it does so if bytes from the client are
    /// waiting. An HTTP/2 client is told with a frame what is not wanted.
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
            && !self.multiplexed.load(Ordering::Relaxed)
    }

    /// Waits until no request has been under way for `limit`.
    pub(super) async fn idle_past(&self, limit: Duration) {
        loop {
            let idle = self.idle_for().unwrap_or_default();
            let Some(left) = limit.checked_sub(idle).filter(|d| !d.is_zero())
            else {
                return;
            };
            tokio::time::sleep(left).await;
        }
    }

    /// How long no request has been under way; `None` if one is.
    fn idle_for(&self) -> Option<Duration> {
        if self.under_way.load(Ordering::Acquire) > 0 {
            return None;
        }
        let since_us = self.idle_since_us.load(Ordering::Relaxed);
        let since = Duration::from_micros(since_us);
        Some(self.opened.elapsed().saturating_sub(since))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now_us = self.0.opened.elapsed().as_micros();
        let now_us = u64::try_from(now_us).unwrap_or(u64::MAX);
        self.0.idle_since_us.store(now_us, Ordering::Relaxed);
        self.0.under_way.fetch_sub(1, Ordering::Release);
    }
}
