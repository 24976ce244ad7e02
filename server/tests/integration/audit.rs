//! Whoever changes something is on record.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::TimeDelta;
use http::Method;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::TestServer;
use crate::ask::Ask;
use crate::data::{event, plain, plain2, user, with};
use crate::forge::Forge;
use crate::promise::operations;
use crate::tokens::key;

/// Not `GET`, and yet they change nothing of anybody's.
const RECORDS_NOTHING: [&str; 2] = ["v1.prediction_create", "v1.token_create"];

/// A request of each operation that changes something; they follow each
/// other.
fn changes(server: &TestServer) -> Vec<Ask> {
    let book = "/api/v1/books/1";
    let book2 = "/api/v2/books/2";
    let model = json!({
        "model_id": "bert-base", "framework": "onnx", "version": "1.0.0",
        "parameters_millions": 110,
    });
    let item = json!({ "id": 9, "name": "Lamp" });
    let author = "/api/v1/authors/6";
    let zoe = json!({ "name": "Zoe" });
    let title = json!({ "title": "x" });
    let approved = json!({ "status": "approved" });
    vec![
        server.post("/api/v1/authors", &zoe),
        server.put(author, &zoe),
        server.patch(author, &zoe),
        server.delete(author),
        server.post("/api/v1/books", &plain("Emma", 1)),
        server.put(book, &plain("Emma", 2)),
        server.patch(book, &title),
        server.delete(book),
        server.post("/api/v1/books/bulk", &json!([plain("Emma", 3)])),
        server.post("/api/v1/books/bulk-delete", &json!({ "ids": [5] })),
        server.post("/api/v1/models", &model),
        server.put("/api/v1/models/bert-base", &model),
        server.delete("/api/v1/models/bert-base"),
        server.post("/api/v1/items", &item),
        server.put("/api/v1/items/9", &item),
        server.delete("/api/v1/items/9"),
        server.post("/api/v1/books/4/reviews", &json!({ "rating": 5 })),
        server.patch("/api/v1/reviews/1", &json!({ "rating": 4 })),
        server.post("/api/v1/reviews/1/moderation", &approved),
        server.delete("/api/v1/reviews/1"),
        server.post("/api/v1/events", &event("Fair")),
        server.post("/api/v1/users", &user("ann")),
        server.patch("/api/v1/users/1", &json!({ "role": "editor" })),
        server.post("/api/v1/reports", &json!({ "report_type": "sales" })),
        server.post("/api/v2/books", &plain2("Emma", 4)),
        server.put(book2, &plain2("Emma", 5)).header("if-match", "*"),
        server.patch(book2, &title),
        server.delete(book2),
        server.ask(Method::POST, &format!("{book2}/restore")),
    ]
}

#[tokio::test]
async fn each_operation_that_changes_something_is_recorded() {
    let server = TestServer::start_filled("each_operation_is_recorded").await;
    let before = server.audit_log().await;
    assert!(before.iter().all(|it| it.subject == "system"), "sample data");
    for ask in changes(&server) {
        let reply = ask.send().await;
        assert!(reply.status.is_success(), "{}", reply.text());
    }
    let log = server.audit_log().await;
    let recorded: BTreeSet<_> =
        log[before.len()..].iter().map(|it| it.operation.clone()).collect();
    let writing: BTreeSet<_> = operations()
        .filter(|it| it.operation.method() != Method::GET)
        .map(|it| it.name())
        .filter(|it| !RECORDS_NOTHING.contains(&it.as_str()))
        .collect();
    assert_eq!(recorded, writing);
    server.stop().await;
}

#[tokio::test]
async fn a_record_tells_the_request_and_where_it_came_from() {
    let (peer, client) = ([127, 0, 0, 1], [203, 0, 113, 9]);
    for (with_edge, trusted, from) in [
        (true, None, peer),
        (true, Some("127.0.0.0/8"), client),
        (true, Some("192.0.2.0/24"), peer),
        (false, None, peer),
    ] {
        let trusted = trusted.map(|it| it.parse().expect("a network"));
        let server = TestServer::start_with("a_record_tells", |config| {
            config.edge.enabled = with_edge;
            config.edge.trusted_proxies = trusted.into_iter().collect();
        })
        .await;
        let book = with(plain("Emma", 1), json!({ "supplier": "Ann" }));
        let ask = server.post("/api/v1/books", &book);
        // A peer that is no proxy is known better than what it says.
        let ask = ask.header("x-forwarded-for", "203.0.113.9");
        let reply = ask.reply(201).await;
        server.get("/api/v1/books/1").reply(200).await;

        let log = server.audit_log().await;

        assert_eq!(log.len(), 1, "{log:#?}");
        assert_eq!(log[0].request_id.as_deref(), reply.id());
        assert_eq!(log[0].address, Some(from.into()));
        assert_eq!(log[0].subject, "operator");
        let after = log[0].after.as_ref().expect("a book");
        assert_eq!(
            (&after["title"], &after["supplier"]),
            (&json!("Emma"), &json!("Ann"))
        );
        server.stop().await;
    }
}

#[tokio::test]
async fn no_secret_stands_in_the_log() {
    let server = TestServer::start("no_secret_stands_in_the_log").await;
    let ann = with(user("ann"), json!({ "role": "editor" }));
    server.post("/api/v1/users", &ann).reply(201).await;
    let change = json!({ "password": "another battery" });
    server.patch("/api/v1/users/1", &change).reply(200).await;
    let key = key(&server, "ann", TimeDelta::hours(1)).await.value;
    let replaced = server.operate(async |app| app.signing_key_replace().await);
    replaced.await.expect("replaced");
    let forge = Forge::of(&server).await;

    let log = server.audit_log().await;

    assert_eq!(log.len(), 4, "{log:#?}");
    let text = serde_json::to_string(&log).expect("JSON");
    let (_, secret) = key.rsplit_once('_').expect("a secret");
    let secret = secret.get(..64).expect("digits");
    let digest = Sha256::digest(secret);
    let hidden = ["battery", "argon2", secret].map(str::to_owned);
    let hidden = hidden.into_iter();
    for secret in
        hidden.chain(spellings(&digest)).chain(spellings(&forge.secret))
    {
        assert!(!text.contains(&secret), "{secret} is in {text}");
    }
    server.stop().await;
}

/// The ways in which bytes could stand in JSON.
fn spellings(bytes: &[u8]) -> [String; 3] {
    let hex = bytes.iter().map(|it| format!("{it:02x}")).collect();
    let list = serde_json::to_string(bytes).expect("JSON");
    [hex, list, STANDARD_NO_PAD.encode(bytes)]
}
