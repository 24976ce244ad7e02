//! For a pull request.

use std::io::{self, Write};

use super::Report;
use super::human::{reason, users};
use crate::contract::effect::Level;
use crate::contract::finding::Change;

pub(super) fn write(
    report: &Report<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "## Contract: {}\n", report.verdict.level.name())?;
    writeln!(out, "{}.\n", report.summary())?;
    let sections = [
        (Level::Major, "Breaking"),
        (Level::Minor, "Compatible"),
        (Level::Patch, "Not seen on the wire"),
    ];
    for (level, title) in sections {
        section(report, level, title, out)?;
    }
    client(report, out)?;
    for line in report.waivers {
        writeln!(out, "- {line}")?;
    }
    Ok(())
}

fn section(
    report: &Report<'_>,
    level: Level,
    title: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    if report.count(level) == 0 {
        return Ok(());
    }
    writeln!(out, "### {title}\n")?;
    for change in report.changes.iter().filter(|c| c.level == level) {
        writeln!(out, "{}", row(change))?;
    }
    writeln!(out)
}

fn row(change: &Change) -> String {
    let place = format!("{}:{}", change.revision.file, change.revision.line);
    let users = users(change)
        .map(|users| format!("; {}", escape(&users)))
        .unwrap_or_default();
    format!(
        "- {} — {} (`{}`, `{place}`{users})",
        escape(&change.message),
        reason(change),
        change.rule
    )
}

fn client(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(changes) = report.client else { return Ok(()) };
    writeln!(out, "### Users of the generated client must change\n")?;
    for change in changes {
        writeln!(out, "- {}", escape(&change.message))?;
    }
    if changes.is_empty() {
        writeln!(out, "Nothing.")?;
    }
    writeln!(out)
}

/// Keeps a message's words from being read as HTML.
fn escape(text: &str) -> String {
    text.replace('<', "&lt;").replace('\n', " ")
}
