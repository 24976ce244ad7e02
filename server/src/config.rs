//! The settings: one struct per TOML table, each field with its unit and
//! default. `config/load.rs` reads them from flags, environment and file;
//! `config/setting.rs` says what each accepts.

mod fault;
mod file;
mod layers;
mod load;
mod password;
mod setting;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::num::NonZeroU32;

use chrono::NaiveDate;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use fault::{Fault, Faults, Origin, redact};
pub use layers::Effective;
pub use load::{Flag, Loaded, Sources, load};
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
            RateLimitMode::Auto => !self.http.bind.ip().is_loopback(),
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
        }
    }
}

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
    /// server. From them alone `X-Forwarded-For` is believed. Default: none.
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
    /// Whether a model is loaded at start. Without one, `POST /predict`
    /// answers 503. Default: true, unless the binary has no engine for it.
    pub enabled: bool,
    /// A file in ONNX format, whose model makes one number of three. Default:
    /// empty, which takes the model that is in the binary.
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

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `off` drops mail, `file` writes it into a folder, `smtp` hands it to a
    /// mail server. Default: `file`.
    pub transport: MailTransport,
    /// The folder for `file`, made if it is missing; a mail is a file in the
    /// format of RFC 5322. Default: `mail`.
    pub folder: String,
    /// The mail server for `smtp`. Default: `localhost`.
    pub host: String,
    /// Its port. Default: 587.
    pub port: u16,
    /// How the connection is made secret: `starttls` insists on it after the
    /// greeting (RFC 3207), `implicit` from the first byte (RFC 8314, often
    /// port 465), `none` does not, which is refused with a `username` unless
    /// `host` is this machine. Default: `starttls`.
    pub tls: MailTls,
    /// Who the mail server is told to be asked by; empty for nobody. Default:
    /// empty.
    pub username: String,
    /// The password for that. Default: empty.
    pub password: Password,
    /// Who mail is from. Default: `Colophon <colophon@localhost>`.
    pub from: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: MailTransport::File,
            folder: "mail".to_owned(),
            host: "localhost".to_owned(),
            port: 587,
            tls: MailTls::Starttls,
            username: String::new(),
            password: Password::default(),
            from: "Colophon <colophon@localhost>".to_owned(),
        }
    }
}

/// Which way mail leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// None: it is dropped.
    Off,
    /// Into a folder.
    File,
    /// To a mail server.
    Smtp,
}

/// How a connection to a mail server is made secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at all.
    None,
    /// After the greeting, or there is no mail.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// What is told, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// The least level that is written. Default: `info`.
    pub level: LogLevel,
    /// How lines look. Default: `auto`.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LogLevel::Info, format: LogFormat::Auto }
    }
}

/// The least level that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Failures that somebody must look at.
    Error,
    /// And what may become one.
    Warn,
    /// And a line per request.
    Info,
    /// And what developers want.
    Debug,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// `terminal` where stderr is one, else `json`.
    Auto,
    /// Coloured, to be read by people.
    Terminal,
    /// A JSON object per line.
    Json,
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
