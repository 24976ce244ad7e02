//! Every operation is seen with every status that its contract names.
//!
//! [`ROWS`] are asked in order of one server on the sample data. A new
//! operation or status without a row fails by name; one that cannot be had
//! yet stands in [`EXCEPTIONS`] with the reason.

use std::collections::BTreeSet;

use colophon_server::domain::Role;
use http::Method;
use serde_json::{Value, json};

use crate::TestServer;
use crate::ask::Ask;
use crate::data::{event, plain, plain2, user, with};
use crate::methods::sample;
use crate::promise::{Promised, TEXTS, operations};
use crate::server::PASSWORD;

/// Statuses that take a server of their own: each test named sees all of them
/// that the contracts name.
const EXCEPTIONS: [(u16, &str); 6] = [
    (401, "asked of each operation in `access.rs`"),
    (403, "asked of each operation in `access.rs`"),
    (410, "asked of each operation of v1 in `limits.rs`"),
    (429, "asked of each operation in `limits.rs`"),
    (503, "asked of writes here, of reads in `waits.rs`, else by name"),
    (408, "asked for in `a_body_that_does_not_come_is_a_408`"),
];

/// Operations that are asked for with POST and do not touch the database;
/// `without_a_model_there_is_a_503` asks for this one's 503.
const WRITES_NOTHING: [&str; 1] = ["prediction_create"];

/// Operation and status, such as `v1.book_list 200`.
pub(crate) type Seen = BTreeSet<String>;

/// What both contracts name.
fn named() -> Seen {
    let mut named = Seen::new();
    for (version, text) in TEXTS {
        let document: Value = yaml_serde::from_str(text).expect("YAML");
        let paths = document["paths"].as_object().expect("paths");
        let members = paths.values().filter_map(Value::as_object).flatten();
        for (_, operation) in members {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let responses = operation["responses"].as_object();
            for status in responses.expect("responses").keys() {
                if status.parse::<u16>().is_ok() {
                    named.insert(format!("{version}.{id} {status}"));
                }
            }
        }
    }
    named
}

/// What both contracts name with this status, of the operations that are
/// meant.
pub(crate) fn named_with(
    status: u16,
    is_meant: impl Fn(Promised) -> bool,
) -> Seen {
    let meant: Seen = operations()
        .filter(|it| is_meant(*it))
        .map(|it| format!("{} {status}", it.name()))
        .collect();
    meant.intersection(&named()).cloned().collect()
}

fn is_excepted(row: &str) -> bool {
    EXCEPTIONS.iter().any(|(status, _)| row.ends_with(&format!(" {status}")))
}

/// The requests that are told apart by what they are about; a report is at
/// the path given.
fn rows(server: &TestServer, report_path: &str) -> Vec<(u16, Ask)> {
    let book = plain("Emma", 1);
    let book2 = plain2("Emma", 2);
    let taken = json!({ "isbn": "9780441013593" });
    let dear = json!({ "isbn": "9791234567896", "price": 2000 });
    let dear2 = json!({
        "isbn": "9791234567896", "pricing": { "amount": 2000 },
    });
    let model = json!({
        "model_id": "bert-base", "framework": "onnx", "version": "1.0.0",
        "parameters_millions": 110,
    });
    let other = with(model.clone(), json!({ "model_id": "missing" }));
    let item = json!({ "id": 7, "name": "Lamp" });
    let features = json!({ "feature1": 1, "feature2": 2, "feature3": 3 });
    let author = json!({ "name": "Emma" });
    let known = json!({ "name": "Frank Herbert" });
    let report = json!({ "report_type": "inventory" });
    let review = json!({ "rating": 5 });
    let approved = json!({ "status": "approved" });
    let (v1, v2) = ("/api/v1/books", "/api/v2/books");
    let any = |ask: Ask| ask.header("if-match", "*");
    let stale = |ask: Ask| ask.header("if-match", "\"99\"");
    let ann = user("ann");
    let mail = json!({ "email": "ANN@example.org" });
    let sign_in = |scope| {
        server.ask(Method::POST, "/api/v1/auth/token").form(&[
            ("username", "ann"),
            ("password", PASSWORD),
            ("scope", scope),
        ])
    };
    let form = |body: Vec<u8>| {
        let media_type = "application/x-www-form-urlencoded";
        server.ask(Method::POST, "/api/v1/auth/token").body(media_type, body)
    };
    let many: Vec<_> = (0..101).map(|n| plain("Many", n)).collect();
    vec![
        (200, server.get(v1)),
        (422, server.get("/api/v1/books?page=0")),
        (201, server.post(v1, &book)),
        (409, server.post(v1, &book)),
        (400, server.post(v1, &with(book.clone(), dear.clone()))),
        (200, server.get("/api/v1/books/6")),
        (200, server.put("/api/v1/books/6", &book)),
        (
            409,
            server.put("/api/v1/books/6", &with(book.clone(), taken.clone())),
        ),
        (404, server.put("/api/v1/books/99", &book)),
        (200, server.patch("/api/v1/books/6", &json!({ "price": 3 }))),
        (409, server.patch("/api/v1/books/6", &taken)),
        (404, server.patch("/api/v1/books/99", &json!({ "price": 3 }))),
        (400, server.patch("/api/v1/books/6", &json!({}))),
        (200, server.get("/api/v1/books/6/summary")),
        (200, server.get("/api/v1/books/6/compact")),
        (200, server.get("/api/v1/books/6/minimal")),
        (200, server.get("/api/v1/admin/books/6")),
        (201, server.post("/api/v1/books/bulk", &json!([]))),
        (400, server.post("/api/v1/books/bulk", &json!(many))),
        (
            200,
            server.post("/api/v1/books/bulk-delete", &json!({ "ids": [99] })),
        ),
        (200, server.get("/api/v1/books/cursor")),
        (400, server.get("/api/v1/books/cursor?cursor=x")),
        (422, server.get("/api/v1/books/cursor?limit=0")),
        (200, server.get("/api/v1/books/search?q=x")),
        (422, server.get("/api/v1/books/search")),
        (204, server.delete("/api/v1/books/6")),
        (200, server.get("/api/v1/authors")),
        (422, server.get("/api/v1/authors?page=0")),
        (201, server.post("/api/v1/authors", &author)),
        (409, server.post("/api/v1/authors", &author)),
        (200, server.get("/api/v1/authors/7")),
        (200, server.put("/api/v1/authors/7", &author)),
        (409, server.put("/api/v1/authors/7", &known)),
        (404, server.put("/api/v1/authors/99", &author)),
        (200, server.patch("/api/v1/authors/7", &json!({ "bio": null }))),
        (400, server.patch("/api/v1/authors/7", &json!({}))),
        (409, server.patch("/api/v1/authors/7", &known)),
        (404, server.patch("/api/v1/authors/99", &known)),
        (200, server.get("/api/v1/authors/7/books")),
        (409, server.delete("/api/v1/authors/4")),
        (204, server.delete("/api/v1/authors/7")),
        (200, server.get("/api/v1/books/4/reviews")),
        (201, server.post("/api/v1/books/4/reviews", &review)),
        (409, server.post("/api/v1/books/4/reviews", &review)),
        (404, server.post("/api/v1/books/99/reviews", &review)),
        (200, server.get("/api/v1/reviews")),
        (422, server.get("/api/v1/reviews?page=0")),
        (200, server.get("/api/v1/reviews/1")),
        (200, server.patch("/api/v1/reviews/1", &json!({ "body": null }))),
        (400, server.patch("/api/v1/reviews/1", &json!({}))),
        (404, server.patch("/api/v1/reviews/99", &review)),
        (200, server.post("/api/v1/reviews/1/moderation", &approved)),
        (404, server.post("/api/v1/reviews/99/moderation", &approved)),
        (204, server.delete("/api/v1/reviews/1")),
        (200, server.get("/api/v1/products/4")),
        (200, server.get("/api/v1/events")),
        (422, server.get("/api/v1/events?page=0")),
        (201, server.post("/api/v1/events", &event("Fair"))),
        (200, server.get("/api/v1/events/1")),
        (200, server.get("/api/v1/models")),
        (422, server.get("/api/v1/models?framework=x")),
        (201, server.post("/api/v1/models", &model)),
        (409, server.post("/api/v1/models", &model)),
        (200, server.get("/api/v1/models/bert-base")),
        (200, server.put("/api/v1/models/bert-base", &model)),
        (400, server.put("/api/v1/models/bert-base", &other)),
        (404, server.put("/api/v1/models/missing", &other)),
        (404, server.get("/api/v1/models/missing")),
        (404, server.delete("/api/v1/models/missing")),
        (204, server.delete("/api/v1/models/bert-base")),
        (422, server.get("/api/v1/models/ab")),
        (422, server.delete("/api/v1/models/ab")),
        (200, server.get("/api/v1/items")),
        (201, server.post("/api/v1/items", &item)),
        (409, server.post("/api/v1/items", &item)),
        (200, server.get("/api/v1/items/7")),
        (200, server.put("/api/v1/items/7", &item)),
        (400, server.put("/api/v1/items/8", &item)),
        (
            404,
            server.put(
                "/api/v1/items/8",
                &with(item.clone(), json!({ "id": 8 })),
            ),
        ),
        (404, server.get("/api/v1/items/8")),
        (200, server.delete("/api/v1/items/7")),
        (404, server.delete("/api/v1/items/7")),
        (422, server.get("/api/v1/items/x")),
        (422, server.delete("/api/v1/items/x")),
        (200, server.post("/api/v1/predict", &features)),
        (201, server.post("/api/v1/users", &ann)),
        (409, server.post("/api/v1/users", &ann)),
        (201, server.post("/api/v1/users", &user("bob"))),
        (200, server.get("/api/v1/users")),
        (422, server.get("/api/v1/users?page=0")),
        (200, server.get("/api/v1/users/1")),
        (404, server.get("/api/v1/users/99")),
        (422, server.get("/api/v1/users/x")),
        (200, server.patch("/api/v1/users/1", &json!({ "full_name": "A" }))),
        (400, server.patch("/api/v1/users/1", &json!({}))),
        (404, server.patch("/api/v1/users/99", &mail)),
        (409, server.patch("/api/v1/users/2", &mail)),
        (200, sign_in("catalog:read")),
        (400, sign_in("users:admin")),
        (401, server.sign_in("ann", "another password")),
        (413, form(vec![b' '; 1024 * 1024 + 1])),
        (415, server.post("/api/v1/auth/token", &json!({}))),
        (422, form(b"username=ann".to_vec())),
        (202, server.post("/api/v1/reports", &report)),
        (200, server.get(report_path)),
        (404, server.get("/api/v1/reports/missing")),
        (422, server.get(&format!("/api/v1/reports/{}", "x".repeat(101)))),
        (200, server.get(v2)),
        (422, server.get("/api/v2/books?limit=0")),
        (400, server.get("/api/v2/books?page_token=x")),
        (201, server.post(v2, &book2)),
        (409, server.post(v2, &book2)),
        (400, server.post(v2, &with(book2.clone(), dear2))),
        (200, server.get("/api/v2/books/7")),
        (304, server.get("/api/v2/books/7").header("if-none-match", "*")),
        (200, any(server.put("/api/v2/books/7", &book2))),
        (
            409,
            any(server
                .put("/api/v2/books/7", &with(book2.clone(), taken.clone()))),
        ),
        (404, any(server.put("/api/v2/books/99", &book2))),
        (412, stale(server.put("/api/v2/books/7", &book2))),
        (428, server.put("/api/v2/books/7", &book2)),
        (200, server.patch("/api/v2/books/7", &json!({ "title": "x" }))),
        (400, server.patch("/api/v2/books/7", &json!({}))),
        (404, server.patch("/api/v2/books/99", &json!({ "title": "x" }))),
        (409, server.patch("/api/v2/books/7", &taken)),
        (412, stale(server.patch("/api/v2/books/7", &json!({ "title": "x" })))),
        (412, stale(server.delete("/api/v2/books/7"))),
        (204, server.delete("/api/v2/books/7")),
        (201, server.post(v2, &book2)),
        (409, server.ask(Method::POST, "/api/v2/books/7/restore")),
        (204, server.delete("/api/v2/books/8")),
        (200, server.ask(Method::POST, "/api/v2/books/7/restore")),
        (404, server.ask(Method::POST, "/api/v2/books/99/restore")),
    ]
}

/// What the server numbers.
const NUMBERED: [&str; 5] =
    ["{book_id}", "{author_id}", "{product_id}", "{event_id}", "{review_id}"];

/// What is alike for all operations on a thing that the server numbers: one
/// that is not there, and an id that is none.
fn numbered_rows(server: &TestServer, promised: Promised) -> Vec<(u16, Ask)> {
    let operation = promised.operation;
    let name = NUMBERED.into_iter().find(|it| operation.path().contains(it));
    let Some(name) = name.filter(|_| !operation.takes_body()) else {
        return Vec::new();
    };
    let ask = |id: &str| {
        let path = operation.path().replace(name, id);
        let path = format!("/api/{}{path}", promised.version);
        server.ask(operation.method().clone(), &path)
    };
    vec![(404, ask("99")), (422, ask("x"))]
}

/// What is alike for all operations with a body.
fn body_rows(server: &TestServer, promised: Promised) -> Vec<(u16, Ask)> {
    let operation = promised.operation;
    if !promised.takes_json() {
        return Vec::new();
    }
    let path = sample(operation.path());
    let path = format!("/api/{}{path}", promised.version);
    let send = |media_type: &str, body: Vec<u8>| {
        let ask = server.ask(operation.method().clone(), &path);
        ask.header("if-match", "*").body(media_type, body)
    };
    vec![
        (400, send("application/json", b"{".to_vec())),
        (413, send("application/json", vec![b' '; 1024 * 1024 + 1])),
        (415, send("text/plain", b"{}".to_vec())),
        (422, send("application/json", b"5".to_vec())),
    ]
}

#[tokio::test]
async fn each_operation_is_seen_with_each_status_it_names() {
    let server = TestServer::start_filled("each_operation_is_seen").await;
    let report = json!({ "report_type": "popular" });
    let report = server.post("/api/v1/reports", &report).expect(202).await;
    let report_path = report["check_status_url"].as_str().expect("a path");
    let mut all = rows(&server, report_path);
    for promised in operations() {
        all.extend(numbered_rows(&server, promised));
        all.extend(body_rows(&server, promised));
    }
    let mut seen = Seen::new();
    for (status, ask) in all {
        let reply = ask.reply(status).await;
        let promised = reply.promised.expect("an operation");
        seen.insert(format!("{} {status}", promised.name()));
    }
    let named = named();
    let missing: Vec<_> = named
        .iter()
        .filter(|row| !is_excepted(row) && !seen.contains(*row))
        .collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
    let unnamed: Vec<_> = seen.difference(&named).collect();
    assert!(unnamed.is_empty(), "in no contract: {unnamed:#?}");
    for (status, reason) in EXCEPTIONS {
        let is_used =
            named.iter().any(|row| row.ends_with(&format!(" {status}")));
        assert!(is_used, "nothing names {status} any more, which {reason}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408() {
    let name = "a_body_that_does_not_come";
    let server = TestServer::start_with(name, |config| {
        config.edge.body_timeout_ms = 50;
    })
    .await;
    let mut seen = Seen::new();
    for promised in operations().filter(|it| it.operation.takes_body()) {
        let path = sample(promised.operation.path());
        let path = format!("/api/{}{path}", promised.version);
        let method = promised.operation.method().clone();
        let never =
            futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let ask = server.ask(method, &path).header("if-match", "*");
        let reply = ask.stream(never).reply(408).await;
        assert_eq!(reply.json()["error_code"], "Timeout");
        seen.insert(format!("{} 408", promised.name()));
    }
    assert_eq!(seen, named_with(408, |_| true));
    server.stop().await;
}

/// A request of each operation that writes, which nothing is wrong with.
fn writes(server: &TestServer) -> Vec<Ask> {
    let (book, book2) = (plain("Emma", 1), plain2("Emma", 2));
    let (book_path, model_path) =
        ("/api/v1/books/1", "/api/v1/models/blurb-writer");
    let model = json!({
        "model_id": "blurb-writer", "framework": "onnx", "version": "1.0.0",
        "parameters_millions": 110,
    });
    let new_model = with(model.clone(), json!({ "model_id": "bert-base" }));
    let item = json!({ "id": 1, "name": "Lamp" });
    let new_item = with(item.clone(), json!({ "id": 9 }));
    let change = json!({ "title": "x" });
    let ids = json!({ "ids": [5] });
    let name = json!({ "full_name": "x" });
    let author = json!({ "name": "Emma" });
    let report = json!({ "report_type": "inventory" });
    let review = json!({ "rating": 5 });
    let approved = json!({ "status": "approved" });
    vec![
        server.post("/api/v1/books", &book),
        server.put(book_path, &book),
        server.patch(book_path, &change),
        server.delete(book_path),
        server.post("/api/v1/books/bulk", &json!([book])),
        server.post("/api/v1/books/bulk-delete", &ids),
        server.post("/api/v1/authors", &author),
        server.put("/api/v1/authors/1", &author),
        server.patch("/api/v1/authors/1", &author),
        server.delete("/api/v1/authors/1"),
        server.post("/api/v1/events", &event("Fair")),
        server.post("/api/v1/books/4/reviews", &review),
        server.patch("/api/v1/reviews/1", &review),
        server.delete("/api/v1/reviews/1"),
        server.post("/api/v1/reviews/1/moderation", &approved),
        server.post("/api/v1/models", &new_model),
        server.put(model_path, &model),
        server.delete(model_path),
        server.post("/api/v1/items", &new_item),
        server.put("/api/v1/items/1", &item),
        server.delete("/api/v1/items/1"),
        server.post("/api/v1/users", &user("bob")),
        server.patch("/api/v1/users/1", &name),
        // The first token needs a key that signs it.
        server.sign_in("ann", PASSWORD),
        server.post("/api/v1/reports", &report),
        server.post("/api/v2/books", &book2),
        server.put("/api/v2/books/2", &book2).header("if-match", "*"),
        server.patch("/api/v2/books/2", &change),
        server.delete("/api/v2/books/2"),
        server.ask(Method::POST, "/api/v2/books/3/restore"),
    ]
}

#[tokio::test]
async fn a_write_that_waits_too_long_is_a_503() {
    let name = "a_write_that_waits_too_long";
    let server = TestServer::start_with(name, |config| {
        config.database.sample_data = true;
        config.http.handler_timeout_ms = 100;
        // Writes that wait keep theirs, and a read shall find one.
        config.database.max_connections = 64;
    })
    .await;
    // To restore what is not archived is to write nothing.
    server.delete("/api/v2/books/3").reply(204).await;
    server.add_user("ann", Role::Viewer).await;
    let review = json!({ "rating": 5 });
    server.post("/api/v1/books/2/reviews", &review).reply(201).await;
    let blocked = server.block_writes().await;

    let asks = writes(&server).into_iter().map(|ask| ask.reply(503));
    let replies = futures::future::join_all(asks).await;

    let mut seen = Seen::new();
    for reply in replies {
        assert_eq!(reply.json()["error_code"], "Timeout");
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert_eq!(reply.json()["retry_after"], 1);
        let promised = reply.promised.expect("an operation");
        seen.insert(format!("{} 503", promised.name()));
    }
    let writes = |it: Promised| {
        let operation = it.operation;
        operation.method() != Method::GET
            && !WRITES_NOTHING.contains(&operation.id())
    };
    assert_eq!(seen, named_with(503, writes));
    server.get("/api/v1/books/4").reply(200).await;
    drop(blocked);
    server.stop().await;
}
