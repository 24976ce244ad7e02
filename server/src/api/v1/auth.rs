//! Tokens, by the password grant of OAuth 2.0 (RFC 6749, 4.3).

use dropshot::{HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::users::WriteOnly;
use crate::api::bounded::{Long, Text};
use crate::domain::{self, Login, Password, Scopes};
use crate::http::{Answer, Body, Rq, serve};

/// The only kind of grant there is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantType {
    Password,
}

/// A request for a token.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct TokenRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "GrantType")]
    #[expect(dead_code, reason = "there is only one")]
    grant_type: Option<GrantType>,
    username: Text<0, 50>,
    password: WriteOnly<0, 128>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Text<0, 1000>")]
    scope: Option<Text<0, 1000>>,
}

/// How a token is sent (RFC 6750).
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenType {
    Bearer,
}

/// A token.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Token {
    access_token: String,
    token_type: TokenType,
    expires_in: Long<1, 86_400>,
    scope: String,
}

impl From<TokenRequest> for Login {
    fn from(request: TokenRequest) -> Self {
        let scopes = request.scope.map(|it| it.0);
        let scopes = scopes.filter(|it| !it.trim().is_empty());
        Self {
            username: request.username.0,
            password: Password::new(request.password.0),
            scopes: scopes.map(|it| Scopes::parse(&it)),
        }
    }
}

impl From<domain::Token> for Token {
    fn from(token: domain::Token) -> Self {
        Self {
            access_token: token.value,
            token_type: TokenType::Bearer,
            expires_in: Long(token.expires_in_s),
            scope: token.scopes.to_string(),
        }
    }
}

/// Get a token
#[endpoint {
    method = POST, path = "/auth/token", tags = ["auth"],
    content_type = "application/x-www-form-urlencoded"
}]
pub(crate) async fn token_create(
    rq: Rq,
    body: Body<TokenRequest>,
) -> Answer<HttpResponseOk<Token>> {
    serve(rq, body, async |call, request| {
        let token = call.app().token_create(request.into()).await?;
        Ok(HttpResponseOk(token.into()))
    })
    .await
}
