//! Follows references inside one document.

use std::collections::{HashMap, HashSet};

use crate::contract::load::Document;
use crate::contract::tree::{Mark, Node, Value};

/// How many references may follow one another.
const MAX_HOPS: usize = 64;

/// Where a chain of references ends.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// At a node of this document.
    Node(&'a Node),
    /// Nowhere that this document knows: another file, a missing
    /// component, or a circle. The reference is given.
    Lost(&'a str, Mark),
}

impl Document {
    /// The node that a reference of this document names (RFC 6901 in a URI
    /// fragment); `None` if it is elsewhere or missing.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&Node> {
        let pointer = reference.strip_prefix('#')?;
        if pointer.is_empty() {
            return Some(&self.root);
        }
        let mut node = &self.root;
        for part in pointer.strip_prefix('/')?.split('/') {
            node = step(node, &unescape(part))?;
        }
        Some(node)
    }

    /// Follows `$ref` from a node until there is none.
    #[must_use]
    pub fn follow<'a>(&'a self, node: &'a Node) -> Target<'a> {
        let mut node = node;
        let mut last = None;
        for _ in 0..MAX_HOPS {
            let Some(reference) = reference(node) else {
                return Target::Node(node);
            };
            last = Some((reference, node.at));
            match self.find(reference) {
                Some(next) => node = next,
                None => return Target::Lost(reference, node.at),
            }
        }
        let (reference, at) = last.unwrap_or(("", node.at));
        Target::Lost(reference, at)
    }

    /// Follows `$ref` from a node; a lost one is an empty map's place.
    #[must_use]
    pub fn reach<'a>(&'a self, node: &'a Node) -> &'a Node {
        match self.follow(node) {
            Target::Node(node) => node,
            Target::Lost(..) => node,
        }
    }

    /// The JSON pointers of the nodes that begin at these places, or whose
    /// keys do.
    #[must_use]
    pub fn pointers(&self, marks: &HashSet<Mark>) -> HashMap<Mark, String> {
        let mut found = HashMap::new();
        let mut path = String::from("#");
        walk(&self.root, &mut path, marks, &mut found);
        found
    }
}

/// The text of a node's `$ref`, if it has one.
#[must_use]
pub fn reference(node: &Node) -> Option<&str> {
    node.get("$ref").and_then(Node::text)
}

/// The last part of a reference: a component's name.
#[must_use]
pub fn component_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn step<'a>(node: &'a Node, part: &str) -> Option<&'a Node> {
    match &node.value {
        Value::List(items) => items.get(part.parse::<usize>().ok()?),
        _ => node.get(part),
    }
}

/// Undoes the escapes of a JSON pointer in a URI fragment.
fn unescape(part: &str) -> String {
    if !part.contains(['~', '%']) {
        return part.to_owned();
    }
    part.replace("%7B", "{")
        .replace("%7b", "{")
        .replace("%7D", "}")
        .replace("%7d", "}")
        .replace("%20", " ")
        .replace("~1", "/")
        .replace("~0", "~")
}

fn walk(
    node: &Node,
    path: &mut String,
    marks: &HashSet<Mark>,
    found: &mut HashMap<Mark, String>,
) {
    if marks.contains(&node.at) {
        found.entry(node.at).or_insert_with(|| path.clone());
    }
    let length = path.len();
    for (key, entry) in node.entries() {
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        if marks.contains(&entry.key_at) {
            found.entry(entry.key_at).or_insert_with(|| path.clone());
        }
        walk(&entry.node, path, marks, found);
        path.truncate(length);
    }
    for (index, item) in node.items().iter().enumerate() {
        path.push('/');
        path.push_str(&index.to_string());
        walk(item, path, marks, found);
        path.truncate(length);
    }
}
