//! The keywords that bound a size, and what rules call their moves.

use crate::contract::types::Types;

/// A keyword that bounds a size.
#[derive(Debug)]
pub struct Size {
    /// The keyword.
    pub keyword: &'static str,
    /// The types it is about.
    pub types: Types,
    /// Whether it is a lower bound.
    pub lower: bool,
    /// The value that demands nothing.
    pub neutral: Option<i128>,
    /// How rule ids say it.
    pub rule: &'static str,
}

const fn size(
    keyword: &'static str,
    types: Types,
    lower: bool,
    neutral: Option<i128>,
    rule: &'static str,
) -> Size {
    Size { keyword, types, lower, neutral, rule }
}

/// The keywords that bound a size. `minContains` counts from one.
pub const SIZES: [Size; 8] = [
    size("minLength", Types::STRING, true, Some(0), "min-length"),
    size("maxLength", Types::STRING, false, None, "max-length"),
    size("minItems", Types::ARRAY, true, Some(0), "min-items"),
    size("maxItems", Types::ARRAY, false, None, "max-items"),
    size("minProperties", Types::OBJECT, true, Some(0), "min-properties"),
    size("maxProperties", Types::OBJECT, false, None, "max-properties"),
    size("minContains", Types::ARRAY, true, Some(1), "min-contains"),
    size("maxContains", Types::ARRAY, false, None, "max-contains"),
];

/// How a bound moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// There was none.
    Set,
    /// There is none any more.
    Unset,
    /// It is higher.
    Increased,
    /// It is lower.
    Decreased,
}

const VERBS: [(Verb, &str); 4] = [
    (Verb::Set, "set"),
    (Verb::Unset, "unset"),
    (Verb::Increased, "increased"),
    (Verb::Decreased, "decreased"),
];

/// Every rule about a bound, so that each id is a constant.
const RULES: [&str; 48] = [
    "min-set",
    "min-unset",
    "min-increased",
    "min-decreased",
    "max-set",
    "max-unset",
    "max-increased",
    "max-decreased",
    "exclusive-min-set",
    "exclusive-min-unset",
    "exclusive-min-increased",
    "exclusive-min-decreased",
    "exclusive-max-set",
    "exclusive-max-unset",
    "exclusive-max-increased",
    "exclusive-max-decreased",
    "min-length-set",
    "min-length-unset",
    "min-length-increased",
    "min-length-decreased",
    "max-length-set",
    "max-length-unset",
    "max-length-increased",
    "max-length-decreased",
    "min-items-set",
    "min-items-unset",
    "min-items-increased",
    "min-items-decreased",
    "max-items-set",
    "max-items-unset",
    "max-items-increased",
    "max-items-decreased",
    "min-properties-set",
    "min-properties-unset",
    "min-properties-increased",
    "min-properties-decreased",
    "max-properties-set",
    "max-properties-unset",
    "max-properties-increased",
    "max-properties-decreased",
    "min-contains-set",
    "min-contains-unset",
    "min-contains-increased",
    "min-contains-decreased",
    "max-contains-set",
    "max-contains-unset",
    "max-contains-increased",
    "max-contains-decreased",
];

/// The id of the rule about a bound that moved.
#[must_use]
pub fn rule(bound: &str, verb: Verb) -> &'static str {
    let verb = VERBS
        .iter()
        .find_map(|(known, name)| (*known == verb).then_some(*name))
        .unwrap_or_default();
    RULES
        .into_iter()
        .find(|rule| {
            rule.strip_prefix(bound).and_then(|rest| rest.strip_prefix('-'))
                == Some(verb)
        })
        .unwrap_or("bound-changed")
}
