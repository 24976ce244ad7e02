//! v1: adding, replacing, changing and deleting a book.

use colophon_client::Error;
use colophon_client::v1::types::{BookStatus, BookUpdate, ErrorCode};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{book, isbn, plain, plain2, with, without};

#[tokio::test]
async fn a_book_is_added_and_fetched() {
    let server = TestServer::start("a_book_is_added_and_fetched").await;
    let body = book("Dune", 1)
        .genre(Some("science-fiction".parse().expect("a genre")))
        .published_year(1965)
        .page_count(688)
        .description(Some("Sand.".parse().expect("a description")))
        .discount_percent(12.5);

    let added = server.v1.book_create().body(body).send().await.expect("added");

    assert_eq!(added.status(), 201);
    let location = added.headers()["location"].to_str().expect("a path");
    assert_eq!(location, format!("/api/v1/books/{}", added.id));
    assert_eq!(*added.title, "Dune");
    assert_eq!(added.status, BookStatus::Available);
    assert_eq!(
        (added.published_year, added.page_count),
        (Some(1965), Some(688))
    );
    assert!(added.is_recent && added.updated_at.is_none());
    let seen = server.v1.book_view().book_id(added.id).send().await;
    assert_eq!(seen.expect("a book").into_inner(), added.into_inner());
    server.stop().await;
}

#[tokio::test]
async fn what_is_left_out_of_a_new_book_has_its_default() {
    let server = TestServer::start("what_is_left_out_has_its_default").await;

    let reply =
        server.post("/api/v1/books", &plain("Dune", 1)).reply(201).await;

    let added = reply.json();
    for (field, value) in [
        ("genre", Value::Null),
        ("published_year", Value::Null),
        ("description", Value::Null),
        ("page_count", Value::Null),
        ("updated_at", Value::Null),
        ("tags", json!([])),
        ("discount_percent", json!(0)),
        ("status", json!("available")),
        ("is_recent", json!(true)),
    ] {
        let same = added[field] == value || added[field] == json!(0.0);
        assert!(same, "{field}: {}", added[field]);
    }
    let created_at = added["created_at"].as_str().expect("a time");
    assert!(created_at.ends_with('Z'), "{created_at}");
    server.stop().await;
}

#[tokio::test]
async fn tags_are_tidied_and_cut_to_ten() {
    let server = TestServer::start("tags_are_tidied").await;
    let mut tags = vec![" Desert ", "desert", "", "  ", "CLASSIC"];
    tags.extend(["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    let body = with(plain("Dune", 1), json!({ "tags": tags }));

    let added = server.post("/api/v1/books", &body).expect(201).await;

    let kept = ["desert", "classic", "a", "b", "c", "d", "e", "f", "g", "h"];
    assert_eq!(added["tags"], json!(kept));
    let change = json!({ "tags": ["  New "] });
    let path = "/api/v1/books/1";
    let changed = server.patch(path, &change).expect(200).await;
    assert_eq!(changed["tags"], json!(["new"]));
    server.stop().await;
}

#[tokio::test]
async fn a_book_is_found_by_the_tags_that_it_has_now() {
    let server = TestServer::start("found_by_the_tags_it_has_now").await;
    let body = with(plain("Dune", 1), json!({ "tags": ["old", "both"] }));
    server.post("/api/v1/books", &body).expect(201).await;

    for (tags, found) in [
        (json!(["both", "new"]), [("old", 0), ("both", 1), ("new", 1)]),
        (json!([]), [("old", 0), ("both", 0), ("new", 0)]),
        (json!(["new", "old"]), [("old", 1), ("both", 0), ("new", 1)]),
    ] {
        let change = json!({ "tags": tags });
        server.patch("/api/v1/books/1", &change).expect(200).await;
        for (tag, count) in found {
            let path = format!("/api/v1/books?tags={tag}");
            let page = server.get(&path).expect(200).await;
            assert_eq!(page["total"], count, "{tag} of {tags}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn v1_ignores_unknown_fields() {
    let server = TestServer::start("v1_ignores_unknown_fields").await;
    let more = json!({ "colour": "red", "id": 77, "status": "reserved" });

    let body = with(plain("Dune", 1), more);
    let added = server.post("/api/v1/books", &body).expect(201).await;

    assert_eq!(added["id"], 1);
    assert_eq!(added["status"], "available");
    assert_eq!(added.get("colour"), None);
    server.stop().await;
}

#[tokio::test]
async fn prices_are_kept_exactly() {
    let server = TestServer::start("prices_are_kept_exactly").await;
    for (n, price) in (1..).zip([0.01, 0.07, 19.99, 1000.0, 9999.99, 10000.0]) {
        let body = with(plain("Dear", n), json!({ "price": price }));
        let added = server.post("/api/v1/books", &body).expect(201).await;
        assert_eq!(added["price"].as_f64(), Some(price));
        let path = format!("/api/v1/books?min_price={price}&max_price={price}");
        let found = server.get(&path).expect(200).await;
        assert_eq!(found["total"], 1, "{price}");
    }
    server.stop().await;
}

#[tokio::test]
async fn duplicate_isbn_is_a_conflict() {
    let server = TestServer::start("duplicate_isbn_is_a_conflict").await;
    server.v1.book_create().body(book("Dune", 1)).send().await.expect("first");
    server.v1.book_create().body(book("Emma", 2)).send().await.expect("second");

    let again = server.v1.book_create().body(book("Dune", 1)).send().await;

    let Err(Error::ErrorResponse(again)) = again else { panic!("{again:?}") };
    assert_eq!(again.status(), 409);
    assert_eq!(again.error_code, ErrorCode::Duplicate);
    let taken = isbn(1);
    let words = format!("Book with ISBN {taken} already exists (ID: 1)");
    assert_eq!(again.message, words);
    assert_eq!(again.resource.as_deref(), Some("book"));
    assert_eq!(again.resource_id.as_deref(), Some("1"));

    let belongs = format!("ISBN {taken} already belongs to book ID 1");
    let replaced = server.put("/api/v1/books/2", &plain("Emma", 1));
    assert_eq!(replaced.expect(409).await["message"], belongs);
    let changed = server.patch("/api/v1/books/2", &json!({ "isbn": taken }));
    assert_eq!(changed.expect(409).await["message"], belongs);
    let unchanged = server.get("/api/v1/books/2").expect(200).await;
    assert_eq!(unchanged["isbn"], isbn(2));
    assert_eq!(unchanged["updated_at"], Value::Null);
    server.stop().await;
}

#[tokio::test]
async fn ten_and_thirteen_digits_of_one_isbn_are_duplicates() {
    let server = TestServer::start("ten_and_thirteen_digits").await;
    let ten = with(plain("Dune", 0), json!({ "isbn": "0441172717" }));
    let thirteen = with(plain("Dune", 0), json!({ "isbn": "9780441172719" }));

    let added = server.post("/api/v1/books", &ten).expect(201).await;

    assert_eq!(added["isbn"], "0441172717", "shown as it was given");
    let refused = server.post("/api/v1/books", &thirteen).expect(409).await;
    let words = "Book with ISBN 9780441172719 already exists (ID: 1)";
    assert_eq!(refused["message"], words);
    server.stop().await;
}

#[tokio::test]
async fn replacing_resets_what_is_left_out() {
    let server = TestServer::start("replacing_resets").await;
    let full = with(
        plain("Dune", 1),
        json!({
            "genre": "sf", "published_year": 1965, "description": "Sand.",
            "tags": ["a"], "page_count": 688, "discount_percent": 5,
            "internal_notes": "n", "cost_price": 1, "supplier": "s",
        }),
    );
    let old = server.post("/api/v1/books", &full).expect(201).await;
    let reserved = json!({ "status": "reserved" });
    server.patch("/api/v1/books/1", &reserved).expect(200).await;

    let body = book("Dune Messiah", 1);
    let new = server.v1.book_replace().book_id(1).body(body).send().await;

    let new = new.expect("replaced");
    assert_eq!(*new.title, "Dune Messiah");
    assert_eq!(new.status, BookStatus::Reserved);
    assert_eq!(new.created_at.to_rfc3339(), time(&old["created_at"]));
    assert!(new.updated_at.is_some());
    let admin = server.get("/api/v1/admin/books/1").expect(200).await;
    for field in [
        "genre",
        "published_year",
        "description",
        "page_count",
        "internal_notes",
        "cost_price",
        "supplier",
    ] {
        assert_eq!(admin[field], Value::Null, "{field}");
    }
    assert_eq!(admin["tags"], json!([]));
    assert_eq!(admin["discount_percent"].as_f64(), Some(0.0));
    server.stop().await;
}

/// A time of an answer as chrono writes it.
fn time(value: &Value) -> String {
    let text = value.as_str().expect("a time");
    let time = chrono::DateTime::parse_from_rfc3339(text).expect(text);
    time.to_utc().to_rfc3339()
}

#[tokio::test]
async fn a_change_keeps_what_is_absent_and_clears_what_is_null() {
    let server = TestServer::start("a_change_keeps_and_clears").await;
    let full = with(
        plain("Dune", 1),
        json!({
            "genre": "sf", "published_year": 1965, "description": "Sand.",
            "page_count": 688, "internal_notes": "n", "cost_price": 1,
            "supplier": "s", "tags": ["a"], "discount_percent": 5,
        }),
    );
    server.post("/api/v1/books", &full).expect(201).await;
    let path = "/api/v1/books/1";
    let admin = "/api/v1/admin/books/1";

    let before = server.get(admin).expect(200).await;
    server.patch(path, &json!({ "title": "Dune II" })).expect(200).await;
    let after = server.get(admin).expect(200).await;
    assert_eq!(after["title"], "Dune II");
    assert_ne!(after["updated_at"], Value::Null);
    for (field, value) in before.as_object().expect("a book") {
        let changes = field == "title" || field == "updated_at";
        assert!(changes || after[field] == *value, "{field}");
    }

    let nullable = [
        "genre",
        "published_year",
        "description",
        "page_count",
        "internal_notes",
        "cost_price",
        "supplier",
    ];
    for field in nullable {
        server.patch(path, &json!({ field: null })).expect(200).await;
        let now = server.get(admin).expect(200).await;
        assert_eq!(now[field], Value::Null, "{field}");
    }
    server.stop().await;
}

#[tokio::test]
async fn every_field_can_be_changed_through_the_client() {
    let server = TestServer::start("every_field_can_be_changed").await;
    server.v1.book_create().body(book("Dune", 1)).send().await.expect("added");
    let change = BookUpdate::builder()
        .title(Some("Emma".parse().expect("a title")))
        .author_name(Some("Jane Austen".parse().expect("a name")))
        .isbn(Some(isbn(2).parse().expect("an ISBN")))
        .genre(Some("novel".parse().expect("a genre")))
        .published_year(1815)
        .price(7.25)
        .page_count(474)
        .discount_percent(10.0)
        .status(BookStatus::CheckedOut);

    let request = server.v1.book_update().book_id(1).body(change);
    let now = request.send().await.expect("changed");

    assert_eq!(
        (now.title.as_str(), now.author_name.as_str()),
        ("Emma", "Jane Austen")
    );
    assert_eq!(*now.isbn, isbn(2));
    assert_eq!(now.published_year, Some(1815));
    assert_eq!((now.price, now.discount_percent), (7.25, 10.0));
    assert_eq!(
        (now.page_count, now.status),
        (Some(474), BookStatus::CheckedOut)
    );
    server.stop().await;
}

#[tokio::test]
async fn null_does_not_clear_a_required_field() {
    let server = TestServer::start("null_does_not_clear").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    for (field, kind) in [
        ("title", "string_type"),
        ("author_name", "string_type"),
        ("isbn", "string_type"),
        ("price", "float_type"),
        ("tags", "list_type"),
        ("discount_percent", "float_type"),
        ("status", "string_type"),
    ] {
        let change = json!({ field: null });
        let reply = server.patch("/api/v1/books/1", &change).reply(422).await;
        let [(loc, told)] = &reply.faults()[..] else { panic!("{field}") };
        assert_eq!(*loc, json!(["body", field]));
        // The enum of a status may be what is told of it.
        assert!(
            told == kind || (field == "status" && told == "enum"),
            "{told}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_change_without_a_known_field_is_refused() {
    let server = TestServer::start("a_change_without_a_known_field").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    for change in [json!({}), json!({ "colour": "red" })] {
        let refused =
            server.patch("/api/v1/books/1", &change).expect(400).await;
        assert_eq!(refused["message"], "No fields provided for update");
        assert_eq!(refused["error_code"], "BadRequest");
    }
    let missing = server.patch("/api/v1/books/2", &json!({})).expect(404).await;
    assert_eq!(missing["message"], "Book with ID 2 not found");
    server.stop().await;
}

#[tokio::test]
async fn a_missing_book_is_told_before_a_conflict() {
    let server = TestServer::start("a_missing_book_is_told_first").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    let dear = with(
        plain("Dune", 1),
        json!({ "isbn": "1111111111111", "price": 2000 }),
    );
    let path = "/api/v1/books/99";
    for reply in [
        server.put(path, &plain("Dune", 1)).expect(404).await,
        server.put(path, &dear).expect(404).await,
        server.patch(path, &json!({ "isbn": isbn(1) })).expect(404).await,
        server.delete(path).expect(404).await,
        server.get(path).expect(404).await,
    ] {
        assert_eq!(reply["message"], "Book with ID 99 not found");
        assert_eq!(reply["error_code"], "NotFound");
        assert_eq!(reply["resource"], "book");
        assert_eq!(reply["resource_id"], "99");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_book_keeps_its_own_isbn() {
    let server = TestServer::start("a_book_keeps_its_own_isbn").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    let path = "/api/v1/books/1";
    server.put(path, &plain("Dune", 1)).expect(200).await;
    server.patch(path, &json!({ "isbn": isbn(1) })).expect(200).await;
    server.stop().await;
}

#[tokio::test]
async fn deleting_a_book_frees_its_isbn() {
    let server = TestServer::start("deleting_a_book_frees_its_isbn").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;

    let gone = server.v1.book_delete().book_id(1).send().await;

    assert_eq!(gone.expect("deleted").status(), 204);
    server.get("/api/v1/books/1").expect(404).await;
    server.delete("/api/v1/books/1").expect(404).await;
    server.patch("/api/v1/books/1", &json!({ "price": 1 })).expect(404).await;
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 0);
    let again = server.post("/api/v1/books", &plain("Dune", 1)).expect(201);
    assert_eq!(again.await["id"], 2, "ids are never used twice");
    server.stop().await;
}

/// Every way to a price above 1000 with an ISBN that does not start 978.
#[tokio::test]
async fn a_price_above_1000_needs_an_isbn_that_starts_978() {
    let server = TestServer::start("the_premium_rule").await;
    let dear = json!({ "isbn": "9791234567896", "price": 1000.01 });
    let ten = json!({ "isbn": "0441172717", "price": 1000.01 });
    let limit = json!({ "isbn": "9791234567896", "price": 1000 });
    let books = "/api/v1/books";
    for (n, right) in [(1, json!({ "price": 1000.01 })), (2, limit)] {
        let body = with(plain("Dear", n), right);
        server.post(books, &body).expect(201).await;
    }
    let wrong = with(plain("Dear", 3), dear.clone());
    let wrong2 = with(
        plain2("Dear", 3),
        json!({ "isbn": "9791234567896", "pricing": { "amount": 1000.01 } }),
    );
    let price2 = json!({ "pricing": { "amount": 1000.01 } });
    let any = ("if-match", "*");
    for ask in [
        server.post(books, &wrong),
        server.post(books, &with(plain("Dear", 3), ten)),
        server.put("/api/v1/books/1", &wrong),
        server.patch("/api/v1/books/1", &dear),
        server.patch("/api/v1/books/1", &json!({ "isbn": "9791234567896" })),
        server.patch("/api/v1/books/2", &json!({ "price": 1000.01 })),
        server.post("/api/v2/books", &wrong2),
        server.put("/api/v2/books/1", &wrong2).header(any.0, any.1),
        server.patch("/api/v2/books/2", &price2),
    ] {
        let reply = ask.reply(400).await;
        assert_eq!(reply.json()["error_code"], "BadRequest");
        let rule = (json!(["body", "isbn"]), "value_error".to_owned());
        assert_eq!(reply.faults(), [rule]);
    }
    let list = server.get(books).expect(200).await;
    assert_eq!(list["total"], 2, "nothing was added");
    server.stop().await;
}

#[tokio::test]
async fn each_required_field_is_asked_for() {
    let server = TestServer::start("each_required_field_is_asked_for").await;
    for field in ["title", "author_name", "isbn", "price"] {
        let body = without(plain("Dune", 1), field);
        let missing = (json!(["body", field]), "missing".to_owned());
        let reply = server.post("/api/v1/books", &body).reply(422).await;
        assert_eq!(reply.faults(), [missing]);
    }
    server.stop().await;
}
