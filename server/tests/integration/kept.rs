//! Answers that are given again, for nothing has been written since: each
//! request still gets what is its own.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use colophon_server::config::Config;
use colophon_server::domain::Role;

use crate::TestServer;
use crate::ask::{Ask, Reply};
use crate::data::plain2;
use crate::limits::at_once;
use crate::tokens::key;

const BOOK: &str = "/api/v1/books/1";
const BOOK2: &str = "/api/v2/books/1";

/// How many answers the server has given again.
async fn given_again(server: &TestServer) -> u64 {
    let metrics = server.get("/metrics").reply(200).await.text();
    let line = "http_answer_cache_total{outcome=\"hit\"} ";
    let count = metrics.lines().find_map(|it| it.strip_prefix(line));
    count.map_or(0, |it| it.parse().expect("a number"))
}

/// Asks until an answer has been given again, and gives that one; on
/// PostgreSQL, where none is, the second one.
async fn again(server: &TestServer, ask: impl Fn() -> Ask) -> Reply {
    let deadline = Instant::now() + Duration::from_secs(20);
    ask().reply(200).await;
    loop {
        let before = given_again(server).await;
        let reply = ask().reply(200).await;
        if !server.database_url().starts_with("sqlite:")
            || given_again(server).await > before
        {
            return reply;
        }
        assert!(Instant::now() < deadline, "no answer is given again");
    }
}

#[tokio::test]
async fn an_answer_is_given_again_to_those_alone_who_may_have_it() {
    let server = TestServer::start_guarded("an_answer_is_given_again").await;
    server.add_user("ann", Role::Viewer).await;
    let ann = server.token("ann").await;
    server.add_user("eve", Role::Editor).await;
    let reader = key(&server, "eve", TimeDelta::hours(1)).await.value;
    for path in [BOOK, BOOK2] {
        again(&server, || server.get(path).bearer(&ann)).await;

        server.get(path).reply(401).await;
        server.get(path).bearer("made up").reply(401).await;
        server.get(path).bearer(&reader).reply(200).await;
    }
    let models = "/api/v1/models";
    again(&server, || server.get(models).bearer(&ann)).await;
    server.get(models).bearer(&reader).reply(403).await;
    server.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_given_again_names_its_request() {
    let server = TestServer::start_filled("an_answer_names_its_request").await;
    let first = server.get(BOOK).header("x-request-id", "one").reply(200).await;
    let ask = || server.get(BOOK).header("x-request-id", "two");
    let second = again(&server, ask).await;

    assert_eq!(first.text(), second.text());
    assert_eq!(second.id(), Some("two"));
    for name in ["deprecation", "sunset", "link", "content-type"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
        assert!(first.header(name).is_some(), "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_given_again_can_be_known_to_the_client() {
    let server = TestServer::start("an_answer_can_be_known").await;
    server.post("/api/v2/books", &plain2("Dune", 1)).expect(201).await;
    let seen = again(&server, || server.get(BOOK2)).await;
    let tag = seen.header("etag").expect("a tag").to_owned();

    let same = server.get(BOOK2).header("if-none-match", &tag).reply(304).await;

    assert_eq!(same.text(), "");
    server
        .patch(BOOK2, &serde_json::json!({ "title": "Emma" }))
        .expect(200)
        .await;
    let other =
        server.get(BOOK2).header("if-none-match", &tag).reply(200).await;
    assert_eq!(other.json()["title"], "Emma");
    server.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_given_again_counts() {
    let limited = |config: &mut Config| {
        config.database.sample_data = true;
        at_once(3)(config);
    };
    let server = TestServer::start_with("an_answer_counts", limited).await;
    for _ in 0..3 {
        server.get(BOOK).reply(200).await;
    }
    server.get(BOOK).reply(429).await;
    server.stop().await;
}
