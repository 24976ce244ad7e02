//! The settings: one struct per TOML table, each field with its unit and
//! default. `config/edge.rs` has `[edge]`, `[rate_limit]` and `[cors]`,
//! `config/mail.rs` and `config/log.rs` the tables of their names.
//! `config/load.rs` reads them from flags, environment and file;
//! `config/setting.rs` says what each accepts.

mod edge;
mod fault;
mod file;
mod layers;
mod load;
mod log;
mod mail;
mod password;
mod setting;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use edge::{Cors, Edge, RateLimit, RateLimitMode};
pub use fault::{Fault, Faults, Origin, redact};
pub use layers::Effective;
pub use load::{Flag, Loaded, Sources, load};
pub use log::{Log, LogFormat, LogLevel};
pub use mail::{Mail, MailTls, MailTransport};
pub use password::Password;
pub use setting::{
    Accepts, FORMATS, LEVELS, MODES, RATE_LIMIT_MODES, SETTINGS, Setting,
};

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[http]`: what is served, and where.
    pub http: Http,
    /// `[edge]`: the listener that the world sees.
    pub edge: Edge,
    /// `[rate_limit]`: how often somebody may ask.
    pub rate_limit: RateLimit,
    /// `[cors]`: which web pages may call.
    pub cors: Cors,
    /// `[auth]`: who may call.
    pub auth: Auth,
    /// `[database]`: where the data is.
    pub database: Database,
    /// `[prediction]`: the model that makes predictions.
    pub prediction: Prediction,
    /// `[jobs]`: the work in the background.
    pub jobs: Jobs,
    /// `[mail]`: how mail leaves.
    pub mail: Mail,
    /// `[log]`: what is told, and how.
    pub log: Log,
    /// `[versions.v1]`: the dates of contract v1's life.
    pub versions: Versions,
}

impl Config {
    /// Whether there are limits on how often somebody may ask.
    pub fn has_rate_limits(&self) -> bool {
        match self.rate_limit.mode {
            RateLimitMode::Auto => !is_loopback(self.http.bind),
            RateLimitMode::On => true,
            RateLimitMode::Off => false,
        }
    }
}

/// What is served, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port to listen on; port 0 takes a free one. Default:
    /// `127.0.0.1:8000`.
    pub bind: SocketAddr,
    /// Whether the paths of the first Colophon (`/books`, `/items/` ...) are
    /// served as v1. Default: true.
    pub legacy_root_paths: bool,
    /// The largest request body in bytes; a larger one answers 413. Default:
    /// 1 MiB.
    pub max_body_bytes: u64,
    /// How long a handler may take, in milliseconds; then the request
    /// answers 503. Default: 10000. Keep it under the generated client's own
    /// timeout, which is 15 seconds.
    pub handler_timeout_ms: u64,
    /// How long requests under way may go on after SIGTERM, in milliseconds.
    /// Default: 10000.
    pub shutdown_timeout_ms: u64,
    /// Whether each response is held against the contract before it is sent;
    /// one that breaks it becomes a 500 and an error in the log. For tests
    /// and staging: it costs about as much as the request. Default: false.
    pub verify_responses: bool,
    /// How many bytes of memory answers to reads may take that are given
    /// again as long as nothing is written, for at most a second; 0 keeps
    /// none. With SQLite alone. Default: 12 MiB.
    pub answer_cache_bytes: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8000)),
            legacy_root_paths: true,
            max_body_bytes: 1024 * 1024,
            handler_timeout_ms: 10_000,
            shutdown_timeout_ms: 10_000,
            verify_responses: false,
            answer_cache_bytes: 12 * 1024 * 1024,
        }
    }
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Whether callers need a token. Default: `auto`.
    pub mode: AuthMode,
    /// How long a token is good, in seconds. Default: 3600. It ends earlier
    /// when its user's password or role changes.
    pub token_lifetime_s: i64,
    /// How long a key signs tokens, in days; then a new one does, and the old
    /// one verifies the tokens that it has signed. Default: 30.
    pub signing_key_days: i64,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            mode: AuthMode::Auto,
            token_lifetime_s: 3600,
            signing_key_days: 30,
        }
    }
}

/// Whether callers need a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// `off` where `http.bind` is a loopback address, else `required`.
    Auto,
    /// Whoever reaches the server may do everything. Refused unless
    /// `http.bind` is a loopback address.
    Off,
    /// Callers need a token for what is not public.
    Required,
}

impl Config {
    /// Whether callers need a token.
    pub fn requires_tokens(&self) -> bool {
        match self.auth.mode {
            AuthMode::Auto => !is_loopback(self.http.bind),
            AuthMode::Off => false,
            AuthMode::Required => true,
        }
    }
}

/// Whether this machine alone reaches it.
fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH`, made if it is missing, or
    /// `postgres://USER:PASSWORD@HOST/NAME`. Default: `sqlite:colophon.db`.
    ///
    /// The latter as PostgreSQL's own programs know it: a socket's folder is
    /// `?host=/run/postgresql`; `sslmode` is `disable`, `prefer` or
    /// `require`, which checks the server's certificate.
    pub url: String,
    /// Whether an empty database is filled with a few books, models and
    /// items. Default: false.
    pub sample_data: bool,
    /// Threads that run long reads (lists, searches) on SQLite. Default: 4.
    pub readers: usize,
    /// Connections to PostgreSQL at once; each is made when it is needed.
    /// Default: 16. All servers of a database together should stay below its
    /// own `max_connections`, usually 100.
    pub max_connections: usize,
    /// How long a request waits for a connection to PostgreSQL, in
    /// milliseconds; then it answers 503. Default: 2000.
    pub acquire_timeout_ms: u64,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite:colophon.db".to_owned(),
            sample_data: false,
            readers: 4,
            max_connections: 16,
            acquire_timeout_ms: 2000,
        }
    }
}

/// The model that makes predictions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prediction {
    /// Whether predictions are made. Without them, `POST /predict` answers
    /// 503. Default: true, unless the binary has no engine for them.
    pub enabled: bool,
    /// A file in ONNX format, whose model makes one number of three; it is
    /// loaded at start. Default: empty, which takes the model that is in the
    /// binary.
    pub model: String,
}

impl Default for Prediction {
    fn default() -> Self {
        let enabled = cfg!(feature = "onnx");
        Self { enabled, model: String::new() }
    }
}

/// The work in the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// Whether this server does jobs. Where it does not, it only asks for
    /// them, and another server of the database must do them. Default: true.
    pub enabled: bool,
    /// Jobs done at once. Default: 4.
    pub concurrency: usize,
    /// How long a job is a server's alone, in milliseconds; a server that is
    /// at it prolongs that in time. A job of a server that died is begun
    /// anew after it. Default: 30000.
    pub lease_ms: u64,
    /// How often a job is begun before it is put aside. Default: 8.
    pub max_attempts: i64,
    /// The wait before a failed job is tried again, in milliseconds; it
    /// doubles with each attempt, up to an hour. Default: 1000.
    pub backoff_ms: u64,
    /// How often the queue is looked at for what other servers have asked
    /// for, in milliseconds. Default: 1000.
    pub poll_ms: u64,
    /// For how many days reports, and jobs that were put aside, are kept.
    /// Default: 30.
    pub retention_days: i64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            enabled: true,
            concurrency: 4,
            lease_ms: 30_000,
            max_attempts: 8,
            backoff_ms: 1000,
            poll_ms: 1000,
            retention_days: 30,
        }
    }
}

/// The life of each contract version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Versions {
    /// Contract v1.
    pub v1: VersionLife,
}

/// The dates of a contract version's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VersionLife {
    /// The day from which it is deprecated (RFC 9745), midnight UTC. Default:
    /// 2026-01-01.
    pub deprecated_on: NaiveDate,
    /// The day on which it may stop answering (RFC 8594), midnight UTC.
    /// Default: 2027-12-31.
    pub sunset_on: NaiveDate,
    /// Whether every operation answers 410 from that day on, with a link to
    /// its successor. Default: false.
    pub gone_after_sunset: bool,
}

impl Default for VersionLife {
    fn default() -> Self {
        Self {
            deprecated_on: NaiveDate::from_ymd_opt(2026, 1, 1)
                .unwrap_or_default(),
            sunset_on: NaiveDate::from_ymd_opt(2027, 12, 31)
                .unwrap_or_default(),
            gone_after_sunset: false,
        }
    }
}
