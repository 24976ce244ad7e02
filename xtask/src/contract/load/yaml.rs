//! YAML by saphyr's parser, event by event, so that depth, aliases and
//! repeated keys are judged before they cost anything.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr::Scalar;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::{MAX_DEPTH, Problem};
use crate::contract::tree::{Entry, Map, Mark, Node, Number, Value};

/// How many nodes aliases may add, against a document that doubles itself.
const MAX_ALIASED: usize = 100_000;

/// Reads one YAML document.
pub(super) fn read(source: &str) -> Result<Node, Problem> {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(source);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            Problem::new(place(*error.marker()), error.info())
        })?;
        builder.take(event, span)?;
    }
    let at = Mark { line: 1, column: 1 };
    builder.root.ok_or_else(|| Problem::new(at, "the document is empty"))
}

/// A list or object that is not yet closed.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(Box<str>, Mark)>,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let at = place(span.start);
        match event {
            Event::MappingStart(anchor, _) => {
                self.begin(at, Value::Map(Map::new()), anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(at, Value::List(Vec::new()), anchor)
            }
            Event::MappingEnd | Event::SequenceEnd => self.end(),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(at, text, style, tag.as_ref())?;
                self.add(Node { at, value }, anchor)
            }
            Event::Alias(anchor) => self.alias(at, anchor),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Problem::new(at, "more than one document"))
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        at: Mark,
        value: Value,
        anchor: usize,
    ) -> Result<(), Problem> {
        if self.open.len() > MAX_DEPTH {
            return Err(Problem::new(at, "nested too deeply"));
        }
        let node = Node { at, value };
        self.open.push(Open { node, anchor, key: None });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        match self.open.pop() {
            Some(open) => self.add(open.node, open.anchor),
            None => Ok(()),
        }
    }

    fn alias(&mut self, at: Mark, anchor: usize) -> Result<(), Problem> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Problem::new(at, "an alias that holds itself"));
        };
        self.aliased += size(node);
        if self.aliased > MAX_ALIASED {
            return Err(Problem::new(at, "aliases expand too far"));
        }
        let mut node = node.clone();
        node.at = at;
        self.add(node, 0)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(map) => match open.key.take() {
                None => open.key = Some(key(&node)?),
                Some(key) => insert(map, key, node)?,
            },
            _ => {}
        }
        Ok(())
    }
}

/// An object's key as text: YAML reads `404` as a number, OpenAPI does not.
fn key(node: &Node) -> Result<(Box<str>, Mark), Problem> {
    let text = match &node.value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string().into(),
        Value::Bool(value) => value.to_string().into(),
        Value::Null => "null".into(),
        Value::List(_) | Value::Map(_) => {
            return Err(Problem::new(node.at, "a key must be text"));
        }
    };
    Ok((text, node.at))
}

fn insert(
    map: &mut Map,
    (key, key_at): (Box<str>, Mark),
    node: Node,
) -> Result<(), Problem> {
    if map.contains_key(&key) {
        let what = format!("key `{key}` stands twice");
        return Err(Problem::new(key_at, what));
    }
    map.insert(key, Entry { key_at, node });
    Ok(())
}

/// How many nodes there are in a tree.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(map) => {
            1 + map.values().map(|entry| size(&entry.node)).sum::<usize>()
        }
        _ => 1,
    }
}

fn scalar(
    at: Mark,
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Cow<'_, Tag>>,
) -> Result<Value, Problem> {
    // An integer too large for saphyr's i64 is still a bound someone wrote.
    if style == ScalarStyle::Plain
        && tag.is_none()
        && let Ok(whole) = text.parse::<i128>()
    {
        return Ok(Value::Number(Number::Whole(whole)));
    }
    match Scalar::parse_from_cow_and_metadata(text, style, tag) {
        Some(scalar) => value(at, scalar),
        None => Err(Problem::new(at, "a value that its tag does not allow")),
    }
}

fn value(at: Mark, scalar: Scalar<'_>) -> Result<Value, Problem> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(value),
        Scalar::Integer(n) => Value::Number(Number::Whole(i128::from(n))),
        Scalar::FloatingPoint(n) if n.is_finite() => {
            Value::Number(Number::from(n.into_inner()))
        }
        Scalar::FloatingPoint(_) => {
            return Err(Problem::new(at, "a number must be finite"));
        }
        Scalar::String(text) => Value::String(text.into()),
    })
}

/// saphyr counts lines from one and columns from nought.
fn place(marker: Marker) -> Mark {
    let line = u32::try_from(marker.line()).unwrap_or(u32::MAX);
    let column = u32::try_from(marker.col() + 1).unwrap_or(u32::MAX);
    Mark { line, column }
}
