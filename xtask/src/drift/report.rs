//! Words drift: what the contract has, what the server has, how to mend it.

use std::io::{self, Write};

use indexmap::IndexMap;
use serde::Serialize;

use super::DriftFormat;
use crate::contract::effect::Level;
use crate::contract::finding::{Change, Parts, fingerprint};
use crate::contract::load::Document;
use crate::contract::report::{Lines, annotation, snippet, write_sarif};

/// How many operations are named in a finding.
const USERS: usize = 2;

/// A contract, and where the server differs from it.
#[derive(Debug)]
pub struct Drifted {
    /// The contract.
    pub contract: Document,
    /// The differences, worded for drift.
    pub changes: Vec<Change>,
}

/// A difference as JSON has it.
#[derive(Serialize)]
struct Shape<'a> {
    rule: &'a str,
    message: &'a str,
    location: &'a str,
    contract: &'a crate::contract::finding::Position,
    contract_has: &'a str,
    server_has: &'a str,
    mend: String,
    used_by: &'a [String],
    fingerprint: &'a str,
}

/// Words changes as drift, each once though it is found in both directions.
pub(super) fn worded(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut found: IndexMap<_, Change> = IndexMap::new();
    for mut change in changes {
        change.message = message(&change.parts);
        change.revision = change.base.clone();
        change.level = Level::Major;
        let parts = [change.location.as_str(), change.message.as_str()];
        change.fingerprint = fingerprint(&parts);
        let key =
            (change.message.clone(), change.base.line, change.base.column);
        match found.get_mut(&key) {
            Some(known) => known.used_by.extend(change.used_by),
            None => _ = found.insert(key, change),
        }
    }
    let mut changes: Vec<_> = found.into_values().collect();
    changes.sort_by_key(|change| (change.base.line, change.base.column));
    changes
}

fn message(parts: &Parts) -> String {
    let Parts { what, was, is } = parts;
    match (was.as_str(), is.as_str()) {
        ("present", "absent") => {
            format!("{what} is in the contract and not in the server")
        }
        ("absent", "present") => {
            format!("{what} is in the server and not in the contract")
        }
        _ => {
            format!("{what} is {was} in the contract and {is} in the server")
        }
    }
}

pub(super) fn write(
    drifted: &[Drifted],
    format: DriftFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let changes = || drifted.iter().flat_map(|one| &one.changes);
    match format {
        DriftFormat::Human => human(drifted, out),
        DriftFormat::Json => json(changes(), out),
        DriftFormat::Github => changes().try_for_each(|change| {
            let text = format!("{}\n{}", change.message, mend(change));
            annotation("error", "drift", &change.base, &text, out)
        }),
        DriftFormat::Sarif => {
            write_sarif(&changes().cloned().collect::<Vec<_>>(), out)
        }
    }
}

fn json<'a>(
    changes: impl Iterator<Item = &'a Change>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shapes: Vec<_> = changes
        .map(|change| Shape {
            rule: &change.rule,
            message: &change.message,
            location: &change.location,
            contract: &change.base,
            contract_has: &change.parts.was,
            server_has: &change.parts.is,
            mend: mend(change),
            used_by: &change.used_by,
            fingerprint: &change.fingerprint,
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &shapes)?;
    writeln!(out)
}

fn human(drifted: &[Drifted], out: &mut dyn Write) -> io::Result<()> {
    for one in drifted {
        let lines = Lines::new(&one.contract);
        for change in &one.changes {
            writeln!(out, "{}\n", rendered(change, &lines))?;
        }
    }
    for one in drifted {
        let name = &one.contract.name;
        match one.changes.len() {
            0 => writeln!(out, "{name}: in step with the server")?,
            1 => writeln!(out, "{name}: 1 difference")?,
            count => writeln!(out, "{name}: {count} differences")?,
        }
    }
    Ok(())
}

fn rendered(change: &Change, lines: &Lines<'_>) -> String {
    let label = users(change);
    let notes = [mend(change)];
    let message = &change.message;
    snippet(message, "drift", lines, &change.base, &label, &notes)
}

fn users(change: &Change) -> String {
    let named: Vec<_> =
        change.used_by.iter().take(USERS).map(String::as_str).collect();
    let more = change.used_by.len().saturating_sub(named.len());
    let more =
        if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join("; "))
}

/// How to bring the two together again.
fn mend(change: &Change) -> String {
    let Parts { what, was, is } = &change.parts;
    let rule = change.rule.as_str();
    let ends = |part: &str| rule.contains(part);
    if ends("became-optional") {
        return format!(
            "make the field of {what} no `Option` and without \
             `#[serde(default)]` in the server, or take it out of `required`"
        );
    }
    if ends("became-required") {
        return format!(
            "make the field of {what} an `Option` in the server, or add it \
             to `required`"
        );
    }
    if ends("operation-id") {
        return "give the endpoint's function the contract's name".into();
    }
    if ends("nullable") {
        return format!(
            "let the server's type and the contract agree on whether {what} \
             may be null"
        );
    }
    match (was.as_str(), is.as_str()) {
        ("present", "absent") => {
            format!("add {what} to the server, or take it out of the contract")
        }
        ("absent", "present") => {
            format!("take {what} out of the server, or add it to the contract")
        }
        ("absent", is) => format!(
            "take {what} off the server's type, or write {is} in the contract"
        ),
        (was, "absent") => format!(
            "state {was} on the server's type, or take {what} out of the \
             contract"
        ),
        (was, is) => {
            format!("make it {was} in the server, or {is} in the contract")
        }
    }
}
