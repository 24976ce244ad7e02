//! The step of semantic versioning that changes need, and the one taken.

use semver::Version;

use crate::contract::effect::Level;
use crate::contract::load::Document;
use crate::contract::tree::{Node, Value};

/// What the changes ask of `info.version`, and whether it was done.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The worst level among the changes.
    pub level: Level,
    /// The least version that the revision may have; `None` if the base's
    /// version is not a semantic one.
    pub required: Option<String>,
    /// The revision's version, as written.
    pub actual: Option<String>,
    /// Whether the step was large enough; `None` if it cannot be told.
    pub enough: Option<bool>,
}

impl Verdict {
    /// Judges a revision by the worst level among its changes.
    #[must_use]
    pub fn new(base: &Document, revision: &Document, level: Level) -> Self {
        let actual = version_text(revision);
        let from = version_text(base).as_deref().and_then(parse);
        let to = actual.as_deref().and_then(parse);
        let required = from.map(|from| next(&from, level));
        let enough = match (&required, &to) {
            (Some(required), Some(to)) => Some(to >= required),
            _ => None,
        };
        let required = required.map(|version| version.to_string());
        Self { level, required, actual, enough }
    }
}

/// The document's `info.version`, as written.
#[must_use]
pub fn version_text(document: &Document) -> Option<String> {
    let node = document.root.get("info")?.get("version")?;
    match &node.value {
        Value::String(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads a version; `1` and `1.2` are `1.0.0` and `1.2.0`.
#[must_use]
pub fn parse(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let numbers = text.split(['-', '+']).next()?;
    let missing = 2_usize.checked_sub(numbers.matches('.').count())?;
    let rest = text.get(numbers.len()..)?;
    let filled = format!("{numbers}{}{rest}", ".0".repeat(missing));
    Version::parse(&filled).ok()
}

/// The least version after a step (Semantic Versioning 2.0.0, items 6 to 8).
/// Below 1.0 each step is one place lower, as Cargo reads versions; a
/// pre-release promises nothing yet (item 9), so it asks for no step.
#[must_use]
pub fn next(from: &Version, level: Level) -> Version {
    let Version { major, minor, patch, .. } = *from;
    if !from.pre.is_empty() {
        return from.clone();
    }
    match (level, major) {
        (Level::None, _) => from.clone(),
        (Level::Major, 1..) => Version::new(major + 1, 0, 0),
        (Level::Minor, 1..) | (Level::Major, 0) => {
            Version::new(major, minor + 1, 0)
        }
        (Level::Patch, _) | (Level::Minor, 0) => {
            Version::new(major, minor, patch + 1)
        }
    }
}

/// Whether a document describes a released major: 1.0.0 or later, without a
/// pre-release part.
#[must_use]
pub fn is_released(document: &Document) -> bool {
    version_text(document)
        .as_deref()
        .and_then(parse)
        .is_some_and(|version| version.major >= 1 && version.pre.is_empty())
}

/// Where the version stands.
#[must_use]
pub fn version_node(document: &Document) -> Option<&Node> {
    document.root.get("info")?.get("version")
}
