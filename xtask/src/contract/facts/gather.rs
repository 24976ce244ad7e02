//! Joins the keywords of a schema's leaves.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::contract::facts::{
    At, Bounds, Conditional, Facts, Property, Rest, Schema, Side, unions,
    values,
};
use crate::contract::tree::{Mark, Node, Value};
use crate::contract::types::{Types, is_format_checked};

/// Keywords without an effect on what is valid.
const WORDS: [&str; 13] = [
    "title",
    "description",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "$id",
    "$schema",
    "$anchor",
    "$defs",
    "definitions",
    "$vocabulary",
    "summary",
];

/// Keywords that some function here reads.
const KNOWN: [&str; 46] = [
    "$ref",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "if",
    "then",
    "else",
    "type",
    "nullable",
    "enum",
    "const",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
    "required",
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "items",
    "prefixItems",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "discriminator",
];

impl<'a> Facts<'a> {
    /// What a schema demands.
    #[must_use]
    pub fn of(side: &Side<'a>, schema: &Schema<'a>) -> Self {
        Self::nested(side, schema, 0)
    }

    pub(super) fn nested(
        side: &Side<'a>,
        schema: &Schema<'a>,
        nesting: usize,
    ) -> Self {
        let mut facts = Self::empty(schema.at);
        for leaf in &schema.leaves {
            facts.take(side, leaf.node, nesting);
        }
        facts.lost.extend(schema.lost.iter().copied());
        facts.allow_wrapped_null(side, schema);
        facts.bounds.settle(facts.types.value);
        facts
    }

    fn empty(at: Mark) -> Self {
        Self {
            never: None,
            types: At { value: Types::ALL, at },
            null: At { value: true, at },
            values: None,
            values_at: At { value: "enum", at },
            format: None,
            patterns: BTreeMap::new(),
            bounds: Bounds::default(),
            multiples: Vec::new(),
            unique: None,
            required: BTreeMap::new(),
            properties: IndexMap::new(),
            pattern_properties: IndexMap::new(),
            additional: Rest::Open,
            unevaluated_properties: Rest::Open,
            unevaluated_items: Rest::Open,
            property_names: Rest::Open,
            items: Rest::Open,
            prefix: Vec::new(),
            contains: Rest::Open,
            content_schema: Rest::Open,
            dependent_required: BTreeMap::new(),
            dependent_schemas: IndexMap::new(),
            unions: Vec::new(),
            nots: BTreeMap::new(),
            conditionals: Vec::new(),
            opaque: BTreeMap::new(),
            default: None,
            deprecated: None,
            read_only: None,
            write_only: None,
            discriminator: None,
            lost: BTreeMap::new(),
        }
    }

    fn take(&mut self, side: &Side<'a>, node: &'a Node, nesting: usize) {
        if let Value::Bool(allowed) = node.value {
            self.never = self.never.or((!allowed).then_some(node.at));
            return;
        }
        values::take(self, side, node);
        self.bounds.take(side, node);
        self.take_scalars(node);
        self.take_object(side, node);
        self.take_array(side, node);
        unions::take(self, side, node, nesting);
        self.take_logic(side, node);
        self.take_annotations(node);
        self.take_opaque(node);
    }

    /// `nullable` beside a reference or an `allOf`, without a type of its
    /// own, is about what it wraps: that is how generators write it.
    fn allow_wrapped_null(&mut self, side: &Side<'a>, schema: &Schema<'a>) {
        let wrapper = schema.leaves.iter().find_map(|leaf| {
            let entry = leaf.node.entry("nullable")?;
            let untyped = leaf.node.get("type").is_none();
            (side.is_3_0 && untyped && entry.node.bool() == Some(true))
                .then_some(entry.key_at)
        });
        if let Some(at) = wrapper.or(schema.null) {
            self.null = At { value: true, at };
        }
    }

    fn take_scalars(&mut self, node: &'a Node) {
        if let Some((at, format)) = text(node, "format")
            && is_format_checked(format)
        {
            self.format = Some(At { value: format, at });
        }
        if let Some((at, pattern)) = text(node, "pattern")
            && !matches!(pattern, "" | ".*" | "^.*$" | "^.*" | ".*$")
        {
            self.patterns.entry(pattern).or_insert(at);
        }
        if let Some(entry) = node.entry("multipleOf")
            && let Some(value) = entry.node.number()
        {
            self.multiples.push(At { value, at: entry.key_at });
        }
        if node.flag("uniqueItems") {
            self.unique = node.entry("uniqueItems").map(|entry| entry.key_at);
        }
    }

    fn take_object(&mut self, side: &Side<'a>, node: &'a Node) {
        let required = node.get("required").map_or(&[][..], Node::items);
        for name in required {
            if let Some(text) = name.text() {
                self.required.entry(text).or_insert(name.at);
            }
        }
        join(&mut self.properties, side, node, "properties");
        join(&mut self.pattern_properties, side, node, "patternProperties");
        join(&mut self.dependent_schemas, side, node, "dependentSchemas");
        self.additional.join(side, node, "additionalProperties");
        self.unevaluated_properties.join(side, node, "unevaluatedProperties");
        self.property_names.join(side, node, "propertyNames");
        let dependent = node.get("dependentRequired");
        for (name, entry) in dependent.into_iter().flat_map(Node::entries) {
            let asked = self.dependent_required.entry(name).or_default();
            for item in entry.node.items() {
                asked.extend(item.text().map(|text| (text, item.at)));
            }
        }
    }

    fn take_array(&mut self, side: &Side<'a>, node: &'a Node) {
        self.items.join(side, node, "items");
        self.unevaluated_items.join(side, node, "unevaluatedItems");
        self.contains.join(side, node, "contains");
        self.content_schema.join(side, node, "contentSchema");
        let prefix = node.get("prefixItems").map_or(&[][..], Node::items);
        for (index, item) in prefix.iter().enumerate() {
            match self.prefix.get_mut(index) {
                Some(held) => held.schema.add_node(side, item),
                None => self.prefix.push(Property {
                    at: item.at,
                    schema: Schema::new(side, item, item.at),
                }),
            }
        }
    }

    fn take_logic(&mut self, side: &Side<'a>, node: &'a Node) {
        if let Some(entry) = node.entry("not") {
            self.nots.insert(entry.node.canonical(), entry.key_at);
        }
        let Some(test) = node.entry("if") else { return };
        let branch = |keyword| {
            let entry = node.entry(keyword)?;
            let at = entry.key_at;
            Some((at, Schema::new(side, &entry.node, at)))
        };
        let branches = [branch("then"), branch("else")];
        let (at, test) = (test.key_at, &test.node);
        self.conditionals.push(Conditional { test, at, branches });
    }

    fn take_annotations(&mut self, node: &'a Node) {
        let set = |keyword: &str| {
            let entry = node.entry(keyword)?;
            entry.node.bool()?.then_some(entry.key_at)
        };
        let value = |keyword: &str| {
            let entry = node.entry(keyword)?;
            Some(At { value: &entry.node, at: entry.key_at })
        };
        self.deprecated = self.deprecated.or(set("deprecated"));
        self.read_only = self.read_only.or(set("readOnly"));
        self.write_only = self.write_only.or(set("writeOnly"));
        self.default = self.default.or(value("default"));
        self.discriminator = self.discriminator.or(value("discriminator"));
    }

    fn take_opaque(&mut self, node: &'a Node) {
        for (keyword, entry) in node.entries() {
            let named = WORDS.contains(&keyword) || KNOWN.contains(&keyword);
            if !named && !keyword.starts_with("x-") {
                let value = At { value: &entry.node, at: entry.key_at };
                self.opaque.entry(keyword).or_insert(value);
            }
        }
    }
}

impl<'a> Rest<'a> {
    fn join(&mut self, side: &Side<'a>, node: &'a Node, keyword: &str) {
        let Some(entry) = node.entry(keyword) else { return };
        let at = entry.key_at;
        match (&mut *self, &entry.node.value) {
            (Self::Closed(_), _) | (_, Value::Bool(true)) => {}
            (_, Value::Map(map)) if map.is_empty() && keyword != "contains" => {
            }
            (_, Value::Bool(false)) => *self = Self::Closed(at),
            (Self::Schema(_, schema), _) => schema.add_node(side, &entry.node),
            (Self::Open, _) => {
                *self = Self::Schema(at, Schema::new(side, &entry.node, at));
            }
        }
    }
}

fn text<'a>(node: &'a Node, keyword: &str) -> Option<(Mark, &'a str)> {
    let entry = node.entry(keyword)?;
    Some((entry.key_at, entry.node.text()?))
}

/// Joins the schemas that an object of schemas names.
fn join<'a>(
    into: &mut IndexMap<&'a str, Property<'a>>,
    side: &Side<'a>,
    node: &'a Node,
    keyword: &str,
) {
    let named = node.get(keyword);
    for (name, entry) in named.into_iter().flat_map(Node::entries) {
        match into.get_mut(name) {
            Some(held) => held.schema.add_node(side, &entry.node),
            None => {
                let at = entry.key_at;
                let schema = Schema::new(side, &entry.node, at);
                into.insert(name, Property { at, schema });
            }
        }
    }
}
