//! Who asks, and whether they may: bearer tokens as RFC 6750 has them.

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::ApiError;
use super::head::Head;
use crate::contract::Operation;
use crate::domain::{Principal, Scope};

/// What a client without a token is told; the other challenges say more.
const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"colophon\"");

/// Who sends this request, if they may ask for its operation.
///
/// # Errors
///
/// 401 without a valid token, 403 if the token lacks a scope; 503 and 500 if
/// that cannot be found out.
pub(super) async fn admit(head: Head<'_>) -> Result<Principal, ApiError> {
    let service = head.service;
    if !service.settings.requires_tokens {
        return Ok(Principal::operator());
    }
    let Some((_, operation)) = head.operation() else {
        return Err(ApiError::of(StatusCode::INTERNAL_SERVER_ERROR));
    };
    if operation.is_public() {
        return Ok(Principal::anyone());
    }
    let token = bearer(head.headers)?;
    let principal = service.app.authenticate(token).await?;
    check(operation, &principal)?;
    Ok(principal)
}

/// The token that comes with a request.
fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(one), None) = (sent.next(), sent.next()) else {
        return Err(challenge());
    };
    let credentials = one.to_str().map_err(|_| invalid_token())?;
    match credentials.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim())
        }
        _ => Err(challenge()),
    }
}

/// Whether the token has every scope that the operation needs. A scope that
/// is none of ours is had by nobody.
fn check(operation: &Operation, principal: &Principal) -> Result<(), ApiError> {
    let has = |name: &String| {
        Scope::from_name(name).is_some_and(|scope| principal.has(scope))
    };
    let scopes = operation.scopes();
    if scopes.iter().all(has) {
        return Ok(());
    }
    Err(insufficient_scope(&scopes.join(" ")))
}

/// 401: there is no token.
pub(super) fn challenge() -> ApiError {
    ApiError::of(StatusCode::UNAUTHORIZED).with(WWW_AUTHENTICATE, CHALLENGE)
}

/// 401: the token is not good, or no longer so.
pub(super) fn invalid_token() -> ApiError {
    let challenge = HeaderValue::from_static(
        "Bearer realm=\"colophon\", error=\"invalid_token\", \
         error_description=\"The token is not valid or no longer so\"",
    );
    ApiError::of(StatusCode::UNAUTHORIZED)
        .saying("The token is not valid or no longer so")
        .with(WWW_AUTHENTICATE, challenge)
}

/// 403: the token is good, and not for this.
pub(super) fn insufficient_scope(scopes: &str) -> ApiError {
    let challenge = format!(
        "Bearer realm=\"colophon\", error=\"insufficient_scope\", \
         scope=\"{scopes}\""
    );
    // Scopes are visible ASCII, in the contract and in ours.
    let challenge = HeaderValue::from_str(&challenge).unwrap_or(CHALLENGE);
    ApiError::of(StatusCode::FORBIDDEN)
        .saying(format!("This needs a token with the scope {scopes}"))
        .with(WWW_AUTHENTICATE, challenge)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::{Contract, V1, V2};

    #[test]
    fn the_scopes_of_the_contracts_are_ours() {
        let contracts = [V1, V2].map(|text| Contract::load(text).expect("it"));
        let named: BTreeSet<&str> = contracts
            .iter()
            .flat_map(Contract::operations)
            .flat_map(Operation::scopes)
            .map(String::as_str)
            .collect();
        let ours: BTreeSet<_> =
            Scope::ALL.into_iter().map(Scope::as_str).collect();
        assert_eq!(named, ours);
    }

    #[test]
    fn one_bearer_token_is_taken_and_nothing_else() {
        for (sent, token) in [
            (&["Bearer abc"][..], Some("abc")),
            (&["bearer abc"], Some("abc")),
            (&["BEARER   abc "], Some("abc")),
            (&[], None),
            (&["abc"], None),
            (&["Bearer"], None),
            (&["Basic abc"], None),
            (&["Bearer abc", "Bearer abc"], None),
            (&["Bearer \u{e4}"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                let value = HeaderValue::from_bytes(value.as_bytes());
                headers.append(AUTHORIZATION, value.expect("a value"));
            }
            assert_eq!(bearer(&headers).ok(), token, "{sent:?}");
        }
    }
}
