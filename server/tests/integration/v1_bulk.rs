//! v1: many books at once.

use colophon_client::v1::types::{BookBulkDelete, BookCreate};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{book, isbn, plain, titles, with, without};

const BULK: &str = "/api/v1/books/bulk";
const BULK_DELETE: &str = "/api/v1/books/bulk-delete";

#[tokio::test]
async fn each_book_of_many_is_added_or_told_of() {
    let server = TestServer::start("each_book_of_many").await;
    server.post("/api/v1/books", &plain("Here", 1)).expect(201).await;
    let dear = json!({ "isbn": "9791234567896", "price": 2000 });
    let bodies = json!([
        plain("New", 2),
        plain("In the catalogue", 1),
        plain("Newer", 3),
        plain("In the list", 2),
        with(plain("Dear", 0), dear),
    ]);

    let outcome = server.post(BULK, &bodies).expect(201).await;

    assert_eq!(titles(&outcome["created"]), ["New", "Newer"]);
    let errors = outcome["errors"].as_array().expect("errors");
    assert_eq!(
        errors[..2],
        [
            json!({
                "index": 1, "isbn": isbn(1),
                "error": "Duplicate ISBN (existing ID: 1)",
            }),
            json!({
                "index": 3, "isbn": isbn(2),
                "error": "Duplicate ISBN (existing ID: 2)",
            }),
        ]
    );
    assert_eq!(errors.len(), 3);
    assert_eq!(
        (&errors[2]["index"], &errors[2]["isbn"]),
        (&json!(4), &json!("9791234567896"))
    );
    let premium = errors[2]["error"].as_str().expect("words");
    assert!(premium.contains("978"), "{premium}");
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 3);
    server.stop().await;
}

#[tokio::test]
async fn bulk_answers_201_even_if_nothing_is_added() {
    let server = TestServer::start("bulk_answers_201").await;
    server.post("/api/v1/books", &plain("Here", 1)).expect(201).await;

    let none = server.post(BULK, &json!([plain("Again", 1)])).expect(201).await;

    assert_eq!(none["created"], json!([]));
    assert_eq!(none["errors"].as_array().map(Vec::len), Some(1));
    let nothing = server.post(BULK, &json!([])).expect(201).await;
    assert_eq!(nothing, json!({ "created": [], "errors": [] }));
    server.stop().await;
}

#[tokio::test]
async fn at_most_100_books_are_taken_at_once() {
    let server = TestServer::start("at_most_100_books").await;
    let many = |count| -> Value {
        (0..count).map(|n| plain("One of many", n)).collect()
    };

    let refused = server.post(BULK, &many(101)).expect(400).await;

    assert_eq!(refused["message"], "Maximum 100 books per bulk request");
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 0);
    let taken = server.post(BULK, &many(100)).expect(201).await;
    assert_eq!(taken["created"].as_array().map(Vec::len), Some(100));
    server.stop().await;
}

#[tokio::test]
async fn one_malformed_book_refuses_all() {
    let server = TestServer::start("one_malformed_book_refuses_all").await;
    let bodies = json!([
        plain("Good", 1),
        with(plain("", 2), json!({ "price": "9.5" })),
        without(plain("No price", 3), "price"),
    ]);

    let reply = server.post(BULK, &bodies).reply(422).await;

    let mut faults = reply.faults();
    faults.sort_by_key(|(loc, _)| loc.to_string());
    let fault = |loc, kind: &str| (loc, kind.to_owned());
    assert_eq!(
        faults,
        [
            fault(json!(["body", 1, "price"]), "float_type"),
            fault(json!(["body", 1, "title"]), "string_too_short"),
            fault(json!(["body", 2, "price"]), "missing"),
        ]
    );
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 0, "nothing was added");
    server.stop().await;
}

#[tokio::test]
async fn the_client_adds_and_deletes_many() {
    let server = TestServer::start("the_client_adds_and_deletes_many").await;
    let new = |title, n| BookCreate::try_from(book(title, n)).expect("a book");
    let bodies = vec![new("One", 1), new("Two", 2), new("Two again", 2)];

    let added = server.v1.book_bulk_create().body(bodies).send().await;

    let added = added.expect("an outcome");
    assert_eq!((added.created.len(), added.errors.len()), (2, 1));
    let ids = BookBulkDelete::builder().ids(vec![2, 9]);
    let gone = server.v1.book_bulk_delete().body(ids).send().await;
    let gone = gone.expect("an outcome");
    assert_eq!((&gone.deleted[..], &gone.not_found[..]), (&[2][..], &[9][..]));
    server.stop().await;
}

#[tokio::test]
async fn the_second_mention_of_an_id_is_not_found() {
    let server = TestServer::start("the_second_mention").await;
    for n in 1..=3 {
        server.post("/api/v1/books", &plain("Book", n)).expect(201).await;
    }
    server.delete("/api/v1/books/3").reply(204).await;

    let ids = json!({ "ids": [2, 1, 2, 99, 3, 1] });
    let outcome = server.post(BULK_DELETE, &ids).expect(200).await;

    assert_eq!(outcome["deleted"], json!([2, 1]));
    assert_eq!(outcome["not_found"], json!([2, 99, 3, 1]));
    let again = server.post("/api/v1/books", &plain("Again", 1)).expect(201);
    assert_eq!(again.await["id"], 4, "the ISBN is free, the id is not");
    server.stop().await;
}

#[tokio::test]
async fn bulk_delete_takes_1_to_100_ids() {
    let server = TestServer::start_filled("bulk_delete_takes_1_to_100").await;
    let ids = |count: i64| -> Value { (1..=count).collect() };
    for (ids, loc, kind) in [
        (json!({ "ids": [] }), json!(["body", "ids"]), "too_short"),
        (json!({ "ids": ids(101) }), json!(["body", "ids"]), "too_long"),
        (json!({}), json!(["body", "ids"]), "missing"),
        (
            json!({ "ids": [1, 0] }),
            json!(["body", "ids", 1]),
            "greater_than_equal",
        ),
        (json!({ "ids": ["1"] }), json!(["body", "ids", 0]), "int_type"),
    ] {
        let reply = server.post(BULK_DELETE, &ids).reply(422).await;
        assert_eq!(reply.faults(), [(loc, kind.to_owned())]);
    }
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 5, "nothing was deleted");
    let all = json!({ "ids": ids(100) });
    let outcome = server.post(BULK_DELETE, &all).expect(200).await;
    assert_eq!(outcome["deleted"], json!([1, 2, 3, 4, 5]));
    server.stop().await;
}
