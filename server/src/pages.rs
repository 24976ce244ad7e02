//! What the server tells beside the API: documentation pages, contracts,
//! health, metrics. All of it is in the binary; no page loads anything from
//! elsewhere.
//!
//! This module knows no dropshot: it answers a path and headers. It answers
//! GET alone; HEAD and everything between is the caller's.

mod assets;
mod contracts;
mod health;
mod reply;

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderMap, Response};

use crate::contract::Contract;
use crate::metrics::{self, Metrics};
use contracts::Contracts;
use reply::{ASK, Fixed, NEVER, ok, set};

pub use health::{Part, Readiness};

/// Every path that [`respond`] answers. `{file}` stands for one segment.
pub const PATHS: &[&str] = &[
    "/",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/docs",
    "/docs/assets/{file}",
    "/redoc",
    "/api/docs",
    "/api/redoc",
    "/openapi.json",
    "/api/v1/openapi.yaml",
    "/api/v1/openapi.json",
    "/api/v2/openapi.yaml",
    "/api/v2/openapi.json",
];

/// What the documentation pages may load: what this server serves. Styles
/// are set by their scripts, and Redoc's search runs in a worker that it makes
/// itself; neither page evaluates text as code.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self' data:; connect-src 'self'; worker-src blob:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

static DOCS: LazyLock<Fixed> = LazyLock::new(|| {
    Fixed::plain(HTML, ASK, include_str!("../assets/docs.html"))
});

static REDOC: LazyLock<Fixed> = LazyLock::new(|| {
    Fixed::plain(HTML, ASK, include_str!("../assets/redoc.html"))
});

/// What the answers are made from.
pub struct PagesContext {
    contracts: Contracts,
    metrics: Arc<Metrics>,
    readiness: Arc<dyn Readiness>,
}

impl PagesContext {
    /// Tells of these contracts, the ones that are compiled in.
    pub fn new(
        v1: &Contract,
        v2: &Contract,
        metrics: Arc<Metrics>,
        readiness: Arc<dyn Readiness>,
    ) -> Self {
        Self { contracts: Contracts::new(v1, v2), metrics, readiness }
    }
}

/// The answer to a GET of `path`, or `None` if nothing is there.
///
/// `path` has no query and, unless it is `/`, no slash at its end.
pub async fn respond(
    path: &str,
    request: &HeaderMap,
    context: &PagesContext,
) -> Option<Response<Bytes>> {
    let Contracts { v1, v2 } = &context.contracts;
    Some(match path {
        "/" => root(),
        "/health" => health::health(),
        "/health/live" => health::live(),
        "/health/ready" => health::ready(&*context.readiness).await,
        "/metrics" => rendered(&context.metrics),
        "/docs" | "/api/docs" => page(&DOCS, request),
        "/redoc" | "/api/redoc" => page(&REDOC, request),
        // The clients of the first Colophon find their contract here.
        "/openapi.json" | "/api/v1/openapi.json" => v1.json.reply(request),
        "/api/v1/openapi.yaml" => v1.yaml.reply(request),
        "/api/v2/openapi.yaml" => v2.yaml.reply(request),
        "/api/v2/openapi.json" => v2.json.reply(request),
        _ => {
            let file = path.strip_prefix("/docs/assets/")?;
            assets::find(file)?.reply(request)
        }
    })
}

/// `/`: what this is, and where to read on.
fn root() -> Response<Bytes> {
    health::json(&serde_json::json!({
        "name": "colophon",
        "version": env!("CARGO_PKG_VERSION"),
        "docs": "/docs",
        "redoc": "/redoc",
        "contracts": {
            "v1": "/api/v1/openapi.json",
            "v2": "/api/v2/openapi.json",
        },
    }))
}

fn rendered(metrics: &Metrics) -> Response<Bytes> {
    let mut response = ok(metrics::MEDIA_TYPE, metrics.render().into());
    set(response.headers_mut(), CACHE_CONTROL, NEVER);
    response
}

fn page(page: &Fixed, request: &HeaderMap) -> Response<Bytes> {
    let mut response = page.reply(request);
    set(response.headers_mut(), CONTENT_SECURITY_POLICY, PAGE_POLICY);
    response
}
