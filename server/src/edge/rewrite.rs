//! Giving an answer that no handler made the shape of the contract.
//!
//! dropshot answers by itself what gets to no handler: unknown paths and
//! methods, and what the version policy refuses. Answers of ours are known
//! by [`ANSWER_HEADER`].

use http::header::ALLOW;
use http::{HeaderValue, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;

use super::fault::Fault;
use super::upstream::Body;
use super::{ANSWER_HEADER, Api};

/// The longest foreign error that is read for its message, in bytes.
const MAX_FOREIGN_BYTES: usize = 4096;

/// The one message that is let through although it repeats what was sent:
/// the version policy's, which a handler would have given if there were one.
const VERSION_MESSAGE: (&str, &str) =
    ("Unsupported API version: ", ". Supported: 1, 2");

#[derive(Deserialize)]
struct Foreign {
    message: String,
}

/// Takes the mark off an answer of ours; anything else that is an error comes
/// back as a [`Fault`].
pub(super) async fn settle(
    mut response: Response<Body>,
    uri: &Uri,
    api: &dyn Api,
) -> Result<Response<Body>, Fault> {
    let is_ours = response.headers_mut().remove(ANSWER_HEADER).is_some();
    let status = response.status();
    if is_ours || !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    Err(match status {
        StatusCode::BAD_REQUEST => bad_request(response.into_body()).await,
        StatusCode::METHOD_NOT_ALLOWED => method_not_allowed(uri, api),
        status => Fault::of(status),
    })
}

fn method_not_allowed(uri: &Uri, api: &dyn Api) -> Fault {
    let fault = Fault::of(StatusCode::METHOD_NOT_ALLOWED);
    let Some(methods) = api.allowed_methods(uri.path()) else {
        return fault;
    };
    let names: Vec<&str> = methods.iter().map(|name| name.as_str()).collect();
    match HeaderValue::from_str(&names.join(", ")) {
        Ok(allow) => fault.with(ALLOW, allow),
        Err(_) => fault,
    }
}

async fn bad_request(body: Body) -> Fault {
    let status = StatusCode::BAD_REQUEST;
    match version_message(body).await {
        Some(message) => Fault::new(status, message),
        None => Fault::of(status),
    }
}

async fn version_message(body: Body) -> Option<String> {
    let body = Limited::new(body, MAX_FOREIGN_BYTES).collect().await.ok()?;
    let foreign: Foreign = serde_json::from_slice(&body.to_bytes()).ok()?;
    let (start, end) = VERSION_MESSAGE;
    let is_the_policys =
        foreign.message.starts_with(start) && foreign.message.ends_with(end);
    is_the_policys.then_some(foreign.message)
}
