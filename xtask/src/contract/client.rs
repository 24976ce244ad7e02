//! The second verdict: what users of the generated Rust client must change.
//!
//! progenitor makes a method of each `operationId`, a type of each component
//! schema, an argument of each parameter and a field of each property. What
//! is the same on the wire may still not compile.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::contract::effect::{Effect, Level};
use crate::contract::finding::Change;
use crate::contract::load::Document;
use crate::contract::tree::Node;

/// Something that a user of the generated client must change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientChange {
    /// What kind of name it is about: method, type, argument or field.
    pub kind: &'static str,
    /// What the user must do.
    pub message: String,
    /// A JSON pointer into the base.
    pub location: String,
}

/// Everything a user of the generated client must change.
#[must_use]
pub fn changes(
    base: &Document,
    revision: &Document,
    changes: &[Change],
) -> Vec<ClientChange> {
    let mut found = types(base, revision);
    found.extend(changes.iter().filter_map(named));
    found.dedup();
    found
}

/// The level of the second verdict.
#[must_use]
pub fn level(changes: &[ClientChange]) -> Level {
    if changes.is_empty() { Level::None } else { Level::Major }
}

fn named(change: &Change) -> Option<ClientChange> {
    let kind = kind(change)?;
    let action = match kind {
        "method" => "call another method",
        "argument" => "pass another argument",
        "type" => "name another type",
        _ => "read or set the field another way",
    };
    let message = format!("{kind}: {}; {action}", change.message);
    let location = change.location.clone();
    Some(ClientChange { kind, message, location })
}

/// The kind of name that a change on the wire, or in names alone, is about.
fn kind(change: &Change) -> Option<&'static str> {
    let rule = change.rule.as_str();
    let breaking = change.level == Level::Major;
    if rule.contains("header") {
        return None;
    }
    if rule.starts_with("api-operation-id") || rule.starts_with("endpoint") {
        return (change.effect == Effect::None
            && rule.contains("operation-id"))
        .then_some("method");
    }
    if rule == "path-parameter-renamed" {
        return change.message.contains("name of").then_some("argument");
    }
    if rule.contains("parameter") {
        let comes_or_goes = rule.starts_with("new-required")
            || rule == "new-request-path-parameter"
            || rule == "request-parameter-removed";
        return (comes_or_goes || changes_type(rule)).then_some("argument");
    }
    if rule.starts_with("api-") && rule.contains("removed") {
        return (breaking && !rule.contains("security")).then_some("method");
    }
    let variant = rule.ends_with("enum-value-removed")
        || rule.ends_with("enum-value-added");
    if variant || rule.contains("one-of") || rule.contains("any-of") {
        return Some("type");
    }
    changes_type(rule).then_some("field")
}

/// Whether a rule is about what a field's Rust type is made from.
fn changes_type(rule: &str) -> bool {
    [
        "type-changed",
        "type-generalized",
        "type-specialized",
        "list-of-types",
        "became-required",
        "became-optional",
        "nullable",
        "property-removed",
        "enum",
        "request-body-removed",
        "request-body-added",
        "required-request-property",
    ]
    .iter()
    .any(|part| rule.contains(part))
}

/// Component schemas whose type is gone, and what it is called now.
fn types(base: &Document, revision: &Document) -> Vec<ClientChange> {
    let (a, b) = (schemas(base), schemas(revision));
    let now: BTreeMap<String, &str> = b
        .iter()
        .filter(|(name, _)| !a.contains_key(*name))
        .map(|(name, node)| (node.canonical(), *name))
        .collect();
    a.iter()
        .filter(|(name, _)| !b.contains_key(*name))
        .map(|(name, node)| {
            let message = match now.get(&node.canonical()) {
                Some(new) => format!("type: `{name}` is now `{new}`"),
                None => format!("type: `{name}` is gone"),
            };
            let location = format!("#/components/schemas/{name}");
            ClientChange { kind: "type", message, location }
        })
        .collect()
}

fn schemas(document: &Document) -> BTreeMap<&str, &Node> {
    let components = document.root.get("components");
    let schemas = components.and_then(|node| node.get("schemas"));
    schemas
        .into_iter()
        .flat_map(Node::entries)
        .map(|(name, entry)| (name, &entry.node))
        .collect()
}
