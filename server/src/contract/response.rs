//! What an operation may answer.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::body::essence;
use super::document::{LoadError, Node};
use super::fault::{Fault, Faults, Loc};
use super::operation::header_texts;
use super::parameter::Parameter;
use super::schema::{Schema, Schemas};
use super::translate::Direction;

/// The answer that stands under one status.
#[derive(Debug)]
pub(super) struct Response {
    status: Status,
    headers: Vec<Parameter>,
    /// By media type, in lower case; what is not JSON has no schema.
    contents: Vec<(String, Option<Arc<Schema>>)>,
}

/// Which statuses a response stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Code(u16),
    /// Every code that begins with this digit.
    Class(u16),
    Default,
}

impl Status {
    fn load(key: &str, node: &Node) -> Result<Self, LoadError> {
        let class = key.strip_suffix("XX").and_then(|digit| digit.parse().ok());
        match (key, class) {
            ("default", _) => Ok(Self::Default),
            (_, Some(digit @ 1..=5)) => Ok(Self::Class(digit)),
            _ => key
                .parse::<StatusCode>()
                .map(|status| Self::Code(status.as_u16()))
                .map_err(|_| node.refuse("it is no status")),
        }
    }
}

impl Response {
    pub(super) fn load(
        key: &str,
        node: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        let status = Status::load(key, node)?;
        let node = node.resolve()?;
        node.only(&["description", "headers", "content", "links"])?;
        let mut headers = Vec::new();
        for (name, header) in node.get("headers").iter().flat_map(Node::entries)
        {
            let header = header.resolve()?;
            headers.push(Parameter::load_header(&name, &header, schemas)?);
        }
        let mut contents = Vec::new();
        for (name, media) in node.get("content").iter().flat_map(Node::entries)
        {
            media.only(&["schema", "example", "examples"])?;
            contents.push(content(&name, &media, schemas)?);
        }
        Ok(Self { status, headers, contents })
    }

    /// The response that stands for a status: its own, else its class's, else
    /// the default.
    pub(super) fn find(all: &[Self], status: StatusCode) -> Option<&Self> {
        let code = status.as_u16();
        [Status::Code(code), Status::Class(code / 100), Status::Default]
            .iter()
            .find_map(|wanted| all.iter().find(|one| one.status == *wanted))
    }

    /// What does not keep to the contract.
    pub(super) fn check(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<String> {
        let mut breaches = self.check_headers(headers);
        if self.contents.is_empty() {
            if !body.is_empty() {
                breaches.push("body: none is declared".to_owned());
            }
            return breaches;
        }
        breaches.extend(self.check_content(headers, body));
        breaches
    }

    fn check_headers(&self, headers: &HeaderMap) -> Vec<String> {
        let mut faults = Faults::default();
        for header in &self.headers {
            let given = header_texts(headers, &header.name);
            header.read(given, &mut Map::new(), &mut faults);
        }
        faults.into_vec().iter().map(breach).collect()
    }

    fn check_content(&self, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
        let named = headers.get(CONTENT_TYPE).and_then(|h| h.to_str().ok());
        let Some(named) = named.and_then(essence) else {
            return vec!["content-type: missing or not UTF-8".to_owned()];
        };
        let content = self.contents.iter().find(|(media_type, _)| {
            media_type == "*/*" || media_type.eq_ignore_ascii_case(named)
        });
        match content {
            None => vec![format!("content-type: {named} is not declared")],
            Some((_, None)) => Vec::new(),
            Some((_, Some(schema))) => check_json(schema, body),
        }
    }
}

fn content(
    name: &str,
    media: &Node,
    schemas: &mut Schemas,
) -> Result<(String, Option<Arc<Schema>>), LoadError> {
    let media_type = name.to_ascii_lowercase();
    let is_json =
        media_type == "application/json" || media_type.ends_with("+json");
    let schema = match media.get("schema") {
        Some(schema) if is_json => {
            Some(schemas.compile(&schema, Direction::Response)?)
        }
        _ => None,
    };
    Ok((media_type, schema))
}

fn check_json(schema: &Schema, body: &[u8]) -> Vec<String> {
    match serde_json::from_slice::<Value>(body) {
        Err(error) => vec![format!("body: it is not JSON: {error}")],
        Ok(value) if schema.is_valid(&value) => Vec::new(),
        Ok(value) => {
            let faults = schema.faults(&value, &["body".into()]);
            faults.iter().map(breach).collect()
        }
    }
}

/// `body.items.0.title: Field required (missing)`.
fn breach(fault: &Fault) -> String {
    let steps: Vec<String> = fault
        .loc
        .iter()
        .map(|step| match step {
            Loc::Name(name) => name.clone(),
            Loc::Index(index) => index.to_string(),
        })
        .collect();
    format!("{}: {} ({})", steps.join("."), fault.msg, fault.kind)
}
