//! Bodies: their media types, and JSON and forms in them.

use std::sync::Arc;

use http::HeaderValue;
use serde_json::{Map, Value};

use super::document::{LoadError, Node};
use super::fault::{BodyFault, Fault, Faults, Rules};
use super::number::write_whole_as_integer;
use super::parameter::{Parameter, Part};
use super::schema::{Schema, Schemas};
use super::text;
use super::translate::Direction;

/// The request bodies that an operation takes.
#[derive(Debug)]
pub(super) struct Body {
    required: bool,
    /// By media type, in lower case.
    contents: Vec<(String, Content)>,
}

/// What is known of a body of one media type.
#[derive(Debug)]
enum Content {
    Json(Arc<Schema>),
    Form(Vec<Parameter>),
    /// Octets that the contract says nothing about.
    Raw,
}

impl Body {
    pub(super) fn load(
        node: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        let node = node.resolve()?;
        node.only(&["description", "required", "content"])?;
        let mut contents = Vec::new();
        for (media_type, media) in node.required("content")?.entries() {
            media.only(&["schema", "example", "examples"])?;
            let content = Content::load(&media_type, &media, schemas)?;
            contents.push((media_type.to_ascii_lowercase(), content));
        }
        Ok(Self { required: node.flag("required")?, contents })
    }

    pub(super) fn check(
        &self,
        content_type: Option<&HeaderValue>,
        body: &[u8],
        rules: Rules,
    ) -> Result<Value, BodyFault> {
        let content = match content_type {
            Some(content_type) => self.content(content_type)?,
            None if body.is_empty() => None,
            None => return Err(BodyFault::UnsupportedMediaType),
        };
        match content {
            Some(Content::Raw) => Ok(Value::Null),
            _ if body.is_empty() && !self.required => Ok(Value::Null),
            Some(Content::Form(fields)) => form(fields, body),
            Some(Content::Json(schema)) if !body.is_empty() => {
                json(schema, body, rules)
            }
            _ => Err(BodyFault::Invalid(vec![Fault::missing(vec![
                "body".into(),
            ])])),
        }
    }

    fn content(
        &self,
        content_type: &HeaderValue,
    ) -> Result<Option<&Content>, BodyFault> {
        let named = content_type.to_str().ok().and_then(essence);
        let named = named.ok_or(BodyFault::UnsupportedMediaType)?;
        self.contents
            .iter()
            .find(|(media_type, _)| media_type.eq_ignore_ascii_case(named))
            .map(|(_, content)| Some(content))
            .ok_or(BodyFault::UnsupportedMediaType)
    }
}

impl Content {
    fn load(
        media_type: &str,
        media: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        match media_type.to_ascii_lowercase().as_str() {
            "application/json" => {
                let schema = media.required("schema")?;
                Ok(Self::Json(schemas.compile(&schema, Direction::Request)?))
            }
            "application/x-www-form-urlencoded" => {
                let schema = media.required("schema")?;
                Ok(Self::Form(fields(&schema, schemas)?))
            }
            "application/octet-stream" => Ok(Self::Raw),
            _ => Err(media.refuse("this media type cannot be executed")),
        }
    }
}

/// The fields of a form, in the document's order.
fn fields(
    schema: &Node,
    schemas: &mut Schemas,
) -> Result<Vec<Parameter>, LoadError> {
    // Compiled for the sake of what cannot be executed.
    schemas.compile(schema, Direction::Request)?;
    let schema = schema.resolve()?;
    let required = match schema.get("required") {
        Some(required) => required.items()?,
        None => Vec::new(),
    };
    let properties = schema.required("properties")?.entries();
    properties
        .iter()
        .map(|(name, property)| {
            let is_required =
                required.iter().any(|known| known.text() == Ok(name.as_str()));
            Parameter::typed(Part::Form, name, is_required, property, schemas)
        })
        .collect()
}

/// A media type without its parameters. `None` if it names a charset other
/// than UTF-8, which is JSON's only one (RFC 8259, 8.1).
pub(super) fn essence(content_type: &str) -> Option<&str> {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next()?;
    let is_foreign =
        parts.filter_map(|part| part.split_once('=')).any(|(name, value)| {
            name.eq_ignore_ascii_case("charset")
                && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
    (!is_foreign).then_some(media_type)
}

/// Of a name that an object has twice the last value counts, which RFC 8259
/// allows and clients of the first Colophon know.
fn json(
    schema: &Schema,
    body: &[u8],
    rules: Rules,
) -> Result<Value, BodyFault> {
    let mut value: Value =
        serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let mut faults = Faults::default();
    if !schema.is_valid(&value) {
        faults.extend(schema.faults(&value, &["body".into()]));
    }
    faults.extend(rules(&value));
    if !faults.is_empty() {
        return Err(BodyFault::Invalid(schema.in_order(faults.into_vec())));
    }
    write_whole_as_integer(&mut value);
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> BodyFault {
    let told = error.to_string();
    let message = told.split(" at line ").next().unwrap_or_default();
    BodyFault::Malformed {
        line: error.line(),
        column: error.column(),
        message: message.to_owned(),
    }
}

fn form(fields: &[Parameter], body: &[u8]) -> Result<Value, BodyFault> {
    let text = std::str::from_utf8(body).map_err(|_| {
        let problem = "it is not UTF-8";
        BodyFault::Invalid(vec![Fault::value(vec!["body".into()], problem)])
    })?;
    read_pairs(fields, text).map_err(BodyFault::Invalid)
}

/// The parameters' values in a query string or a form.
pub(super) fn read_pairs<'p>(
    parameters: impl IntoIterator<Item = &'p Parameter>,
    text: &str,
) -> Result<Value, Vec<Fault>> {
    let pairs = text::pairs(text);
    read_each(parameters, |parameter| {
        pairs
            .iter()
            .filter(|(name, _)| *name == parameter.name)
            .map(|(_, value)| value.clone())
    })
}

/// The parameters' values, each from what `given` has for it.
pub(super) fn read_each<'p, 't, G>(
    parameters: impl IntoIterator<Item = &'p Parameter>,
    given: impl Fn(&'p Parameter) -> G,
) -> Result<Value, Vec<Fault>>
where
    G: Iterator<Item = text::Text<'t>>,
{
    let mut values = Map::new();
    let mut faults = Faults::default();
    for parameter in parameters {
        parameter.read(given(parameter), &mut values, &mut faults);
    }
    if faults.is_empty() {
        return Ok(values.into());
    }
    Err(faults.into_vec())
}
