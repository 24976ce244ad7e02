//! What is wrong with the settings, and where it was said.

use std::fmt;
use std::path::PathBuf;

use toml::Value;

use super::setting::{SETTINGS, Setting};

/// How alike a misspelt key must be to be thought of, from 0 to 1.
const ALIKE: f64 = 0.7;

/// Where a value comes from. Later ones win over earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A line of the file; line and column count from 1.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The column in characters.
        column: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag, with its dashes.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, column } => {
                write!(f, "{}:{line}:{column}", path.display())
            }
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    origin: Origin,
    problem: String,
    help: Option<String>,
}

impl Fault {
    /// Something that the file, variable or flag itself has wrong.
    pub(super) fn new(origin: Origin, problem: String) -> Self {
        Self { origin, problem, help: None }
    }

    /// A value that its setting does not accept.
    pub(super) fn value(
        origin: Origin,
        setting: &Setting,
        value: &Value,
    ) -> Self {
        let Setting { key, accepts } = setting;
        let value = setting.shown(value);
        Self {
            origin,
            problem: format!("{key} cannot be {value}"),
            help: Some(format!("expected {accepts}")),
        }
    }

    /// A key that is no setting; `help` says which ones are.
    pub(super) fn unknown(origin: Origin, key: &str) -> Self {
        Self {
            origin,
            problem: format!("there is no setting {key}"),
            help: Some(advice(key)),
        }
    }

    /// A variable that names no setting.
    pub(super) fn unknown_variable(name: String) -> Self {
        let help = variable_advice(&name.to_uppercase());
        Self {
            origin: Origin::Variable(name),
            problem: "it names no setting".to_owned(),
            help: Some(help),
        }
    }

    /// Where it is.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong, told at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "the configuration has a fault\n  {one}"),
            all => {
                write!(f, "the configuration has {} faults", all.len())?;
                all.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
        }
    }
}

/// What could stand in place of an unknown key: the one that is most like
/// it, else all that its table has, else all tables.
fn advice(key: &str) -> String {
    if let Some(known) = nearest(key, known_keys()) {
        return format!("did you mean {known}?");
    }
    let parent = key.rsplit_once('.').map_or("", |(parent, _)| parent);
    let siblings: Vec<_> = known_keys()
        .filter(|known| {
            known.rsplit_once('.').map_or("", |(it, _)| it) == parent
        })
        .collect();
    format!("expected one of {}", siblings.join(", "))
}

/// As [`advice`], for a variable: all of its table, else all.
fn variable_advice(name: &str) -> String {
    let all = || SETTINGS.iter().map(Setting::variable);
    if let Some(known) = nearest(name, all()) {
        return format!("did you mean {known}?");
    }
    let table = name.rsplit_once("__").map_or("", |(table, _)| table);
    let of_table = |known: &String| {
        known.rsplit_once("__").is_some_and(|(it, _)| it == table)
    };
    let mut expected: Vec<_> = all().filter(of_table).collect();
    if expected.is_empty() {
        expected = all().collect();
    }
    format!("expected one of {}", expected.join(", "))
}

/// Every setting's key, and every table's.
fn known_keys() -> impl Iterator<Item = String> {
    let mut keys: Vec<String> = Vec::new();
    for Setting { key, .. } in SETTINGS {
        let ends = key.match_indices('.').map(|(end, _)| end);
        for part in ends.chain([key.len()]).filter_map(|end| key.get(..end)) {
            if !keys.iter().any(|known| known == part) {
                keys.push(part.to_owned());
            }
        }
    }
    keys.into_iter()
}

fn nearest(key: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|known| {
            (strsim::normalized_damerau_levenshtein(key, &known), known)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// The value in TOML as it may be shown.
pub(super) fn redacted(value: &Value) -> String {
    redact(&value.to_string())
}

/// The text without what only the server may know: a password in a URL,
/// before an `@` or as a parameter.
pub fn redact(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(start) = text.find("://").map(|at| at + 3)
        // The last `@`: a password may hold one that is not escaped.
        && let Some(end) = text.rfind('@')
        && let Some(user) = text.get(start..end)
        && let Some(colon) = user.find(':')
    {
        text.replace_range(start + colon + 1..end, "***");
    }
    redact_parameter(text)
}

fn redact_parameter(mut text: String) -> String {
    let mut from = 0;
    while let Some(found) = text
        .get(from..)
        .and_then(|rest| rest.to_ascii_lowercase().find("password="))
    {
        let start = from + found + "password=".len();
        let value = text.get(start..).unwrap_or_default();
        let length = value.find(['&', ' ', '"', '\'']).unwrap_or(value.len());
        text.replace_range(start..start + length, "***");
        from = start;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_told() {
        for (url, shown) in [
            ("sqlite:colophon.db", "sqlite:colophon.db"),
            ("postgres://db/x", "postgres://db/x"),
            ("postgres://me@db/x", "postgres://me@db/x"),
            ("postgres://me:secret@db/x", "postgres://me:***@db/x"),
            ("postgres://me:s@cr:t@db/x", "postgres://me:***@db/x"),
            (
                "postgres://db/x?password=s&a=b",
                "postgres://db/x?password=***&a=b",
            ),
            ("host=db PASSWORD=s user=me", "host=db PASSWORD=*** user=me"),
        ] {
            assert_eq!(redact(url), shown);
        }
    }

    #[test]
    fn a_misspelt_key_is_recognised() {
        for (key, known) in [
            ("http.bnd", "http.bind"),
            ("htpp", "http"),
            ("edge.max_conections", "edge.max_connections"),
            ("versions.v1.sunset", "versions.v1.sunset_on"),
        ] {
            assert_eq!(advice(key), format!("did you mean {known}?"));
        }
        let none = advice("log.colour_of_the_moon");
        assert_eq!(none, "expected one of log.level, log.format");
    }
}
