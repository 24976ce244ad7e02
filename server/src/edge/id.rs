//! The request id: the client's if it is fit to be repeated, else a new one.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Carries the id in requests, in both directions, and in responses.
pub(super) const REQUEST_ID: HeaderName =
    HeaderName::from_static("x-request-id");

/// The longest id that is taken from a client, in characters.
const MAX_LEN: usize = 128;

/// Settles the id of a request. Afterwards its headers carry it, once.
pub(super) fn settle(headers: &mut HeaderMap) -> HeaderValue {
    if let Some(id) = sent(headers) {
        return id;
    }
    let id = fresh();
    headers.insert(REQUEST_ID, id.clone());
    id
}

/// The client's id, if it is the only one and 1 to 128 visible ASCII
/// characters.
fn sent(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut sent = headers.get_all(REQUEST_ID).iter();
    let (Some(id), None) = (sent.next(), sent.next()) else { return None };
    let is_fit = (1..=MAX_LEN).contains(&id.len())
        && id.as_bytes().iter().all(u8::is_ascii_graphic);
    is_fit.then(|| id.clone())
}

fn fresh() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let id = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
    // Hexadecimal digits and hyphens are always a header value.
    HeaderValue::from_str(id).unwrap_or_else(|_| unreachable!())
}
