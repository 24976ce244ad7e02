//! A schema of OpenAPI 3.0 as one of JSON Schema 2020-12.
//!
//! OpenAPI 3.0.3, "Schema Object", names what is different: `nullable`,
//! boolean `exclusiveMinimum`, `readOnly` and `writeOnly`, and references
//! whose siblings do not count.
//!
//! A request may have properties that no schema names, unless the contract
//! closes the object. A response may not: what it says and does not promise
//! is a leak.

use serde_json::{Map, Value, json};

use super::document::{LoadError, Node};

const DEFINITIONS: &str = "#/$defs/";

/// The keywords that say the same in both dialects.
const SAME: [&str; 9] = [
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "multipleOf",
];

/// The keywords that are read together with others, or that check nothing.
const ELSEWHERE: [&str; 18] = [
    "type",
    "enum",
    "format",
    "nullable",
    "required",
    "readOnly",
    "writeOnly",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "title",
    "description",
    "default",
    "example",
    "deprecated",
    "externalDocs",
    "discriminator",
];

/// The formats of strings that the validator checks.
const CHECKED_FORMATS: [&str; 6] =
    ["date-time", "date", "uuid", "uri", "email", "byte"];

/// The formats that allow every value of their type.
const OPEN_FORMATS: [&str; 4] = ["float", "double", "binary", "password"];

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// To the server.
    Request,
    /// From the server.
    Response,
}

/// A schema in the validator's dialect.
pub(super) struct Translation {
    /// With all that it refers to in `$defs`.
    pub(super) schema: Value,
    /// The names of its properties in the document's order.
    pub(super) names: Vec<String>,
}

pub(super) fn translate(
    node: &Node,
    direction: Direction,
) -> Result<Translation, LoadError> {
    let mut translator =
        Translator { direction, definitions: Map::new(), names: Vec::new() };
    let mut schema = translator.schema(node, translator.closes())?;
    let Translator { definitions, names, .. } = translator;
    if let Some(root) = schema.as_object_mut() {
        root.insert("$defs".to_owned(), definitions.into());
    }
    Ok(Translation { schema, names })
}

struct Translator {
    direction: Direction,
    definitions: Map<String, Value>,
    names: Vec<String>,
}

impl Translator {
    /// Whether objects may only have the properties that they declare.
    fn closes(&self) -> bool {
        self.direction == Direction::Response
    }

    fn schema(
        &mut self,
        node: &Node,
        closed: bool,
    ) -> Result<Value, LoadError> {
        if let Some(target) = node.reference()? {
            return self.definition(&target, closed);
        }
        let mut out = Map::new();
        self.own(node, &mut out)?;
        self.properties(node, closed, &mut out)?;
        self.composition(node, closed, &mut out)?;
        if node.flag("nullable")? { Ok(nullable(out)) } else { Ok(out.into()) }
    }

    /// A reference, whose target is translated on first use. An object that
    /// is a part of another cannot be closed, so it is a definition apart.
    fn definition(
        &mut self,
        target: &Node,
        closed: bool,
    ) -> Result<Value, LoadError> {
        let place = target.place();
        let Some(name) = place.strip_prefix("components.schemas.") else {
            return Err(target.refuse("it is no component schema"));
        };
        let name = if closed { name.to_owned() } else { format!("{name}~") };
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Value::Null);
            let schema = self.schema(target, closed)?;
            self.definitions.insert(name.clone(), schema);
        }
        let pointer = name.replace('~', "~0");
        Ok(json!({ "$ref": format!("{DEFINITIONS}{pointer}") }))
    }

    /// What a schema says of the value itself.
    fn own(
        &mut self,
        node: &Node,
        out: &mut Map<String, Value>,
    ) -> Result<(), LoadError> {
        for (key, child) in node.entries() {
            if SAME.contains(&key.as_str()) {
                out.insert(key, child.json()?);
            } else if key == "items" {
                let items = self.schema(&child, self.closes())?;
                out.insert(key, items);
            } else if key == "not" {
                out.insert(key, self.schema(&child, false)?);
            }
        }
        known(node)?;
        typed(node, out)?;
        ranged(node, out)
    }

    fn properties(
        &mut self,
        node: &Node,
        closed: bool,
        out: &mut Map<String, Value>,
    ) -> Result<(), LoadError> {
        if let Some(properties) = node.get("properties") {
            let translated = self.declared(&properties)?;
            out.insert("properties".to_owned(), translated);
        }
        let required = self.required(node)?;
        if !required.is_empty() {
            out.insert("required".to_owned(), required.into());
        }
        if let Some(others) = node.get("additionalProperties") {
            let translated = match others.as_bool() {
                Some(allowed) => allowed.into(),
                None => self.schema(&others, self.closes())?,
            };
            out.insert("additionalProperties".to_owned(), translated);
        } else if closed
            && members(node)? == 0
            && out.contains_key("properties")
        {
            out.insert("additionalProperties".to_owned(), false.into());
        }
        Ok(())
    }

    fn declared(&mut self, properties: &Node) -> Result<Value, LoadError> {
        let mut out = Map::new();
        for (name, child) in properties.entries() {
            self.names.push(name.clone());
            let schema = match self.direction {
                Direction::Response if is_marked(&child, "writeOnly")? => {
                    false.into()
                }
                _ => self.schema(&child, self.closes())?,
            };
            out.insert(name, schema);
        }
        Ok(out.into())
    }

    /// The required properties but those that only go the other way.
    fn required(&self, node: &Node) -> Result<Vec<Value>, LoadError> {
        let Some(required) = node.get("required") else {
            return Ok(Vec::new());
        };
        let mark = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let properties = node.get("properties");
        let mut names = Vec::new();
        for name in required.items()? {
            let name = name.text()?;
            let property = properties.as_ref().and_then(|all| all.get(name));
            let elsewhere = match property {
                Some(property) => is_marked(&property, mark)?,
                None => false,
            };
            if !elsewhere {
                names.push(name.into());
            }
        }
        Ok(names)
    }

    fn composition(
        &mut self,
        node: &Node,
        closed: bool,
        out: &mut Map<String, Value>,
    ) -> Result<(), LoadError> {
        let parts = members(node)?
            + usize::from(node.get("properties").is_some())
            + usize::from(node.get("additionalProperties").is_some());
        for key in ["allOf", "anyOf", "oneOf"] {
            let Some(list) = node.get(key) else { continue };
            let mut schemas = Vec::new();
            for member in list.items()? {
                schemas.push(self.schema(&member, closed && parts == 1)?);
            }
            out.insert(key.to_owned(), schemas.into());
        }
        if closed && parts > 1 && members(node)? > 0 {
            out.insert("unevaluatedProperties".to_owned(), false.into());
        }
        Ok(())
    }
}

/// How many schemas hold at the same time through composition: the members
/// of `allOf`, and one of `anyOf` and of `oneOf`.
fn members(node: &Node) -> Result<usize, LoadError> {
    let all = match node.get("allOf") {
        Some(all) => all.items()?.len(),
        None => 0,
    };
    let one = ["anyOf", "oneOf"].iter().filter(|key| node.get(key).is_some());
    Ok(all + one.count())
}

/// Whether a property's schema, through references, has this flag.
fn is_marked(property: &Node, flag: &str) -> Result<bool, LoadError> {
    property.resolve()?.flag(flag)
}

fn known(node: &Node) -> Result<(), LoadError> {
    let translated = [
        "properties",
        "additionalProperties",
        "items",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
    ];
    node.only(&[&SAME[..], &ELSEWHERE, &translated].concat())
}

fn typed(node: &Node, out: &mut Map<String, Value>) -> Result<(), LoadError> {
    if let Some(values) = node.get("enum") {
        values.items()?;
        out.insert("enum".to_owned(), values.json()?);
    }
    let name = match node.get("type") {
        Some(kind) => kind.text()?,
        None => "",
    };
    match name {
        "" => {}
        "string" | "number" | "integer" | "boolean" | "array" | "object" => {
            out.insert("type".to_owned(), name.into());
        }
        _ => return Err(node.refuse(format!("unknown type {name}"))),
    }
    match node.get("format") {
        Some(format) => formatted(&format, name, out),
        None if name == "integer" => bounded(i64::MIN, i64::MAX, out),
        None => Ok(()),
    }
}

fn formatted(
    format: &Node,
    kind: &str,
    out: &mut Map<String, Value>,
) -> Result<(), LoadError> {
    let name = format.text()?;
    match (kind, name) {
        ("integer", "int32") => bounded(i32::MIN, i32::MAX, out),
        ("integer", "int64") => bounded(i64::MIN, i64::MAX, out),
        ("integer", "uint32") => bounded(0, u32::MAX, out),
        ("integer", "uint64") => bounded(0, u64::MAX, out),
        ("string", _) if CHECKED_FORMATS.contains(&name) => {
            out.insert("format".to_owned(), name.into());
            Ok(())
        }
        ("string" | "number", _) if OPEN_FORMATS.contains(&name) => Ok(()),
        _ => Err(format.refuse(format!("nothing checks the format {name}"))),
    }
}

/// The bounds that an integer has where the contract states none: those of
/// the type that it is read into.
fn bounded(
    lowest: impl Into<Value>,
    highest: impl Into<Value>,
    out: &mut Map<String, Value>,
) -> Result<(), LoadError> {
    out.insert("minimum".to_owned(), lowest.into());
    out.insert("maximum".to_owned(), highest.into());
    Ok(())
}

/// The stated bounds, in place of those that the type has.
fn ranged(node: &Node, out: &mut Map<String, Value>) -> Result<(), LoadError> {
    for (inclusive, exclusive) in
        [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")]
    {
        let is_exclusive = node.flag(exclusive)?;
        let Some(bound) = node.get(inclusive) else { continue };
        out.remove(inclusive);
        let key = if is_exclusive { exclusive } else { inclusive };
        out.insert(key.to_owned(), bound.json()?);
    }
    Ok(())
}

/// The schema, or null. Without a `type` of its own it is taken to mean what
/// dropshot and progenitor mean by it, though OpenAPI 3.0.3 gives it none.
fn nullable(mut schema: Map<String, Value>) -> Value {
    let composed = ["allOf", "anyOf", "oneOf", "not"];
    let kind = schema.get("type").cloned();
    match kind {
        Some(kind) if !composed.iter().any(|key| schema.contains_key(*key)) => {
            schema.insert("type".to_owned(), json!([kind, "null"]));
            if let Some(Value::Array(values)) = schema.get_mut("enum")
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
            schema.into()
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}
