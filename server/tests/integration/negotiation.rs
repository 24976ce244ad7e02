//! Which version answers: by path, by header, by neither.

use http::Method;
use serde_json::json;

use crate::TestServer;
use crate::ask::Reply;
use crate::data::{plain, plain2};

/// The version that a book came in.
fn version(reply: &Reply) -> u8 {
    let book = reply.json();
    match (book.get("author_name"), book.get("author")) {
        (Some(_), None) => 1,
        (None, Some(_)) => 2,
        _ => panic!("a book of no version: {book}"),
    }
}

#[tokio::test]
async fn path_and_header_choose_the_version() {
    let server = TestServer::start_filled("path_and_header_choose").await;
    for (path, header, expected) in [
        ("/api/v1/books/4", None, 1),
        ("/api/v2/books/4", None, 2),
        ("/api/books/4", None, 1),
        ("/api/books/4", Some("1"), 1),
        ("/api/books/4", Some("2"), 2),
        ("/books/4", None, 1),
        // Where the path says it, the header does not count.
        ("/api/v1/books/4", Some("2"), 1),
        ("/api/v2/books/4", Some("9"), 2),
        ("/books/4", Some("2"), 1),
        ("//api//v2/books/4", None, 2),
    ] {
        let mut ask = server.get(path);
        if let Some(header) = header {
            ask = ask.header("x-api-version", header);
        }
        let reply = ask.reply(200).await;
        assert_eq!(version(&reply), expected, "{path} {header:?}");
        let deprecated = reply.header("deprecation").is_some();
        assert_eq!(deprecated, expected == 1, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn an_unsupported_version_is_refused() {
    let server = TestServer::start_filled("an_unsupported_version").await;
    for wrong in ["9", "0", "v1", "1.0", "01", "2 2"] {
        let ask = server.get("/api/books").header("x-api-version", wrong);
        let refused = ask.expect(400).await;
        let words =
            format!("Unsupported API version: {wrong}. Supported: 1, 2");
        assert_eq!(refused["message"], words);
        assert_eq!(refused["error_code"], "BadRequest");
    }
    let doubled = server.get("/api/books").header("x-api-version", "1");
    let refused = doubled.header("x-api-version", "2").expect(400).await;
    let message = refused["message"].as_str().expect("words");
    assert!(message.starts_with("Unsupported API version: "), "{message}");
    server.stop().await;
}

#[tokio::test]
async fn every_base_serves_reads_and_writes() {
    let server = TestServer::start("every_base_serves").await;
    for (n, (base, header, body)) in (1..).zip([
        ("/api/v1", "1", plain("Dune", 1)),
        ("/api/v2", "2", plain2("Dune", 2)),
        ("/api", "1", plain("Dune", 3)),
        ("/api", "2", plain2("Dune", 4)),
        ("", "1", plain("Dune", 5)),
    ]) {
        let books = format!("{base}/books");
        let ask = server.post(&books, &body).header("x-api-version", header);
        let reply = ask.reply(201).await;
        let location = reply.header("location").expect("a location");
        assert_eq!(location, format!("{books}/{n}"));
        let ask = server.get(location).header("x-api-version", header);
        assert_eq!(ask.expect(200).await["id"], n);
        let change = json!({ "title": "Emma" });
        let ask = server.patch(location, &change);
        let ask = ask.header("x-api-version", header);
        assert_eq!(ask.expect(200).await["title"], "Emma");
        let ask = server.delete(location).header("x-api-version", header);
        ask.reply(204).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn paths_of_one_version_are_not_served_in_the_other() {
    let server = TestServer::start_filled("paths_of_one_version").await;
    for (method, path, header) in [
        (Method::GET, "/api/v2/items", "2"),
        (Method::GET, "/api/items", "2"),
        (Method::GET, "/api/v2/admin/books/1", "2"),
        (Method::POST, "/api/v1/books/1/restore", "1"),
        (Method::POST, "/api/books/1/restore", "1"),
        (Method::POST, "/books/1/restore", "1"),
        (Method::GET, "/api/v3/books", "1"),
        (Method::GET, "/v1/books", "1"),
        (Method::GET, "/api", "1"),
    ] {
        let ask = server.ask(method, path).header("x-api-version", header);
        let missing = ask.expect(404).await;
        assert_eq!(missing["error_code"], "NotFound", "{path}");
        assert_eq!(missing["message"], "Nothing is served at this path");
    }
    server.stop().await;
}

#[tokio::test]
async fn root_paths_can_be_turned_off() {
    let name = "root_paths_can_be_turned_off";
    let server = TestServer::start_with(name, |config| {
        config.http.legacy_root_paths = false;
        config.database.sample_data = true;
    })
    .await;
    for path in ["/books", "/books/1", "/items", "/models", "/books/cursor"] {
        server.get(path).expect(404).await;
    }
    for path in ["/api/v1/books/1", "/api/v2/books/1", "/api/books/1", "/"] {
        server.get(path).reply(200).await;
    }
    server.stop().await;
}
