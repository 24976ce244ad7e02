//! Who may ask for what: each operation, asked by everybody.
//!
//! `access.txt` says which status each is to get. An operation without a row
//! fails by name, and so does a row without an operation.

use std::collections::BTreeMap;

use colophon_server::domain::Role;
use http::Method;
use serde_json::json;

use crate::TestServer;
use crate::ask::{Ask, Reply};
use crate::contract::{Seen, named_with};
use crate::forge::Forge;
use crate::promise::{Promised, operations};
use crate::server::PASSWORD;

const TABLE: &str = include_str!("access.txt");

/// The columns of the table. `narrow` is a token of the admin for another
/// scope than the operation's.
const CALLERS: [&str; 8] = [
    "anonymous",
    "viewer",
    "editor",
    "admin",
    "other",
    "narrow",
    "expired",
    "revoked",
];

/// The statuses of a row, by caller.
type Row = [u16; CALLERS.len()];

fn rows() -> BTreeMap<&'static str, Row> {
    let mut lines = TABLE.lines().map(str::split_whitespace);
    let head: Vec<_> = lines.next().expect("a head").skip(1).collect();
    assert_eq!(head, CALLERS);
    lines
        .map(|mut cells| {
            let operation = cells.next().expect("an operation");
            let statuses: Vec<u16> =
                cells.map(|it| it.parse().expect("a status")).collect();
            (operation, statuses.try_into().expect("a status for each"))
        })
        .collect()
}

/// A request that changes nothing, whoever may make it: of what is there it
/// only reads, it deletes what is not there, and its bodies are not accepted.
/// Users are asked for the viewer.
fn request(server: &TestServer, promised: Promised, viewer: i64) -> Ask {
    let operation = promised.operation;
    let (method, id) = (operation.method().clone(), operation.id());
    let (number, name) = match method {
        Method::GET => ("1", "blurb-writer"),
        _ => ("999999", "missing-model"),
    };
    let path = operation
        .path()
        .replace("{user_id}", &viewer.to_string())
        .replace("{model_id}", name)
        .replace("{book_id}", number)
        .replace("{item_id}", number)
        .replace("{author_id}", number)
        .replace("{product_id}", number)
        .replace("{event_id}", number)
        .replace("{review_id}", number)
        .replace("{report_id}", number);
    let query = if id == "book_search" { "?q=dune" } else { "" };
    let ask =
        server.ask(method, &format!("/api/{}{path}{query}", promised.version));
    match id {
        // Nothing to be changed is told to those alone who may change it.
        "user_update" => ask.json(&json!({})),
        _ if operation.takes_body() => ask.json(&json!(5)),
        _ => ask,
    }
}

/// The tokens of all callers but for `narrow`, which depends on what is asked.
struct Tokens {
    viewer_id: i64,
    by_caller: BTreeMap<&'static str, String>,
    narrow: [String; 2],
}

impl Tokens {
    async fn of(server: &TestServer) -> Self {
        let viewer_id = server.add_user("viewer", Role::Viewer).await;
        server.add_user("editor", Role::Editor).await;
        server.add_user("other", Role::Viewer).await;
        let admin = server.add_user("admin", Role::Admin).await;
        let gone = server.add_user("revoked", Role::Admin).await;
        let mut by_caller = BTreeMap::new();
        for name in ["viewer", "editor", "admin", "other", "revoked"] {
            by_caller.insert(name, server.token(name).await);
        }
        let token = &by_caller["admin"];
        server
            .patch(&format!("/users/{gone}"), &json!({ "is_active": false }))
            .bearer(token)
            .reply(200)
            .await;
        let forge = Forge::of(server).await;
        by_caller.insert("expired", forge.expired(admin));
        let narrow = [
            narrow(server, "catalog:read").await,
            narrow(server, "registry:read").await,
        ];
        Self { viewer_id, by_caller, narrow }
    }

    fn token(&self, caller: &str, promised: Promised) -> Option<&String> {
        let [reads_books, reads_models] = &self.narrow;
        let needs = promised.operation.scopes();
        match caller {
            "anonymous" => None,
            "narrow" if needs == ["catalog:read"] => Some(reads_models),
            "narrow" => Some(reads_books),
            _ => Some(&self.by_caller[caller]),
        }
    }
}

/// A token of the admin for this scope alone.
async fn narrow(server: &TestServer, scope: &str) -> String {
    let ask = server.ask(Method::POST, "/auth/token").form(&[
        ("grant_type", "password"),
        ("username", "admin"),
        ("password", PASSWORD),
        ("scope", scope),
    ]);
    let token = ask.expect(200).await;
    assert_eq!(token["scope"], scope);
    token["access_token"].as_str().expect("a token").to_owned()
}

/// What RFC 6750 (3) has of an answer of 401 or 403.
#[track_caller]
fn check_challenge(reply: &Reply, caller: &str) {
    let told = reply.header("www-authenticate");
    let error = match (reply.status.as_u16(), caller) {
        (401, "anonymous") => None,
        (401, _) => Some("error=\"invalid_token\""),
        (403, _) => Some("error=\"insufficient_scope\""),
        _ => return assert_eq!(told, None),
    };
    let told = told.expect("a challenge");
    assert!(told.starts_with("Bearer realm=\"colophon\""), "{told}");
    match error {
        Some(error) => assert!(told.contains(error), "{told}"),
        None => assert!(!told.contains("error"), "{told}"),
    }
    let code = reply.json()["error_code"].clone();
    let is_known = reply.status == 403;
    assert_eq!(code, if is_known { "Forbidden" } else { "Unauthorized" });
}

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    let server = TestServer::start_guarded("everybody_gets").await;
    let tokens = Tokens::of(&server).await;
    let mut rows = rows();
    let (mut wrong, mut seen) = (Vec::new(), Seen::new());
    for promised in operations() {
        let name = promised.name();
        let Some(row) = rows.remove(name.as_str()) else {
            wrong.push(format!("{name} has no row in access.txt"));
            continue;
        };
        for (caller, status) in CALLERS.into_iter().zip(row) {
            let mut ask = request(&server, promised, tokens.viewer_id);
            if let Some(token) = tokens.token(caller, promised) {
                ask = ask.bearer(token);
            }
            let reply = ask.send().await;
            if reply.status.as_u16() != status {
                let got = reply.status.as_u16();
                wrong.push(format!("{name}, {caller}: {got}, not {status}"));
                continue;
            }
            check_challenge(&reply, caller);
            if let 401 | 403 = status {
                seen.insert(format!("{name} {status}"));
            }
        }
    }
    let needs_token = |it: Promised| !it.operation.is_public();
    let mut named = named_with(401, needs_token);
    named.extend(named_with(403, |_| true));
    assert_eq!(seen, named);
    wrong.extend(rows.keys().map(|it| format!("{it} is no operation")));
    assert!(wrong.is_empty(), "{wrong:#?}");
    server.stop().await;
}

#[tokio::test]
async fn who_asks_is_found_out_before_what_they_ask() {
    let server = TestServer::start_guarded("who_asks_is_found_out").await;
    let bad = json!({ "title": "" });
    let refused = server.post("/api/v1/books", &bad).reply(401).await;
    assert_eq!(refused.json().get("errors"), None);
    server.get("/api/v1/books/x").reply(401).await;
    let head = server.ask(Method::HEAD, "/api/v1/books/1").reply(401).await;
    assert!(head.header("www-authenticate").is_some());
    for path in ["/books", "/api/books", "/api/v1/books/", "/books/cursor"] {
        server.get(path).reply(401).await;
    }
    for path in ["/", "/docs", "/openapi.json", "/health/ready", "/metrics"] {
        server.get(path).reply(200).await;
    }
    server.ask(Method::OPTIONS, "/api/v1/books").reply(204).await;
    server.get("/api/v1/nothing").reply(404).await;
    server.stop().await;
}
