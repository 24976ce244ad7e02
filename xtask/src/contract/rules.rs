//! What each rule means, for `--explain`.

use crate::contract::effect::{Direction, Effect, Place};

use Effect::{Incomparable, Narrows, None as NoEffect, Unknown, Widens};

/// Where a rule's difference stands, longest prefix first.
const PLACES: [(&str, Place, &str); 8] = [
    ("request-parameter-property-", Place::Parameter, "a part of a parameter"),
    ("request-parameter-", Place::Parameter, "a parameter"),
    ("request-property-", Place::RequestBody, "a part of a request body"),
    ("request-body-", Place::RequestBody, "a request body"),
    ("response-property-", Place::ResponseBody, "a part of a response body"),
    ("response-body-", Place::ResponseBody, "a response body"),
    (
        "response-header-property-",
        Place::ResponseHeader,
        "a part of a response header",
    ),
    ("response-header-", Place::ResponseHeader, "a response header"),
];

/// What follows a place: how it ends, the effect, what happened.
const ENDINGS: [(&str, Effect, &str); 60] = [
    ("list-of-types-widened", Widens, "more types are allowed"),
    ("list-of-types-narrowed", Narrows, "fewer types are allowed"),
    ("type-generalized", Widens, "the type or format became a wider one"),
    ("type-specialized", Narrows, "the type or format became a narrower one"),
    ("type-changed", Incomparable, "the type or format became another one"),
    ("became-nullable", Widens, "null is allowed"),
    ("became-not-nullable", Narrows, "null is refused"),
    ("became-enum", Narrows, "the values are listed"),
    ("became-not-enum", Widens, "the values are no longer listed"),
    ("enum-value-removed", Narrows, "a value is no longer allowed"),
    ("enum-value-added", Widens, "one more value is allowed"),
    ("const-added", Narrows, "one value is allowed only"),
    ("const-removed", Widens, "other values are allowed as well"),
    ("const-changed", Incomparable, "another value is the only one"),
    ("multiple-of-set", Narrows, "numbers must be multiples"),
    ("multiple-of-unset", Widens, "numbers need not be multiples"),
    ("multiple-of-generalized", Widens, "multiples of less are allowed"),
    ("multiple-of-specialized", Narrows, "multiples of more are demanded"),
    ("multiple-of-changed", Incomparable, "multiples of another number"),
    ("pattern-added", Narrows, "strings must match a pattern"),
    ("pattern-removed", Widens, "strings need not match a pattern"),
    ("pattern-changed", Unknown, "strings must match another pattern"),
    ("unique-items-set", Narrows, "items must be unique"),
    ("unique-items-unset", Widens, "items may be repeated"),
    ("items-added", Narrows, "items must satisfy a schema"),
    ("items-removed", Widens, "items may be anything"),
    ("became-required", Narrows, "it must be there"),
    ("became-optional", Widens, "it may be left out"),
    ("additional-properties-closed", Narrows, "other properties are limited"),
    ("additional-properties-opened", Widens, "other properties are allowed"),
    ("properties-added", Narrows, "unevaluated properties are limited"),
    ("properties-removed", Widens, "unevaluated properties are allowed"),
    ("property-names-added", Narrows, "properties' names are limited"),
    ("property-names-removed", Widens, "properties may have any name"),
    ("pattern-property-added", Narrows, "properties are limited by pattern"),
    ("pattern-property-removed", Widens, "a pattern limits no property"),
    ("dependent-schema-added", Narrows, "a property demands a schema"),
    ("dependent-schema-removed", Widens, "a property demands no schema"),
    ("dependent-required-added", Narrows, "a property needs another"),
    ("dependent-required-removed", Widens, "a property needs no other"),
    ("contains-added", Narrows, "an item must satisfy a schema"),
    ("contains-removed", Widens, "no item need satisfy a schema"),
    ("content-schema-added", Narrows, "encoded content has a schema"),
    ("content-schema-removed", Widens, "encoded content has no schema"),
    ("all-of-added", Narrows, "one more schema must be satisfied"),
    ("all-of-removed", Widens, "a schema need not be satisfied"),
    ("one-of-added", Widens, "one more branch is allowed"),
    ("one-of-removed", Narrows, "a branch is no longer allowed"),
    ("any-of-added", Widens, "one more branch is allowed"),
    ("any-of-removed", Narrows, "a branch is no longer allowed"),
    ("any-of-became-one-of", Narrows, "branches exclude one another"),
    ("one-of-became-any-of", Widens, "branches may overlap"),
    ("encoding-changed", Incomparable, "text is encoded in another way"),
    ("media-type-changed", Incomparable, "text holds another media type"),
    ("xml-changed", Incomparable, "it is written otherwise in XML"),
    ("serialization-changed", Incomparable, "it is written otherwise"),
    ("-added", Narrows, "a demand was added"),
    ("-removed", Widens, "a demand was dropped"),
    ("-set", Narrows, "a bound was set"),
    ("-unset", Widens, "a bound was dropped"),
];

/// Rules that do not follow from effect and direction, by how they begin or
/// end, first match first: what happened, and why it has its level.
const FIXED: [(&str, &str); 32] = [
    (
        "api-path-removed-with-deprecation",
        "A path went after its x-sunset had passed. Minor, because --sunset says so.",
    ),
    (
        "api-removed-with-deprecation",
        "An operation went after its x-sunset had passed. Minor, because --sunset says so.",
    ),
    ("api-path-removed", "A path is gone. Major: clients call it."),
    (
        "api-removed",
        "An operation is gone. Major: clients call it. With --sunset it may go once its x-sunset has passed.",
    ),
    ("endpoint-added", "An operation is new. Minor: nobody calls it yet."),
    (
        "endpoint-deprecated",
        "An operation is deprecated. Minor (Semantic Versioning, item 7).",
    ),
    ("endpoint-reactivated", "An operation is no longer deprecated. Minor."),
    (
        "api-operation-id",
        "An operationId changed. Patch on the wire; a generated client's method has another name.",
    ),
    ("api-tag", "A tag changed. Patch: tags sort documentation."),
    (
        "path-parameter-renamed",
        "A path variable has another name. Patch on the wire; a generated client's argument has another name.",
    ),
    (
        "new-required-request-parameter",
        "A parameter must be sent that old clients do not know. Major.",
    ),
    ("new-request-path-parameter", "A path has one more variable. Major."),
    ("new-optional-request-parameter", "A parameter may be sent. Minor."),
    (
        "request-parameter-removed",
        "A parameter is gone. Major: whether a request that has it is still accepted cannot be decided.",
    ),
    (
        "new-required-request-property",
        "A property must be sent that old clients do not know. Major, with a default too: a request without it is invalid.",
    ),
    ("new-optional-request-property", "A property may be sent. Minor."),
    (
        "new-read-only-property",
        "A property that is never sent in this direction is new. Patch.",
    ),
    (
        "request-property-removed",
        "A property is gone from a request. Major: it is refused where the object is closed, and ignored or refused elsewhere, which cannot be decided.",
    ),
    (
        "response-required-property-removed",
        "A property that was always sent is gone. Major.",
    ),
    (
        "response-optional-property-removed",
        "A property that was sometimes sent is gone. Major: a tolerant client may cope, a typed one does not compile.",
    ),
    ("response-required-property-added", "A property is always sent. Minor."),
    (
        "response-optional-property-added",
        "A property is sometimes sent. Minor.",
    ),
    ("request-body-added-required", "A body must be sent. Major."),
    ("request-body-added-optional", "A body may be sent. Minor."),
    (
        "request-body-removed",
        "A body can no longer be sent. Major: what becomes of one that is sent cannot be decided.",
    ),
    (
        "response-success-status-removed",
        "A success status is gone. Major: clients read it.",
    ),
    ("response-success-status-added", "A success status is new. Minor."),
    (
        "response-non-success-status",
        "An error status came or went. Minor: errors may be any.",
    ),
    (
        "required-response-header-removed",
        "A header that was always sent is gone. Major.",
    ),
    (
        "optional-response-header-removed",
        "A header that was sometimes sent is gone. Major: a tolerant client may cope.",
    ),
    (
        "document-rewritten",
        "The document changed in words, order or names alone. Patch.",
    ),
    (
        "webhook-",
        "A webhook came (minor) or went (major). Its messages are judged as the server sends them.",
    ),
];

/// Explains a rule; `None` if there is no such rule.
#[must_use]
pub fn explain(rule: &str) -> Option<String> {
    if let Some((_, text)) = FIXED.iter().find(|(id, _)| rule.starts_with(id)) {
        return Some((*text).to_owned());
    }
    by_effect(rule).or_else(|| other(rule))
}

fn by_effect(rule: &str) -> Option<String> {
    let (prefix, place, words) =
        PLACES.iter().find(|(prefix, ..)| rule.starts_with(prefix))?;
    let ending = rule.get(prefix.len()..)?;
    let (effect, what) = meaning(ending)?;
    let level = effect.level(place.direction()).name();
    let opposite = match place.direction() {
        Direction::Request => effect.level(Direction::Response).name(),
        Direction::Response | Direction::None => {
            effect.level(Direction::Request).name()
        }
    };
    let effect = match effect {
        NoEffect => "has no effect on what is valid",
        Narrows => "narrows what is valid",
        Widens => "widens what is valid",
        Incomparable => "makes some payloads valid and others invalid",
        Unknown => "has an effect that cannot be decided",
    };
    Some(format!(
        "In {words}, {what}. That {effect}: {level} here, {opposite} in the \
         other direction."
    ))
}

fn meaning(ending: &str) -> Option<(Effect, &'static str)> {
    let bound = |verb: &str| ending.ends_with(verb);
    let lower = ending.contains("min-") || ending.starts_with("min");
    if bound("-increased") {
        let effect = if lower { Narrows } else { Widens };
        return Some((effect, "a bound is higher"));
    }
    if bound("-decreased") {
        let effect = if lower { Widens } else { Narrows };
        return Some((effect, "a bound is lower"));
    }
    let words = ["deprecated", "reactivated", "default", "discriminator"];
    let flags = ["read-only", "write-only"];
    if words.iter().chain(&flags).any(|word| ending.contains(word)) {
        return Some((NoEffect, "what is said about values changed"));
    }
    if ["not-", "if-changed", "unknown", "reference", "nested"]
        .iter()
        .any(|word| ending.starts_with(word))
    {
        return Some((Unknown, "something changed that is not looked into"));
    }
    ENDINGS
        .iter()
        .find(|(end, ..)| ending.ends_with(end))
        .map(|(_, effect, what)| (*effect, *what))
}

/// Rules about security, media types and the document.
fn other(rule: &str) -> Option<String> {
    let text = if rule.contains("security") {
        "Security changed. Major where a client that was let in may not be: \
         security where there was none, an alternative gone, a scope added. \
         Minor for the reverse, patch for what nobody uses."
    } else if rule.contains("media-type") {
        "A media type changed. Clients choose it: one that goes is major, one \
         that comes is minor."
    } else if rule.ends_with("-changed") {
        "Words about the service changed. Patch."
    } else if rule.contains("callback") {
        "A callback came (minor) or went (major). Its messages are judged as \
         the server sends them."
    } else {
        return None;
    };
    Some(text.to_owned())
}
