//! What stands before the server: the listener that the world sees, how often
//! somebody may ask, and which web pages may call.

use std::num::NonZeroU32;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The listener that the world sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Edge {
    /// Whether the edge stands before the API server. Turn it off where a
    /// proxy of your own limits, times out, compresses and answers CORS.
    /// Default: true.
    pub enabled: bool,
    /// Connections held at once; more wait to be accepted. Default: 4096.
    pub max_connections: usize,
    /// The largest request head in bytes; a larger one answers 431. Default:
    /// 32 KiB.
    pub max_header_bytes: usize,
    /// How long a connection may take to send a request's head, from its
    /// first moment on, in milliseconds; then it is closed. Also how long it
    /// may idle between requests. Default: 15000.
    pub header_timeout_ms: u64,
    /// How long a request's body may take to arrive, in milliseconds; then
    /// the request answers 408. Default: 20000.
    pub body_timeout_ms: u64,
    /// Whether responses are compressed for clients that ask for it. Default:
    /// true.
    pub compression: bool,
    /// Addresses or networks (`10.0.0.0/8`) of proxies that stand before the
    /// server. From them alone `X-Forwarded-For` and `X-Forwarded-Proto` are
    /// believed. Default: none.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            enabled: true,
            max_connections: 4096,
            max_header_bytes: 32 * 1024,
            header_timeout_ms: 15_000,
            body_timeout_ms: 20_000,
            compression: true,
            trusted_proxies: Vec::new(),
        }
    }
}

/// How often somebody may ask.
///
/// A limit is a number of requests that can be made at once, and the number
/// per minute in which they become possible again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    /// Whether there are limits. Default: `auto`, which is `off` where the
    /// server listens on the loopback interface, else `on`.
    pub mode: RateLimitMode,
    /// Operations at once, for each user; whoever has no token is counted by
    /// network: an IPv4 address, or the first 64 bits of an IPv6 address.
    /// Default: 200.
    pub burst: NonZeroU32,
    /// Operations per minute in the long run. Default: 1200.
    pub per_minute: NonZeroU32,
    /// Requests at once of each network, whoever asks for whatever; a request
    /// too many is not even read. The edge counts these. Default: 2000.
    pub network_burst: NonZeroU32,
    /// Requests of each network per minute in the long run. Default: 12000.
    pub network_per_minute: NonZeroU32,
}

impl Default for RateLimit {
    fn default() -> Self {
        let count = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            mode: RateLimitMode::Auto,
            burst: count(200),
            per_minute: count(1200),
            network_burst: count(2000),
            network_per_minute: count(12_000),
        }
    }
}

/// Whether there are limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateLimitMode {
    /// Unless the server listens on the loopback interface.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Which web pages may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins (scheme, host, port) whose pages may call with credentials.
    /// Default: `http://localhost:3000` and `http://localhost:5173`.
    pub origins: Vec<String>,
    /// How long a browser may keep the answer to a preflight, in seconds.
    /// Default: 3600.
    pub max_age_s: u64,
}

impl Default for Cors {
    fn default() -> Self {
        Self {
            origins: vec![
                "http://localhost:3000".to_owned(),
                "http://localhost:5173".to_owned(),
            ],
            max_age_s: 3600,
        }
    }
}
