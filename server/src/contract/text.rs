//! Text from URLs, headers and forms: its decoding and its types.

use std::borrow::Cow;

use serde_json::Value;

use super::document::{LoadError, Node};
use super::fault::{Fault, Loc};

/// A value as it was sent; `None` if it is not UTF-8.
pub(super) type Text<'t> = Option<Cow<'t, str>>;

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Number,
    Boolean,
    String,
}

impl Kind {
    /// The type that a schema states, itself or in its one `allOf` member.
    pub(super) fn of(schema: &Node) -> Result<Self, LoadError> {
        let schema = schema.resolve()?;
        let Some(kind) = schema.get("type") else {
            let only = match schema.get("allOf") {
                Some(all) => all.items()?.pop(),
                None => None,
            };
            let untyped = || schema.refuse("a parameter needs a `type`");
            return Self::of(&only.ok_or_else(untyped)?);
        };
        match kind.text()? {
            "integer" => Ok(Self::Integer),
            "number" => Ok(Self::Number),
            "boolean" => Ok(Self::Boolean),
            "string" => Ok(Self::String),
            _ => Err(kind.refuse("a parameter cannot be of this type")),
        }
    }

    /// The text as a value of this type.
    pub(super) fn read(
        self,
        text: Text,
        loc: impl FnOnce() -> Vec<Loc>,
    ) -> Result<Value, Fault> {
        let Some(text) = text else {
            return Err(Fault::value(loc(), "it is not UTF-8"));
        };
        let value = match self {
            Self::Integer => integer(&text),
            Self::Number => number(&text),
            Self::Boolean => boolean(&text),
            Self::String => Some(text.into_owned().into()),
        };
        value.ok_or_else(|| self.unreadable(loc()))
    }

    fn unreadable(self, loc: Vec<Loc>) -> Fault {
        let (kind, msg) = match self {
            Self::Integer => (
                "int_parsing",
                "Input should be a valid integer, unable to parse string as \
                 an integer",
            ),
            Self::Number => (
                "float_parsing",
                "Input should be a valid number, unable to parse string as a \
                 number",
            ),
            Self::Boolean => (
                "bool_parsing",
                "Input should be a valid boolean, unable to interpret input",
            ),
            Self::String => ("string_type", "Input should be a valid string"),
        };
        Fault { loc, msg: msg.to_owned(), kind }
    }
}

/// A sign, perhaps, and digits. A number beyond 64 bits is read as the
/// outermost float, which breaks the bounds that every integer has.
fn integer(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    let is_negative = text.starts_with('-');
    Some(if is_negative { f64::MIN } else { f64::MAX }.into())
}

/// A decimal, perhaps with an exponent, that is finite.
fn number(text: &str) -> Option<Value> {
    let decimal = |b: u8| b.is_ascii_digit() || b"+-.eE".contains(&b);
    if !text.bytes().all(decimal) {
        return None;
    }
    let number = text.parse::<f64>().ok()?;
    number.is_finite().then(|| number.into())
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        _ => None,
    }
}

/// The pairs of a query string or a form, as the URL standard's
/// "application/x-www-form-urlencoded" parser reads them, except that what is
/// not UTF-8 is told and not replaced. A pair whose name is not UTF-8 is no
/// parameter's and is left out.
pub(super) fn pairs(query: &str) -> Vec<(Cow<'_, str>, Text<'_>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)))
        })
        .collect()
}

fn decoded(text: &str) -> Text<'_> {
    if !text.contains(['%', '+']) {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match octet(*high, *low) {
                Some(octet) => {
                    bytes.push(octet);
                    rest = after;
                }
                None => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn octet(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
