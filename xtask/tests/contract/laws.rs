//! Two laws: a document says the same however it is written, and what
//! narrows one way widens the other. And one promise: no text panics.

use proptest::prelude::*;
use proptest::sample::Index;
use xtask::contract::compare::{Policy, compare};
use xtask::contract::effect::Effect;
use xtask::contract::load::{Document, tree};
use xtask::contract::tree::{Entry, Map, Mark, Node, Value};

use crate::support::{changes, listed};

/// A schema, and the same written in other words.
#[derive(Clone, Debug)]
enum Shape {
    Text(u8, Option<u8>),
    Number(i8),
    Values(Vec<u8>),
    List(Box<Shape>),
    Object(Vec<(Shape, bool)>),
    Either(Box<Shape>, Box<Shape>),
    Nullable(Box<Shape>),
}

/// How a schema is written.
#[derive(Clone, Debug)]
struct Style {
    wrap: bool,
    reverse: bool,
    words: bool,
    /// Subschemas are components with this prefix to their names.
    components: Option<char>,
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        (0..40_u8, prop::option::of(40..90_u8))
            .prop_map(|(low, high)| Shape::Text(low, high)),
        any::<i8>().prop_map(Shape::Number),
        prop::collection::btree_set(0..9_u8, 1..5)
            .prop_map(|set| Shape::Values(set.into_iter().collect())),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let property = (inner.clone(), any::<bool>());
        let nullable = inner
            .clone()
            .prop_filter("once", |shape| !matches!(shape, Shape::Nullable(_)));
        prop_oneof![
            inner.clone().prop_map(|item| Shape::List(Box::new(item))),
            prop::collection::vec(property, 0..4).prop_map(Shape::Object),
            (inner.clone(), inner)
                .prop_map(|(a, b)| Shape::Either(Box::new(a), Box::new(b))),
            nullable.prop_map(|shape| Shape::Nullable(Box::new(shape))),
        ]
    })
}

fn style() -> impl Strategy<Value = Style> {
    let components = prop::option::of(prop::char::range('A', 'F'));
    (any::<[bool; 3]>(), components).prop_map(|(flags, components)| Style {
        wrap: flags[0],
        reverse: flags[1],
        words: flags[2],
        components,
    })
}

/// Writes schemas, gathering components.
struct Writer<'a> {
    style: &'a Style,
    components: Vec<String>,
}

impl Writer<'_> {
    /// A schema as a YAML flow value.
    fn write(&mut self, shape: &Shape) -> String {
        let written = self.plain(shape);
        let written = self.dress(written);
        match self.style.components {
            Some(prefix) => {
                let name = format!("{prefix}{}", self.components.len());
                self.components.push(format!("    {name}: {written}\n"));
                format!("{{$ref: '#/components/schemas/{name}'}}")
            }
            None => written,
        }
    }

    fn dress(&self, written: String) -> String {
        match (self.style.wrap, self.style.words) {
            (true, true) => {
                format!("{{description: Words., allOf: [{written}]}}")
            }
            (true, false) => format!("{{allOf: [{written}]}}"),
            (false, true) => written.replacen('{', "{description: Words., ", 1),
            (false, false) => written,
        }
    }

    fn plain(&mut self, shape: &Shape) -> String {
        match shape {
            Shape::Text(low, high) => {
                let high = high
                    .map(|high| format!(", maxLength: {high}"))
                    .unwrap_or_default();
                format!("{{type: string, minLength: {low}{high}}}")
            }
            Shape::Number(low) => format!("{{type: integer, minimum: {low}}}"),
            Shape::Values(values) => {
                let values =
                    self.ordered(values.iter().map(|v| format!("v{v}")));
                format!("{{type: string, enum: [{values}]}}")
            }
            Shape::List(item) => {
                let item = self.write(item);
                format!("{{type: array, items: {item}}}")
            }
            Shape::Object(properties) => self.object(properties),
            Shape::Either(a, b) => {
                let branches = [self.write(a), self.write(b)];
                let branches = self.ordered(branches.into_iter());
                format!("{{anyOf: [{branches}]}}")
            }
            Shape::Nullable(inner) => {
                let inner = self.write(inner);
                let branches = [inner, "{type: 'null'}".to_owned()];
                let branches = self.ordered(branches.into_iter());
                format!("{{oneOf: [{branches}]}}")
            }
        }
    }

    fn object(&mut self, properties: &[(Shape, bool)]) -> String {
        let written: Vec<_> = properties
            .iter()
            .enumerate()
            .map(|(index, (shape, _))| {
                format!("p{index}: {}", self.write(shape))
            })
            .collect();
        let required = properties.iter().enumerate().filter(|(_, p)| p.1);
        let required =
            self.ordered(required.map(|(index, _)| format!("p{index}")));
        let properties = self.ordered(written.into_iter());
        format!(
            "{{type: object, required: [{required}], properties: \
             {{{properties}}}}}"
        )
    }

    fn ordered(&self, parts: impl Iterator<Item = String>) -> String {
        let mut parts: Vec<_> = parts.collect();
        if self.style.reverse {
            parts.reverse();
        }
        parts.join(", ")
    }
}

/// A document whose response, or request, has a shape.
fn document(shape: &Shape, style: &Style, request: bool) -> String {
    let mut writer = Writer { style, components: Vec::new() };
    let schema = writer.write(shape);
    let content =
        format!("content: {{application/json: {{schema: {schema}}}}}");
    let operation = if request {
        format!("requestBody: {{{content}}}\n      responses: {{}}")
    } else {
        format!("responses: {{'200': {{description: Done., {content}}}}}")
    };
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: 1.0.0}}\npaths:\n  /a:\n    \
         post:\n      {operation}\ncomponents:\n  schemas:\n    Unused: {{}}\n{}",
        writer.components.concat()
    )
}

/// The effect of a document becoming another.
fn effect(base: &str, revision: &str) -> Effect {
    changes(base, revision)
        .iter()
        .fold(Effect::None, |effect, change| effect.and(change.effect))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_document_says_the_same_however_it_is_written(
        shape in shape(),
        one in style(),
        other in style(),
        request in any::<bool>(),
    ) {
        let base = document(&shape, &one, request);
        let revision = document(&shape, &other, request);
        let changes = changes(&base, &revision);
        let silent = changes.iter().all(|c| c.effect == Effect::None);
        prop_assert!(silent, "{base}\n{revision}\n{}", listed(&changes));
    }

    #[test]
    fn what_narrows_one_way_widens_the_other(
        one in shape(),
        other in shape(),
        style in style(),
    ) {
        // Properties that come and go are judged by convention, not by set.
        let there = document(&one, &style, false);
        let back = document(&other, &style, false);
        let (forth, again) = (changes(&there, &back), changes(&back, &there));
        let by_set = |list: &[xtask::contract::finding::Change]| {
            list.iter().all(|c| !c.rule.contains("property-added")
                && !c.rule.contains("property-removed"))
        };
        prop_assume!(by_set(&forth) && by_set(&again));
        let expected = effect(&there, &back).reversed();
        prop_assert_eq!(
            effect(&back, &there), expected,
            "{}\n{}\n{}", there, back, listed(&forth)
        );
    }

    #[test]
    fn no_text_panics_the_loader(text in ".{0,200}") {
        drop(tree("any.yaml", &text));
        drop(tree("any.json", &format!("{{{text}")));
    }

    #[test]
    fn no_tree_panics_the_comparison(
        shape in shape(),
        cuts in prop::collection::vec((any::<Index>(), wild()), 1..6),
    ) {
        let style =
            Style { wrap: true, reverse: false, words: false, components: Some('A') };
        let text = document(&shape, &style, true);
        let base = Document::parse("base", text.clone()).expect("a document");
        let mut revision = Document::parse("revision", text).expect("one");
        for (place, value) in cuts {
            overwrite(&mut revision.root, place, value);
        }
        let policy = Policy::default();
        drop(compare(&base, &revision, policy, &mut |_| {}));
        drop(compare(&revision, &base, policy, &mut |_| {}));
    }
}

/// A value that belongs nowhere.
fn wild() -> impl Strategy<Value = Value> {
    let node = |value| Node { at: Mark::default(), value };
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i8>().prop_map(|n| Value::Number(f64::from(n).into())),
        Just(Value::String("#/components/schemas/A0".into())),
        Just(Value::List(Vec::new())),
        Just(Value::List(vec![node(Value::Null)])),
        Just(Value::Map(Map::new())),
        Just(Value::Map(Map::from_iter([(
            "$ref".into(),
            Entry {
                key_at: Mark::default(),
                node: node(Value::String("#/components/schemas/A0".into())),
            },
        )]))),
    ]
}

fn overwrite(root: &mut Node, place: Index, value: Value) {
    let mut count = 0;
    number(root, &mut |_| count += 1);
    let wanted = place.index(count);
    let mut index = 0;
    number(root, &mut |node| {
        if index == wanted {
            node.value = value.clone();
        }
        index += 1;
    });
}

fn number(node: &mut Node, seen: &mut dyn FnMut(&mut Node)) {
    seen(node);
    match &mut node.value {
        Value::List(items) => {
            items.iter_mut().for_each(|item| number(item, seen));
        }
        Value::Map(map) => {
            map.values_mut().for_each(|entry| number(&mut entry.node, seen));
        }
        _ => {}
    }
}
