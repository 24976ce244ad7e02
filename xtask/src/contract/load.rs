//! Reads a contract from YAML or JSON, or says in one line why it cannot.

mod json;
mod yaml;

use std::path::Path;

use crate::contract::tree::{Mark, Node};

/// How deep a document may nest. Real contracts stay below forty.
pub const MAX_DEPTH: usize = 200;

/// How large a document may be, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// A contract in memory.
#[derive(Debug)]
pub struct Document {
    /// What the file is called in findings.
    pub name: String,
    /// The text, for showing a finding's line.
    pub source: String,
    /// The tree.
    pub root: Node,
}

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The text breaks a rule of YAML, JSON or ours; a place is known.
    #[error("{name}:{}:{}: {problem}", at.line, at.column)]
    Text {
        /// The file's name.
        name: String,
        /// Where the problem is.
        at: Mark,
        /// What the problem is.
        problem: String,
    },
    /// The file cannot be used at all.
    #[error("{name}: {problem}")]
    File {
        /// The file's name.
        name: String,
        /// What the problem is.
        problem: String,
    },
}

/// A problem at a place; the loader adds the file's name.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) at: Mark,
    pub(crate) what: String,
}

impl Problem {
    pub(crate) fn new(at: Mark, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

impl Document {
    /// Reads the text of a contract. `name` is what findings call the file.
    ///
    /// # Errors
    ///
    /// [`LoadError`] if the text is neither YAML nor JSON, repeats a key,
    /// nests deeper than [`MAX_DEPTH`], is longer than [`MAX_BYTES`], expands
    /// its aliases too far, or is not an OpenAPI 3 document.
    pub fn parse(name: &str, source: String) -> Result<Self, LoadError> {
        if source.len() > MAX_BYTES {
            return Err(LoadError::File {
                name: name.into(),
                problem: format!("larger than {} MiB", MAX_BYTES >> 20),
            });
        }
        let root = tree(name, &source)?;
        let document = Self { name: name.into(), source, root };
        document.must_be_openapi()?;
        Ok(document)
    }

    /// Whether the document is OpenAPI 3.0, where `$ref` hides its siblings
    /// and `exclusiveMinimum` is a flag.
    #[must_use]
    pub fn is_3_0(&self) -> bool {
        self.version().is_some_and(|version| version.starts_with("3.0"))
    }

    fn version(&self) -> Option<&str> {
        self.root.get("openapi").and_then(Node::text)
    }

    fn must_be_openapi(&self) -> Result<(), LoadError> {
        let problem = match self.version() {
            Some(version) if version.starts_with("3.") => return Ok(()),
            Some(version) => format!("OpenAPI {version} is not supported"),
            None => "not an OpenAPI 3 document: no `openapi`".into(),
        };
        let at = self.root.at;
        Err(LoadError::Text { name: self.name.clone(), at, problem })
    }
}

/// Reads YAML or JSON that need not be a contract.
///
/// # Errors
///
/// [`LoadError::Text`] as [`Document::parse`] says.
pub fn tree(name: &str, source: &str) -> Result<Node, LoadError> {
    read(name, source).map_err(|problem| LoadError::Text {
        name: name.into(),
        at: problem.at,
        problem: problem.what,
    })
}

/// JSON is read by a scanner of its own: saphyr reads it too, but takes many
/// times as long and several times the memory on a document of 12 MB.
fn read(name: &str, source: &str) -> Result<Node, Problem> {
    let looks_like_json = source.trim_start().starts_with('{');
    if !looks_like_json {
        return yaml::read(source);
    }
    let is_json = Path::new(name)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    match json::read(source) {
        Ok(node) => Ok(node),
        Err(problem) if is_json => Err(problem),
        Err(_) => yaml::read(source),
    }
}
