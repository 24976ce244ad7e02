//! `oneOf` and `anyOf`: unions of branches, `null` set apart.

use std::collections::BTreeMap;

use crate::contract::facts::schema::{is_null, is_opened};
use crate::contract::facts::{At, Facts, Schema, Side, values};
use crate::contract::tree::{Mark, Node};
use crate::contract::types::Types;

/// How deep unions of unions are looked into for their values.
const MAX_NESTING: usize = 8;

/// A union of at least two branches.
#[derive(Debug)]
pub struct Union<'a> {
    /// `oneOf` or `anyOf`.
    pub keyword: At<&'static str>,
    /// The branches, without the one that is `null`.
    pub branches: Vec<Schema<'a>>,
}

/// Takes a schema object's unions in.
pub(super) fn take<'a>(
    facts: &mut Facts<'a>,
    side: &Side<'a>,
    node: &'a Node,
    nesting: usize,
) {
    for keyword in ["oneOf", "anyOf"] {
        let Some(entry) = node.entry(keyword) else { continue };
        let listed = entry.node.items();
        if listed.is_empty() || is_opened(side, node, keyword) {
            continue;
        }
        let branches: Vec<_> = listed
            .iter()
            .filter(|branch| !is_null(side, branch))
            .map(|branch| Schema::new(side, branch, branch.at))
            .collect();
        let null = branches.len() < listed.len();
        let keyword = At { value: keyword, at: entry.key_at };
        fold(facts, side, Union { keyword, branches }, null, nesting);
    }
}

/// A union of listed values is a list of values, and a union of types is a
/// list of types; any other stays a union.
fn fold<'a>(
    facts: &mut Facts<'a>,
    side: &Side<'a>,
    union: Union<'a>,
    null: bool,
    nesting: usize,
) {
    if nesting >= MAX_NESTING {
        facts.unions.push(union);
        return;
    }
    let branches: Vec<_> = union
        .branches
        .iter()
        .map(|branch| Facts::nested(side, branch, nesting + 1))
        .collect();
    let null = null || branches.iter().any(|branch| branch.null.value);
    facts.null.value &= null;
    if null {
        facts.null.at = union.keyword.at;
    }
    if let Some(values) = all_values(&branches) {
        let types = all_types(&branches);
        facts.types.value = facts.types.value.both(types);
        values::restrict(facts, values, union.keyword);
    } else if branches.iter().all(|branch| is_type_only(branch)) {
        facts.types.value = facts.types.value.both(all_types(&branches));
        facts.types.at = union.keyword.at;
    } else {
        facts.unions.push(union);
    }
}

fn all_types(branches: &[Facts<'_>]) -> Types {
    branches
        .iter()
        .map(|branch| branch.types.value)
        .fold(Types::EMPTY, Types::either)
}

fn all_values(branches: &[Facts<'_>]) -> Option<BTreeMap<String, Mark>> {
    let mut values = BTreeMap::new();
    for branch in branches {
        if !branch.is_plain() {
            return None;
        }
        let listed = branch.values.as_ref()?;
        values.extend(listed.iter().map(|(value, at)| (value.clone(), *at)));
    }
    Some(values)
}

fn is_type_only(branch: &Facts<'_>) -> bool {
    branch.is_plain()
        && branch.values.is_none()
        && branch.types.value != Types::ALL
}
