//! The faults that a refused request is told of, in the contract's words.

use serde_json::{Value, json};

use crate::ask::Ask;

/// Stands in values that are sent, and in no answer.
pub(crate) const SECRET: &str = "s3cr3t";

pub(crate) const STATUSES: &str =
    "'available', 'checked_out', 'reserved' or 'archived'";

/// The `type` of a fault and its `msg`.
pub(crate) type Words = (&'static str, String);

/// Where a fault is, and its words.
pub(crate) type Expected = (Value, Words);

/// So many characters that no answer may repeat.
pub(crate) fn secret(length: usize) -> String {
    SECRET.chars().cycle().take(length).collect()
}

/// Sends what must be refused with exactly these faults, in any order.
pub(crate) async fn assert_faults(ask: Ask, expected: &[Expected]) {
    let reply = ask.reply(422).await;
    assert!(!reply.text().contains(SECRET), "{}", reply.text());
    assert_eq!(reply.json()["error_code"], "ValidationError");
    let errors = reply.json()["errors"].clone();
    let mut errors = errors.as_array().expect("faults").clone();
    let told = |(loc, (kind, msg)): &Expected| json!({ "loc": loc, "msg": msg, "type": kind });
    let mut expected: Vec<_> = expected.iter().map(told).collect();
    errors.sort_by_key(Value::to_string);
    expected.sort_by_key(Value::to_string);
    assert_eq!(errors, expected);
}

/// The steps of `body.tags.1`.
pub(crate) fn at(place: &str) -> Value {
    let step = |step: &str| match step.parse::<u64>() {
        Ok(index) => json!(index),
        Err(_) => json!(step),
    };
    place.split('.').map(step).collect()
}

fn count(number: u32, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

pub(crate) fn missing() -> Words {
    ("missing", "Field required".to_owned())
}

pub(crate) fn short(least: u32) -> Words {
    let least = count(least, "character");
    ("string_too_short", format!("String should have at least {least}"))
}

pub(crate) fn long(most: u32) -> Words {
    let most = count(most, "character");
    ("string_too_long", format!("String should have at most {most}"))
}

pub(crate) fn many(most: u32) -> Words {
    let most = count(most, "item");
    ("too_long", format!("List should have at most {most}"))
}

pub(crate) fn pattern(pattern: &str) -> Words {
    let words = format!("String should match pattern '{pattern}'");
    ("string_pattern_mismatch", words)
}

pub(crate) fn one_of(options: &str) -> Words {
    ("enum", format!("Input should be {options}"))
}

pub(crate) fn ge(least: &str) -> Words {
    let words = format!("Input should be greater than or equal to {least}");
    ("greater_than_equal", words)
}

pub(crate) fn gt(bound: &str) -> Words {
    ("greater_than", format!("Input should be greater than {bound}"))
}

pub(crate) fn le(most: &str) -> Words {
    let words = format!("Input should be less than or equal to {most}");
    ("less_than_equal", words)
}

pub(crate) fn hundredths() -> Words {
    ("multiple_of", "Input should be a multiple of 0.01".to_owned())
}

pub(crate) fn a(kind: &'static str, noun: &str) -> Words {
    (kind, format!("Input should be a valid {noun}"))
}

pub(crate) fn parsing(kind: &'static str, noun: &str) -> Words {
    let words = "unable to parse string as";
    let article = if noun.starts_with('i') { "an" } else { "a" };
    let words =
        format!("Input should be a valid {noun}, {words} {article} {noun}");
    (kind, words)
}

pub(crate) fn boolean() -> Words {
    a("bool_parsing", "boolean, unable to interpret input")
}

pub(crate) fn value(problem: &str) -> Words {
    ("value_error", format!("Value error, {problem}"))
}
