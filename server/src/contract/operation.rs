//! An operation and what it takes and answers.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::Value;

use super::body::{Body, read_each, read_pairs};
use super::document::{LoadError, Node};
use super::fault::{BodyFault, Fault, Rules};
use super::parameter::{Parameter, Part};
use super::response::Response;
use super::schema::Schemas;
use super::text::Text;

/// The headers that other keywords of the contract describe (OpenAPI 3.0.3,
/// "Parameter Object").
const DESCRIBED_ELSEWHERE: [&str; 3] =
    ["accept", "content-type", "authorization"];

/// One operation of a contract.
#[derive(Debug)]
pub struct Operation {
    id: String,
    method: Method,
    path: String,
    security: Security,
    deprecated: bool,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    responses: Vec<Response>,
}

/// Who may call.
#[derive(Debug)]
struct Security {
    /// Anyone, without saying who they are.
    public: bool,
    scopes: Vec<String>,
}

impl Operation {
    pub(super) fn load(
        path: &str,
        item: &Node,
        method: &str,
        node: &Node,
        schemas: &mut Schemas,
    ) -> Result<Self, LoadError> {
        node.only(&[
            "tags",
            "summary",
            "description",
            "externalDocs",
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "deprecated",
            "security",
        ])?;
        let method = method.to_ascii_uppercase();
        let body = node.get("requestBody");
        Ok(Self {
            id: node.required("operationId")?.text()?.to_owned(),
            method: method.parse().map_err(|_| node.refuse("no method"))?,
            path: path.to_owned(),
            security: Security::load(node)?,
            deprecated: node.flag("deprecated")?,
            parameters: parameters(path, item, node, schemas)?,
            body: body.map(|body| Body::load(&body, schemas)).transpose()?,
            responses: responses(node, schemas)?,
        })
    }

    /// The `operationId`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path's template as it stands in the document, without the server's
    /// base path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The scopes that a caller needs, all of them.
    pub fn scopes(&self) -> &[String] {
        &self.security.scopes
    }

    /// Whether a caller need not say who they are.
    pub fn is_public(&self) -> bool {
        self.security.public
    }

    /// Whether the contract advises against calling it.
    pub fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// Whether it has a request body, required or not.
    pub fn takes_body(&self) -> bool {
        self.body.is_some()
    }

    fn parameters(&self, part: Part) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |one| one.part == part)
    }

    /// The values of the path's variables, which come decoded, as a JSON
    /// object.
    ///
    /// # Errors
    ///
    /// Every fault in them.
    pub fn check_path<'a>(
        &self,
        variables: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Value, Vec<Fault>> {
        let variables: Vec<_> = variables.collect();
        read_each(self.parameters(Part::Path), |parameter| {
            variables
                .iter()
                .filter(|(name, _)| *name == parameter.name)
                .map(|(_, text)| Some(Cow::Borrowed(*text)))
        })
    }

    /// The values of the parameters in a raw query string, as a JSON object.
    /// Parameters that the contract does not know are ignored.
    ///
    /// # Errors
    ///
    /// Every fault in them.
    pub fn check_query(&self, query: &str) -> Result<Value, Vec<Fault>> {
        read_pairs(self.parameters(Part::Query), query)
    }

    /// The values of the header parameters as a JSON object, whose keys are
    /// the headers' names in lower case with `_` for `-`. A header in several
    /// lines is one list (RFC 9110, 5.3).
    ///
    /// # Errors
    ///
    /// Every fault in them.
    pub fn check_headers(
        &self,
        headers: &HeaderMap,
    ) -> Result<Value, Vec<Fault>> {
        read_each(self.parameters(Part::Header), |parameter| {
            header_texts(headers, &parameter.name)
        })
    }

    /// The request body's value: of JSON what it says, of a form an object,
    /// of octets and of a body that may be and is left out null.
    ///
    /// A number without a fraction comes as an integer, however written.
    ///
    /// # Errors
    ///
    /// [`BodyFault`] says which kinds there are.
    pub fn check_body(
        &self,
        content_type: Option<&HeaderValue>,
        body: &[u8],
    ) -> Result<Value, BodyFault> {
        self.check_body_and(content_type, body, |_| Vec::new())
    }

    /// The same, and the faults of a JSON body against further rules together
    /// with those against the contract. A rule is not told of a place that
    /// the contract refuses already.
    ///
    /// # Errors
    ///
    /// As [`Operation::check_body`].
    pub fn check_body_and(
        &self,
        content_type: Option<&HeaderValue>,
        body: &[u8],
        rules: Rules,
    ) -> Result<Value, BodyFault> {
        match &self.body {
            Some(contract) => contract.check(content_type, body, rules),
            None => Ok(Value::Null),
        }
    }

    /// Everything that a response says and the contract does not promise;
    /// empty if it keeps the contract. Objects whose properties are declared
    /// may have no others. Not for `HEAD`, whose body is missing.
    pub fn check_response(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<String> {
        match Response::find(&self.responses, status) {
            Some(response) => response.check(headers, body),
            None => {
                vec![format!("status: {} is not declared", status.as_u16())]
            }
        }
    }
}

impl Security {
    /// An operation's own `security` takes the place of the document's.
    fn load(node: &Node) -> Result<Self, LoadError> {
        let stated = node.get("security").or_else(|| node.of_root("security"));
        let Some(stated) = stated else {
            return Ok(Self { public: true, scopes: Vec::new() });
        };
        let alternatives: Vec<_> =
            stated.items()?.iter().map(scopes_of).collect::<Result<_, _>>()?;
        let public = alternatives.is_empty() || alternatives.contains(&None);
        let mut named: Vec<_> = alternatives
            .into_iter()
            .flatten()
            .filter(|scopes| !scopes.is_empty())
            .collect();
        named.dedup();
        if public || named.is_empty() {
            return Ok(Self { public, scopes: Vec::new() });
        }
        match <[_; 1]>::try_from(named) {
            Ok([scopes]) => Ok(Self { public, scopes }),
            Err(_) => Err(stated.refuse("alternatives with different scopes")),
        }
    }
}

/// The scopes that an alternative of `security` asks for; `None` if it asks
/// for nothing at all.
fn scopes_of(alternative: &Node) -> Result<Option<Vec<String>>, LoadError> {
    let schemes = alternative.entries();
    if schemes.is_empty() {
        return Ok(None);
    }
    let mut scopes = Vec::new();
    for (_, list) in schemes {
        for scope in list.items()? {
            scopes.push(scope.text()?.to_owned());
        }
    }
    Ok(Some(scopes))
}

/// The operation's parameters, and those of its path that it does not
/// replace.
fn parameters(
    path: &str,
    item: &Node,
    node: &Node,
    schemas: &mut Schemas,
) -> Result<Vec<Parameter>, LoadError> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for holder in [node, item] {
        let Some(list) = holder.get("parameters") else { continue };
        for entry in list.items()? {
            let one = Parameter::load(&entry.resolve()?, schemas)?;
            let is_known = parameters.iter().any(|known| {
                (known.part, &known.name) == (one.part, &one.name)
            });
            if !is_known && !is_described_elsewhere(&one) {
                parameters.push(one);
            }
        }
    }
    check_template(path, node, &parameters)?;
    Ok(parameters)
}

fn is_described_elsewhere(parameter: &Parameter) -> bool {
    parameter.part == Part::Header
        && DESCRIBED_ELSEWHERE.contains(&parameter.name.as_str())
}

/// Refuses a template whose variables are not the path parameters.
fn check_template(
    path: &str,
    node: &Node,
    parameters: &[Parameter],
) -> Result<(), LoadError> {
    let mut variables: Vec<&str> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .collect();
    let mut declared: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter.part == Part::Path)
        .map(|parameter| parameter.name.as_str())
        .collect();
    variables.sort_unstable();
    declared.sort_unstable();
    if variables == declared {
        return Ok(());
    }
    Err(node.refuse(format!(
        "its path has the variables {variables:?}, its parameters {declared:?}"
    )))
}

fn responses(
    node: &Node,
    schemas: &mut Schemas,
) -> Result<Vec<Response>, LoadError> {
    let entries = node.required("responses")?.entries();
    let mut load = |(key, response): (String, Node)| {
        Response::load(&key, &response, schemas)
    };
    entries.into_iter().map(&mut load).collect()
}

/// The one text that all lines of a header are.
pub(super) fn header_texts<'h>(
    headers: &'h HeaderMap,
    name: &str,
) -> impl Iterator<Item = Text<'h>> + use<'h> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next().map(as_text);
    let rest = lines.map(as_text);
    first.map(|first| rest.fold(first, joined)).into_iter()
}

fn as_text(value: &HeaderValue) -> Text<'_> {
    std::str::from_utf8(value.as_bytes()).ok().map(Cow::Borrowed)
}

fn joined<'h>(text: Text<'h>, more: Text<'h>) -> Text<'h> {
    Some(Cow::Owned(format!("{}, {}", text?, more?)))
}
