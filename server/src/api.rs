//! What clients see: a file per resource and version, wire types first, then
//! endpoints.
//!
//! v1 and v2 each translate to and from the domain; neither calls the other.

mod bounded;
mod v1;
mod v2;

use serde_json::Value;

use crate::http::{ApiVersion, Endpoint, MountError, document};

/// Makes the list of a version's endpoints, in the contract's order.
macro_rules! list {
    ($($endpoint:path),* $(,)?) => {
        vec![$(|| ::dropshot::ApiEndpoint::from($endpoint)),*]
    };
}
pub(crate) use list;

/// The endpoints of a version.
pub(crate) fn endpoints(version: ApiVersion) -> Vec<Endpoint> {
    match version {
        ApiVersion::V1 => v1::endpoints(),
        ApiVersion::V2 => v2::endpoints(),
    }
}

/// What keeps the document from being made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is no contract of this major version.
    #[error("there is no contract v{0}")]
    Unknown(u64),
    /// dropshot refuses an endpoint.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

/// An endpoint that dropshot refuses.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct EndpointError(#[from] MountError);

/// The OpenAPI document that dropshot makes of the endpoints of a major
/// version, from their types alone: what `cargo xtask drift` holds against
/// the contract.
///
/// # Errors
///
/// [`DocumentError`] if there is no such version or dropshot refuses one of
/// its endpoints.
pub fn openapi_document(major: u64) -> Result<Value, DocumentError> {
    let version = ApiVersion::ALL
        .into_iter()
        .find(|version| version.number() == major)
        .ok_or(DocumentError::Unknown(major))?;
    let made = document(version, &endpoints(version));
    Ok(made.map_err(EndpointError)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::{Contract, V1, V2};

    const CONTRACTS: [(u64, &str); 2] = [(1, V1), (2, V2)];

    /// Method, path and id of each operation of a document.
    fn operations(document: &Value) -> BTreeSet<String> {
        let paths = document["paths"].as_object().expect("paths");
        let of_path = |(path, item): (&String, &Value)| {
            let methods = item.as_object().expect("methods").clone();
            let path = path.clone();
            methods.into_iter().map(move |(method, operation)| {
                let id = &operation["operationId"];
                format!("{} {path} {id}", method.to_uppercase())
            })
        };
        paths.iter().flat_map(of_path).collect()
    }

    #[test]
    fn each_contract_is_implemented_whole_and_no_more() {
        for (major, yaml) in CONTRACTS {
            let document = openapi_document(major).expect("a document");
            let contract = Contract::load(yaml).expect("a contract");
            let promised: BTreeSet<_> = contract
                .operations()
                .map(|it| {
                    format!("{} {} \"{}\"", it.method(), it.path(), it.id())
                })
                .collect();
            assert_eq!(operations(&document), promised, "v{major}");
        }
        assert!(openapi_document(3).is_err());
    }
}
