//! A difference that was found, and what is said about it.

use serde::Serialize;

use crate::contract::effect::{Direction, Effect, Level};
use crate::contract::tree::Mark;

/// How a rule's id is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The id as it stands.
    Whole(&'static str),
    /// What follows `request-body-`, `response-property-` and their kin.
    After(&'static str),
}

/// A difference between two documents, before it is placed and named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Difference {
    /// The rule.
    pub rule: Rule,
    /// The effect on what is valid.
    pub effect: Effect,
    /// A level that does not follow from effect and direction.
    pub level: Option<Level>,
    /// What differs, in words that both `was` and `is` complete.
    pub what: String,
    /// What the base has.
    pub was: String,
    /// What the revision has.
    pub is: String,
    /// Where the base has it, or would.
    pub base: Mark,
    /// Where the revision has it, or would.
    pub revision: Mark,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The file.
    pub file: String,
    /// The line, from one.
    pub line: u32,
    /// The column, from one.
    pub column: u32,
}

/// A change between two contracts, as it is reported.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The rule's id; oasdiff's where it has one.
    pub rule: String,
    /// The step it needs.
    pub level: Level,
    /// The effect on what is valid.
    pub effect: Effect,
    /// Who sends what it is about.
    pub direction: Direction,
    /// A JSON pointer into the base, or into the revision for an addition.
    pub location: String,
    /// What changed.
    pub message: String,
    /// Where in the base.
    pub base: Position,
    /// Where in the revision.
    pub revision: Position,
    /// The operations that it reaches.
    pub used_by: Vec<String>,
    /// The same for the same change, wherever in the file it moves.
    pub fingerprint: String,
    /// What differs, without its two sides: drift words them anew.
    #[serde(skip)]
    pub parts: Parts,
}

/// The parts of a message.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What differs.
    pub what: String,
    /// What the base has.
    pub was: String,
    /// What the revision has.
    pub is: String,
}

impl Change {
    /// Whether it breaks clients.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.level == Level::Major
    }
}

/// The FNV-1a hash of some texts, in hexadecimal: stable across machines and
/// versions, which the standard library's hasher is not.
#[must_use]
pub fn fingerprint(texts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        for byte in text.bytes().chain([0]) {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
