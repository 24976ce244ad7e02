//! The conditions under which a request is carried out: entity tags (RFC
//! 9110, 13.1) and idempotency keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::api::bounded::{ANY, patterned};
use crate::app::{Expected, Once};
use crate::domain::Principal;

patterned!(
    /// What the client calls a request that it may repeat.
    IdempotencyKey, 0, ANY, r"^[\x21-\x7E]{1,255}$"
);

/// The state that a resource must be in.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct IfMatch {
    #[serde(rename = "If-Match", alias = "if_match")]
    if_match: Option<String>,
}

/// The state that the client has. The kit answers 304 to it.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct IfNoneMatch {
    #[serde(rename = "If-None-Match", alias = "if_none_match")]
    #[expect(dead_code, reason = "the kit reads it from the request")]
    if_none_match: Option<String>,
}

/// Marks repetitions of one request.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Idempotency {
    #[serde(rename = "Idempotency-Key", alias = "idempotency_key")]
    key: Option<IdempotencyKey>,
}

/// The entity tag of a revision.
pub(crate) fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

impl IfMatch {
    /// What is expected; `None` if the header is absent.
    ///
    /// A weak tag never matches, and neither does one that is not ours.
    pub(crate) fn expected(&self) -> Option<Expected> {
        let sent = self.if_match.as_deref()?;
        let mut tags = sent.split(',').map(str::trim);
        if tags.clone().any(|tag| tag == "*") {
            return Some(Expected::Exists);
        }
        let revisions = tags.by_ref().filter_map(revision).collect();
        Some(Expected::Revisions(revisions))
    }
}

/// The revision whose tag this is.
fn revision(tag: &str) -> Option<i64> {
    let number = tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()?;
    (etag(number) == tag).then_some(number)
}

impl Idempotency {
    /// The promise, if the client gives one, about an operation and all that
    /// its request says. What one user calls a request is nothing to another.
    pub(crate) fn once(
        self,
        who: &Principal,
        operation: &'static str,
        request: &impl Serialize,
    ) -> Option<Once> {
        // What came as JSON always serializes.
        let said = serde_json::to_vec(request).unwrap_or_default();
        let fingerprint = Sha256::digest(said).into();
        // A key has no spaces.
        let own = |key: String| match who.user_id() {
            Some(id) => format!("{id} {key}"),
            None => key,
        };
        self.key.map(|key| Once { key: own(key.0), operation, fingerprint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(sent: &str) -> Expected {
        let header = IfMatch { if_match: Some(sent.to_owned()) };
        header.expected().expect("it is there")
    }

    #[test]
    fn only_strong_tags_of_ours_name_revisions() {
        for (sent, revisions) in [
            ("\"1\"", vec![1]),
            ("\"1\", \"22\"", vec![1, 22]),
            ("W/\"1\"", vec![]),
            ("\"01\"", vec![]),
            ("1", vec![]),
            ("\"x\"", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(
                expected(sent),
                Expected::Revisions(revisions),
                "{sent}"
            );
        }
        assert_eq!(expected("*"), Expected::Exists);
    }
}
