//! What is wrong with a request.

use serde::Serialize;
use serde_json::Value;

/// The most faults that are told of one part of a request.
pub const MAX_FAULTS: usize = 100;

/// The most characters of a name that came from the client.
const MAX_NAME_CHARS: usize = 100;

/// One failing place of a request, in the words of Pydantic.
///
/// It tells what is wrong and never what was sent, except for the names of
/// fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The way to the value: `body`, `query`, `path` or `header`, then names
    /// and indices from the outside in.
    pub loc: Vec<Loc>,
    /// For people.
    pub msg: String,
    /// For programs: `missing`, `string_too_short` and so on.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Loc {
    /// Into an object.
    Name(String),
    /// Into an array, from 0.
    Index(usize),
}

/// What the rules that a contract cannot say find wrong with a JSON body,
/// which may break the contract too.
pub type Rules = fn(&Value) -> Vec<Fault>;

/// Why a request body is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// Its media type is none that the operation takes, or is not named.
    UnsupportedMediaType,
    /// It is not JSON (RFC 8259) in UTF-8.
    Malformed {
        /// Where, from 1.
        line: usize,
        /// Where, from 1; in bytes.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is not what the contract asks for; at least one fault.
    Invalid(Vec<Fault>),
}

impl Loc {
    /// A field's name as a client sent it, made fit for an answer.
    pub(super) fn field(name: &str) -> Self {
        let plain = name.chars().filter(|c| !c.is_control());
        Self::Name(plain.take(MAX_NAME_CHARS).collect())
    }
}

impl From<&str> for Loc {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl Fault {
    pub(super) fn missing(loc: Vec<Loc>) -> Self {
        Self { loc, msg: "Field required".to_owned(), kind: "missing" }
    }

    /// That a value breaks a rule of its own.
    pub(crate) fn value(loc: Vec<Loc>, problem: &str) -> Self {
        let msg = format!("Value error, {problem}");
        Self { loc, msg, kind: "value_error" }
    }

    /// Whether the value is of another type, so that nothing else that may be
    /// said of it helps.
    fn is_of_type(&self) -> bool {
        self.kind.ends_with("_type")
            || self.kind.ends_with("_parsing")
            || self.kind == "int_from_float"
    }
}

/// Faults under collection: each place and kind once, and nothing but the
/// type where that is wrong.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn push(&mut self, fault: Fault) {
        let mut here = self.0.iter().filter(|known| known.loc == fault.loc);
        if here.any(|known| known.is_of_type() || known.kind == fault.kind) {
            return;
        }
        if fault.is_of_type() {
            self.0.retain(|known| known.loc != fault.loc);
        }
        if !self.is_full() {
            self.0.push(fault);
        }
    }

    /// Adds faults of places that nothing has been told of before.
    pub(super) fn extend(&mut self, faults: Vec<Fault>) {
        let told = self.0.len();
        for fault in faults {
            let mut before = self.0.iter().take(told);
            if !before.any(|known| known.loc == fault.loc) {
                self.push(fault);
            }
        }
    }

    /// Whether there is a fault at this place or within it.
    pub(super) fn has_below(&self, place: &[Loc]) -> bool {
        self.0.iter().any(|fault| fault.loc.starts_with(place))
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_FAULTS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}
