//! Tokens that are not good, and what nobody may see of those that are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{TimeDelta, Utc};
use colophon_server::domain::{
    ApiKeyCreate, Password, Principal, Role, Scope, Token, UserChange,
};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{with, without};
use crate::forge::Forge;
use crate::server::PASSWORD;

const BOOK: &str = "/api/v1/books/4";

/// A token with this header and no signature.
fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

/// Tokens that somebody might try, and why they are not good.
fn attacks(forge: &Forge, user: i64) -> Vec<(&'static str, String)> {
    let good = forge.claims(user);
    let said = |fields| forge.sign(&with(good.clone(), fields));
    let without = |field| forge.sign(&without(good.clone(), field));
    let header = |alg: &str| json!({ "alg": alg, "kid": forge.kid });
    let by = |algorithm| forge.sign_by(algorithm, Some(&forge.kid), &good);
    let named = |kid| forge.sign_by(Algorithm::HS256, kid, &good);
    let other = Forge { kid: forge.kid.clone(), secret: vec![7; 32] };
    let now = Utc::now().timestamp();
    let signed = forge.sign(&good);
    let (start, signature) = signed.rsplit_once('.').expect("three parts");
    let signed_none = unsigned(&header("none"), &good) + signature;
    vec![
        ("no algorithm", unsigned(&header("none"), &good)),
        ("no algorithm, and a signature", signed_none),
        ("another case", unsigned(&header("None"), &good)),
        ("no signature", format!("{start}.")),
        ("half a signature", format!("{start}.{}", &signature[..20])),
        ("too long a signature", format!("{signed}AA")),
        ("another algorithm of its kind", by(Algorithm::HS384)),
        ("another algorithm of its kind", by(Algorithm::HS512)),
        (
            "a public key's algorithm",
            unsigned(&header("RS256"), &good) + signature,
        ),
        (
            "a public key's algorithm",
            unsigned(&header("EdDSA"), &good) + signature,
        ),
        ("another secret", other.sign(&good)),
        ("no secret", Forge { secret: Vec::new(), ..other }.sign(&good)),
        ("another key", named(Some("0123456789abcdef"))),
        ("no key", named(None)),
        ("a key that no text column takes", named(Some("\0"))),
        ("a key that is SQL", named(Some("' OR '1'='1"))),
        ("another audience", said(json!({ "aud": "another-api" }))),
        ("no audience", without("aud")),
        ("another issuer", said(json!({ "iss": "another" }))),
        ("no issuer", without("iss")),
        ("expired", said(json!({ "exp": now - 60 }))),
        ("no end", without("exp")),
        ("no number for an end", said(json!({ "exp": "never" }))),
        ("not yet valid", said(json!({ "nbf": now + 60 }))),
        ("no start", without("nbf")),
        ("another user", said(json!({ "sub": "999" }))),
        ("no user's id", said(json!({ "sub": "ann" }))),
        ("no user", without("sub")),
        ("an earlier generation", said(json!({ "gen": 0 }))),
        ("a later generation", said(json!({ "gen": 2 }))),
        ("no generation", without("gen")),
        ("no scope", without("scope")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("no token", "colophon".to_owned()),
        ("half an API key", "colophon_0123456789abcdef_".to_owned()),
    ]
}

#[tokio::test]
async fn a_token_that_is_not_good_is_a_401() {
    let server = TestServer::start_guarded("a_token_that_is_not_good").await;
    let user = server.add_user("ann", Role::Viewer).await;
    let token = server.token("ann").await;
    server.get(BOOK).bearer(&token).reply(200).await;
    let forge = Forge::of(&server).await;
    let good = forge.sign(&forge.claims(user));
    server.get(BOOK).bearer(&good).reply(200).await;

    for (what, token) in attacks(&forge, user) {
        let reply = server.get(BOOK).bearer(&token).send().await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.text());
    }
    // Scopes that the user has no right to are worth nothing.
    let more = json!({ "scope": "catalog:read users:admin" });
    let more = forge.sign(&with(forge.claims(user), more));
    server.get("/api/v1/users").bearer(&more).reply(403).await;
    server.stop().await;
}

#[tokio::test]
async fn no_change_to_a_token_goes_unnoticed() {
    let server = TestServer::start_guarded("no_change_to_a_token").await;
    server.add_user("ann", Role::Viewer).await;
    let token = server.token("ann").await;
    server
        .operate(async |app| {
            app.authenticate(&token).await.expect("a good token");
            for (at, bit) in
                (0..token.len()).flat_map(|at| (0..7).map(move |bit| (at, bit)))
            {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let other = String::from_utf8(bytes).expect("ASCII");
                let outcome = app.authenticate(&other).await;
                assert!(outcome.is_err(), "byte {at}, bit {bit}: {other}");
            }
        })
        .await;
    server.stop().await;
}

#[tokio::test]
async fn a_token_ends_when_its_user_changes() {
    let server = TestServer::start_guarded("a_token_ends").await;
    let changes = [
        UserChange { role: Some(Role::Viewer), ..Default::default() },
        UserChange { is_active: Some(false), ..Default::default() },
        UserChange {
            password: Some(Password::new("another horse".to_owned())),
            ..Default::default()
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let name = format!("user{number}");
        let id = server.add_user(&name, Role::Editor).await;
        let token = server.token(&name).await;
        let kept = UserChange {
            full_name: Some("Ann".to_owned()),
            role: Some(Role::Editor),
            ..Default::default()
        };
        let operator = Principal::operator();
        for (change, status) in [(kept, 200), (change, 401)] {
            server
                .operate(async |app| {
                    let changed = app.user_update(&operator, id, change, None);
                    changed.await.expect("changed");
                })
                .await;
            server.get(BOOK).bearer(&token).reply(status).await;
        }
    }
    server.stop().await;
}

/// An API key of a user for reading books, good for an hour.
pub(crate) async fn key(
    server: &TestServer,
    username: &str,
    ends_in: TimeDelta,
) -> Token {
    let new = ApiKeyCreate {
        username: username.to_owned(),
        name: "a test".to_owned(),
        scopes: [Scope::CatalogRead, Scope::CatalogWrite].into_iter().collect(),
        expires_at: Utc::now() + ends_in,
    };
    let key = server.operate(async |app| app.api_key_create(new).await);
    key.await.expect("a key")
}

fn prefix(key: &Token) -> &str {
    key.value.split('_').nth(1).expect("a prefix")
}

#[tokio::test]
async fn an_api_key_is_good_until_it_is_revoked() {
    let server = TestServer::start_guarded("an_api_key_is_good").await;
    let id = server.add_user("ann", Role::Editor).await;
    let good = key(&server, "ann", TimeDelta::hours(1)).await;
    let over = key(&server, "ann", TimeDelta::seconds(-1)).await;
    let get = |key: &str| server.get(BOOK).bearer(key);
    get(&good.value).reply(200).await;
    get(&over.value).reply(401).await;
    let me = format!("/api/v1/users/{id}");
    server.get(&me).bearer(&good.value).reply(200).await;
    // A program does not change whom it acts for.
    let name = json!({ "full_name": "Ann" });
    server.patch(&me, &name).bearer(&good.value).reply(403).await;
    server.get("/api/v1/models").bearer(&good.value).reply(403).await;
    let (start, _) = good.value.split_at(good.value.len() - 1);
    for wrong in ["x", "", "00"] {
        get(&format!("{start}{wrong}")).reply(401).await;
    }

    server
        .operate(async |app| app.api_key_revoke(prefix(&good)).await)
        .await
        .expect("revoked");
    get(&good.value).reply(401).await;
    server.stop().await;
}

#[tokio::test]
async fn an_api_key_can_do_no_more_than_its_user() {
    let server = TestServer::start_guarded("an_api_key_can_do").await;
    let id = server.add_user("ann", Role::Editor).await;
    let key = key(&server, "ann", TimeDelta::hours(1)).await;
    let delete = || server.delete("/api/v1/books/999").bearer(&key.value);
    delete().reply(404).await;
    let operator = Principal::operator();
    for (change, deletes, reads) in [
        (
            UserChange { role: Some(Role::Viewer), ..Default::default() },
            403,
            200,
        ),
        (UserChange { is_active: Some(false), ..Default::default() }, 401, 401),
    ] {
        server
            .operate(async |app| {
                app.user_update(&operator, id, change, None)
                    .await
                    .expect("changed");
            })
            .await;
        delete().reply(deletes).await;
        server.get(BOOK).bearer(&key.value).reply(reads).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn all_tokens_end_when_the_signing_key_is_replaced() {
    let server = TestServer::start_guarded("all_tokens_end").await;
    server.add_user("ann", Role::Viewer).await;
    let old = server.token("ann").await;
    server
        .operate(async |app| app.signing_key_replace().await)
        .await
        .expect("replaced");
    server.get(BOOK).bearer(&old).reply(401).await;
    let new = server.token("ann").await;
    server.get(BOOK).bearer(&new).reply(200).await;
    let server = server.restart().await;
    server.get(BOOK).bearer(&new).reply(200).await;
    server.stop().await;
}

#[tokio::test]
async fn no_secret_is_told_to_anybody() {
    let server = TestServer::start_guarded("no_secret_is_told").await;
    server.add_user("ann", Role::Admin).await;
    let token = server.token("ann").await;
    let key = key(&server, "ann", TimeDelta::hours(1)).await.value;
    let mut told = vec![
        server.sign_in("ann", "wrong battery").reply(401).await.text(),
        server.sign_in(PASSWORD, PASSWORD).reply(401).await.text(),
        server.get(BOOK).bearer(&format!("{token}x")).reply(401).await.text(),
        server.get(BOOK).bearer(&format!("{key}x")).reply(401).await.text(),
        server.get("/api/v1/users").bearer(&token).reply(200).await.text(),
        server.get("/api/v1/users").bearer(&key).reply(403).await.text(),
    ];
    let change = json!({ "password": "staple battery" });
    let path = "/api/v1/users/1";
    told.push(
        server.patch(path, &change).bearer(&token).reply(400).await.text(),
    );
    told.push(server.get("/metrics").reply(200).await.text());
    told.push(Value::from(server.log()).to_string());
    let forge = Forge::of(&server).await;
    let (_, signature) = token.rsplit_once('.').expect("three parts");
    let secret = key.rsplit_once('_').expect("a secret").1;
    for text in told {
        for secret in ["battery", "$argon2", signature, secret, &forge.kid] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
    server.stop().await;
}
