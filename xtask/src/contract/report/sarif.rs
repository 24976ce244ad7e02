//! SARIF 2.1.0 (OASIS), for code scanning.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::contract::effect::Level;
use crate::contract::finding::{Change, Position};
use crate::contract::rules;

/// Writes changes as one SARIF run.
///
/// # Errors
///
/// What the writer returns.
pub fn write(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    let ids: BTreeSet<_> =
        changes.iter().map(|change| change.rule.as_str()).collect();
    let rules: Vec<_> = ids.iter().map(|id| rule(id)).collect();
    let results: Vec<_> = changes.iter().map(result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "colophon xtask",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(id: &str) -> Value {
    let text = rules::explain(id).unwrap_or_else(|| id.to_owned());
    json!({ "id": id, "shortDescription": { "text": text } })
}

fn result(change: &Change) -> Value {
    let level = match change.level {
        Level::Major => "error",
        Level::Minor => "warning",
        Level::Patch | Level::None => "note",
    };
    json!({
        "ruleId": change.rule,
        "level": level,
        "message": { "text": change.message },
        "locations": [location(&change.revision)],
        "relatedLocations": [location(&change.base)],
        "partialFingerprints": { "contract/v1": change.fingerprint },
    })
}

fn location(position: &Position) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&position.file) },
        "region": {
            "startLine": position.line,
            "startColumn": position.column,
        },
    }})
}

/// A file's name as a URI reference (RFC 3986, section 3.3): `git-ref:path`
/// is the path alone, and whatever is neither unreserved nor a slash is
/// percent-encoded, so that a colon does not look like a scheme.
fn uri(file: &str) -> String {
    let path = match file.split_once(':') {
        Some((_, path)) if !file.starts_with('/') => path,
        _ => file,
    };
    path.bytes().map(encoded).collect()
}

fn encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).into(),
        b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).into(),
        _ => format!("%{byte:02X}"),
    }
}
