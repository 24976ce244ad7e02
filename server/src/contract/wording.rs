//! What the validator found, in the words of Pydantic 2.
//!
//! The words are those of its error types; clients of the first Colophon
//! match on them.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::fault::{Fault, Faults, Loc};

/// Whether an error may be there only because of another in the same object:
/// a property counts as unknown if the part that declares it does not hold.
pub(super) fn may_follow_from_others(error: &ValidationError) -> bool {
    matches!(error.kind(), Kind::UnevaluatedProperties { .. })
}

/// Adds what an error says of `root`, which stands at `at`.
pub(super) fn tell(
    error: &ValidationError,
    root: &Value,
    at: &[Loc],
    faults: &mut Faults,
) {
    if faults.is_full() {
        return;
    }
    let here = place(error, root, at);
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.push(Fault::missing(below(&here, name)));
        }
        Kind::UnevaluatedProperties { .. } if faults.has_below(&here) => {}
        Kind::AdditionalProperties { unexpected }
        | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                faults.push(extra(below(&here, name)));
            }
        }
        Kind::FalseSchema => faults.push(extra(here)),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            tell_branch(error, context, root, at, faults);
        }
        kind => faults.push(simple(kind, error, here)),
    }
}

fn below(here: &[Loc], name: &str) -> Vec<Loc> {
    [here, &[Loc::field(name)]].concat()
}

fn extra(loc: Vec<Loc>) -> Fault {
    let msg = "Extra inputs are not permitted".to_owned();
    Fault { loc, msg, kind: "extra_forbidden" }
}

/// The error's JSON pointer as steps; whether a number is an index shows in
/// the value.
fn place(error: &ValidationError, root: &Value, at: &[Loc]) -> Vec<Loc> {
    let mut value = Some(root);
    let mut loc = at.to_vec();
    for step in error.instance_path().as_str().split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        let index = name.parse().ok();
        match (value, index) {
            (Some(Value::Array(items)), Some(index)) => {
                loc.push(Loc::Index(index));
                value = items.get(index);
            }
            _ => {
                value = value.and_then(|value| value.get(&name));
                loc.push(Loc::field(&name));
            }
        }
    }
    loc
}

/// Tells of the branch that the value comes closest to; of none if there
/// are several and it is of no branch's type.
fn tell_branch(
    whole: &ValidationError,
    branches: &[Vec<ValidationError<'static>>],
    root: &Value,
    at: &[Loc],
    faults: &mut Faults,
) {
    let real = || branches.iter().filter(|branch| !is_null(branch));
    let closest = real().min_by_key(|branch| distance(whole, branch));
    match closest {
        Some(branch) if real().count() == 1 || !misses(whole, branch) => {
            branch.iter().for_each(|error| tell(error, root, at, faults));
        }
        _ => {
            let here = place(whole, root, at);
            let problem = "it is of none of the forms that are allowed here";
            faults.push(Fault::value(here, problem));
        }
    }
}

/// The branch that only allows null, which `nullable` makes.
fn is_null(branch: &[ValidationError]) -> bool {
    matches!(branch, [error] if matches!(
        error.kind(),
        Kind::Type { kind: TypeKind::Single(JsonType::Null) }
    ))
}

/// Whether the value is of another type than the branch.
fn misses(whole: &ValidationError, branch: &[ValidationError]) -> bool {
    branch.iter().any(|error| {
        matches!(error.kind(), Kind::Type { .. })
            && error.instance_path() == whole.instance_path()
    })
}

/// A wrong type is furthest, then a wrong tag, then many errors.
fn distance(
    whole: &ValidationError,
    branch: &[ValidationError],
) -> (bool, bool, usize) {
    let tag =
        |error: &ValidationError| matches!(error.kind(), Kind::Enum { .. });
    (misses(whole, branch), branch.iter().any(tag), branch.len())
}

/// A fault that concerns one value and is told in one sentence.
fn simple(kind: &Kind, error: &ValidationError, loc: Vec<Loc>) -> Fault {
    let (kind, msg) = match kind {
        Kind::Type { kind } => of_type(kind, error),
        Kind::MinLength { limit } => (
            "string_too_short",
            format!(
                "String should have at least {}",
                count(*limit, "character")
            ),
        ),
        Kind::MaxLength { limit } => (
            "string_too_long",
            format!(
                "String should have at most {}",
                count(*limit, "character")
            ),
        ),
        Kind::Pattern { pattern } => (
            "string_pattern_mismatch",
            format!("String should match pattern '{pattern}'"),
        ),
        Kind::Format { format } => of_format(format),
        Kind::Enum { options } => ("enum", one_of(options)),
        kind => return counted(kind, loc),
    };
    Fault { loc, msg, kind }
}

fn counted(kind: &Kind, loc: Vec<Loc>) -> Fault {
    let (kind, msg) = match kind {
        Kind::MinItems { limit } => (
            "too_short",
            format!("List should have at least {}", count(*limit, "item")),
        ),
        Kind::MaxItems { limit } => (
            "too_long",
            format!("List should have at most {}", count(*limit, "item")),
        ),
        Kind::MinProperties { limit } => (
            "too_short",
            format!(
                "Dictionary should have at least {}",
                count(*limit, "item")
            ),
        ),
        Kind::MaxProperties { limit } => (
            "too_long",
            format!("Dictionary should have at most {}", count(*limit, "item")),
        ),
        Kind::OneOfMultipleValid { .. } => {
            let problem =
                "it fits more than one of the forms that are allowed here";
            return Fault::value(loc, problem);
        }
        Kind::UniqueItems => {
            return Fault::value(loc, "the items must differ from each other");
        }
        kind => return ranged(kind, loc),
    };
    Fault { loc, msg, kind }
}

fn ranged(kind: &Kind, loc: Vec<Loc>) -> Fault {
    let (kind, words, limit) = match kind {
        Kind::Minimum { limit } => (
            "greater_than_equal",
            "greater than or equal to",
            limit.to_string(),
        ),
        Kind::ExclusiveMinimum { limit } => {
            ("greater_than", "greater than", limit.to_string())
        }
        Kind::Maximum { limit } => {
            ("less_than_equal", "less than or equal to", limit.to_string())
        }
        Kind::ExclusiveMaximum { limit } => {
            ("less_than", "less than", limit.to_string())
        }
        Kind::Custom { keyword, message } if keyword == "multipleOf" => {
            ("multiple_of", "a multiple of", message.clone())
        }
        _ => return Fault::value(loc, "it is not what the contract asks for"),
    };
    Fault { loc, msg: format!("Input should be {words} {limit}"), kind }
}

fn count(limit: u64, noun: &str) -> String {
    let plural = if limit == 1 { "" } else { "s" };
    format!("{limit} {noun}{plural}")
}

fn of_type(kind: &TypeKind, error: &ValidationError) -> (&'static str, String) {
    let wanted = match kind {
        TypeKind::Single(kind) => Some(*kind),
        // Null stands beside the type because of `nullable`.
        TypeKind::Multiple(kinds) => {
            kinds.iter().find(|kind| *kind != JsonType::Null)
        }
    };
    let (kind, noun) = match wanted {
        Some(JsonType::Integer) if error.instance().is_number() => {
            ("int_from_float", "integer, got a number with a fractional part")
        }
        Some(JsonType::Integer) => ("int_type", "integer"),
        Some(JsonType::Number) => ("float_type", "number"),
        Some(JsonType::String) => ("string_type", "string"),
        Some(JsonType::Boolean) => ("bool_type", "boolean"),
        Some(JsonType::Array) => ("list_type", "list"),
        Some(JsonType::Object) => ("dict_type", "dictionary"),
        Some(JsonType::Null) | None => {
            return ("none_required", "Input should be None".to_owned());
        }
    };
    (kind, format!("Input should be a valid {noun}"))
}

fn of_format(format: &str) -> (&'static str, String) {
    let (kind, msg) = match format {
        "date-time" => ("datetime_parsing", "Input should be a valid datetime"),
        "date" => (
            "date_parsing",
            "Input should be a valid date in the format YYYY-MM-DD",
        ),
        "uuid" => ("uuid_parsing", "Input should be a valid UUID"),
        "uri" => ("url_parsing", "Input should be a valid URL"),
        "email" => {
            ("value_error", "Value error, it is not a valid email address")
        }
        _ => ("value_error", "Value error, it is not valid base64"),
    };
    (kind, msg.to_owned())
}

/// `Input should be 'a', 'b' or 'c'`.
fn one_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let options: Vec<String> = options
        .iter()
        .filter(|option| !option.is_null())
        .map(|option| match option {
            Value::String(text) => format!("'{text}'"),
            other => other.to_string(),
        })
        .collect();
    match options.as_slice() {
        [first @ .., last] if !first.is_empty() => {
            format!("Input should be {} or {last}", first.join(", "))
        }
        one => format!("Input should be {}", one.concat()),
    }
}
