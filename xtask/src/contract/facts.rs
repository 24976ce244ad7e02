//! What a schema demands, with references followed and `allOf` merged.
//!
//! A [`Schema`] is a list of leaves: the schema objects that all apply to one
//! value. [`Facts`] are their keywords, joined: the tightest bound, the union
//! of `required`, each property's own list of leaves. Two spellings of one
//! demand (inlined or by reference, wrapped in an `allOf` or not, nullable by
//! flag, type or branch) have the same facts.

mod bounds;
mod gather;
mod schema;
pub mod sizes;
mod unions;
mod values;

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;

use crate::contract::load::Document;
use crate::contract::tree::{Mark, Node, Number};
use crate::contract::types::Types;

pub use bounds::{Bounds, Limit};
pub use schema::{Key, Schema, address};
pub use unions::Union;

/// One of the two documents, with what is looked up often.
#[derive(Debug)]
pub struct Side<'a> {
    /// The document.
    pub document: &'a Document,
    /// Where the key of each component stands, by the component's address.
    keys: HashMap<usize, Mark>,
    /// Whether OpenAPI 3.0's reading of keywords applies.
    pub is_3_0: bool,
}

/// A value and where it is written.
#[derive(Clone, Copy, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub at: Mark,
}

/// A property of an object.
#[derive(Debug)]
pub struct Property<'a> {
    /// Where the property's name stands.
    pub at: Mark,
    /// What its value must be.
    pub schema: Schema<'a>,
}

/// What `additionalProperties` and its kin say about what nothing else names.
#[derive(Debug)]
pub enum Rest<'a> {
    /// Anything goes; also said by leaving the keyword out.
    Open,
    /// Nothing more may follow.
    Closed(Mark),
    /// It must satisfy a schema.
    Schema(Mark, Schema<'a>),
}

/// `if`, `then` and `else` of one schema object.
#[derive(Debug)]
pub struct Conditional<'a> {
    /// The condition, and where it stands.
    pub test: &'a Node,
    /// Where `if` stands.
    pub at: Mark,
    /// What follows, with where it stands.
    pub branches: [Option<(Mark, Schema<'a>)>; 2],
}

/// A schema's demands.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The schema `false` is among the leaves, here.
    pub never: Option<Mark>,
    /// The types allowed, `null` apart.
    pub types: At<Types>,
    /// Whether `null` is allowed, and where that is said.
    pub null: At<bool>,
    /// The values allowed, as canonical JSON, if they are listed.
    pub values: Option<BTreeMap<String, Mark>>,
    /// The keyword that lists them: `enum` or `const`.
    pub values_at: At<&'static str>,
    /// The format, if any.
    pub format: Option<At<&'a str>>,
    /// The patterns a string must match.
    pub patterns: BTreeMap<&'a str, Mark>,
    /// All bounds on size.
    pub bounds: Bounds,
    /// The numbers that a number must be a multiple of.
    pub multiples: Vec<At<Number>>,
    /// Whether items must be unique.
    pub unique: Option<Mark>,
    /// The properties that must be there.
    pub required: BTreeMap<&'a str, Mark>,
    /// The properties by name.
    pub properties: IndexMap<&'a str, Property<'a>>,
    /// The properties by pattern.
    pub pattern_properties: IndexMap<&'a str, Property<'a>>,
    /// `additionalProperties`.
    pub additional: Rest<'a>,
    /// `unevaluatedProperties`.
    pub unevaluated_properties: Rest<'a>,
    /// `unevaluatedItems`.
    pub unevaluated_items: Rest<'a>,
    /// `propertyNames`.
    pub property_names: Rest<'a>,
    /// `items`.
    pub items: Rest<'a>,
    /// `prefixItems`.
    pub prefix: Vec<Property<'a>>,
    /// `contains`.
    pub contains: Rest<'a>,
    /// `contentSchema`.
    pub content_schema: Rest<'a>,
    /// `dependentRequired`: what each property asks for.
    pub dependent_required: BTreeMap<&'a str, BTreeMap<&'a str, Mark>>,
    /// `dependentSchemas`.
    pub dependent_schemas: IndexMap<&'a str, Property<'a>>,
    /// `oneOf` and `anyOf`.
    pub unions: Vec<Union<'a>>,
    /// `not`.
    pub nots: BTreeMap<String, Mark>,
    /// `if` and what follows.
    pub conditionals: Vec<Conditional<'a>>,
    /// Keywords that are compared as they stand: encoding, media type, xml,
    /// and those this tool does not know.
    pub opaque: BTreeMap<&'a str, At<&'a Node>>,
    /// The default.
    pub default: Option<At<&'a Node>>,
    /// Where it is said to be deprecated.
    pub deprecated: Option<Mark>,
    /// Where `readOnly` is set.
    pub read_only: Option<Mark>,
    /// Where `writeOnly` is set.
    pub write_only: Option<Mark>,
    /// The discriminator.
    pub discriminator: Option<At<&'a Node>>,
    /// References that lead out of the document, or nowhere.
    pub lost: BTreeMap<&'a str, Mark>,
}

impl<'a> Side<'a> {
    /// Looks a document's components up.
    #[must_use]
    pub fn new(document: &'a Document) -> Self {
        let components = document.root.get("components");
        let keys = components
            .into_iter()
            .flat_map(Node::entries)
            .flat_map(|(_, kind)| kind.node.entries())
            .map(|(_, entry)| (address(&entry.node), entry.key_at))
            .collect();
        Self { document, keys, is_3_0: document.is_3_0() }
    }

    /// Where a node is best pointed at: a component's name, else its start.
    #[must_use]
    pub fn place(&self, node: &Node) -> Mark {
        self.keys.get(&address(node)).copied().unwrap_or(node.at)
    }

    /// Whether the node is a component, which is reported for all its users.
    #[must_use]
    pub fn is_component(&self, node: &Node) -> bool {
        self.keys.contains_key(&address(node))
    }

    /// Follows a node's reference, if it has one.
    #[must_use]
    pub fn reach(&self, node: &'a Node) -> &'a Node {
        self.document.reach(node)
    }
}

impl Facts<'_> {
    /// Whether nothing but types, values and `null` is demanded.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.never.is_none()
            && self.format.is_none()
            && self.patterns.is_empty()
            && self.bounds.is_empty()
            && self.multiples.is_empty()
            && self.unique.is_none()
            && self.is_plain_object()
            && self.is_plain_array()
            && self.unions.is_empty()
            && self.nots.is_empty()
            && self.conditionals.is_empty()
            && self.opaque.is_empty()
            && self.lost.is_empty()
    }

    fn is_plain_object(&self) -> bool {
        self.required.is_empty()
            && self.properties.is_empty()
            && self.pattern_properties.is_empty()
            && self.additional.is_open()
            && self.unevaluated_properties.is_open()
            && self.property_names.is_open()
            && self.dependent_required.is_empty()
            && self.dependent_schemas.is_empty()
    }

    fn is_plain_array(&self) -> bool {
        self.items.is_open()
            && self.prefix.is_empty()
            && self.contains.is_open()
            && self.unevaluated_items.is_open()
            && self.content_schema.is_open()
    }
}

impl Rest<'_> {
    /// Whether nothing is demanded.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}
