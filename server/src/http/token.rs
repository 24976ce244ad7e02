//! Page tokens and cursors: opaque to clients, and ours alone to make.
//!
//! A token is JSON and an authentication code (HMAC-SHA-256, RFC 2104, cut to
//! 128 bits) in base64url (RFC 4648, 5). Signed, because what is in it is
//! trusted: it skips the checks that filters in a query pass.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// Bytes of the code that a token carries.
const CODE_BYTES: usize = 16;

/// The text is no token of ours, or one made for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadToken;

/// Makes and reads tokens.
pub(crate) struct Tokens {
    mac: Hmac<Sha256>,
}

impl Tokens {
    /// Tokens signed with this key.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        // HMAC takes a key of any length.
        let mac = Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!());
        Self { mac }
    }

    /// A token that holds `value`, for this purpose only.
    pub(crate) fn seal(&self, purpose: &str, value: &impl Serialize) -> String {
        // Positions and filters always serialize.
        let json = serde_json::to_vec(value).unwrap_or_default();
        let mut bytes = self.code(purpose, &json).to_vec();
        bytes.extend(json);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token of this purpose holds.
    ///
    /// # Errors
    ///
    /// [`BadToken`] if the text is not what [`Tokens::seal`] has made, for
    /// whatever reason.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        purpose: &str,
        token: &str,
    ) -> Result<T, BadToken> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken)?;
        let (code, json) =
            bytes.split_at_checked(CODE_BYTES).ok_or(BadToken)?;
        self.begun(purpose, json)
            .verify_truncated_left(code)
            .map_err(|_| BadToken)?;
        serde_json::from_slice(json).map_err(|_| BadToken)
    }

    fn code(&self, purpose: &str, json: &[u8]) -> [u8; CODE_BYTES] {
        let whole = self.begun(purpose, json).finalize().into_bytes();
        let mut code = [0; CODE_BYTES];
        for (to, from) in code.iter_mut().zip(whole) {
            *to = from;
        }
        code
    }

    fn begun(&self, purpose: &str, json: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(purpose.as_bytes());
        // No purpose has a NUL in it, so where it ends is certain.
        mac.update(&[0]);
        mac.update(json);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_back_what_it_was_made_from() {
        let tokens = Tokens::new(&[7; 32]);
        let token = tokens.seal("books", &("dune", 3));
        assert_eq!(tokens.open("books", &token), Ok(("dune".to_owned(), 3)));
        assert!(
            token
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
    }

    #[test]
    fn a_token_is_good_for_its_purpose_and_key_alone() {
        let token = Tokens::new(&[7; 32]).seal("books", &1);
        let open =
            |key, purpose| Tokens::new(&[key; 32]).open::<i64>(purpose, &token);
        assert_eq!(open(7, "books"), Ok(1));
        assert_eq!(open(7, "cursor"), Err(BadToken));
        assert_eq!(open(8, "books"), Err(BadToken));
    }

    #[test]
    fn no_change_to_a_token_goes_unnoticed() {
        let tokens = Tokens::new(&[7; 32]);
        let bytes = URL_SAFE_NO_PAD.decode(tokens.seal("books", &12345));
        let bytes = bytes.expect("base64");
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let other = URL_SAFE_NO_PAD.encode(other);
            assert_eq!(tokens.open::<i64>("books", &other), Err(BadToken));
        }
        for text in ["", "x", "é", "AAAA", "====", "\0"] {
            assert_eq!(tokens.open::<i64>("books", text), Err(BadToken));
        }
    }
}
