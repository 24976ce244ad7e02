//! For a terminal: each change with its line, as a compiler would show it.

use std::io::{self, Write};

use annotate_snippets::{
    AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet,
};

use super::Report;
use super::source::{Lines, word};
use crate::contract::effect::{Direction, Effect, Level};
use crate::contract::finding::{Change, Position};

/// How many users of a component are named.
const USERS: usize = 3;

pub(super) fn write(
    report: &Report<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let base = Lines::new(report.base);
    let revision = Lines::new(report.revision);
    for change in report.changes {
        writeln!(out, "{}\n", render(change, &base, &revision))?;
    }
    for change in report.client.into_iter().flatten() {
        writeln!(out, "client: {}", change.message)?;
    }
    for line in report.waivers {
        writeln!(out, "waivers: {line}")?;
    }
    writeln!(out, "{}", report.summary())
}

fn render(change: &Change, base: &Lines<'_>, revision: &Lines<'_>) -> String {
    let severity = match change.level {
        Level::Major => Severity::ERROR,
        Level::Minor => Severity::WARNING,
        Level::Patch | Level::None => Severity::NOTE,
    };
    let label = format!("{}: {}", change.level.name(), reason(change));
    let mut group = Group::with_title(
        severity.primary_title(change.message.as_str()).id(&*change.rule),
    );
    group = shown(group, revision, &change.revision, label, true);
    group = shown(group, base, &change.base, "before".into(), false);
    if let Some(users) = users(change) {
        group = group.element(Severity::NOTE.message(users));
    }
    Renderer::plain().render(&[group])
}

/// A finding about one line, with what to do about it.
#[must_use]
pub fn snippet(
    title: &str,
    rule: &str,
    lines: &Lines<'_>,
    position: &Position,
    label: &str,
    notes: &[String],
) -> String {
    let mut group =
        Group::with_title(Severity::ERROR.primary_title(title).id(rule));
    group = shown(group, lines, position, label.to_owned(), true);
    for note in notes {
        group = group.element(Severity::HELP.message(note.as_str()));
    }
    Renderer::plain().render(&[group])
}

fn shown<'a>(
    group: Group<'a>,
    lines: &Lines<'a>,
    position: &'a Position,
    label: String,
    primary: bool,
) -> Group<'a> {
    let Some(line) = lines.line(position.line) else {
        let number = usize::try_from(position.line).unwrap_or(1);
        let column = usize::try_from(position.column).unwrap_or(1);
        let origin = Origin::path(position.file.as_str());
        return group.element(origin.line(number).char_column(column));
    };
    let kind =
        if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let span = word(line, position.column);
    let snippet = Snippet::source(line)
        .line_start(usize::try_from(position.line).unwrap_or(1))
        .path(position.file.as_str())
        .annotation(kind.span(span).label(label));
    group.element(snippet)
}

/// Why a change has its level, in one clause.
pub(super) fn reason(change: &Change) -> &'static str {
    match (change.effect, change.direction) {
        (Effect::None, _) => "no payload becomes valid or invalid",
        (Effect::Narrows, Direction::Request) => "the server accepts less",
        (Effect::Widens, Direction::Request) => "the server accepts more",
        (Effect::Narrows, Direction::Response) => "the server promises more",
        (Effect::Widens, Direction::Response) => "the server may send more",
        (Effect::Narrows, Direction::None) => "clients can do less",
        (Effect::Widens, Direction::None) => "clients can do more",
        (Effect::Incomparable, _) => "what was valid is not, and the reverse",
        (Effect::Unknown, _) => "cannot be decided",
    }
}

/// The operations that a change reaches, the first few by name.
pub(super) fn users(change: &Change) -> Option<String> {
    let named: Vec<_> =
        change.used_by.iter().take(USERS).map(String::as_str).collect();
    if named.is_empty() {
        return None;
    }
    let more = change.used_by.len().saturating_sub(named.len());
    let more =
        if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("used by {}{more}", named.join("; ")))
}
