//! v2: conditional requests and idempotency keys.

use colophon_client::Error;
use colophon_server::domain::Role;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{book2, plain2, titles};

const BOOKS: &str = "/api/v2/books";
const FIRST: &str = "/api/v2/books/1";

/// A server with a book in its third state.
async fn third_state(name: &str) -> TestServer {
    let server = TestServer::start(name).await;
    server.post(BOOKS, &plain2("Dune", 1)).expect(201).await;
    for title in ["Dune II", "Dune III"] {
        server.patch(FIRST, &json!({ "title": title })).expect(200).await;
    }
    server
}

#[tokio::test]
async fn replacing_requires_if_match() {
    let server = third_state("replacing_requires_if_match").await;

    let body = plain2("Emma", 1);
    let refused = server.put(FIRST, &body).expect(428).await;

    assert_eq!(refused["error_code"], "BadRequest");
    let message = refused["message"].as_str().expect("words");
    assert!(message.starts_with("If-Match is required"), "{message}");
    let request = server.v2.book_replace().book_id(1).if_match("\"3\"");
    let done = request.body(book2("Emma", 1)).send().await.expect("replaced");
    assert_eq!(done.headers()["etag"], "\"4\"");
    let request = server.v2.book_replace().book_id(1).if_match("\"3\"");
    let stale = request.body(book2("Emma", 1)).send().await;
    let Err(Error::ErrorResponse(stale)) = stale else { panic!("{stale:?}") };
    assert_eq!(stale.status(), 412);
    server.stop().await;
}

#[tokio::test]
async fn if_match_is_honoured_by_every_write() {
    let server = third_state("if_match_is_honoured").await;
    let change = json!({ "title": "Emma" });
    for stale in [
        "\"2\"",
        "\"4\"",
        "W/\"3\"",
        "3",
        "\"03\"",
        "\"1\", \"2\"",
        "\"x\"",
        "",
    ] {
        for ask in [
            server.put(FIRST, &plain2("Emma", 1)),
            server.patch(FIRST, &change),
            server.delete(FIRST),
        ] {
            let refused = ask.header("if-match", stale).expect(412).await;
            assert_eq!(refused["error_code"], "BadRequest", "{stale}");
            assert_eq!(refused["resource_id"], "1");
        }
    }
    let seen = server.get(FIRST).reply(200).await;
    assert_eq!(seen.header("etag"), Some("\"3\""), "nothing has changed");

    for (good, tag) in
        [("\"3\"", "\"4\""), ("*", "\"5\""), ("\"1\", \"5\"", "\"6\"")]
    {
        let ask = server.patch(FIRST, &change).header("if-match", good);
        assert_eq!(ask.reply(200).await.header("etag"), Some(tag));
    }
    let ask = server.put(FIRST, &plain2("Emma", 1)).header("if-match", "*");
    assert_eq!(ask.reply(200).await.header("etag"), Some("\"7\""));
    let lines = server.patch(FIRST, &change);
    let lines = lines.header("if-match", "\"6\"").header("if-match", "\"7\"");
    assert_eq!(lines.reply(200).await.header("etag"), Some("\"8\""));
    server.delete(FIRST).header("if-match", "\"8\"").reply(204).await;
    server.stop().await;
}

#[tokio::test]
async fn if_none_match_saves_the_body() {
    let server = third_state("if_none_match_saves_the_body").await;
    for known in ["\"3\"", "W/\"3\"", "*", "\"1\", \"3\"", "\"1\",W/\"3\""] {
        let reply = server.get(FIRST).header("if-none-match", known).reply(304);
        let reply = reply.await;
        assert_eq!(reply.header("etag"), Some("\"3\""), "{known}");
        assert!(reply.body.is_empty() && reply.id().is_some());
        let head = server.ask(http::Method::HEAD, FIRST);
        head.header("if-none-match", known).reply(304).await;
    }
    let request = server.v2.book_view().book_id(1).if_none_match("\"3\"");
    let known = request.send().await.expect_err("it has no body");
    assert_eq!(known.status().map(|it| it.as_u16()), Some(304));
    for other in ["\"2\"", "3", "", "\"33\"", "\"1\", \"2\""] {
        let ask = server.get(FIRST).header("if-none-match", other);
        assert_eq!(ask.expect(200).await["title"], "Dune III", "{other}");
    }
    server.patch(FIRST, &json!({ "title": "Emma" })).expect(200).await;
    server.get(FIRST).header("if-none-match", "\"3\"").reply(200).await;
    server.stop().await;
}

#[tokio::test]
async fn the_same_key_and_body_replay_the_first_answer() {
    let server = TestServer::start("the_same_key_and_body").await;
    let send = || {
        let request = server.v2.book_create().idempotency_key("one");
        request.body(book2("Dune", 1)).send()
    };

    let first = send().await.expect("added");
    server.patch(FIRST, &json!({ "title": "Changed" })).expect(200).await;
    let again = send().await.expect("replayed");

    assert_eq!(again.status(), 201);
    for header in ["etag", "location"] {
        assert_eq!(again.headers()[header], first.headers()[header]);
    }
    assert_eq!(again.into_inner(), first.into_inner());
    let list = server.get(BOOKS).expect(200).await;
    assert_eq!(titles(&list), ["Changed"], "nothing was added or undone");
    server.stop().await;
}

#[tokio::test]
async fn a_key_means_one_request() {
    let server = TestServer::start("a_key_means_one_request").await;
    let key = |ask: crate::ask::Ask| ask.header("idempotency-key", "one");
    key(server.post(BOOKS, &plain2("Dune", 1))).expect(201).await;

    let reply = key(server.post(BOOKS, &plain2("Emma", 2))).reply(422).await;

    assert_eq!(reply.json()["error_code"], "ValidationError");
    let [(loc, kind)] = &reply.faults()[..] else { panic!("one fault") };
    assert_eq!(kind, "idempotency_key_reused");
    assert_eq!(loc[0], "header");
    let name = loc[1].as_str().expect("a name");
    assert!(name.eq_ignore_ascii_case("idempotency-key"), "{name}");
    let other = server.post(BOOKS, &plain2("Emma", 2));
    other.header("idempotency-key", "two").expect(201).await;
    // Spaces and the order of fields are not what a body says.
    let spaced = r#" { "pricing": { "amount": 9.50 }, "isbn": "ISBN",
        "author": {"name": "Ann Author"}, "title": "Dune" } "#;
    let spaced = spaced.replace("ISBN", &crate::data::isbn(1));
    let ask = server.ask(http::Method::POST, BOOKS);
    let same = key(ask.body("application/json", spaced)).expect(201).await;
    assert_eq!(same["id"], 1);
    server.stop().await;
}

#[tokio::test]
async fn a_key_survives_a_restart() {
    let server = TestServer::start("a_key_survives_a_restart").await;
    let key = |ask: crate::ask::Ask| ask.header("idempotency-key", "one");
    let first = key(server.post(BOOKS, &plain2("Dune", 1))).expect(201).await;

    let server = server.restart().await;

    let again = key(server.post(BOOKS, &plain2("Dune", 1))).expect(201).await;
    assert_eq!(again, first);
    key(server.post(BOOKS, &plain2("Emma", 2))).expect(422).await;
    server.stop().await;
}

#[tokio::test]
async fn restoring_takes_a_key_too() {
    let server = third_state("restoring_takes_a_key").await;
    server.delete(FIRST).reply(204).await;
    let restore = |id: i64| {
        let request = server.v2.book_restore().book_id(id);
        request.idempotency_key("one").send()
    };

    let first = restore(1).await.expect("restored");
    server.patch(FIRST, &json!({ "title": "Changed" })).expect(200).await;
    let again = restore(1).await.expect("replayed");

    assert_eq!(again.headers()["etag"], first.headers()["etag"]);
    assert_eq!(again.into_inner(), first.into_inner());
    let Err(Error::ErrorResponse(other)) = restore(2).await else {
        panic!("another book is another request")
    };
    assert_eq!(other.status(), 422);
    server.stop().await;
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let server = third_state("a_refused_request_and_its_key").await;
    let body = plain2("Dune again", 1);
    let ask = || server.post(BOOKS, &body).header("idempotency-key", "one");

    ask().expect(409).await;
    server.delete(FIRST).reply(204).await;

    assert_eq!(ask().expect(201).await["id"], 2);
    server.stop().await;
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_characters() {
    let server = TestServer::start("a_key_is_1_to_255").await;
    let long = "k".repeat(255);
    for (n, good) in (1..).zip(["!", "~", "\"a;b\"", long.as_str()]) {
        let ask = server.post(BOOKS, &plain2("Dune", n));
        ask.header("idempotency-key", good).expect(201).await;
    }
    let longer = "k".repeat(256);
    for bad in ["", "a b", "caf\u{e9}", longer.as_str()] {
        let ask = server.post(BOOKS, &plain2("Dune", 50));
        let reply = ask.header("idempotency-key", bad).reply(422).await;
        let [(loc, kind)] = &reply.faults()[..] else { panic!("one fault") };
        assert_eq!(
            (&loc[0], kind.as_str()),
            (&json!("header"), "string_pattern_mismatch")
        );
    }
    let list = server.get("/api/v2/books?isbn=9780000000507").expect(200).await;
    assert_eq!(list["items"], Value::Array(Vec::new()));
    server.stop().await;
}

#[tokio::test]
async fn one_key_sent_many_times_at_once_adds_one_book() {
    let server = TestServer::start("one_key_many_times").await;
    let body = plain2("Dune", 1);
    let send = || {
        let ask = server.post(BOOKS, &body).header("idempotency-key", "one");
        async move { ask.send().await }
    };

    let replies = futures::future::join_all((0..8).map(|_| send())).await;

    // A request in progress may be told so.
    let created = replies.iter().filter(|it| it.status == 201);
    assert!(created.clone().count() > 0);
    assert!(created.clone().all(|it| it.json()["id"] == 1));
    assert!(replies.iter().all(|it| it.status == 201 || it.status == 409));
    let list = server.get(BOOKS).expect(200).await;
    assert_eq!(titles(&list), ["Dune"]);
    server.stop().await;
}

#[tokio::test]
async fn a_key_of_one_user_is_nothing_to_another() {
    let server = TestServer::start_guarded("a_key_of_one_user").await;
    let add = |token: &str| {
        let ask = server.post(BOOKS, &plain2("Emma", 1)).bearer(token);
        ask.header("idempotency-key", "add-emma")
    };
    server.add_user("ann", Role::Editor).await;
    server.add_user("bob", Role::Editor).await;
    let (ann, bob) = (server.token("ann").await, server.token("bob").await);
    add(&ann).reply(201).await;
    add(&bob).reply(409).await;
    add(&ann).reply(201).await;
    server.stop().await;
}
