//! The TOML file: each setting in it with its line, and everything in it that
//! is none.

use std::io;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Value};

use super::fault::{Fault, Origin};
use super::layers::Said;
use super::setting::{SETTINGS, Setting};

/// What a file says, in the order of its lines.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) said: Vec<Said>,
    pub(super) faults: Vec<Fault>,
}

/// Reads the file.
///
/// # Errors
///
/// If it cannot be opened or is not UTF-8. Faults in what it says are part of
/// the reading.
pub(super) fn read(path: &Path) -> io::Result<Reading> {
    let text = std::fs::read_to_string(path)?;
    Ok(Reader { path, text: &text, reading: Reading::default() }.read())
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    reading: Reading,
}

impl Reader<'_> {
    fn read(mut self) -> Reading {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        let broken: Vec<Fault> = errors
            .iter()
            .map(|error| {
                let origin = self.origin(error.span().unwrap_or_default());
                Fault::new(origin, one_line(error.message()))
            })
            .collect();
        self.table("", root.into_inner());
        self.reading.leave_to(broken);
        self.reading
    }

    fn table(&mut self, prefix: &str, table: DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            match Setting::find(&name) {
                Some(setting) => self.setting(setting, value),
                None if is_table(&name) => self.descend(&name, value),
                None => {
                    let origin = self.origin(key.span());
                    self.reading.faults.push(Fault::unknown(origin, &name));
                }
            }
        }
    }

    fn descend(&mut self, name: &str, value: Spanned<DeValue<'_>>) {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => self.table(&format!("{name}."), table),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                let problem =
                    format!("{name} is no value; expected a table [{name}]");
                let origin = self.origin(span);
                self.reading.faults.push(Fault::new(origin, problem));
            }
        }
    }

    fn setting(
        &mut self,
        setting: &'static Setting,
        value: Spanned<DeValue<'_>>,
    ) {
        let span = value.span();
        let origin = self.origin(span.clone());
        // A number that is too large for TOML is told as it is written.
        let value = Value::deserialize(ValueDeserializer::from(value))
            .unwrap_or_else(|_| self.text.get(span).unwrap_or_default().into());
        self.reading.said.push(Said { setting, value, origin });
    }

    /// Line and column of the start of this range of bytes.
    fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let in_line = before.get(line_start..).unwrap_or_default();
        Origin::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: in_line.chars().count() + 1,
        }
    }
}

impl Reading {
    /// Adds what the parser found broken. What else is said on such a line
    /// is a guess of the parser's and would only mislead.
    fn leave_to(&mut self, broken: Vec<Fault>) {
        let lines: Vec<_> =
            broken.iter().map(|fault| line(fault.origin())).collect();
        let is_whole = |origin: &Origin| !lines.contains(&line(origin));
        self.said.retain(|said| is_whole(&said.origin));
        self.faults.retain(|fault| is_whole(fault.origin()));
        self.faults.extend(broken);
    }
}

fn line(origin: &Origin) -> Option<usize> {
    match origin {
        Origin::File { line, .. } => Some(*line),
        Origin::Default | Origin::Variable(_) | Origin::Flag(_) => None,
    }
}

/// Whether settings live under this name.
fn is_table(name: &str) -> bool {
    SETTINGS.iter().any(|setting| {
        setting.key.strip_prefix(name).is_some_and(|it| it.starts_with('.'))
    })
}

fn one_line(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join(", ")
}
