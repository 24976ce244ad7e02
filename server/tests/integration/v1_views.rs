//! v1: the views of a book.

use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{plain, with};

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    let mut keys: Vec<_> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const ALWAYS: [&str; 7] =
    ["author_name", "created_at", "id", "is_recent", "isbn", "price", "title"];

#[tokio::test]
async fn a_summary_has_five_fields() {
    let server = TestServer::start("a_summary_has_five_fields").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;

    let summary = server.get("/api/v1/books/1/summary").expect(200).await;

    let expected = json!({
        "id": 1, "title": "Dune", "author_name": "Ann Author", "price": 9.5,
        "genre": null,
    });
    assert_eq!(summary, expected);
    let typed = server.v1.book_summary_view().book_id(1).send().await;
    assert_eq!(*typed.expect("a summary").title, "Dune");
    server.stop().await;
}

#[tokio::test]
async fn compact_leaves_out_nulls_and_minimal_defaults() {
    let server = TestServer::start("compact_and_minimal").await;
    let full = json!({
        "genre": "sf", "published_year": 1965, "description": "Sand.",
        "tags": ["a"], "page_count": 688, "discount_percent": 5,
    });
    let full = with(plain("Full", 2), full);
    server.post("/api/v1/books", &plain("Bare", 1)).expect(201).await;
    server.post("/api/v1/books", &full).expect(201).await;
    let reserved = json!({ "status": "reserved" });
    server.patch("/api/v1/books/2", &reserved).expect(200).await;
    let mut with_empty = ALWAYS.to_vec();
    with_empty.extend(["discount_percent", "status", "tags"]);
    with_empty.sort_unstable();
    let whole = server.get("/api/v1/books/2").expect(200).await;
    for (path, expected) in [
        ("/api/v1/books/1/compact", with_empty),
        ("/api/v1/books/1/minimal", ALWAYS.to_vec()),
        ("/api/v1/books/2/compact", keys(&whole)),
        ("/api/v1/books/2/minimal", keys(&whole)),
    ] {
        let view = server.get(path).expect(200).await;
        assert_eq!(keys(&view), expected, "{path}");
    }
    let compact = server.v1.book_compact_view().book_id(2).send().await;
    assert_eq!(compact.expect("a book").page_count, Some(688));
    let minimal = server.v1.book_minimal_view().book_id(1).send().await;
    assert!(minimal.expect("a book").status.is_none());
    server.stop().await;
}

#[tokio::test]
async fn administrators_see_cost_and_margin() {
    let server = TestServer::start("administrators_see_cost").await;
    // Price, cost, margin in percent.
    for (n, price, cost, margin) in [
        (1, 10.0, json!(7.6), json!(24.0)),
        (2, 9.5, json!(9.5), json!(0.0)),
        (3, 10.0, json!(25.0), json!(-150.0)),
        (4, 30.0, json!(10), json!(66.67)),
        (5, 10.0, json!(0), json!(100.0)),
        (6, 10.0, Value::Null, Value::Null),
    ] {
        let more = json!({
            "price": price, "cost_price": cost, "supplier": "Harbour Books",
            "internal_notes": "Second shelf.",
        });
        let body = with(plain("Dune", n), more);
        let added = server.post("/api/v1/books", &body).expect(201).await;
        let path = format!("/api/v1/admin/books/{n}");
        let admin = server.get(&path).expect(200).await;
        assert_eq!(admin["profit_margin"].as_f64(), margin.as_f64(), "{cost}");
        assert_eq!(admin["cost_price"].as_f64(), cost.as_f64());
        assert_eq!(admin["supplier"], "Harbour Books");
        assert_eq!(admin["internal_notes"], "Second shelf.");
        for secret in
            ["internal_notes", "cost_price", "profit_margin", "supplier"]
        {
            assert_eq!(added.get(secret), None, "{secret}");
        }
    }
    let typed = server.v1.admin_book_view().book_id(1).send().await;
    assert_eq!(typed.expect("a book").profit_margin, Some(24.0));
    server.stop().await;
}

#[tokio::test]
async fn no_view_shows_a_book_that_is_not_there() {
    let server = TestServer::start("no_view_shows_a_missing_book").await;
    server.post("/api/v1/books", &plain("Gone", 1)).expect(201).await;
    server.delete("/api/v1/books/1").reply(204).await;
    for view in [
        "books/1",
        "books/1/summary",
        "books/1/compact",
        "books/1/minimal",
        "admin/books/1",
    ] {
        let missing = server.get(&format!("/api/v1/{view}")).expect(404).await;
        assert_eq!(missing["message"], "Book with ID 1 not found", "{view}");
    }
    server.stop().await;
}
