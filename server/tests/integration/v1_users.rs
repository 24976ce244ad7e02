//! v1: users and their tokens, through the client.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use colophon_client::Error;
use colophon_client::v1::types::{
    self, ErrorCode, Role, TokenTokenType, UserCreate, UserUpdate,
};
use colophon_server::domain;
use http::StatusCode;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{user, with};
use crate::server::PASSWORD;

/// How long a mail may take to be sent on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

fn ann() -> types::builder::UserCreate {
    UserCreate::builder()
        .username("ann")
        .email("Ann@example.org")
        .full_name("Ann Author")
        .password(PASSWORD)
}

/// Status and code of an error of the contract.
#[track_caller]
fn refusal<T>(
    outcome: Result<T, Error<types::Error>>,
) -> (StatusCode, ErrorCode) {
    match outcome {
        Err(Error::ErrorResponse(it)) => (it.status(), it.error_code),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[tokio::test]
async fn the_client_adds_lists_and_changes_users() {
    let server = TestServer::start("the_client_and_users").await;
    let new = server.v1.user_create().body(ann()).send().await.expect("a user");
    assert_eq!(new.headers()["location"], "/api/v1/users/1");
    assert_eq!((new.id, new.role, new.is_active), (1, Role::Viewer, true));
    assert_eq!((new.username.as_str(), new.updated_at), ("ann", None));

    let seen = server.v1.user_view().user_id(1).send().await.expect("a user");
    assert_eq!(*seen, *new);
    let change = UserUpdate::builder().role(Role::Editor).is_active(false);
    let changed = server.v1.user_update().user_id(1).body(change).send().await;
    let changed = changed.expect("changed");
    assert_eq!((changed.role, changed.is_active), (Role::Editor, false));
    assert!(changed.updated_at.is_some());
    assert_eq!(changed.email, new.email, "what is left out stays");

    let page = server.v1.user_list().per_page(1).send().await.expect("a page");
    assert_eq!((page.total, page.users.len()), (1, 1));
    assert_eq!(page.headers()["x-total-count"], "1");
    assert_eq!(page.users[0], *changed);
    let missing = server.v1.user_view().user_id(9).send().await;
    assert_eq!(refusal(missing), (StatusCode::NOT_FOUND, ErrorCode::NotFound));
    server.stop().await;
}

/// Waits until so many mails have been sent.
async fn mails(server: &TestServer, count: usize) -> Vec<String> {
    let asked = Instant::now();
    loop {
        let mails = server.mails();
        if mails.len() >= count {
            return mails;
        }
        assert!(asked.elapsed() < PATIENCE, "{mails:#?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn whoever_is_added_gets_one_mail_without_the_password() {
    let server = TestServer::start("whoever_is_added_gets_one_mail").await;
    server.v1.user_create().body(ann()).send().await.expect("a user");
    mails(&server, 1).await;
    server.post("/api/v1/users", &user("ann")).reply(409).await;
    // Beside the server, as a command does it.
    server.add_user("bob", domain::Role::Viewer).await;

    let mails = mails(&server, 2).await;

    for (name, to) in [("ann", "<Ann@example.org>"), ("bob", "<bob@")] {
        let hello = format!("Hello {name},");
        let theirs = mails.iter().filter(|it| it.contains(&hello));
        let theirs: Vec<_> = theirs.filter(|it| it.contains(to)).collect();
        assert_eq!(theirs.len(), 1, "{mails:#?}");
    }
    assert_eq!(mails.len(), 2);
    assert!(!mails.concat().contains("horse"), "{mails:#?}");
    server.stop().await;
}

#[tokio::test]
async fn names_and_addresses_are_taken_whatever_their_case() {
    let server = TestServer::start("names_and_addresses").await;
    server.v1.user_create().body(ann()).send().await.expect("a user");
    for (field, value) in [("username", "ANN"), ("email", "ann@EXAMPLE.org")] {
        let other = with(user("bob"), json!({ field: value }));
        let taken = server.post("/api/v1/users", &other).expect(409).await;
        assert_eq!(taken["error_code"], "Duplicate");
        assert_eq!(
            (&taken["resource"], &taken["resource_id"]),
            (&json!("user"), &json!("1"))
        );
    }
    server.post("/api/v1/users", &user("bob")).expect(201).await;
    let taken = json!({ "email": "ANN@example.org" });
    server.patch("/api/v1/users/2", &taken).expect(409).await;
    server.patch("/api/v1/users/1", &taken).expect(200).await;
    server.stop().await;
}

#[tokio::test]
async fn every_fault_of_a_user_is_told() {
    let server = TestServer::start("every_fault_of_a_user").await;
    let bad = json!({
        "username": "a-b", "email": "nowhere", "full_name": "",
        "role": "owner", "password": "secret7",
    });
    let refused = server.post("/api/v1/users", &bad).reply(422).await;
    let faults: Vec<_> = refused
        .faults()
        .into_iter()
        .map(|(loc, kind)| format!("{} {kind}", loc[1].as_str().expect("it")))
        .collect();
    assert_eq!(
        faults,
        [
            "username string_pattern_mismatch",
            "email value_error",
            "full_name string_too_short",
            "role enum",
            "password string_too_short",
        ]
    );
    assert!(!refused.text().contains("secret7"));
    server.stop().await;
}

#[tokio::test]
async fn a_token_opens_what_its_role_allows() {
    let server = TestServer::start_guarded("a_token_opens").await;
    server.add_user("ann", domain::Role::Editor).await;
    let asked = types::TokenRequest::builder().username("Ann");
    let asked = asked.password(PASSWORD);
    let token = server.v1.token_create().body(asked).send().await;
    let token = token.expect("a token");
    assert_eq!(token.token_type, TokenTokenType::Bearer);
    assert_eq!(token.expires_in, 3600);
    let scopes: Vec<_> = token.scope.split(' ').collect();
    assert!(scopes.contains(&"catalog:write"), "{scopes:?}");
    assert!(!scopes.contains(&"catalog:admin"), "{scopes:?}");
    assert_eq!(token.headers()["cache-control"], "no-store");

    let nobody = server.v1.book_view().book_id(4).send().await;
    let (status, code) = refusal(nobody);
    assert_eq!((status.as_u16(), code), (401, ErrorCode::Unauthorized));
    let ann = server.v1_with(token.access_token.clone());
    ann.book_view().book_id(4).send().await.expect("a book");
    ann.book_delete().book_id(4).send().await.expect("deleted");
    let (status, code) = refusal(ann.user_list().send().await);
    assert_eq!((status.as_u16(), code), (403, ErrorCode::Forbidden));
    server.stop().await;
}

#[tokio::test]
async fn a_token_lasts_as_long_as_the_settings_say() {
    let name = "a_token_lasts";
    let server = TestServer::start_with(name, |config| {
        config.auth.token_lifetime_s = 60;
    })
    .await;
    server.add_user("ann", domain::Role::Viewer).await;
    let answer = server.sign_in("ann", PASSWORD).expect(200).await;
    assert_eq!(answer["expires_in"], 60);
    let token = answer["access_token"].as_str().expect("a token");
    let claims = token.split('.').nth(1).expect("claims");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    let at = |name: &str| claims[name].as_i64().expect("a time");
    assert_eq!((at("exp") - at("iat"), at("nbf")), (60, at("iat")));
    server.stop().await;
}

#[tokio::test]
async fn wrong_names_and_passwords_get_the_same_answer() {
    let server = TestServer::start("wrong_names_and_passwords").await;
    let id = server.add_user("ann", domain::Role::Admin).await;
    server.add_user("gone", domain::Role::Admin).await;
    let inactive = json!({ "is_active": false });
    server.patch(&format!("/users/{}", id + 1), &inactive).reply(200).await;
    let mut told = Vec::new();
    for (name, password) in
        [("nobody", PASSWORD), ("ann", "another one"), ("gone", PASSWORD)]
    {
        let reply = server.sign_in(name, password).reply(401).await;
        let realm = "Bearer realm=\"colophon\"";
        assert_eq!(reply.header("www-authenticate"), Some(realm));
        let error = reply.json();
        assert!(!reply.text().contains(name), "{error}");
        told.push((error["message"].clone(), error["error_code"].clone()));
    }
    told.dedup();
    let message = json!("Username or password is wrong");
    assert_eq!(told, [(message, json!("Unauthorized"))]);
    server.stop().await;
}

#[tokio::test]
async fn users_change_themselves_and_no_more() {
    let server = TestServer::start_guarded("users_change_themselves").await;
    let id = server.add_user("ann", domain::Role::Viewer).await;
    let me = format!("/api/v1/users/{id}");
    let token = server.token("ann").await;
    let change = |body| server.patch(&me, &body).bearer(&token);
    change(json!({ "full_name": "Ann B." })).reply(200).await;
    for more in [json!({ "role": "admin" }), json!({ "is_active": true })] {
        change(more).reply(403).await;
    }
    let new = json!({ "password": "another horse" });
    let missing = change(new.clone()).reply(400).await;
    let field = json!(["body", "current_password"]);
    assert_eq!(missing.json()["errors"][0]["loc"], field);
    let current = |text| with(new.clone(), json!({ "current_password": text }));
    change(current("wrong horse")).reply(400).await;
    server.get(&me).bearer(&token).reply(200).await;

    change(current(PASSWORD)).reply(200).await;

    server.get(&me).bearer(&token).reply(401).await;
    server.sign_in("ann", PASSWORD).reply(401).await;
    server.sign_in("ann", "another horse").reply(200).await;
    server.stop().await;
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_one_stays() {
    let server = TestServer::start_guarded("of_two_admins").await;
    let mut admins = Vec::new();
    for name in ["ann", "bob"] {
        let id = server.add_user(name, domain::Role::Admin).await;
        let me = format!("/api/v1/users/{id}");
        admins.push((me, server.token(name).await));
    }
    let [(ann, anns), (bob, bobs)] = admins.as_slice() else {
        panic!("two admins");
    };
    let viewer = json!({ "role": "viewer" });
    let demote = |who, token: &str| server.patch(who, &viewer).bearer(token);

    let (bob_is, ann_is) =
        tokio::join!(demote(bob, anns).send(), demote(ann, bobs).send());

    let (id, me, token) = match (bob_is.status.as_u16(), ann_is.status.as_u16())
    {
        (200, 409 | 401) => ("1", ann, anns),
        (409 | 401, 200) => ("2", bob, bobs),
        other => panic!("{other:?}"),
    };
    for change in [viewer.clone(), json!({ "is_active": false })] {
        let refused = server.patch(me, &change).bearer(token);
        let refused = refused.expect(409).await;
        assert_eq!(
            refused["message"],
            format!(
                "User {id} is the last active admin; make another user an \
                 admin first"
            )
        );
        assert_eq!(refused["error_code"], "BadRequest");
        assert_eq!(
            (&refused["resource"], &refused["resource_id"]),
            (&json!("user"), &json!(id))
        );
    }
    server.get(me).bearer(token).reply(200).await;
    server.stop().await;
}
