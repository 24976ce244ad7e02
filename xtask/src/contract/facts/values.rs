//! Types, `null`, and listed values.

use std::collections::BTreeMap;

use crate::contract::facts::{At, Facts, Side};
use crate::contract::tree::{Entry, Mark, Node, Value};
use crate::contract::types::Types;

/// What one schema object says about types and values.
struct Kind {
    types: Types,
    types_at: Option<Mark>,
    /// Whether `null` passes this object.
    null: bool,
    /// Where `nullable` is said without a type: it is about what is wrapped.
    wrapper: Option<Mark>,
    /// Where `null` is allowed or refused.
    null_at: Option<Mark>,
}

/// Takes a schema object's types and values in.
pub(super) fn take<'a>(facts: &mut Facts<'a>, side: &Side<'a>, node: &'a Node) {
    let kind = kind(side, node);
    facts.types.value = facts.types.value.both(kind.types);
    if let Some(at) = kind.types_at {
        facts.types.at = at;
    }
    if !kind.null {
        facts.null.value = false;
    }
    if let Some(at) = kind.null_at {
        facts.null.at = at;
    }
    take_values(facts, node, "enum", kind.wrapper.is_some());
    take_values(facts, node, "const", kind.wrapper.is_some());
}

fn kind(side: &Side<'_>, node: &Node) -> Kind {
    let said = node.entry("nullable").filter(|_| side.is_3_0);
    let nullable = said.filter(|entry| entry.node.bool() == Some(true));
    let nullable_at = nullable.map(|entry| entry.key_at);
    let Some(entry) = node.entry("type") else {
        return Kind {
            types: Types::ALL,
            types_at: None,
            null: true,
            wrapper: nullable_at,
            null_at: nullable_at,
        };
    };
    let names = names(&entry.node);
    let null = names.contains(&"null");
    let types = names
        .iter()
        .filter_map(|name| Types::named(name))
        .fold(Types::EMPTY, Types::either);
    Kind {
        types,
        types_at: Some(entry.key_at),
        null: null || nullable.is_some(),
        wrapper: None,
        null_at: Some(said.unwrap_or(entry).key_at),
    }
}

fn names(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::String(name) => vec![name],
        Value::List(items) => items.iter().filter_map(Node::text).collect(),
        _ => Vec::new(),
    }
}

fn take_values<'a>(
    facts: &mut Facts<'a>,
    node: &'a Node,
    keyword: &'static str,
    wrapper: bool,
) {
    let Some(entry) = node.entry(keyword) else { return };
    let listed = listed(entry, keyword);
    let nullable = node.flag("nullable") || wrapper;
    if !nullable && !listed.iter().any(|value| value.is_null()) {
        facts.null.value = false;
    }
    let values = listed
        .iter()
        .filter(|value| !value.is_null())
        .map(|value| (value.canonical(), value.at))
        .collect();
    let types = listed
        .iter()
        .map(|value| type_of(value))
        .fold(Types::EMPTY, Types::either);
    // A number that is listed may be said to be an integer or not.
    facts.types.value = facts.types.value.both(types);
    restrict(facts, values, At { value: keyword, at: entry.key_at });
}

fn listed<'a>(entry: &'a Entry, keyword: &str) -> Vec<&'a Node> {
    if keyword == "const" {
        vec![&entry.node]
    } else {
        entry.node.items().iter().collect()
    }
}

/// Keeps only the values that are listed here as well.
pub(super) fn restrict(
    facts: &mut Facts<'_>,
    values: BTreeMap<String, Mark>,
    keyword: At<&'static str>,
) {
    facts.values_at = keyword;
    match &mut facts.values {
        Some(held) => held.retain(|value, _| values.contains_key(value)),
        None => facts.values = Some(values),
    }
}

fn type_of(node: &Node) -> Types {
    match &node.value {
        Value::Null => Types::EMPTY,
        Value::Bool(_) => Types::BOOLEAN,
        Value::Number(_) => Types::NUMBER,
        Value::String(_) => Types::STRING,
        Value::List(_) => Types::ARRAY,
        Value::Map(_) => Types::OBJECT,
    }
}
