//! v2: books one by one.

use colophon_client::v2::types::{
    AuthorRef, BookField, BookMetadataPatch, BookPatch, BookStatus, ErrorCode,
};
use colophon_client::{Error, v2};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{book2, isbn, plain2, with};

const BOOKS: &str = "/api/v2/books";
const FIRST: &str = "/api/v2/books/1";

#[tokio::test]
async fn a_book_is_added_and_fetched() {
    let server = TestServer::start("v2_a_book_is_added").await;

    let body = with(
        plain2("Dune", 0),
        json!({
            "isbn": "978-0-441-17271-9",
            "metadata": {
                "genre": "sf", "published_year": 1965, "language": "en-GB",
                "page_count": 688, "tags": [" Desert", "desert", "B"],
                "description": "Sand.", "status": "reserved",
            },
        }),
    );
    let reply = server.post(BOOKS, &body).reply(201).await;

    assert_eq!(reply.header("location"), Some(FIRST));
    assert_eq!(reply.header("etag"), Some("\"1\""));
    let added = reply.json();
    let expected = json!({
        "id": 1, "title": "Dune", "author": { "id": 1, "name": "Ann Author" },
        "isbn": "9780441172719", "isbn_given": "978-0-441-17271-9",
        "isbn_valid": true, "pricing": { "amount": 9.5, "currency": "USD" },
        "metadata": {
            "genre": "sf", "published_year": 1965, "language": "en-GB",
            "page_count": 688, "status": "reserved", "tags": ["desert", "b"],
            "description": "Sand.",
        },
        "rating": { "average": null, "count": 0 },
        "links": {
            "self": "/api/v2/books/1", "reviews": "/api/v2/books/1/reviews",
            "usages": "/api/v2/books/1/usages",
        },
        "created_at": added["created_at"], "updated_at": null,
        "archived_at": null,
    });
    assert_eq!(added, expected);
    assert_eq!(server.get(FIRST).expect(200).await, expected);
    server.stop().await;
}

#[tokio::test]
async fn isbns_are_normalised_and_checked() {
    let server = TestServer::start("isbns_are_normalised").await;
    // Given, normalised, valid.
    for (given, normalised, valid) in [
        ("0-8044-2957-X", "9780804429573", true),
        ("0441172717", "9780441172719", true),
        ("9780132350884", "9780132350884", true),
        ("9780132350880", "9780132350880", false),
        ("1234567890", "1234567890", false),
    ] {
        let body = with(plain2("Dune", 0), json!({ "isbn": given }));
        let added = server.post(BOOKS, &body).expect(201).await;
        assert_eq!(added["isbn"], normalised, "{given}");
        assert_eq!(added["isbn_given"], given);
        assert_eq!(added["isbn_valid"], valid, "{given}");
    }
    let again = json!({ "isbn": "978-0-8044-2957-3" });
    let again = with(plain2("Again", 0), again);
    let taken = server.post(BOOKS, &again).expect(409).await;
    assert_eq!(taken["error_code"], "Duplicate");
    assert_eq!(taken["resource_id"], "1");
    server.stop().await;
}

#[tokio::test]
async fn an_author_is_found_by_name_or_id() {
    let server = TestServer::start("an_author_is_found").await;
    let by =
        |n, author: Value| with(plain2("Book", n), json!({ "author": author }));
    let name = json!({ "name": "Frank Herbert" });
    let first = server.post(BOOKS, &by(1, name.clone())).expect(201).await;

    let same = server.post(BOOKS, &by(2, name)).expect(201).await;
    let id = json!({ "id": first["author"]["id"] });
    let by_id = server.post(BOOKS, &by(3, id)).expect(201).await;
    let other = json!({ "name": "frank herbert" });
    let other = server.post(BOOKS, &by(4, other)).expect(201).await;

    assert_eq!(same["author"], first["author"]);
    assert_eq!(by_id["author"], first["author"]);
    assert_ne!(other["author"]["id"], first["author"]["id"], "exactly so");
    for ask in [
        server.post(BOOKS, &by(5, json!({ "id": 99 }))),
        server.patch(FIRST, &json!({ "author": { "id": 99 } })),
    ] {
        let reply = ask.reply(422).await;
        let fault = (json!(["body", "author", "id"]), "value_error".to_owned());
        assert_eq!(reply.faults(), [fault]);
    }
    server.stop().await;
}

#[tokio::test]
async fn replacing_resets_what_is_left_out_but_the_status() {
    let server = TestServer::start("v2_replacing_resets").await;
    let full = json!({
        "pricing": { "amount": 9.5, "currency": "EUR" },
        "metadata": {
            "genre": "sf", "published_year": 1965, "language": "en",
            "page_count": 688, "tags": ["a"], "description": "Sand.",
            "status": "reserved",
        },
    });
    let full = with(plain2("Dune", 1), full);
    let old = server.post(BOOKS, &full).expect(201).await;

    let ask = server.put(FIRST, &plain2("Emma", 2)).header("if-match", "\"1\"");
    let reply = ask.reply(200).await;

    assert_eq!(reply.header("etag"), Some("\"2\""));
    let now = reply.json();
    assert_eq!(
        (&now["title"], &now["isbn"]),
        (&json!("Emma"), &json!(isbn(2)))
    );
    assert_eq!(now["pricing"]["currency"], "USD");
    let expected = json!({
        "genre": null, "published_year": null, "language": null,
        "page_count": null, "tags": [], "description": null,
        "status": "reserved",
    });
    assert_eq!(now["metadata"], expected);
    assert_eq!(now["created_at"], old["created_at"]);
    assert_ne!(now["updated_at"], Value::Null);
    server.stop().await;
}

#[tokio::test]
async fn the_client_changes_and_clears() {
    let server = TestServer::start("the_client_changes_and_clears").await;
    let metadata = v2::types::BookMetadataInput::builder()
        .genre(Some("sf".parse().expect("a genre")))
        .language(Some("en".parse().expect("a language")))
        .published_year(1965);
    let metadata: v2::types::BookMetadataInput =
        metadata.try_into().expect("metadata");
    let body = book2("Dune", 1).metadata(metadata);
    let added = server.v2.book_create().body(body).send().await.expect("added");
    assert_eq!(added.headers()["etag"], "\"1\"");
    let author = AuthorRef::Id(added.author.id);
    let metadata: v2::types::BookMetadataPatch = BookMetadataPatch::builder()
        .status(BookStatus::CheckedOut)
        .try_into()
        .expect("changes");
    let change = BookPatch::builder()
        .author(author)
        .metadata(metadata)
        .clear(vec![BookField::Genre, BookField::PublishedYear]);

    let request = server.v2.book_update().book_id(1).if_match("\"1\"");
    let now = request.body(change).send().await.expect("changed");

    assert_eq!(now.headers()["etag"], "\"2\"");
    assert!(now.metadata.genre.is_none());
    assert_eq!(now.metadata.published_year, None);
    assert_eq!(
        now.metadata.language.as_deref().map(String::as_str),
        Some("en")
    );
    assert_eq!(now.metadata.status, BookStatus::CheckedOut);
    server.stop().await;
}

#[tokio::test]
async fn null_and_clear_do_the_same() {
    let server = TestServer::start("null_and_clear_do_the_same").await;
    let metadata = json!({
        "genre": "sf", "published_year": 1965, "language": "en",
        "page_count": 688, "description": "Sand.",
    });
    for (n, field) in (1..).zip([
        "genre",
        "published_year",
        "language",
        "page_count",
        "description",
    ]) {
        let full = with(plain2("Dune", n), json!({ "metadata": metadata }));
        let other =
            with(plain2("Dune", n + 10), json!({ "metadata": metadata }));
        let first = server.post(BOOKS, &full).expect(201).await;
        let second = server.post(BOOKS, &other).expect(201).await;
        let null = json!({ "metadata": { field: null } });
        let clear = json!({ "clear": [field] });
        let both = json!({ "metadata": { field: null }, "clear": [field] });
        for (book, change) in
            [(&first, null), (&second, clear), (&second, both)]
        {
            let path = book["links"]["self"].as_str().expect("a path");
            let now = server.patch(path, &change).expect(200).await;
            let mut expected = book["metadata"].clone();
            expected[field] = Value::Null;
            assert_eq!(now["metadata"], expected, "{change}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_field_is_not_both_set_and_cleared() {
    let server = TestServer::start("not_both_set_and_cleared").await;
    server.post(BOOKS, &plain2("Dune", 1)).expect(201).await;
    let change = json!({
        "metadata": { "genre": "sf", "language": "en" },
        "clear": ["genre", "page_count", "language"],
    });

    let reply = server.patch(FIRST, &change).reply(422).await;

    let fault =
        |field| (json!(["body", "metadata", field]), "value_error".to_owned());
    assert_eq!(reply.faults(), [fault("genre"), fault("language")]);
    let seen = server.get(FIRST).reply(200).await;
    assert_eq!(seen.header("etag"), Some("\"1\""), "nothing has changed");
    server.stop().await;
}

#[tokio::test]
async fn a_change_of_nothing_is_refused() {
    let server = TestServer::start("a_change_of_nothing").await;
    server.post(BOOKS, &plain2("Dune", 1)).expect(201).await;
    for change in [
        json!({}),
        json!({ "clear": [] }),
        json!({ "metadata": {} }),
        json!({ "pricing": {} }),
    ] {
        let refused = server.patch(FIRST, &change).expect(400).await;
        assert_eq!(refused["message"], "No fields provided for update");
    }
    server.stop().await;
}

#[tokio::test]
async fn unknown_fields_are_named() {
    let server = TestServer::start("unknown_fields_are_named").await;
    server.post(BOOKS, &plain2("Dune", 1)).expect(201).await;
    let mut body = with(
        plain2("Dune", 2),
        json!({ "titel": 1, "metadata": { "color": 1 } }),
    );
    body["pricing"]["vat"] = json!(7);
    let change = json!({ "isbm": 1, "metadata": { "color": 1 }, "pricing": { "vat": 7 } });
    for (ask, first) in [
        (server.post(BOOKS, &body), "titel"),
        (server.put(FIRST, &body).header("if-match", "*"), "titel"),
        (server.patch(FIRST, &change), "isbm"),
    ] {
        let reply = ask.reply(422).await;
        let mut faults = reply.faults();
        faults.sort_by_key(|(loc, _)| loc.to_string());
        let mut expected = [
            json!(["body", first]),
            json!(["body", "metadata", "color"]),
            json!(["body", "pricing", "vat"]),
        ]
        .map(|loc| (loc, "extra_forbidden".to_owned()));
        expected.sort_by_key(|(loc, _)| loc.to_string());
        assert_eq!(faults, expected);
    }
    server.stop().await;
}

#[tokio::test]
async fn an_archived_book_is_hidden_until_it_is_restored() {
    let server = TestServer::start("an_archived_book_is_hidden").await;
    for n in [1, 2] {
        server.post(BOOKS, &plain2("Dune", n)).expect(201).await;
    }

    let gone = server.v2.book_delete().book_id(1).send().await;

    assert_eq!(gone.expect("archived").status(), 204);
    let change = json!({ "title": "x" });
    for ask in [
        server.get(FIRST),
        server.delete(FIRST),
        server.patch(FIRST, &change),
        server.put(FIRST, &plain2("x", 3)).header("if-match", "*"),
        server.get("/api/v1/books/1"),
    ] {
        let missing = ask.expect(404).await;
        assert_eq!(missing["message"], "Book with ID 1 not found");
    }
    let hidden = server.get("/api/v2/books?with_total=true").reply(200).await;
    assert_eq!(hidden.header("x-total-count"), Some("1"));
    let path = "/api/v2/books?include_archived=true&with_total=true";
    let shown = server.get(path).reply(200).await;
    assert_eq!(shown.header("x-total-count"), Some("2"));
    let path = "/api/v2/books/1?include_archived=true";
    let archived = server.get(path).expect(200).await;
    assert!(archived["archived_at"].is_string());
    assert_eq!(archived["metadata"]["status"], "available");

    let back = server.v2.book_restore().book_id(1).send().await;
    let back = back.expect("restored");
    assert!(back.archived_at.is_none());
    let tag = back.headers()["etag"].clone();
    let seen = server.get(FIRST).reply(200).await;
    assert_eq!(seen.header("etag"), tag.to_str().ok());
    let again = server.ask(http::Method::POST, "/api/v2/books/1/restore");
    let again = again.reply(200).await;
    assert_eq!(again.header("etag"), tag.to_str().ok(), "as it is");
    assert_eq!(again.json(), seen.json());
    server.stop().await;
}

#[tokio::test]
async fn a_book_whose_isbn_was_taken_meanwhile_stays_archived() {
    let server = TestServer::start("isbn_taken_meanwhile").await;
    server.post(BOOKS, &plain2("Dune", 1)).expect(201).await;
    server.delete(FIRST).reply(204).await;
    server.post(BOOKS, &plain2("Dune again", 1)).expect(201).await;

    let refused = server.v2.book_restore().book_id(1).send().await;

    let Err(Error::ErrorResponse(refused)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refused.status(), 409);
    assert_eq!(refused.error_code, ErrorCode::Duplicate);
    assert_eq!(refused.resource_id.as_deref(), Some("2"));
    server.get(FIRST).expect(404).await;
    server.delete("/api/v2/books/2").reply(204).await;
    server.v2.book_restore().book_id(1).send().await.expect("free again");
    let missing = server.v2.book_restore().book_id(9).send().await;
    let Err(Error::ErrorResponse(missing)) = missing else {
        panic!("{missing:?}")
    };
    assert_eq!(
        (missing.status().as_u16(), missing.error_code),
        (404, ErrorCode::NotFound)
    );
    server.stop().await;
}

#[tokio::test]
async fn duplicates_are_conflicts_in_every_write() {
    let server = TestServer::start("v2_duplicates").await;
    for n in [1, 2] {
        server.post(BOOKS, &plain2("Dune", n)).expect(201).await;
    }
    let path = "/api/v2/books/2";
    for ask in [
        server.post(BOOKS, &plain2("Dune", 1)),
        server.put(path, &plain2("Dune", 1)).header("if-match", "*"),
        server.patch(path, &json!({ "isbn": isbn(1) })),
    ] {
        let taken = ask.expect(409).await;
        assert_eq!(taken["error_code"], "Duplicate");
        assert_eq!(
            (&taken["resource"], &taken["resource_id"]),
            (&json!("book"), &json!("1"))
        );
    }
    server.patch(path, &json!({ "isbn": isbn(2) })).expect(200).await;
    server.stop().await;
}
