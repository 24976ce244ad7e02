//! What dropshot says of the endpoints, as one OpenAPI document a version.
//!
//! It is made from the types alone, so `cargo xtask drift` can hold it
//! against the contract. Some things are put right on the way: a literal
//! path beside a variable one, which dropshot does not take, comes from a
//! description of its own; a repeated query parameter, which it does not
//! take either, becomes an array again; a query parameter gets the default
//! back that dropshot drops; and neither a parameter nor a header is
//! nullable, since a URL and a head have no null.

use dropshot::{
    ApiDescription, ApiEndpoint, HttpResponse, HttpResponseHeaders,
    HttpResponseOk,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::mount::{Endpoint, MountError, Siblings};
use super::schema::{DEFAULT, REPEATED};
use super::{ApiVersion, Service};

/// What the edge says on every response.
#[derive(Serialize, JsonSchema)]
struct EdgeHeaders {
    #[serde(rename = "X-Request-ID")]
    request_id: String,
    #[serde(rename = "X-Process-Time")]
    process_time: Option<String>,
}

/// And what the kit says on every response of v1.
#[derive(Serialize, JsonSchema)]
struct V1Headers {
    #[serde(flatten)]
    edge: EdgeHeaders,
    #[serde(rename = "Deprecation")]
    deprecation: Option<String>,
    #[serde(rename = "Sunset")]
    sunset: Option<String>,
    #[serde(rename = "Link")]
    link: Option<String>,
}

/// The document of a version's endpoints.
///
/// # Errors
///
/// If dropshot refuses an endpoint.
pub(crate) fn document(
    version: ApiVersion,
    endpoints: &[Endpoint],
) -> Result<Value, MountError> {
    let siblings = Siblings::of(endpoints);
    let mut variable = ApiDescription::<Service>::new();
    let mut literal = ApiDescription::<Service>::new();
    for make in endpoints {
        let endpoint = dressed(make(), version);
        if siblings.is_literal(&endpoint.path) {
            literal.register(endpoint)?;
        } else {
            variable.register(endpoint)?;
        }
    }
    let mut whole = variable.openapi("Colophon", version.semver()).json()?;
    merge(&mut whole, literal.openapi("Colophon", version.semver()).json()?);
    put_right(&mut whole);
    Ok(whole)
}

/// The endpoint with the headers that it does not add itself.
fn dressed(
    mut endpoint: ApiEndpoint<Service>,
    version: ApiVersion,
) -> ApiEndpoint<Service> {
    let common = match version {
        ApiVersion::V1 => headers_of::<V1Headers>(),
        ApiVersion::V2 => headers_of::<EdgeHeaders>(),
    };
    for header in common.headers {
        let own = &mut endpoint.response.headers;
        if !own.iter().any(|it| it.name == header.name) {
            own.push(header);
        }
    }
    endpoint
}

fn headers_of<H: JsonSchema + Serialize + Send + Sync + 'static>()
-> dropshot::ApiEndpointResponse {
    HttpResponseHeaders::<HttpResponseOk<()>, H>::response_metadata()
}

/// Adds what the other document has and this one has not.
fn merge(into: &mut Value, other: Value) {
    let (Value::Object(into), Value::Object(other)) = (into, other) else {
        return;
    };
    for (key, value) in other {
        match into.get_mut(&key) {
            Some(known) => merge(known, value),
            None => {
                into.insert(key, value);
            }
        }
    }
}

fn put_right(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut);
    for operation in operations {
        let parameters =
            operation.get_mut("parameters").and_then(Value::as_array_mut);
        parameters.into_iter().flatten().for_each(put_parameter_right);
        let responses =
            operation.get_mut("responses").and_then(Value::as_object_mut);
        responses
            .into_iter()
            .flat_map(Map::values_mut)
            .filter_map(|it| it.get_mut("headers")?.as_object_mut())
            .flat_map(Map::values_mut)
            .filter_map(|it| it.get_mut("schema")?.as_object_mut())
            .for_each(|schema| {
                schema.remove("nullable");
            });
    }
}

fn put_parameter_right(parameter: &mut Value) {
    let Some(parameter) = parameter.as_object_mut() else { return };
    let Some(schema) =
        parameter.get_mut("schema").and_then(Value::as_object_mut)
    else {
        return;
    };
    schema.remove("nullable");
    if let Some(default) = schema.remove(DEFAULT) {
        schema.insert("default".to_owned(), default);
    }
    if let Some(max) = schema.remove(REPEATED) {
        // A list that is absent is an empty one.
        schema.remove("default");
        let items = Value::Object(std::mem::take(schema));
        *schema = Map::from_iter([
            ("type".to_owned(), json!("array")),
            ("maxItems".to_owned(), max),
            ("items".to_owned(), items),
        ]);
        parameter.insert("style".to_owned(), json!("form"));
        parameter.insert("explode".to_owned(), json!(true));
    }
}
