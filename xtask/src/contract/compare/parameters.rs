//! Path, query, header and cookie parameters.

use indexmap::IndexMap;

use crate::contract::compare::Comparer;
use crate::contract::compare::operations::{Operation, one_sided};
use crate::contract::compare::paths::{Path, variables};
use crate::contract::effect::{Direction, Effect, Level, Place};
use crate::contract::facts::{Facts, Rest, Schema, Side};
use crate::contract::tree::{Mark, Node};
use crate::contract::types::Types;

/// Headers that OpenAPI reserves for other keywords.
const RESERVED: [&str; 3] = ["accept", "content-type", "authorization"];

/// Where a parameter is sent, and what is sent as its name.
type Sent = (String, String);

/// A parameter of one side.
#[derive(Clone, Copy)]
pub(super) struct Parameter<'a> {
    node: &'a Node,
    at: Mark,
    name: &'a str,
    place: &'a str,
}

impl<'a> Comparer<'a> {
    pub(super) fn parameters(&mut self, operation: Operation<'a, '_>) {
        let base = effective(&self.base, operation.paths.0, operation.base);
        let revision =
            effective(&self.revision, operation.paths.1, operation.revision);
        for (sent, a) in &base {
            match revision.get(sent) {
                Some(b) => self.parameter(operation, *a, *b),
                None => self.parameter_removed(operation, *a),
            }
        }
        for (sent, b) in &revision {
            if !base.contains_key(sent) {
                self.parameter_added(operation, *b);
            }
        }
    }

    fn parameter_removed(
        &mut self,
        operation: Operation<'a, '_>,
        parameter: Parameter<'a>,
    ) {
        let direction = operation.scope.place(Place::Parameter).direction();
        let (effect, level) = match direction {
            Direction::Request => (Effect::Unknown, Level::Major),
            Direction::Response | Direction::None => {
                (Effect::Widens, Level::Major)
            }
        };
        let at = (parameter.at, operation.spots("parameters").1);
        let rule = ("request-parameter-removed", effect, Some(level));
        let what = parameter.words();
        let words = one_sided(false);
        self.sent(direction, operation.name, rule, what, words, at);
    }

    fn parameter_added(
        &mut self,
        operation: Operation<'a, '_>,
        parameter: Parameter<'a>,
    ) {
        let direction = operation.scope.place(Place::Parameter).direction();
        let required = parameter.node.flag("required");
        let (rule, effect) = match (parameter.place, required) {
            ("path", _) => ("new-request-path-parameter", Effect::Narrows),
            (_, true) => ("new-required-request-parameter", Effect::Narrows),
            _ => ("new-optional-request-parameter", Effect::Widens),
        };
        let level = match direction {
            Direction::Request => effect.level(direction),
            Direction::Response | Direction::None => Level::Minor,
        };
        let at = (operation.spots("parameters").0, parameter.at);
        let rule = (rule, effect, Some(level));
        let what = parameter.words();
        self.sent(direction, operation.name, rule, what, one_sided(true), at);
    }

    fn parameter(
        &mut self,
        operation: Operation<'a, '_>,
        a: Parameter<'a>,
        b: Parameter<'a>,
    ) {
        self.parameter_required(operation, a, b);
        self.parameter_words(operation, a, b);
        if !self.exploded(operation, a, b) {
            self.parameter_form(operation, a, b);
            self.parameter_schema(operation, a, b);
        }
    }

    fn parameter_required(
        &mut self,
        operation: Operation<'a, '_>,
        a: Parameter<'a>,
        b: Parameter<'a>,
    ) {
        let (was, is) = (a.is_required(), b.is_required());
        let (rule, effect) = match (was, is) {
            (false, true) => {
                ("request-parameter-became-required", Effect::Narrows)
            }
            (true, false) => {
                ("request-parameter-became-optional", Effect::Widens)
            }
            _ => return,
        };
        let word = |required: bool| {
            if required { "required" } else { "optional" }.to_owned()
        };
        let at = (a.spot("required"), b.spot("required"));
        let direction = operation.scope.place(Place::Parameter).direction();
        let words = (word(was), word(is));
        let rule = (rule, effect, None);
        self.sent(direction, operation.name, rule, a.words(), words, at);
    }

    fn parameter_words(
        &mut self,
        operation: Operation<'a, '_>,
        a: Parameter<'a>,
        b: Parameter<'a>,
    ) {
        let direction = operation.scope.place(Place::Parameter).direction();
        let (was, is) = (a.node.flag("deprecated"), b.node.flag("deprecated"));
        if was != is {
            let rule = if is {
                "request-parameter-deprecated"
            } else {
                "request-parameter-reactivated"
            };
            let at = (a.spot("deprecated"), b.spot("deprecated"));
            let rule = (rule, Effect::None, Some(Level::Minor));
            let what = format!("`deprecated` of {}", a.words());
            let words = one_sided(is);
            self.sent(direction, operation.name, rule, what, words, at);
        }
        if a.name != b.name && a.place == "path" {
            let words = (format!("`{}`", a.name), format!("`{}`", b.name));
            let rule =
                ("path-parameter-renamed", Effect::None, Some(Level::Patch));
            let at = (a.spot("name"), b.spot("name"));
            let what = "name of path variable";
            self.sent(direction, operation.name, rule, what, words, at);
        }
    }

    /// How a value is written: `style` and `explode` matter to lists and
    /// objects, `style` in a path to all.
    fn parameter_form(
        &mut self,
        operation: Operation<'a, '_>,
        a: Parameter<'a>,
        b: Parameter<'a>,
    ) {
        let scalar = self.is_scalar(a, b);
        let (was, is) = (a.form(scalar), b.form(scalar));
        let direction = operation.scope.place(Place::Parameter).direction();
        if was != is {
            let at = (a.spot("style"), b.spot("style"));
            let rule = (
                "request-parameter-serialization-changed",
                Effect::Incomparable,
                None,
            );
            let what = format!("form of {}", a.words());
            self.sent(direction, operation.name, rule, what, (was, is), at);
        }
        for keyword in ["allowReserved", "allowEmptyValue"] {
            let (was, is) = (a.node.flag(keyword), b.node.flag(keyword));
            if was != is {
                let effect = if is { Effect::Widens } else { Effect::Narrows };
                let rule = ("request-parameter-form-changed", effect, None);
                let at = (a.spot(keyword), b.spot(keyword));
                let what = format!("`{keyword}` of {}", a.words());
                let words = (was.to_string(), is.to_string());
                self.sent(direction, operation.name, rule, what, words, at);
            }
        }
    }

    fn is_scalar(&self, a: Parameter<'a>, b: Parameter<'a>) -> bool {
        let types = |side: &Side<'a>, parameter: Parameter<'a>| {
            let schema = parameter.schema(side);
            let facts = schema.map(|schema| Facts::of(side, &schema));
            facts.map_or(Types::ALL, |facts| facts.types.value)
        };
        types(&self.base, a).is_scalar() && types(&self.revision, b).is_scalar()
    }

    /// A repeated query parameter accepts what a single one does.
    fn exploded(
        &mut self,
        operation: Operation<'a, '_>,
        a: Parameter<'a>,
        b: Parameter<'a>,
    ) -> bool {
        if !matches!(a.place, "query" | "cookie") {
            return false;
        }
        let one = a.schema(&self.base);
        let other = b.schema(&self.revision);
        let (Some(one), Some(other)) = (one, other) else { return false };
        let x = list_item(&self.base, a, &one);
        let y = list_item(&self.revision, b, &other);
        let at = (types_at(&self.base, &one), types_at(&self.revision, &other));
        let (rule, effect, base, revision) = match (x, y) {
            (Shape::Scalar, Shape::List(item)) => {
                let rule = "request-parameter-type-generalized";
                (rule, Effect::Widens, one, item)
            }
            (Shape::List(item), Shape::Scalar) => {
                let rule = "request-parameter-type-specialized";
                (rule, Effect::Narrows, item, other)
            }
            _ => return false,
        };
        let place = operation.scope.place(Place::Parameter);
        let words = match effect {
            Effect::Widens => ("one value".into(), "a repeated one".into()),
            _ => ("a repeated value".into(), "a single one".into()),
        };
        let direction = place.direction();
        let rule = (rule, effect, None);
        self.sent(direction, operation.name, rule, a.words(), words, at);
        let usage = format!("{}, {}", operation.name, a.words());
        self.root(base, revision, place, &usage);
        true
    }

    fn parameter_schema(
        &mut self,
        operation: Operation<'a, '_>,
        a: Parameter<'a>,
        b: Parameter<'a>,
    ) {
        let place = operation.scope.place(Place::Parameter);
        let usage = format!("{}, {}", operation.name, a.words());
        let base = a.schema(&self.base);
        let revision = b.schema(&self.revision);
        match (base, revision) {
            (Some(base), Some(revision)) => {
                self.root(base, revision, place, &usage);
            }
            (None, None) => {
                let at = (a.at, b.at);
                let contents = (a.node.get("content"), b.node.get("content"));
                self.contents(contents, place, &usage, at);
            }
            _ => {
                let rule = (
                    "request-parameter-serialization-changed",
                    Effect::Incomparable,
                    None,
                );
                let direction = place.direction();
                let words = ("one".into(), "another".into());
                let what = format!("form of {}", a.words());
                let at = (a.at, b.at);
                self.sent(direction, operation.name, rule, what, words, at);
            }
        }
    }
}

fn types_at<'a>(side: &Side<'a>, schema: &Schema<'a>) -> Mark {
    Facts::of(side, schema).types.at
}

/// What a query parameter holds.
enum Shape<'a> {
    Scalar,
    List(Schema<'a>),
    Other,
}

fn list_item<'a>(
    side: &Side<'a>,
    parameter: Parameter<'a>,
    schema: &Schema<'a>,
) -> Shape<'a> {
    let facts = Facts::of(side, schema);
    let types = facts.types.value;
    if types.is_scalar() && !types.is_empty() {
        return Shape::Scalar;
    }
    let explode = parameter.node.get("explode").and_then(Node::bool);
    let repeated = types == Types::ARRAY
        && explode != Some(false)
        && parameter.style() == "form";
    match facts.items {
        Rest::Schema(_, item) if repeated => Shape::List(item),
        Rest::Open if repeated => Shape::List(Schema::any(schema.at)),
        _ => Shape::Other,
    }
}

impl<'a> Parameter<'a> {
    fn is_required(self) -> bool {
        self.place == "path" || self.node.flag("required")
    }

    fn words(self) -> String {
        format!("{} parameter `{}`", self.place, self.name)
    }

    fn spot(self, keyword: &str) -> Mark {
        self.node.entry(keyword).map_or(self.at, |entry| entry.key_at)
    }

    fn schema(self, side: &Side<'a>) -> Option<Schema<'a>> {
        let entry = self.node.entry("schema")?;
        Some(Schema::new(side, &entry.node, entry.key_at))
    }

    /// The default of `style` depends on where the parameter is.
    fn style(self) -> &'a str {
        let default = match self.place {
            "query" | "cookie" => "form",
            _ => "simple",
        };
        self.node.get("style").and_then(Node::text).unwrap_or(default)
    }

    fn form(self, scalar: bool) -> String {
        let style = self.style();
        if scalar && style == "form" {
            return style.to_owned();
        }
        let explode = self.node.get("explode").and_then(Node::bool);
        let explode = explode.unwrap_or(style == "form") && !scalar;
        let mark = if explode { ", exploded" } else { "" };
        format!("{style}{mark}")
    }
}

/// The parameters of an operation: its own, and its path's that it does not
/// replace.
fn effective<'a>(
    side: &Side<'a>,
    path: Path<'a>,
    operation: &'a Node,
) -> IndexMap<Sent, Parameter<'a>> {
    let variables = variables(path.text);
    let mut found = IndexMap::new();
    for owner in [path.item, operation] {
        for item in owner.get("parameters").map_or(&[][..], Node::items) {
            let Some(parameter) = read(side, item) else { continue };
            if let Some(sent) = sent(parameter, &variables) {
                found.insert(sent, parameter);
            }
        }
    }
    found
}

fn read<'a>(side: &Side<'a>, item: &'a Node) -> Option<Parameter<'a>> {
    let node = side.reach(item);
    let name = node.get("name").and_then(Node::text)?;
    let place = node.get("in").and_then(Node::text)?;
    Some(Parameter { node, at: side.place(node), name, place })
}

/// What identifies a parameter on the wire: a variable's place in the path, a
/// header's name without regard to case.
fn sent(parameter: Parameter<'_>, variables: &[&str]) -> Option<Sent> {
    let name = match parameter.place {
        "path" => {
            let index =
                variables.iter().position(|name| *name == parameter.name);
            index.map_or_else(|| parameter.name.into(), |i| i.to_string())
        }
        "header" => parameter.name.to_lowercase(),
        _ => parameter.name.to_owned(),
    };
    let reserved =
        parameter.place == "header" && RESERVED.contains(&name.as_str());
    (!reserved).then(|| (parameter.place.to_owned(), name))
}
