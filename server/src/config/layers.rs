//! What each layer says, and what comes of it: a flag wins over a variable,
//! that over the file, that over the default.

use std::net::IpAddr;

use chrono::NaiveDate;
use toml::{Table, Value};

use super::Config;
use super::fault::{Fault, Origin};
use super::setting::{SETTINGS, Setting};

/// A layer says that a setting has a value; nobody has looked at it yet.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) setting: &'static Setting,
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A setting as it is in force.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value.
    pub value: Value,
    /// Who said so.
    pub origin: Origin,
}

/// Settles what is in force. Looks at each thing said, also where a higher
/// layer wins: it would surprise on the day on which that is taken away.
///
/// This is the one function that every value passes.
pub(super) fn settle(
    said: Vec<Said>,
    faults: &mut Vec<Fault>,
) -> Vec<Effective> {
    let mut settled = defaults();
    for Said { setting, value, origin } in said {
        match setting.accepts.check(value.clone()) {
            Some(value) => put(&mut settled, setting, value, origin),
            None => faults.push(Fault::value(origin, setting, &value)),
        }
    }
    faults.extend(sunset_before_deprecation(&settled));
    faults.extend(open_to_the_world(&settled));
    faults.extend(password_in_the_clear(&settled));
    settled
}

fn put(
    settled: &mut Vec<Effective>,
    setting: &'static Setting,
    value: Value,
    origin: Origin,
) {
    let new = Effective { setting, value, origin };
    match settled.iter_mut().find(|it| it.setting.key == setting.key) {
        Some(old) => *old = new,
        None => settled.push(new),
    }
}

/// A version that stops before it is deprecated gives nobody notice.
fn sunset_before_deprecation(settled: &[Effective]) -> Option<Fault> {
    let sunset = find(settled, "versions.v1.sunset_on")?;
    let deprecated = find(settled, "versions.v1.deprecated_on")?;
    let deprecated = day(&deprecated.value)?;
    let sunset_on = day(&sunset.value)?;
    (sunset_on < deprecated).then(|| {
        let problem = format!(
            "versions.v1.sunset_on cannot be {sunset_on}; expected \
             a date not before versions.v1.deprecated_on, {deprecated}"
        );
        Fault::new(sunset.origin.clone(), problem)
    })
}

/// A server that others reach and that asks nobody who they are.
fn open_to_the_world(settled: &[Effective]) -> Option<Fault> {
    let mode = find(settled, "auth.mode")?;
    let bind = text(settled, "http.bind")?;
    let is_open = mode.value.as_str() == Some("off")
        && !bind.parse().is_ok_and(super::is_loopback);
    is_open.then(|| {
        let problem = format!(
            "auth.mode cannot be off; expected required, since others than \
             this machine reach http.bind, {bind}"
        );
        Fault::new(mode.origin.clone(), problem)
    })
}

/// A password that is sent where others can read it on its way.
fn password_in_the_clear(settled: &[Effective]) -> Option<Fault> {
    let tls = find(settled, "mail.tls")?;
    let host = text(settled, "mail.host")?;
    let is_readable = tls.value.as_str() == Some("none")
        && text(settled, "mail.transport")? == "smtp"
        && !text(settled, "mail.username")?.is_empty()
        && !is_this_machine(host);
    is_readable.then(|| {
        let problem = format!(
            "mail.tls cannot be none; expected starttls or implicit, since \
             mail.username and mail.password could be read on the way to \
             mail.host, {host}; a mail server on localhost or a loopback \
             address may go without"
        );
        Fault::new(tls.origin.clone(), problem)
    })
}

/// Whether it can be nobody but this machine (RFC 6761, 6.3).
fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|it| it.to_canonical().is_loopback())
}

fn find<'s>(settled: &'s [Effective], key: &str) -> Option<&'s Effective> {
    settled.iter().find(|it| it.setting.key == key)
}

fn text<'s>(settled: &'s [Effective], key: &str) -> Option<&'s str> {
    find(settled, key)?.value.as_str()
}

fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}

fn defaults() -> Vec<Effective> {
    said_by(&Config::default())
        .into_iter()
        .map(|Said { setting, value, origin }| Effective {
            setting,
            value,
            origin,
        })
        .collect()
}

/// Each value of a config that was made in code.
pub(super) fn said_by(config: &Config) -> Vec<Said> {
    // A config whose numbers do not fit TOML's says nothing, and is refused
    // where it is turned back.
    let Ok(root) = Value::try_from(config) else { return Vec::new() };
    SETTINGS
        .iter()
        .filter_map(|setting| {
            let value = setting
                .key
                .split('.')
                .try_fold(&root, |table, key| table.get(key))?;
            let value = value.clone();
            Some(Said { setting, value, origin: Origin::Default })
        })
        .collect()
}

/// The structs that these settings fill.
///
/// # Errors
///
/// If a struct does not take what its setting accepts, which is a bug in
/// [`SETTINGS`].
pub(super) fn config(settled: &[Effective]) -> Result<Config, Fault> {
    let mut root = Table::new();
    for Effective { setting, value, .. } in settled {
        insert(&mut root, setting.key, value.clone());
    }
    root.try_into().map_err(|error: toml::de::Error| {
        Fault::new(Origin::Default, error.message().to_owned())
    })
}

fn insert(table: &mut Table, key: &str, value: Value) {
    let Some((first, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let inner = table
        .entry(first.to_owned())
        .or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(inner) = inner {
        insert(inner, rest, value);
    }
}
