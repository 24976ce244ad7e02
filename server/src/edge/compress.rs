//! Which responses are worth compressing, and which must not be.

use std::convert::Infallible;
use std::future::ready;

use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::Either;
use hyper::body::Body as _;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::{CompressionBody, CompressionLayer};

use super::upstream::Body;

/// Below this, in bytes, the head is most of a response and a packet holds
/// it either way.
const LEAST_BYTES: u64 = 1024;

/// A body as it is sent.
pub(super) type Sent = Either<Body, CompressionBody<Body>>;

/// The codings that a client accepts, as it has said.
pub(super) struct Coding(Vec<HeaderValue>);

impl Coding {
    pub(super) fn asked(headers: &HeaderMap) -> Self {
        Self(headers.get_all(ACCEPT_ENCODING).iter().cloned().collect())
    }
}

/// Compresses a response for a client that accepts gzip, if it is worth it.
pub(super) async fn apply(
    accepted: Coding,
    response: Response<Body>,
) -> Response<Sent> {
    if !is_long(&response) || !may_compress(response.headers()) {
        return response.map(Sent::Left);
    }
    Box::pin(compressed(accepted, response)).await
}

async fn compressed(
    accepted: Coding,
    response: Response<Body>,
) -> Response<Sent> {
    // tower-http compresses what a service answers, so one hands it over.
    let hand_over = service_fn(|request: Request<Response<Body>>| {
        ready(Ok::<_, Infallible>(request.into_body()))
    });
    let mut request = Request::new(response);
    for coding in accepted.0 {
        request.headers_mut().append(ACCEPT_ENCODING, coding);
    }
    let Ok(response) = layer().layer(hand_over).oneshot(request).await;
    response.map(Sent::Right)
}

fn layer() -> CompressionLayer {
    CompressionLayer::new()
        .gzip(true)
        // Most of the gain for a fraction of the time.
        .quality(CompressionLevel::Fastest)
}

fn is_long(response: &Response<Body>) -> bool {
    let length = response.body().size_hint();
    length.exact().is_none_or(|bytes| bytes >= LEAST_BYTES)
}

/// Text only, and nothing with an `ETag`: ours are strong, so they name these
/// very bytes, and a client sends them back in `If-Match`, where a weakened
/// one never matches (RFC 9110, 13.1.1). What carries one is a single book or
/// an asset that is cached anyway.
fn may_compress(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("");
    let is_text = matches!(
        kind.trim_end(),
        "application/json"
            | "application/javascript"
            | "application/yaml"
            | "text/html"
            | "text/css"
            | "text/javascript"
            | "text/plain"
    );
    is_text && !headers.contains_key(ETAG)
}
