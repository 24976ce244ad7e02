//! How often somebody may ask, and what they are told about it.
//!
//! A limit is a bucket of requests that fills up again evenly (GCRA). Who asks
//! is hashed into one of [`SLOTS`] buckets with a key of this process, so the
//! memory is bounded whoever asks, and nobody can choose whose bucket they
//! share.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue};

static LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How many buckets there are. All of them together take about 10 MB; a
/// thousand who ask at once share one with a chance of 1 in 250 each.
const SLOTS: u64 = 1 << 18;

/// The bits of an IPv6 address that tell networks apart: what is behind them
/// is one customer's to choose (RFC 6177, 2).
const NETWORK_BITS: u32 = 64;

/// A limit that each one who asks has for themselves.
pub(crate) struct RateLimit {
    buckets: RateLimiter<
        u64,
        DefaultKeyedStateStore<u64>,
        DefaultClock,
        StateInformationMiddleware,
    >,
    quota: Quota,
    clock: DefaultClock,
    hasher: RandomState,
}

/// Where somebody stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The requests that can be made at once.
    limit: u32,
    /// Those that are left.
    remaining: u32,
    /// How long until all of them can be made again.
    full_in: Duration,
    /// How long until the next one can be made, if it cannot be made now.
    retry_in: Option<Duration>,
}

impl RateLimit {
    /// So many requests at once, and so many in a minute in the long run.
    pub(crate) fn new(burst: NonZeroU32, per_minute: NonZeroU32) -> Self {
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let buckets = RateLimiter::keyed(quota)
            .with_middleware::<StateInformationMiddleware>();
        let clock = DefaultClock::default();
        Self { buckets, quota, clock, hasher: RandomState::new() }
    }

    /// Counts a request of somebody.
    ///
    /// # Errors
    ///
    /// Where they stand, if it is one too many.
    pub(crate) fn check(&self, who: impl Hash) -> Result<Standing, Standing> {
        let slot = self.hasher.hash_one(who) % SLOTS;
        let limit = self.quota.burst_size().get();
        match self.buckets.check_key(&slot) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let full_in = self.time_for(limit.saturating_sub(remaining));
                Ok(Standing { limit, remaining, full_in, retry_in: None })
            }
            Err(refused) => {
                let wait = refused.wait_time_from(self.clock.now());
                let full_in = wait + self.time_for(limit.saturating_sub(1));
                let retry_in = Some(wait);
                Err(Standing { limit, remaining: 0, full_in, retry_in })
            }
        }
    }

    /// How long it takes until so many requests more can be made.
    fn time_for(&self, requests: u32) -> Duration {
        self.quota.replenish_interval().saturating_mul(requests)
    }
}

impl Standing {
    /// The whole seconds after which to ask again; 1 at least.
    pub(crate) fn retry_after_s(&self) -> i64 {
        let wait = self.retry_in.unwrap_or_default();
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        i64::try_from(seconds.max(1)).unwrap_or(i64::MAX)
    }

    /// Tells it in a response's headers. `X-RateLimit-Reset` is the second,
    /// counted from 1970, in which all requests can be made again.
    pub(crate) fn mark(&self, headers: &mut HeaderMap) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let reset = now.unwrap_or_default() + self.full_in;
        let reset = reset.as_secs() + u64::from(reset.subsec_nanos() > 0);
        headers.insert(&LIMIT, HeaderValue::from(self.limit));
        headers.insert(&REMAINING, HeaderValue::from(self.remaining));
        headers.insert(&RESET, HeaderValue::from(reset));
        if self.retry_in.is_some() {
            let after = HeaderValue::from(self.retry_after_s());
            headers.insert(RETRY_AFTER, after);
        }
    }
}

/// The network that an address belongs to, as far as limits go: an IPv4
/// address itself, the first half of an IPv6 address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let mask = u128::MAX << (Ipv6Addr::BITS - NETWORK_BITS);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl std::fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateLimit").field("quota", &self.quota).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(burst: u32, per_minute: u32) -> RateLimit {
        let count = |number| NonZeroU32::new(number).expect("not 0");
        RateLimit::new(count(burst), count(per_minute))
    }

    #[test]
    fn each_one_has_a_bucket_that_empties() {
        let limit = limit(2, 1);
        assert_eq!(limit.check("ada").expect("one").remaining, 1);
        assert_eq!(limit.check("ada").expect("two").remaining, 0);

        let refused = limit.check("ada").expect_err("three");

        assert_eq!((refused.limit, refused.remaining), (2, 0));
        assert!((58..=60).contains(&refused.retry_after_s()), "{refused:?}");
        assert!(refused.full_in > Duration::from_secs(117), "{refused:?}");
        assert_eq!(limit.check("bob").expect("another").remaining, 1);
    }

    #[test]
    fn the_headers_say_where_one_stands() {
        let limit = limit(2, 60);
        let mut headers = HeaderMap::new();
        let now = chrono::Utc::now().timestamp();

        limit.check("ada").expect("one").mark(&mut headers);

        assert_eq!(headers[&LIMIT], "2");
        assert_eq!(headers[&REMAINING], "1");
        assert!(!headers.contains_key(RETRY_AFTER));
        let reset: i64 =
            headers[&RESET].to_str().expect("text").parse().expect("a number");
        assert!((now + 1..=now + 3).contains(&reset), "{reset} after {now}");
        let _ = limit.check("ada");
        limit.check("ada").expect_err("three").mark(&mut headers);
        assert_eq!(headers[&REMAINING], "0");
        assert_eq!(headers[RETRY_AFTER], "1");
    }

    #[test]
    fn networks() {
        for (address, of) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(network(address).to_string(), of);
        }
    }
}
