//! What the client itself says of values, before anything is sent.

use colophon_client::v2::types::{AuthorRef, BookCreate, PricingInput};
use colophon_client::{Error, Options, v1, v2};

/// Nothing listens here: a request that is sent ends as another error.
const NOWHERE: &str = "http://127.0.0.1:1";

fn dune() -> v2::types::builder::BookCreate {
    BookCreate::builder()
        .title("Dune")
        .author(AuthorRef::Name("Frank Herbert".parse().expect("a name")))
        .isbn("978-0-441-01359-3")
        .pricing(PricingInput::builder().amount(9.5))
}

async fn send(book: v2::types::builder::BookCreate) -> Error<v2::types::Error> {
    let client =
        v2::Client::connect(NOWHERE, &Options::default()).expect("a client");
    client.book_create().body(book).send().await.expect_err("nobody answers")
}

#[tokio::test]
async fn a_book_within_the_contract_is_sent() {
    let error = send(dune()).await;

    assert!(matches!(error, Error::CommunicationError(_)), "{error:?}");
}

#[tokio::test]
async fn a_book_outside_the_contract_is_not_sent() {
    // The fault, the book, and the field that the error names.
    let rows = [
        ("an empty title", dune().title(""), "title"),
        ("a long title", dune().title("x".repeat(301)), "title"),
        ("NUL in a title", dune().title("Du\0ne"), "title"),
        ("eleven digits", dune().isbn("97804410135"), "isbn"),
        ("X inside", dune().isbn("04410X3593"), "isbn"),
        (
            "two letters of currency",
            dune().pricing(PricingInput::builder().amount(1.0).currency("US")),
            "currency",
        ),
        ("no amount", dune().pricing(PricingInput::builder()), "amount"),
        ("no author", BookCreate::builder().title("Dune"), "author"),
    ];
    for (fault, book, field) in rows {
        let error = send(book).await;

        let Error::InvalidRequest(reason) = &error else {
            panic!("{fault} was sent: {error:?}");
        };
        assert!(reason.contains(field), "{fault}: {reason}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_visible_ascii() {
    let client =
        v2::Client::connect(NOWHERE, &Options::default()).expect("a client");
    for key in ["", "a key", "clé", &"k".repeat(256)] {
        let request = client.book_create().body(dune()).idempotency_key(key);
        let error = request.send().await.expect_err("nobody answers");

        assert!(matches!(error, Error::InvalidRequest(_)), "{key}: {error:?}");
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    let title = "é".repeat(300);

    assert!(v1::types::Title::try_from(title.as_str()).is_ok());
    assert!(v1::types::Title::try_from(format!("{title}é")).is_err());
}

#[test]
fn an_author_is_one_field_on_the_wire() {
    let name = "Frank Herbert".parse().expect("a name");
    let rows = [
        (AuthorRef::Id(7), r#"{"id":7}"#),
        (AuthorRef::Name(name), r#"{"name":"Frank Herbert"}"#),
    ];
    for (author, json) in rows {
        assert_eq!(serde_json::to_string(&author).expect("JSON"), json);
    }
}

#[test]
fn fields_left_out_are_not_sent() {
    let book: BookCreate = dune().try_into().expect("a book");

    let json = serde_json::to_value(&book).expect("JSON");

    let expected = serde_json::json!({
        "title": "Dune",
        "author": {"name": "Frank Herbert"},
        "isbn": "978-0-441-01359-3",
        "pricing": {"amount": 9.5, "currency": "USD"},
    });
    assert_eq!(json, expected);
}

#[test]
fn the_contracts_examples_are_values_of_the_client() {
    let book = serde_json::json!({
        "id": 4, "title": "Dune", "author_name": "Frank Herbert",
        "isbn": "9780441013593", "genre": null, "published_year": 1965,
        "price": 9.5, "description": null, "tags": ["classic"],
        "page_count": 688, "discount_percent": 0, "status": "available",
        "is_recent": true, "created_at": "2026-01-15T09:30:00Z",
        "updated_at": null, "internal_notes": null, "cost_price": 7.6,
        "profit_margin": 20, "supplier": "Harbour Books",
    });
    let admin: v1::types::BookAdmin =
        serde_json::from_value(book.clone()).expect("a book for admins");
    assert_eq!(admin.profit_margin, Some(20.0));

    let mut wrong = book;
    wrong["status"] = "lost".into();
    let read = serde_json::from_value::<v1::types::BookAdmin>(wrong);
    assert!(read.is_err(), "a status that the contract has not");
}
