//! Parameters: what they are called, where they stand, and their values.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::document::{LoadError, Node};
use super::fault::{Fault, Faults, Loc};
use super::schema::{Schema, Schemas};
use super::text::{Kind, Text};
use super::translate::Direction;

/// What a response's header may say; a parameter says its place and name too.
const HEADER_KEYWORDS: [&str; 8] = [
    "description",
    "required",
    "deprecated",
    "schema",
    "style",
    "explode",
    "example",
    "examples",
];

/// The part of a message that a parameter stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Query,
    Header,
    /// A field of a form.
    Form,
}

/// A parameter, a field of a form or a header of a response.
#[derive(Debug)]
pub(super) struct Parameter {
    /// As in the document; a header's in lower case.
    pub(super) name: String,
    pub(super) part: Part,
    /// The name in the object of values.
    key: String,
    pub(super) required: bool,
    kind: Kind,
    is_list: bool,
    schema: Arc<Schema>,
}

impl Part {
    /// The first step of a fault's `loc`.
    fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Form => "body",
        }
    }

    fn from_word(word: &Node) -> Result<Self, LoadError> {
        match word.text()? {
            "path" => Ok(Self::Path),
            "query" => Ok(Self::Query),
            "header" => Ok(Self::Header),
            _ => Err(word.refuse("only path, query and header are executed")),
        }
    }

    /// How values of this part are written, which is the only way executed.
    fn style(self) -> &'static str {
        match self {
            Self::Query | Self::Form => "form",
            Self::Path | Self::Header => "simple",
        }
    }
}

impl Parameter {
    /// An entry of `parameters`.
    pub(super) fn load(
        node: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        node.only(&[&["name", "in"], &HEADER_KEYWORDS[..]].concat())?;
        let part = Part::from_word(&node.required("in")?)?;
        let name = node.required("name")?;
        let parameter = Self::new(part, name.text()?, node, schemas)?;
        if part == Part::Path && !parameter.required {
            return Err(node.refuse("a path parameter must be required"));
        }
        Ok(parameter)
    }

    /// The header of a response under `name`.
    pub(super) fn load_header(
        name: &str,
        node: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        node.only(&HEADER_KEYWORDS)?;
        Self::new(Part::Header, name, node, schemas)
    }

    fn new(
        part: Part,
        name: &str,
        node: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        if let Some(style) = node.get("style")
            && style.text()? != part.style()
        {
            return Err(style.refuse("only the part's default is executed"));
        }
        let schema = node.required("schema")?;
        let required = node.flag("required")?;
        let parameter = Self::typed(part, name, required, &schema, schemas)?;
        if parameter.is_list
            && (part != Part::Query
                || (node.get("explode").is_some() && !node.flag("explode")?))
        {
            return Err(node.refuse("only exploded query lists are executed"));
        }
        Ok(parameter)
    }

    /// A value with this schema.
    pub(super) fn typed(
        part: Part,
        name: &str,
        required: bool,
        schema: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        let name = match part {
            Part::Header => name.to_ascii_lowercase(),
            Part::Path | Part::Query | Part::Form => name.to_owned(),
        };
        let resolved = schema.resolve()?;
        let items = match resolved.get("type") {
            Some(kind) if kind.text()? == "array" => {
                Some(resolved.required("items")?)
            }
            _ => None,
        };
        Ok(Self {
            part,
            key: match part {
                Part::Header => name.replace('-', "_"),
                Part::Path | Part::Query | Part::Form => name.clone(),
            },
            name,
            required,
            kind: Kind::of(items.as_ref().unwrap_or(schema))?,
            is_list: items.is_some(),
            schema: schemas.compile(schema, Direction::Request)?,
        })
    }

    /// Reads what was given for it, in the order given, into `values`.
    pub(super) fn read<'t>(
        &self,
        mut given: impl Iterator<Item = Text<'t>>,
        values: &mut Map<String, Value>,
        faults: &mut Faults,
    ) {
        let Some(first) = given.next() else {
            if self.required {
                faults.push(Fault::missing(self.loc()));
            }
            return;
        };
        let value = if self.is_list {
            Some(self.list(first, given, faults))
        } else if given.next().is_some() {
            let problem = "it is given more than once";
            faults.push(Fault::value(self.loc(), problem));
            None
        } else {
            self.scalar(first, faults)
        };
        let Some(value) = value else { return };
        if !self.schema.is_valid(&value) {
            faults.extend(self.schema.faults(&value, &self.loc()));
        }
        values.insert(self.key.clone(), value);
    }

    fn loc(&self) -> Vec<Loc> {
        vec![self.part.word().into(), self.name.as_str().into()]
    }

    fn scalar(&self, text: Text, faults: &mut Faults) -> Option<Value> {
        let value = self.kind.read(text, || self.loc());
        value.map_err(|fault| faults.push(fault)).ok()
    }

    /// The items; null in place of one that cannot be read, of which nothing
    /// more is told.
    fn list<'t>(
        &self,
        first: Text<'t>,
        rest: impl Iterator<Item = Text<'t>>,
        faults: &mut Faults,
    ) -> Value {
        let items = std::iter::once(first).chain(rest).enumerate();
        items
            .map(|(index, text)| {
                let loc = || [self.loc(), vec![Loc::Index(index)]].concat();
                let value = self.kind.read(text, loc);
                value.unwrap_or_else(|fault| {
                    faults.push(fault);
                    Value::Null
                })
            })
            .collect()
    }
}
