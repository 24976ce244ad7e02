//! A document as a tree whose nodes know their line and column.

use std::cmp::Ordering;
use std::fmt::Write as _;

use indexmap::IndexMap;

/// A place in a file: line and column, both counted from one, the column in
/// characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// The line, from one.
    pub line: u32,
    /// The column, from one.
    pub column: u32,
}

/// A value and where it begins.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value begins.
    pub at: Mark,
    /// What stands there.
    pub value: Value,
}

/// What JSON can say. YAML that says more is refused by the loader.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Box<str>),
    /// An array.
    List(Vec<Node>),
    /// An object.
    Map(Map),
}

/// The entries of an object, in the order of the document.
pub type Map = IndexMap<Box<str>, Entry>;

/// A value in an object, and where its key stands.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key begins.
    pub key_at: Mark,
    /// The value.
    pub node: Node,
}

/// A number; `100.0` and `100` are the same one.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A number without a fraction, exact.
    Whole(i128),
    /// Any other.
    Real(f64),
}

impl Number {
    /// Reads a number as JSON writes it; `None` if it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse::<i128>() {
            return Some(Self::Whole(whole));
        }
        text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Self::from)
    }

    /// The number as a float, which may round it.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers are compared exactly elsewhere"
    )]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(n) => n,
        }
    }

    /// Whether `self` is a multiple of `other`, within a float's rounding.
    /// Every number is one of itself, zero too.
    #[must_use]
    pub fn is_multiple_of(self, other: Self) -> bool {
        if self == other {
            return true;
        }
        if let (Self::Whole(a), Self::Whole(b)) = (self, other) {
            return b != 0 && a.wrapping_rem(b) == 0;
        }
        let quotient = self.as_f64() / other.as_f64();
        quotient.is_finite() && (quotient - quotient.round()).abs() < 1e-9
    }
}

/// The largest whole number that a float holds exactly, 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl From<f64> for Number {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "only a whole number far below i128's bound is converted"
    )]
    fn from(n: f64) -> Self {
        if n.fract() == 0.0 && n.abs() < EXACT * 1e6 {
            Self::Whole(n as i128)
        } else {
            Self::Real(n)
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (a, b) => a.as_f64().total_cmp(&b.as_f64()),
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(n) => write!(out, "{n}"),
            Self::Real(n) => write!(out, "{n}"),
        }
    }
}

impl Node {
    /// The entries, if this is an object.
    #[must_use]
    pub fn map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value under a key, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value and its key's place, if this is an object that has the key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.map()?.get(key)
    }

    /// The entries in order; none if this is not an object.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.map().into_iter().flatten().map(|(key, entry)| (&**key, entry))
    }

    /// The items; none if this is not an array.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub fn number(&self) -> Option<Number> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the flag under `key` is set.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Node::bool).unwrap_or(false)
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value as JSON with sorted keys: equal texts are equal values.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, true);
        out
    }

    /// The value as JSON in the document's order.
    #[must_use]
    pub fn in_order(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, false);
        out
    }

    fn write(&self, out: &mut String, sorted: bool) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => _ = write!(out, "{value}"),
            Value::Number(number) => _ = write!(out, "{number}"),
            Value::String(text) => write_text(out, text),
            Value::List(items) => write_list(out, items, sorted),
            Value::Map(map) => write_map(out, map, sorted),
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    out.push_str(&quoted);
}

fn write_list(out: &mut String, items: &[Node], sorted: bool) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        item.write(out, sorted);
    }
    out.push(']');
}

fn write_map(out: &mut String, map: &Map, sorted: bool) {
    let mut entries: Vec<_> = map.iter().collect();
    if sorted {
        entries.sort_by_key(|(key, _)| *key);
    }
    out.push('{');
    for (index, (key, entry)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(out, key);
        out.push(':');
        entry.node.write(out, sorted);
    }
    out.push('}');
}
