//! For other programs.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use crate::contract::client::ClientChange;
use crate::contract::effect::Level;
use crate::contract::finding::Change;

/// The report as JSON has it.
#[derive(Serialize)]
struct Shape<'a> {
    level: Level,
    required: Option<&'a str>,
    actual: Option<&'a str>,
    changes: &'a [Change],
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a [ClientChange]>,
}

pub(super) fn write(
    report: &Report<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shape = Shape {
        level: report.verdict.level,
        required: report.verdict.required.as_deref(),
        actual: report.verdict.actual.as_deref(),
        changes: report.changes,
        client: report.client,
    };
    serde_json::to_writer_pretty(&mut *out, &shape)?;
    writeln!(out)
}
