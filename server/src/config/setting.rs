//! Every setting's key and what it accepts: the one place that knows what a
//! good value is, whichever layer it comes from.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use chrono::{Datelike, NaiveDate};
use http::Uri;
use ipnet::IpNet;
use lettre::message::Mailbox;
use toml::Value;

use super::fault::redacted;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// A thousand in a millisecond.
const MAX_RATE: i64 = 60_000_000;
const MIB: i64 = 1024 * 1024;

/// A setting: `table.key` in the file, `COLOPHON__TABLE__KEY` in the
/// environment.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its tables and key, with dots between.
    pub key: &'static str,
    /// What it accepts.
    pub accepts: Accepts,
}

/// What a setting accepts.
#[derive(Clone, Copy, Debug)]
pub enum Accepts {
    /// An IP address and a port.
    Address,
    /// `true` or `false`.
    Switch,
    /// A whole number in this range, and what it counts.
    Number {
        /// The least.
        from: i64,
        /// The greatest.
        to: i64,
        /// What is counted, such as `bytes`.
        of: &'static str,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A day from 1970 to 9999.
    Day,
    /// Origins of web pages: scheme, host and port.
    Origins,
    /// IP addresses or networks in CIDR notation (RFC 4632).
    Networks,
    /// A file's path, or nothing.
    File,
    /// A database: `sqlite:PATH` or `postgres://HOST/NAME`.
    Database,
    /// A text that says something.
    Text,
    /// A text that may be empty.
    MaybeText,
    /// A text that is shown to nobody.
    Secret,
    /// An address for mail, perhaps with a name (RFC 5322, 3.4).
    Mailbox,
}

const fn number(from: i64, to: i64, of: &'static str) -> Accepts {
    Accepts::Number { from, to, of }
}

const fn setting(key: &'static str, accepts: Accepts) -> Setting {
    Setting { key, accepts }
}

/// The words of `auth.mode`.
pub const MODES: &[&str] = &["auto", "off", "required"];

/// The words of `log.level`.
pub const LEVELS: &[&str] = &["error", "warn", "info", "debug"];

/// The words of `rate_limit.mode`.
pub const RATE_LIMIT_MODES: &[&str] = &["auto", "on", "off"];

/// The words of `log.format`.
pub const FORMATS: &[&str] = &["auto", "terminal", "json"];

/// The words of `mail.transport`.
const TRANSPORTS: &[&str] = &["off", "file", "smtp"];

/// The words of `mail.tls`.
const MAIL_TLS: &[&str] = &["none", "starttls", "implicit"];

/// All settings, in the order of the structs in `config.rs`.
pub const SETTINGS: &[Setting] = &[
    setting("http.bind", Accepts::Address),
    setting("http.legacy_root_paths", Accepts::Switch),
    setting("http.max_body_bytes", number(1, 1024 * MIB, "bytes")),
    setting("http.handler_timeout_ms", number(1, HOUR_MS, "milliseconds")),
    setting("http.shutdown_timeout_ms", number(1, HOUR_MS, "milliseconds")),
    setting("http.verify_responses", Accepts::Switch),
    setting("http.answer_cache_bytes", number(0, 1024 * MIB, "bytes")),
    setting("edge.enabled", Accepts::Switch),
    setting("edge.max_connections", number(1, 1_000_000, "connections")),
    // hyper needs a buffer of 8 KiB at least.
    setting("edge.max_header_bytes", number(8192, MIB, "bytes")),
    setting("edge.header_timeout_ms", number(1, HOUR_MS, "milliseconds")),
    setting("edge.body_timeout_ms", number(1, HOUR_MS, "milliseconds")),
    setting("edge.compression", Accepts::Switch),
    setting("edge.trusted_proxies", Accepts::Networks),
    setting("rate_limit.mode", Accepts::Word(RATE_LIMIT_MODES)),
    setting("rate_limit.burst", number(1, MAX_RATE, "operations")),
    setting("rate_limit.per_minute", number(1, MAX_RATE, "operations")),
    setting("rate_limit.network_burst", number(1, MAX_RATE, "requests")),
    setting("rate_limit.network_per_minute", number(1, MAX_RATE, "requests")),
    setting("cors.origins", Accepts::Origins),
    setting("cors.max_age_s", number(0, 86_400, "seconds")),
    setting("auth.mode", Accepts::Word(MODES)),
    setting("auth.token_lifetime_s", number(60, 86_400, "seconds")),
    setting("auth.signing_key_days", number(1, 365, "days")),
    setting("database.url", Accepts::Database),
    setting("database.sample_data", Accepts::Switch),
    setting("database.readers", number(1, 256, "threads")),
    setting("database.max_connections", number(1, 10_000, "connections")),
    setting("database.acquire_timeout_ms", number(1, HOUR_MS, "milliseconds")),
    setting("prediction.enabled", Accepts::Switch),
    setting("prediction.model", Accepts::File),
    setting("jobs.enabled", Accepts::Switch),
    setting("jobs.concurrency", number(1, 256, "jobs")),
    setting("jobs.lease_ms", number(100, HOUR_MS, "milliseconds")),
    setting("jobs.max_attempts", number(1, 100, "attempts")),
    setting("jobs.backoff_ms", number(1, HOUR_MS, "milliseconds")),
    setting("jobs.poll_ms", number(1, HOUR_MS, "milliseconds")),
    setting("jobs.retention_days", number(1, 3650, "days")),
    setting("mail.transport", Accepts::Word(TRANSPORTS)),
    setting("mail.folder", Accepts::Text),
    setting("mail.host", Accepts::Text),
    setting("mail.port", number(1, 65_535, "port")),
    setting("mail.tls", Accepts::Word(MAIL_TLS)),
    setting("mail.username", Accepts::MaybeText),
    setting("mail.password", Accepts::Secret),
    setting("mail.from", Accepts::Mailbox),
    setting("log.level", Accepts::Word(LEVELS)),
    setting("log.format", Accepts::Word(FORMATS)),
    setting("versions.v1.deprecated_on", Accepts::Day),
    setting("versions.v1.sunset_on", Accepts::Day),
    setting("versions.v1.gone_after_sunset", Accepts::Switch),
];

impl Setting {
    /// The setting of this key.
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// A value of this setting in TOML as it may be shown.
    pub(super) fn shown(&self, value: &Value) -> String {
        match (self.accepts, value) {
            (Accepts::Secret, Value::String(text)) if text.is_empty() => {
                value.to_string()
            }
            (Accepts::Secret, _) => Value::from("***").to_string(),
            _ => redacted(value),
        }
    }

    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        let name = self.key.replace('.', "__").to_uppercase();
        format!("COLOPHON__{name}")
    }
}

impl Accepts {
    /// What a flag's or a variable's text means to this setting. Text that
    /// is not of its type stays text, which [`Accepts::check`] then refuses.
    pub fn read(&self, text: &str) -> Value {
        match self {
            Self::Switch => text.parse().map(Value::Boolean).ok(),
            Self::Number { .. } => text.parse().map(Value::Integer).ok(),
            Self::Origins | Self::Networks => Some(list(text)),
            Self::Address
            | Self::Word(_)
            | Self::Day
            | Self::File
            | Self::Database
            | Self::Text
            | Self::MaybeText
            | Self::Secret
            | Self::Mailbox => None,
        }
        .unwrap_or_else(|| Value::String(text.to_owned()))
    }

    /// The value as the structs in `config.rs` read it, if it is accepted.
    pub fn check(&self, value: Value) -> Option<Value> {
        match (self, &value) {
            (Self::Switch, Value::Boolean(_)) => Some(value),
            (Self::Number { from, to, .. }, Value::Integer(number)) => {
                (from..=to).contains(&number).then_some(value)
            }
            (Self::Word(words), Value::String(text)) => {
                words.contains(&text.as_str()).then_some(value)
            }
            (Self::Address, Value::String(text)) => {
                text.parse::<SocketAddr>().is_ok().then_some(value)
            }
            (Self::Networks, Value::Array(items)) => networks(items),
            (Self::File, Value::String(text)) => {
                (!text.contains('\0')).then_some(value)
            }
            (Self::Database, Value::String(text)) => {
                is_database(text).then_some(value)
            }
            (Self::Text, Value::String(text)) => {
                (!text.is_empty()).then_some(value)
            }
            (Self::MaybeText | Self::Secret, Value::String(_)) => Some(value),
            (Self::Mailbox, Value::String(text)) => {
                text.parse::<Mailbox>().is_ok().then_some(value)
            }
            (Self::Origins, Value::Array(items)) => {
                items.iter().all(is_origin).then_some(value)
            }
            (Self::Day, Value::String(text)) => day(text),
            (Self::Day, Value::Datetime(time)) => day(&time.to_string()),
            (_, _) => None,
        }
    }
}

impl fmt::Display for Accepts {
    /// Completes "expected ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => {
                f.write_str("an IP address and port, such as 127.0.0.1:8000")
            }
            Self::Switch => f.write_str("true or false"),
            Self::Number { from, to, of } => {
                write!(f, "a whole number of {of} from {from} to {to}")
            }
            Self::Word(words) => write!(f, "one of {}", words.join(", ")),
            Self::Day => f.write_str(
                "a date from 1970-01-01 to 9999-12-31, such as 2027-12-31",
            ),
            Self::Origins => f.write_str(
                "origins without a path, such as http://localhost:3000 (in \
                 the file a list; in the environment with commas between)",
            ),
            Self::Networks => f.write_str(
                "IP addresses or networks, such as 10.0.0.0/8 (in the file a \
                 list; in the environment with commas between)",
            ),
            Self::File => f.write_str("the path of a file, or nothing"),
            Self::Database => {
                f.write_str("sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
            }
            Self::Text => f.write_str("a text that is not empty"),
            Self::MaybeText | Self::Secret => f.write_str("a text"),
            Self::Mailbox => f.write_str(
                "an address, such as books@example.com or \
                 Books <books@example.com>",
            ),
        }
    }
}

/// `a, b` as a list; nothing is an empty list.
fn list(text: &str) -> Value {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
}

fn day(text: &str) -> Option<Value> {
    let day: NaiveDate = text.parse().ok()?;
    let in_range = (1970..=9999).contains(&day.year());
    in_range.then(|| Value::String(day.to_string()))
}

/// Networks as they are kept: an address is the network of itself.
fn networks(items: &[Value]) -> Option<Value> {
    let network = |item: &Value| {
        let text = item.as_str()?;
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| text.parse::<IpNet>()).ok()?;
        Some(Value::String(network.to_string()))
    };
    items.iter().map(network).collect::<Option<_>>().map(Value::Array)
}

fn is_database(url: &str) -> bool {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return !path.is_empty();
    }
    let is_postgres = ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    is_postgres && has_host(url)
}

/// Whether it is a URL as PostgreSQL's own programs read it, with a host.
fn has_host(url: &str) -> bool {
    url.parse::<tokio_postgres::Config>().is_ok_and(|it| {
        !it.get_hosts().is_empty() || !it.get_hostaddrs().is_empty()
    })
}

/// An origin as browsers write it: they compare it letter by letter, so one
/// with a path or a slash at its end would match nothing. `*` is refused
/// because pages are answered with credentials.
fn is_origin(value: &Value) -> bool {
    let Some((text, uri)) =
        value.as_str().and_then(|text| Some((text, text.parse::<Uri>().ok()?)))
    else {
        return false;
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority())
    else {
        return false;
    };
    matches!(scheme, "http" | "https")
        && !authority.host().is_empty()
        && !authority.as_str().contains(['@', '*'])
        && !authority.as_str().ends_with(':')
        && text == text.to_lowercase()
        && text == format!("{scheme}://{authority}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The keys of all values in a table, with dots between.
    fn keys(prefix: &str, value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Table(table) => {
                for (key, value) in table {
                    keys(&format!("{prefix}.{key}"), value, out);
                }
            }
            _ => out.push(prefix.trim_start_matches('.').to_owned()),
        }
    }

    #[test]
    fn every_field_of_the_structs_is_a_setting() {
        let config = Value::try_from(Config::default()).expect("a table");
        let mut fields = Vec::new();
        keys("", &config, &mut fields);
        let mut settings: Vec<_> =
            SETTINGS.iter().map(|setting| setting.key.to_owned()).collect();

        fields.sort();
        settings.sort();
        assert_eq!(fields, settings);
    }

    #[test]
    fn what_is_accepted() {
        for (key, good, bad) in [
            (
                "http.bind",
                &["127.0.0.1:0", "[::1]:80"][..],
                &["localhost:80", "127.0.0.1", "1.2.3.4:65536", ""][..],
            ),
            ("edge.enabled", &["true", "false"], &["yes", "1", "TRUE", ""]),
            (
                "http.max_body_bytes",
                &["1", "1073741824"],
                &["0", "-1", "1073741825", "1e3", "1MiB", "", "1_000"],
            ),
            ("database.readers", &["1", "256"], &["0", "257"]),
            ("http.handler_timeout_ms", &["1"], &["0"]),
            ("edge.max_header_bytes", &["8192"], &["8191"]),
            ("log.level", &["error", "debug"], &["Info", "trace", ""]),
            ("mail.folder", &["mail", "/var/mail/x"], &[""]),
            ("mail.username", &["", "me"], &[]),
            ("mail.password", &["", "x"], &[]),
            (
                "mail.from",
                &["a@b.example", "Books <books@b.example>", "a@localhost"],
                &["", "books", "a@b@c", "a@b.example\r\nBcc: c@d.example"],
            ),
            (
                "versions.v1.sunset_on",
                &["2028-02-29"],
                &["2027-02-29", "tomorrow", "1969-12-31", "2027-12-31T00:00Z"],
            ),
            (
                "cors.origins",
                &["", "https://a.example", "http://[::1]:3000,http://b:1"],
                &[
                    "*",
                    "a.example",
                    "https://a.example/",
                    "https://a.example/x",
                    "ftp://a.example",
                    "https://A.example",
                    "https://u@a.example",
                    "https://*.example",
                    "https://a.example:",
                    "http://a:1,nonsense",
                ],
            ),
            (
                "edge.trusted_proxies",
                &["", "10.0.0.0/8,::1", "192.0.2.7"],
                &["proxy.example", "10.0.0.0/33", "10.0.0.0/8;::1", "10.0.0"],
            ),
            (
                "database.url",
                &[
                    "sqlite:a.db",
                    "sqlite::memory:",
                    "postgres://me:secret@db.example:5433/books",
                    "postgresql://db/books?sslmode=require",
                    "postgres:///books?host=/run/postgresql&user=me",
                ],
                &[
                    "sqlite:",
                    "colophon.db",
                    "mysql://x",
                    "",
                    "postgres://",
                    "postgres:///books",
                    "postgres://db:x/books",
                    "postgres://db/books?sslmode=maybe",
                    "host=db",
                ],
            ),
        ] {
            let accepts = Setting::find(key).expect(key).accepts;
            for text in good {
                let value = accepts.check(accepts.read(text));
                assert!(value.is_some(), "{key} = {text}");
            }
            for text in bad {
                let value = accepts.check(accepts.read(text));
                assert!(value.is_none(), "{key} = {text}");
            }
        }
    }
}
