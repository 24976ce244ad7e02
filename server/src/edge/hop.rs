//! Headers that are about one connection and go no further (RFC 9110, 7.6.1).

use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};

static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
static PROXY_CONNECTION: HeaderName =
    HeaderName::from_static("proxy-connection");

/// Takes them off a request. Its length goes too, and what it expects: the
/// edge has answered that and holds the whole body.
pub(super) fn strip_request(headers: &mut HeaderMap) {
    strip_response(headers);
    for name in [CONTENT_LENGTH, EXPECT, TE, TRAILER] {
        headers.remove(name);
    }
}

/// Takes them off a response. Its length stays: a `HEAD` has no other way to
/// tell it.
pub(super) fn strip_response(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        strip_named(headers);
        headers.remove(CONNECTION);
    }
    for name in [&KEEP_ALIVE, &PROXY_CONNECTION, &TRANSFER_ENCODING, &UPGRADE] {
        headers.remove(name);
    }
}

/// Takes off what `Connection` names.
fn strip_named(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> =
        headers.get_all(CONNECTION).iter().flat_map(names).collect();
    for name in named {
        headers.remove(name);
    }
}

fn names(value: &HeaderValue) -> impl Iterator<Item = HeaderName> {
    let list = value.to_str().unwrap_or_default();
    list.split(',').filter_map(|name| name.trim().parse().ok())
}
