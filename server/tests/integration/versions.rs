//! v1 and v2 are two views of one catalogue.

use colophon_client::v1::types as v1;
use colophon_client::v2::types as v2;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{book, book2, isbn, plain, plain2, with};

#[tokio::test]
async fn a_book_of_v1_is_seen_in_v2() {
    let server = TestServer::start("a_book_of_v1_is_seen_in_v2").await;
    let body = with(
        plain("Dune", 0),
        json!({
            "isbn": "0441172717", "genre": "sf", "published_year": 1965,
            "price": 12.5, "description": "Sand.", "tags": ["a"],
            "page_count": 688,
        }),
    );
    let old = server.post("/api/v1/books", &body).expect(201).await;

    let new = server.get("/api/v2/books/1").expect(200).await;

    assert_eq!(new["author"]["name"], "Ann Author");
    assert_eq!(new["isbn"], "9780441172719");
    assert_eq!(new["isbn_given"], "0441172717");
    assert_eq!(new["pricing"], json!({ "amount": 12.5, "currency": "USD" }));
    for field in ["title", "created_at", "updated_at"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    for field in [
        "genre",
        "published_year",
        "page_count",
        "status",
        "tags",
        "description",
    ] {
        assert_eq!(new["metadata"][field], old[field], "{field}");
    }
    assert_eq!(new["metadata"]["language"], Value::Null);
    server.stop().await;
}

#[tokio::test]
async fn a_book_of_v2_is_seen_in_v1() {
    let server = TestServer::start("a_book_of_v2_is_seen_in_v1").await;
    for (given, seen) in [
        ("978-0-441-17271-9", "9780441172719"),
        ("0-8044-2957-X", "9780804429573"),
        ("1234567890", "1234567890"),
    ] {
        let body = with(plain2("Dune", 0), json!({ "isbn": given }));
        let new = server.post("/api/v2/books", &body).expect(201).await;
        let path = format!("/api/v1/books/{}", new["id"]);
        let old = server.get(&path).expect(200).await;
        assert_eq!(old["isbn"], seen, "{given}");
        assert_eq!(old["author_name"], "Ann Author");
        assert_eq!(old["price"], new["pricing"]["amount"]);
        assert_eq!(old["discount_percent"].as_f64(), Some(0.0));
    }
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 3);
    server.stop().await;
}

#[tokio::test]
async fn the_clients_see_each_others_writes() {
    let server = TestServer::start("the_clients_see_each_other").await;
    let old = server.v1.book_create().body(book("One", 1)).send().await;
    let new = server.v2.book_create().body(book2("Two", 2)).send().await;
    let (old, new) = (old.expect("a book").id, new.expect("a book").id);

    let pricing = v2::PricingPatch { amount: Some(7.25), currency: None };
    let change = v2::BookPatch::builder().pricing(pricing);
    let request = server.v2.book_update().book_id(old).body(change);
    let tag = request.send().await.expect("changed").headers()["etag"].clone();
    let change = v1::BookUpdate::builder().status(v1::BookStatus::Reserved);
    let request = server.v1.book_update().book_id(new).body(change);
    request.send().await.expect("changed");

    let seen = server.v1.book_view().book_id(old).send().await.expect("a book");
    assert_eq!(seen.price, 7.25);
    let seen = server.v2.book_view().book_id(new).send().await.expect("a book");
    assert_eq!(seen.metadata.status, v2::BookStatus::Reserved);
    // A write of v1 makes a tag of v2 stale.
    let change = v1::BookUpdate::builder().price(8.0);
    let request = server.v1.book_update().book_id(old).body(change);
    request.send().await.expect("changed");
    let tag = tag.to_str().expect("a tag");
    let request = server.v2.book_delete().book_id(old).if_match(tag);
    let stale = request.send().await.expect_err("stale");
    assert_eq!(stale.status().map(|it| it.as_u16()), Some(412));
    server.stop().await;
}

#[tokio::test]
async fn replacing_in_v1_keeps_what_v1_does_not_know() {
    let server = TestServer::start("replacing_in_v1_keeps").await;
    let body = with(
        plain2("Dune", 1),
        json!({
            "pricing": { "amount": 9.5, "currency": "EUR" },
            "metadata": { "language": "de", "genre": "sf" },
        }),
    );
    server.post("/api/v2/books", &body).expect(201).await;

    server.put("/api/v1/books/1", &plain("Emma", 2)).expect(200).await;

    let now = server.get("/api/v2/books/1").expect(200).await;
    assert_eq!(
        (&now["title"], &now["isbn"]),
        (&json!("Emma"), &json!(isbn(2)))
    );
    assert_eq!(now["metadata"]["language"], "de");
    assert_eq!(now["pricing"]["currency"], "EUR");
    assert_eq!(now["metadata"]["genre"], Value::Null, "v1 knows the genre");
    server.stop().await;
}

#[tokio::test]
async fn replacing_in_v2_keeps_what_v2_does_not_know() {
    let server = TestServer::start("replacing_in_v2_keeps").await;
    let body = with(
        plain("Dune", 1),
        json!({
            "internal_notes": "Second shelf.", "cost_price": 3.5,
            "supplier": "Harbour Books", "discount_percent": 12.5,
            "genre": "sf",
        }),
    );
    server.post("/api/v1/books", &body).expect(201).await;

    let ask = server.put("/api/v2/books/1", &plain2("Emma", 2));
    ask.header("if-match", "*").expect(200).await;

    let now = server.get("/api/v1/admin/books/1").expect(200).await;
    assert_eq!(now["title"], "Emma");
    assert_eq!(now["internal_notes"], "Second shelf.");
    assert_eq!(now["cost_price"].as_f64(), Some(3.5));
    assert_eq!(now["supplier"], "Harbour Books");
    assert_eq!(now["discount_percent"].as_f64(), Some(12.5));
    assert_eq!(now["genre"], Value::Null, "v2 knows the genre");
    server.stop().await;
}

#[tokio::test]
async fn deleting_in_v1_archives_in_v2() {
    let server = TestServer::start("deleting_in_v1_archives").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    server.delete("/api/v1/books/1").reply(204).await;

    server.get("/api/v2/books/1").expect(404).await;
    let path = "/api/v2/books/1?include_archived=true";
    let archived = server.get(path).expect(200).await;
    assert!(archived["archived_at"].is_string());
    server.v2.book_restore().book_id(1).send().await.expect("restored");

    assert_eq!(
        server.get("/api/v1/books/1").expect(200).await["title"],
        "Dune"
    );
    server.stop().await;
}

#[tokio::test]
async fn an_isbn_is_taken_in_both_versions() {
    let server = TestServer::start("an_isbn_is_taken_in_both").await;
    server.post("/api/v1/books", &plain("One", 1)).expect(201).await;
    server.post("/api/v2/books", &plain2("Two", 2)).expect(201).await;
    server.post("/api/v2/books", &plain2("One", 1)).expect(409).await;
    let taken =
        server.post("/api/v1/books", &plain("Two", 2)).expect(409).await;
    let words = format!("Book with ISBN {} already exists (ID: 2)", isbn(2));
    assert_eq!(taken["message"], words);
    let hyphens = json!({ "isbn": "978-0-0000-0001-9" });
    assert_eq!(isbn(1), "9780000000019");
    let again = with(plain2("One", 1), hyphens);
    server.post("/api/v2/books", &again).expect(409).await;
    server.stop().await;
}
