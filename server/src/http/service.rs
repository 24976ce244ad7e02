//! What every handler is given.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dropshot::RequestContext;
use http::HeaderValue;
use slog::Logger;

use super::mount::Node;
use super::{AnswerCache, ApiVersion, Contexts, Routes, Tokens};
use crate::app::App;
use crate::config::Config;
use crate::contract::{Contract, Operation};
use crate::metrics::Metrics;
use crate::pages::PagesContext;
use crate::rate_limit::RateLimit;

/// A request, as handlers take it.
pub(crate) type Rq = RequestContext<Service>;

/// What every handler is given.
pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) contracts: Contracts,
    pub(crate) tokens: Tokens,
    pub(crate) answers: AnswerCache,
    pub(crate) pages: PagesContext,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) routes: Arc<Routes>,
    pub(crate) nodes: HashMap<String, Node>,
    /// Where a request's context goes when it is done; of no use without an
    /// edge.
    pub(crate) contexts: Weak<Contexts>,
    pub(crate) settings: Settings,
    pub(crate) log: Logger,
}

/// The part of the configuration that handlers need, ready for use.
pub(crate) struct Settings {
    /// How long an operation may take.
    pub(crate) handler_timeout: Duration,
    /// The largest request body in bytes.
    pub(crate) max_body_bytes: u64,
    /// Whether each response is held against the contract.
    pub(crate) verify_responses: bool,
    /// Whether operations are open to those alone who have a token for them.
    pub(crate) requires_tokens: bool,
    /// Whether an edge stands before the API server.
    pub(crate) has_edge: bool,
    /// How often each one may ask; none if nobody counts.
    pub(crate) rate: Option<RateLimit>,
    /// From when on v1 answers 410, if ever.
    pub(crate) v1_ends_at: Option<DateTime<Utc>>,
    /// `Deprecation` of every v1 response (RFC 9745).
    pub(crate) deprecation: HeaderValue,
    /// `Sunset` of every v1 response (RFC 8594).
    pub(crate) sunset: HeaderValue,
}

impl Settings {
    pub(crate) fn new(config: &Config) -> Self {
        let life = &config.versions.v1;
        let deprecated = life.deprecated_on.and_time(chrono::NaiveTime::MIN);
        let sunset = life.sunset_on.and_time(chrono::NaiveTime::MIN);
        let deprecation = format!("@{}", deprecated.and_utc().timestamp());
        Self {
            handler_timeout: Duration::from_millis(
                config.http.handler_timeout_ms,
            ),
            max_body_bytes: config.http.max_body_bytes,
            verify_responses: config.http.verify_responses,
            requires_tokens: config.requires_tokens(),
            has_edge: config.edge.enabled,
            rate: config.has_rate_limits().then(|| {
                let limit = &config.rate_limit;
                RateLimit::new(limit.burst, limit.per_minute)
            }),
            v1_ends_at: life.gone_after_sunset.then_some(sunset.and_utc()),
            deprecation: ascii(&deprecation),
            sunset: ascii(
                &sunset.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            ),
        }
    }
}

/// Dates are always a header value.
fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Both contracts, executable.
pub(crate) struct Contracts {
    pub(crate) v1: Contract,
    pub(crate) v2: Contract,
}

impl Contracts {
    pub(crate) fn of(&self, version: ApiVersion) -> &Contract {
        match version {
            ApiVersion::V1 => &self.v1,
            ApiVersion::V2 => &self.v2,
        }
    }
}

impl Service {
    /// The operation that dropshot has found for a request, and its version.
    ///
    /// Operations are mounted as `v1.book_list`, which is also their label
    /// in the metrics.
    pub(crate) fn operation(
        &self,
        mounted: &str,
    ) -> Option<(ApiVersion, &Operation)> {
        let (version, id) = mounted.split_once('.')?;
        let version = ApiVersion::from_name(version)?;
        Some((version, self.contracts.of(version).operation(id)?))
    }
}
