//! How inputs are made: at random, from the words of a language, or from real
//! contracts by damaging them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use xtask::contract::tree::{Entry, Map, Mark, Node, Number, Value};

use super::Input;
use super::corpus::{CONTRACTS, KEYS, PARTS, TABLES};

/// What has a meaning in YAML or in JSON, or in reading them.
const TOKENS: [&str; 44] = [
    "- ",
    ": ",
    "? ",
    "\n",
    "  ",
    "\t",
    "&a ",
    "*a",
    "&b ",
    "*b",
    "!!str ",
    "!t ",
    "<<: ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "|",
    ">",
    "|2-\n",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "~",
    "null",
    "true",
    "0x1f",
    "1e999",
    "-0.0",
    ".inf",
    ".nan",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "é",
    "😀",
    "openapi: 3.1.0\n",
    "\"openapi\":\"3.0.3\",",
];

/// A text for the reader, as YAML or as JSON.
pub(super) fn text() -> impl Strategy<Value = Vec<Input>> {
    let bytes = vec(any::<u8>(), 0..400)
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let tokens = vec(select(TOKENS.as_slice()), 0..60)
        .prop_map(|tokens| tokens.concat());
    let damaged = (any::<Index>(), vec(cut(), 1..8)).prop_map(damaged);
    let name = select(["a.yaml", "a.json"].as_slice());
    (name, prop_oneof![1 => bytes, 2 => tokens, 3 => damaged])
        .prop_map(|(name, text)| vec![(name, text)])
}

/// A cut into a text: what is between two places makes room for something.
#[derive(Clone, Debug)]
struct Cut {
    from: Index,
    length: usize,
    put: Put,
}

/// What is put in the place of what was cut out.
#[derive(Clone, Debug)]
enum Put {
    Nothing,
    Token(&'static str),
    /// What was there, several times.
    Repeated(usize),
    /// A piece of the same text.
    Piece(Index, usize),
}

fn cut() -> impl Strategy<Value = Cut> {
    let put = prop_oneof![
        Just(Put::Nothing),
        select(TOKENS.as_slice()).prop_map(Put::Token),
        (2..300_usize).prop_map(Put::Repeated),
        (any::<Index>(), 0..400_usize).prop_map(|(i, n)| Put::Piece(i, n)),
    ];
    let length = prop_oneof![0..4_usize, 0..200_usize];
    (any::<Index>(), length, put).prop_map(|(from, length, put)| Cut {
        from,
        length,
        put,
    })
}

fn damaged((which, cuts): (Index, Vec<Cut>)) -> String {
    let sources: Vec<_> = CONTRACTS.iter().chain(TABLES.iter()).collect();
    let mut text: Vec<char> = which.get(&sources).text.chars().collect();
    for cut in cuts {
        let (from, to) = span(&text, cut.from, cut.length);
        let put = match cut.put {
            Put::Nothing => Vec::new(),
            Put::Token(token) => token.chars().collect(),
            Put::Repeated(times) => text[from..to].repeat(times),
            Put::Piece(index, length) => {
                let (from, to) = span(&text, index, length);
                text[from..to].to_vec()
            }
        };
        text.splice(from..to, put);
    }
    text.into_iter().collect()
}

fn span(text: &[char], from: Index, length: usize) -> (usize, usize) {
    let from = from.index(text.len() + 1);
    (from, (from + length).min(text.len()))
}

/// Two contracts: a damaged one and another, or two that are made up.
pub(super) fn pair() -> impl Strategy<Value = Vec<Input>> {
    let edits = || vec(edit(), 0..6);
    let damaged =
        (any::<Index>(), edits(), edits()).prop_map(|(which, one, other)| {
            let root = &which.get(&CONTRACTS).root;
            [edited(root, one), edited(root, other)]
        });
    let cases =
        (vec(part(), 4), vec(edit(), 0..4)).prop_map(|(parts, more)| {
            let one = skeleton(parts);
            let other = edited(&one, more);
            [one, other]
        });
    let made_up = [vec(made_up(), 4), vec(made_up(), 4)]
        .prop_map(|parts| parts.map(skeleton));
    prop_oneof![2 => damaged, 2 => cases, 1 => made_up].prop_map(|roots| {
        let [one, other] = roots.map(|root| root.in_order());
        vec![("a.json", one), ("b.json", other)]
    })
}

/// What is done to one value somewhere in a contract.
#[derive(Clone, Debug)]
struct Edit {
    place: Index,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Replace(Value),
    /// In an object; a list gets it at its end.
    Insert(Box<str>, Value),
    Remove(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let what = prop_oneof![
        part().prop_map(What::Replace),
        (key(), part()).prop_map(|(key, part)| What::Insert(key, part)),
        any::<Index>().prop_map(What::Remove),
    ];
    (any::<Index>(), what).prop_map(|(place, what)| Edit { place, what })
}

/// A value that stands somewhere in a contract, or belongs nowhere.
fn part() -> impl Strategy<Value = Value> {
    let known = any::<Index>().prop_map(|which| which.get(&PARTS).clone());
    prop_oneof![4 => known, 1 => scalar()]
}

fn key() -> impl Strategy<Value = Box<str>> {
    any::<Index>().prop_map(|which| which.get(&KEYS).clone())
}

fn scalar() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i8>().prop_map(i128::from).prop_map(Number::Whole),
        any::<i128>().prop_map(Number::Whole),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(Number::from),
    ];
    let reference = select(vec!["A", "B", "C", "D"])
        .prop_map(|name| format!("#/components/schemas/{name}"));
    let text = prop_oneof![reference, ".{0,6}", key().prop_map(String::from)];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number.prop_map(Value::Number),
        text.prop_map(|text| Value::String(text.into())),
    ]
}

/// A tree of the words of contracts, without any sense.
fn made_up() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 40, 5, |inner| {
        let entry = (key(), inner.clone());
        let reference = scalar().prop_map(|it| object([("$ref", it)]));
        prop_oneof![
            vec(inner, 0..4)
                .prop_map(|items| items.into_iter().map(node).collect())
                .prop_map(Value::List),
            vec(entry, 0..5).prop_map(|entries| {
                let entries =
                    entries.into_iter().map(|(k, v)| (k, entry_of(v)));
                Value::Map(entries.collect())
            }),
            reference,
        ]
    })
}

fn node(value: Value) -> Node {
    Node { at: Mark::default(), value }
}

fn entry_of(value: Value) -> Entry {
    Entry { key_at: Mark::default(), node: node(value) }
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let own = |(key, value): (&str, Value)| (key.into(), entry_of(value));
    Value::Map(entries.into_iter().map(own).collect::<Map>())
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

/// A contract with four components, which a request, a response, a header and
/// a parameter have.
fn skeleton(parts: Vec<Value>) -> Node {
    let refers = |name: &str| {
        let to = format!("#/components/schemas/{name}");
        object([("$ref", string(&to))])
    };
    let content = |name| {
        let media = object([("schema", refers(name))]);
        ("content", object([("application/json", media)]))
    };
    let schema = |name| ("schema", refers(name));
    let header = object([("X-C", object([schema("C")]))]);
    let response = object([
        ("description", string("Done.")),
        ("headers", header),
        content("B"),
    ]);
    let parameter =
        object([("name", string("d")), ("in", string("query")), schema("D")]);
    let operation = object([
        ("parameters", Value::List(vec![node(parameter)])),
        ("requestBody", object([content("A")])),
        ("responses", object([("200", response)])),
    ]);
    let names = ["A", "B", "C", "D"].map(Box::from);
    let schemas = names.into_iter().zip(parts.into_iter().map(entry_of));
    let schemas = Value::Map(schemas.collect());
    node(object([
        ("openapi", string("3.1.0")),
        ("info", object([("version", string("1.0.0"))])),
        ("paths", object([("/a", object([("post", operation)]))])),
        ("components", object([("schemas", schemas)])),
    ]))
}

fn edited(root: &Node, edits: Vec<Edit>) -> Node {
    let mut root = root.clone();
    let version = root.get("openapi").cloned();
    for edit in edits {
        let mut count = 0;
        each(&mut root, &mut |_| count += 1);
        let wanted = edit.place.index(count);
        let mut index = 0;
        each(&mut root, &mut |node| {
            if index == wanted {
                edit.what.apply(&mut node.value);
            }
            index += 1;
        });
    }
    keep_version(&mut root, version);
    root
}

/// An edit of `openapi` itself would leave nothing to compare.
fn keep_version(root: &mut Node, version: Option<Node>) {
    let Some(version) = version else { return };
    if root.map().is_none() {
        root.value = Value::Map(Map::new());
    }
    if let Value::Map(map) = &mut root.value {
        map.insert("openapi".into(), entry_of(version.value));
    }
}

impl What {
    fn apply(&self, value: &mut Value) {
        match (self, value) {
            (Self::Replace(part), value) => *value = part.clone(),
            (Self::Insert(key, part), Value::Map(map)) => {
                map.insert(key.clone(), entry_of(part.clone()));
            }
            (Self::Insert(_, part), Value::List(items)) => {
                items.push(node(part.clone()));
            }
            (Self::Remove(which), Value::Map(map)) if !map.is_empty() => {
                map.shift_remove_index(which.index(map.len()));
            }
            (Self::Remove(which), Value::List(items)) if !items.is_empty() => {
                items.remove(which.index(items.len()));
            }
            (Self::Insert(..) | Self::Remove(_), _) => {}
        }
    }
}

fn each(node: &mut Node, seen: &mut dyn FnMut(&mut Node)) {
    seen(node);
    match &mut node.value {
        Value::List(items) => {
            items.iter_mut().for_each(|item| each(item, seen));
        }
        Value::Map(map) => {
            map.values_mut().for_each(|entry| each(&mut entry.node, seen));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
