//! The contract, executed: an OpenAPI 3.0 document becomes a table of
//! operations whose parameters, bodies and responses are checked by compiled
//! JSON Schema validators.
//!
//! A bound holds from the moment it stands in the document. What the document
//! says and this module cannot carry out keeps the server from starting; that
//! covers misspelt schema keywords. What a contract cannot say (whether an
//! ISBN is taken) is not decided here, and neither is what an error looks
//! like on the wire.
//!
//! ```text
//! document    a YAML node that knows its place, and follows `$ref`
//! translate   a schema of OpenAPI 3.0 into one of JSON Schema 2020-12
//! schema      compiles it, and asks it
//! wording     what it finds, in Pydantic's words
//! parameter   text from URLs, headers and forms into typed values
//! body, response, operation   what the above are put together to
//! ```

mod body;
mod document;
mod fault;
mod number;
mod operation;
mod parameter;
mod response;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod translate;
mod wording;

use bytes::Bytes;
use indexmap::IndexMap;
use semver::Version;

pub use self::document::LoadError;
use self::document::{Document, Node};
pub use self::fault::{BodyFault, Fault, Loc, MAX_FAULTS, Rules};
pub use self::operation::Operation;
use self::schema::Schemas;
use self::translate::Direction;

/// What an operation may be called by in a path item.
const METHODS: [&str; 7] =
    ["get", "put", "post", "delete", "options", "head", "patch"];

/// Contract v1, as it is written.
pub const V1: &str = include_str!("../../openapi/v1.yaml");

/// Contract v2, as it is written.
pub const V2: &str = include_str!("../../openapi/v2.yaml");

/// The same as JSON, which `build.rs` makes of them.
const V1_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/v1.json"));
const V2_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/v2.json"));

/// One version's contract, ready to be executed.
#[derive(Debug)]
pub struct Contract {
    version: Version,
    operations: IndexMap<String, Operation>,
    json: Bytes,
}

impl Contract {
    /// Contract v1, which is compiled in.
    ///
    /// # Errors
    ///
    /// As [`Contract::load`] says.
    pub fn v1() -> Result<Self, LoadError> {
        Self::read(&Document::from_json(V1_JSON)?, V1_JSON.into())
    }

    /// Contract v2, which is compiled in.
    ///
    /// # Errors
    ///
    /// As [`Contract::load`] says.
    pub fn v2() -> Result<Self, LoadError> {
        Self::read(&Document::from_json(V2_JSON)?, V2_JSON.into())
    }

    /// Reads a document in YAML and compiles everything in it.
    ///
    /// # Errors
    ///
    /// The first thing in the document that cannot be executed, with its
    /// place: an unknown keyword, a `$ref` that leads nowhere, a pattern that
    /// does not compile, a style of parameters that is not supported.
    pub fn load(yaml: &str) -> Result<Self, LoadError> {
        let document = Document::parse(yaml)?;
        Self::read(&document, document.json()?.into())
    }

    fn read(document: &Document, json: Bytes) -> Result<Self, LoadError> {
        let root = document.root();
        root.only(&[
            "openapi",
            "info",
            "servers",
            "paths",
            "components",
            "security",
            "tags",
            "externalDocs",
        ])?;
        check_components(&root)?;
        Ok(Self {
            version: version(&root)?,
            operations: operations(&root)?,
            json,
        })
    }

    /// The document's `info.version`.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The document as JSON, its keys in the order in which they are written.
    pub fn json(&self) -> Bytes {
        self.json.clone()
    }

    /// The operation of this `operationId`.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.get(id)
    }

    /// Every operation, in the document's order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }
}

fn version(root: &Node) -> Result<Version, LoadError> {
    let dialect = root.required("openapi")?;
    if !dialect.text()?.starts_with("3.0.") {
        return Err(dialect.refuse("only OpenAPI 3.0 can be executed"));
    }
    let version = root.required("info")?.required("version")?;
    Version::parse(version.text()?)
        .map_err(|error| version.refuse(error.to_string()))
}

/// Refuses a component schema that cannot be executed, used or not.
fn check_components(root: &Node) -> Result<(), LoadError> {
    let schemas = match root.get("components") {
        Some(components) => components.get("schemas"),
        None => None,
    };
    for (_, schema) in schemas.iter().flat_map(Node::entries) {
        translate::translate(&schema, Direction::Request)?;
    }
    Ok(())
}

fn operations(root: &Node) -> Result<IndexMap<String, Operation>, LoadError> {
    let mut schemas = Schemas::default();
    let mut operations = IndexMap::new();
    for (path, item) in root.required("paths")?.entries() {
        let allowed = [&METHODS[..], &["summary", "description", "parameters"]];
        item.only(&allowed.concat())?;
        for method in METHODS {
            let Some(node) = item.get(method) else { continue };
            let operation =
                Operation::load(&path, &item, method, &node, &mut schemas)?;
            let id = operation.id().to_owned();
            if operations.insert(id, operation).is_some() {
                return Err(node.refuse("its operationId is used twice"));
            }
        }
    }
    Ok(operations)
}
