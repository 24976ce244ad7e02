//! How the API server knows that a request came through the edge.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// The request header that carries the secret inward. What a client sends
/// under this name never gets there.
pub const SECRET_HEADER: HeaderName =
    HeaderName::from_static("x-colophon-edge");

/// A value that only this process knows. Whoever else finds the loopback port
/// of the API server cannot speak to it.
#[derive(Clone)]
pub struct Secret(HeaderValue);

impl Secret {
    /// A new one, of 244 random bits.
    pub fn random() -> Self {
        let (high, low) = (Uuid::new_v4(), Uuid::new_v4());
        let hex = format!("{}{}", high.simple(), low.simple());
        // Hexadecimal digits are always a header value.
        Self(HeaderValue::from_str(&hex).unwrap_or_else(|_| unreachable!()))
    }

    /// Whether the headers carry it, once, in a time that tells nothing
    /// about how much of it was right.
    pub fn is_in(&self, headers: &HeaderMap) -> bool {
        let mut sent = headers.get_all(SECRET_HEADER).iter();
        let (Some(value), None) = (sent.next(), sent.next()) else {
            return false;
        };
        self.0.as_bytes().ct_eq(value.as_bytes()).into()
    }

    /// Puts it on a request, in place of whatever was there.
    pub(super) fn put(&self, headers: &mut HeaderMap) {
        headers.insert(SECRET_HEADER, self.0.clone());
    }
}

impl fmt::Debug for Secret {
    /// Says nothing, so that it never gets into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
