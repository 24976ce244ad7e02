//! Whether the server lives, and whether it can do its work.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CACHE_CONTROL;
use http::{Response, StatusCode};
use serde::Serialize;

use super::reply::{NEVER, ok, set};

/// How long a readiness check may take; one that hangs is a failed one.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// What must work for the server to be of use: the database, its schema, the
/// job queue.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Looks at each part now.
    async fn check(&self) -> Vec<Part>;
}

/// A part of the server, and whether it works. Why it does not is for the
/// log: this is shown to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name, such as `database`.
    pub name: &'static str,
    /// Whether it works.
    pub works: bool,
}

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    failing: Vec<&'static str>,
    parts: BTreeMap<&'static str, &'static str>,
}

/// `/health/ready`: 200, or 503 with the failing parts named.
pub(super) async fn ready(readiness: &dyn Readiness) -> Response<Bytes> {
    let report =
        match tokio::time::timeout(CHECK_TIMEOUT, readiness.check()).await {
            Ok(parts) => report(&parts),
            Err(_) => report(&[Part { name: "readiness-check", works: false }]),
        };
    let mut response = json(&report);
    if !report.failing.is_empty() {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

fn report(parts: &[Part]) -> Ready {
    let failing: Vec<_> =
        parts.iter().filter(|part| !part.works).map(|part| part.name).collect();
    let word = |works| if works { "ok" } else { "failing" };
    Ready {
        status: if failing.is_empty() { "ready" } else { "not ready" },
        failing,
        parts: parts.iter().map(|p| (p.name, word(p.works))).collect(),
    }
}

/// `/health/live`: the process answers, and that is all it says.
pub(super) fn live() -> Response<Bytes> {
    json(&serde_json::json!({ "status": "alive" }))
}

/// `/health`: what the first Colophon answered.
pub(super) fn health() -> Response<Bytes> {
    let now = chrono::Utc::now();
    json(&serde_json::json!({
        "status": "healthy",
        "version": env!("CARGO_PKG_VERSION"),
        "timestamp": now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
    }))
}

/// 200 with this as JSON, not to be kept. These bodies always serialise.
pub(super) fn json(body: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = ok("application/json", body.into());
    set(response.headers_mut(), CACHE_CONTROL, NEVER);
    response
}
