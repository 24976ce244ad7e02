//! Which responses are worth compressing, and which must not be.

use http::header::{CONTENT_TYPE, ETAG};
use http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};
use tower_http::compression::{CompressionBody, CompressionLayer};

/// Below this, in bytes, the head is most of a response and a packet holds
/// it either way.
const LEAST_BYTES: u16 = 1024;

pub(super) type Compressed<B> = CompressionBody<B>;

type IsWorthIt = And<SizeAbove, Rule>;
type Rule = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses for clients that accept gzip, if `enabled`.
pub(super) fn layer(enabled: bool) -> CompressionLayer<IsWorthIt> {
    let rule: Rule = |_, _, headers, _| may_compress(headers);
    CompressionLayer::new()
        .gzip(enabled)
        // Most of the gain for a fraction of the time.
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(LEAST_BYTES).and(rule))
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
