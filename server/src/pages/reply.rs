//! Answers whose body is known beforehand: content type, ETag, 304, gzip.

use std::io::Read;
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use sha2::{Digest, Sha256};

/// Keep for an hour, then ask whether it changed.
pub(super) const AN_HOUR: &str = "public, max-age=3600";
/// Keep, and ask each time whether it changed.
pub(super) const ASK: &str = "no-cache";
/// Do not keep: it is about this moment.
pub(super) const NEVER: &str = "no-store";

/// A body that stays the same while the server runs.
#[derive(Debug)]
pub(super) struct Fixed {
    media_type: &'static str,
    cache: &'static str,
    etag: String,
    body: Body,
}

/// The bytes as they lie in the binary.
#[derive(Debug)]
enum Body {
    Plain(Bytes),
    /// Compressed, and the inflated form once somebody needed it.
    Gzip(&'static [u8], OnceLock<Bytes>),
}

impl Fixed {
    /// A body that is sent as it is.
    pub(super) fn plain(
        media_type: &'static str,
        cache: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let body = body.into();
        Self { media_type, cache, etag: etag(&body), body: Body::Plain(body) }
    }

    /// A body that lies gzip-compressed in the binary.
    pub(super) fn gzip(
        media_type: &'static str,
        cache: &'static str,
        packed: &'static [u8],
    ) -> Self {
        let body = Body::Gzip(packed, OnceLock::new());
        Self { media_type, cache, etag: etag(packed), body }
    }

    /// The answer to a request with these headers: 200, or 304 if the client
    /// has it.
    pub(super) fn reply(&self, request: &HeaderMap) -> Response<Bytes> {
        let mut response = if is_known(request, &self.etag) {
            not_modified()
        } else {
            self.whole(request)
        };
        let headers = response.headers_mut();
        set(headers, ETAG, &self.etag);
        set(headers, CACHE_CONTROL, self.cache);
        if matches!(self.body, Body::Gzip(..)) {
            set(headers, VARY, "accept-encoding");
        }
        response
    }

    fn whole(&self, request: &HeaderMap) -> Response<Bytes> {
        match &self.body {
            Body::Plain(bytes) => ok(self.media_type, bytes.clone()),
            Body::Gzip(packed, _) if accepts_gzip(request) => {
                let mut response =
                    ok(self.media_type, Bytes::from_static(packed));
                set(response.headers_mut(), CONTENT_ENCODING, "gzip");
                response
            }
            Body::Gzip(packed, plain) => {
                let bytes = plain.get_or_init(|| inflate(packed));
                ok(self.media_type, bytes.clone())
            }
        }
    }
}

/// 200 with this body.
pub(super) fn ok(media_type: &str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    set(response.headers_mut(), CONTENT_TYPE, media_type);
    response
}

fn not_modified() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// Sets a header; the values are ours, so none is ever left out.
pub(super) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The tag is weak because whoever stands before us may compress the body,
/// and because both forms of a packed file share it.
fn etag(body: &[u8]) -> String {
    let sum: String = Sha256::digest(body)
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("W/\"{sum}\"")
}

/// What is in the binary was inflated by a test, so this cannot fail.
fn inflate(packed: &[u8]) -> Bytes {
    let mut plain = Vec::new();
    match GzDecoder::new(packed).read_to_end(&mut plain) {
        Ok(_) => plain.into(),
        Err(_) => Bytes::new(),
    }
}

/// Whether `If-None-Match` names this tag (RFC 9110, 13.1.2).
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let strong = etag.trim_start_matches("W/");
    items(request, IF_NONE_MATCH)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == strong)
}

/// Whether `Accept-Encoding` allows gzip (RFC 9110, 12.5.3). What names gzip
/// decides; else what says `*`.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let weight = |coding: &str| {
        items(request, ACCEPT_ENCODING).find_map(|item| {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            name.trim().eq_ignore_ascii_case(coding).then(|| q(parameters))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|q| q > 0.0)
}

/// The weight in `q=0.5`; 1 if there is none.
fn q(parameters: &str) -> f32 {
    parameters
        .trim()
        .trim_start_matches(['q', 'Q'])
        .trim_start_matches('=')
        .parse()
        .unwrap_or(1.0)
}

/// The comma-separated items of all headers of this name.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_accept_it() {
        for (accept, expected) in [
            ("gzip", true),
            ("deflate, GZip;q=0.5", true),
            ("*", true),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("identity", false),
            ("", false),
        ] {
            let headers = with(ACCEPT_ENCODING, accept);
            assert_eq!(accepts_gzip(&headers), expected, "{accept:?}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_client_that_has_it_gets_304() {
        let fixed = Fixed::plain("text/plain", ASK, "hello");
        let etag = fixed.etag.clone();
        for (known, status) in [
            (etag.clone(), 304),
            (format!("\"other\", {etag}"), 304),
            (etag.trim_start_matches("W/").to_owned(), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let mut headers = HeaderMap::new();
            set(&mut headers, IF_NONE_MATCH, &known);
            let response = fixed.reply(&headers);
            assert_eq!(response.status().as_u16(), status, "{known}");
            assert_eq!(response.headers()[ETAG], etag);
            assert_eq!(response.body().is_empty(), status == 304);
        }
    }
}
