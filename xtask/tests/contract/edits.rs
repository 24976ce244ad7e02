//! Every single edit of a contract, and whether it has an effect.

use xtask::contract::tree::{Entry, Map, Mark, Node, Number, Value};

/// An edit of one place.
pub(crate) struct Edit {
    /// What it does, for a complaint.
    pub(crate) what: String,
    /// Whether anybody can notice, on the wire or in a generated client.
    pub(crate) noticed: bool,
    /// The line that a finding about it points at.
    pub(crate) line: u32,
    /// The way to the object or list that is edited.
    pub(crate) way: Vec<String>,
    pub(crate) change: Change,
}

/// What is done to an object or a list.
pub(crate) enum Change {
    Set(String, Value),
    Remove(String),
    RemoveItem(usize),
    Push(Value),
    Reverse,
}

/// Keywords whose values are words, or examples of values.
const WORDS: [&str; 8] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "tags",
    "url",
];

/// Objects whose keys are names that somebody chose.
const NAMED: [&str; 11] = [
    "properties",
    "schemas",
    "parameters",
    "responses",
    "headers",
    "requestBodies",
    "securitySchemes",
    "paths",
    "content",
    "scopes",
    "flows",
];

/// Every edit that this module knows to make.
pub(crate) fn edits(root: &Node) -> Vec<Edit> {
    let mut found = Vec::new();
    for key in ["paths", "components"] {
        if let Some(entry) = root.entry(key) {
            let mut way = vec![key.to_owned()];
            walk(&entry.node, &mut way, key == "paths", &mut found);
        }
    }
    found
}

impl Edit {
    /// The tree with the edit made.
    pub(crate) fn made(&self, root: &Node) -> Node {
        let mut root = root.clone();
        let node =
            self.way.iter().fold(&mut root, |node, step| {
                match &mut node.value {
                    Value::Map(map) => {
                        &mut map.get_mut(step.as_str()).expect("a key").node
                    }
                    Value::List(items) => {
                        let index: usize = step.parse().expect("an index");
                        items.get_mut(index).expect("an item")
                    }
                    _ => panic!("{step} of a scalar"),
                }
            });
        self.change.make(node);
        root
    }
}

impl Change {
    fn make(&self, node: &mut Node) {
        let at = node.at;
        match (self, &mut node.value) {
            (Self::Set(key, value), Value::Map(map)) => {
                let node = Node { at, value: value.clone() };
                match map.get_mut(key.as_str()) {
                    Some(entry) => entry.node.value = node.value,
                    None => {
                        let entry = Entry { key_at: at, node };
                        map.insert(key.as_str().into(), entry);
                    }
                }
            }
            (Self::Remove(key), Value::Map(map)) => {
                map.shift_remove(key.as_str());
            }
            (Self::Reverse, Value::Map(map)) => map.reverse(),
            (Self::RemoveItem(index), Value::List(items)) => {
                items.remove(*index);
            }
            (Self::Push(value), Value::List(items)) => {
                items.push(Node { at, value: value.clone() });
            }
            (Self::Reverse, Value::List(items)) => items.reverse(),
            _ => panic!("an edit that does not fit"),
        }
    }
}

fn walk(
    node: &Node,
    way: &mut Vec<String>,
    named: bool,
    found: &mut Vec<Edit>,
) {
    if let Value::Map(map) = &node.value {
        if !named {
            keywords(map, way, found);
        }
        add(found, way, "reverse".into(), false, node.at, Change::Reverse);
        for (key, entry) in map {
            below(key, &entry.node, way, named, found);
        }
    }
    for (index, item) in node.items().iter().enumerate() {
        way.push(index.to_string());
        walk(item, way, false, found);
        way.pop();
    }
}

fn below(
    key: &str,
    node: &Node,
    way: &mut Vec<String>,
    named: bool,
    found: &mut Vec<Edit>,
) {
    let data = !named
        && (WORDS.contains(&key)
            || matches!(key, "default" | "enum" | "const"));
    let unused =
        matches!(key, "security" | "securitySchemes") || key.starts_with("x-");
    if data || unused {
        return;
    }
    way.push(key.to_owned());
    let names = !named && NAMED.contains(&key);
    if names {
        removals(node, key, way, found);
    }
    walk(node, way, names, found);
    way.pop();
}

/// Takes each name out in turn: a property, a response, a path. A component
/// is not taken out, for what refers to it would lead nowhere.
fn removals(node: &Node, kind: &str, way: &[String], found: &mut Vec<Edit>) {
    let component = way.first().is_some_and(|first| first == "components")
        && way.len() == 2;
    if component || kind == "scopes" || kind == "flows" {
        return;
    }
    for (name, entry) in node.entries() {
        let what = format!("remove {name}");
        let change = Change::Remove(name.to_owned());
        add(found, way, what, true, entry.key_at, change);
    }
    for (index, item) in node.items().iter().enumerate() {
        // A parameter by reference is pointed at where it is described.
        let line = if item.get("$ref").is_some() { 0 } else { item.at.line };
        let at = Mark { line, column: 1 };
        let what = format!("remove parameter {index}");
        add(found, way, what, true, at, Change::RemoveItem(index));
    }
}

fn keywords(map: &Map, way: &[String], found: &mut Vec<Edit>) {
    for (key, entry) in map {
        keyword(key, entry, map, way, found);
    }
    let set = |key: &str, value| Change::Set(key.to_owned(), value);
    let text = Value::String("Other words.".into());
    let at = Mark::default();
    let words = set("description", text.clone());
    add(found, way, "reword".into(), false, at, words);
    let extension = set("x-anything", text);
    add(found, way, "extend".into(), false, at, extension);
}

/// The edits of one keyword.
fn keyword(
    key: &str,
    entry: &Entry,
    map: &Map,
    way: &[String],
    found: &mut Vec<Edit>,
) {
    let at = entry.key_at;
    let mut set = |key: &str, value: Value| {
        let what = format!("set {key}");
        add(found, way, what, true, at, Change::Set(key.to_owned(), value));
    };
    match (key, &entry.node.value) {
        ("minLength" | "minItems" | "minProperties", Value::Number(n))
            if *n == Number::Whole(0) =>
        {
            set(key, moved(*n, 1));
        }
        (
            "minimum" | "maximum" | "minLength" | "maxLength" | "minItems"
            | "maxItems" | "minProperties" | "maxProperties",
            Value::Number(n),
        ) => {
            set(key, moved(*n, 1));
            set(key, moved(*n, -1));
            remove(key, at, way, found);
        }
        ("type", Value::String(name)) if is_type(name, map) => {
            set(key, Value::String(other_type(name).into()));
        }
        ("format" | "pattern", Value::String(_)) => {
            set(key, Value::String("^other$".into()));
            remove(key, at, way, found);
        }
        ("operationId", Value::String(_)) => {
            set(key, Value::String("other".into()));
        }
        (
            "required" | "nullable" | "uniqueItems" | "deprecated",
            Value::Bool(b),
        ) => {
            let path = map
                .get("in")
                .is_some_and(|place| place.node.text() == Some("path"));
            if !path {
                set(key, Value::Bool(!b));
            }
        }
        ("additionalProperties", Value::Bool(b)) => set(key, Value::Bool(!b)),
        ("default", Value::Bool(b)) => set(key, Value::Bool(!b)),
        ("default", Value::Number(n)) => set(key, moved(*n, 1)),
        ("default", Value::String(_)) => {
            set(key, Value::String("other".into()));
        }
        ("required" | "enum", Value::List(items)) => {
            lists(key, items, at, way, found);
        }
        ("requestBody", Value::Map(_)) => remove(key, at, way, found),
        ("get" | "put" | "post" | "delete" | "patch", Value::Map(_)) => {
            remove(key, at, way, found)
        }
        _ => {}
    }
}

fn lists(
    key: &str,
    items: &[Node],
    at: Mark,
    way: &[String],
    found: &mut Vec<Edit>,
) {
    let way: Vec<_> = way.iter().cloned().chain([key.to_owned()]).collect();
    for (index, item) in items.iter().enumerate() {
        let what = format!("remove {} of {key}", item.canonical());
        add(found, &way, what, true, item.at, Change::RemoveItem(index));
    }
    let other = Value::String("other".into());
    // A name that is newly required is one the object did not know.
    let line = if key == "enum" { at } else { Mark::default() };
    let what = format!("add to {key}");
    add(found, &way, what, true, line, Change::Push(other));
    add(found, &way, "reverse".into(), false, at, Change::Reverse);
}

fn remove(key: &str, at: Mark, way: &[String], found: &mut Vec<Edit>) {
    let what = format!("remove {key}");
    add(found, way, what, true, at, Change::Remove(key.to_owned()));
}

fn add(
    found: &mut Vec<Edit>,
    way: &[String],
    what: String,
    noticed: bool,
    at: Mark,
    change: Change,
) {
    let what = format!("#/{}: {what}", way.join("/"));
    let way = way.to_vec();
    found.push(Edit { what, noticed, line: at.line, way, change });
}

fn moved(n: Number, by: i128) -> Value {
    Value::Number(match n {
        Number::Whole(n) => Number::Whole(n + by),
        Number::Real(n) => Number::from(if by > 0 { n + 1.0 } else { n - 1.0 }),
    })
}

/// Whether `type` here is a schema's, not a security scheme's.
fn is_type(name: &str, map: &Map) -> bool {
    !map.contains_key("scheme") && !matches!(name, "oauth2" | "http")
}

fn other_type(name: &str) -> &'static str {
    match name {
        "string" => "boolean",
        _ => "string",
    }
}
