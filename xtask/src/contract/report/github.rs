//! Annotations as GitHub's workflow commands write them.

use std::io::{self, Write};

use super::Report;
use super::human::users;
use crate::contract::effect::Level;
use crate::contract::finding::Position;

pub(super) fn write(
    report: &Report<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for change in report.changes {
        let kind = match change.level {
            Level::Major => "error",
            Level::Minor => "warning",
            Level::Patch | Level::None => "notice",
        };
        let users = users(change).unwrap_or_default();
        let text = format!("{}\n{users}", change.message);
        let text = text.trim_end();
        annotation(kind, &change.rule, &change.revision, text, out)?;
    }
    Ok(())
}

/// Writes one annotation. A newline, a percent sign and, in properties, a
/// colon or comma are escaped as the runner expects.
///
/// # Errors
///
/// What the writer returns.
pub fn annotation(
    kind: &str,
    title: &str,
    position: &Position,
    text: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Position { file, line, column } = position;
    writeln!(
        out,
        "::{kind} file={},line={line},col={column},title={}::{}",
        property(file),
        property(title),
        data(text)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
