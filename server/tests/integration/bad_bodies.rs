//! Bodies that cannot be read at all, for every operation that takes one.

use http::Method;
use serde_json::{Value, json};

use crate::TestServer;
use crate::ask::{Ask, Reply};
use crate::data::plain;
use crate::faults::{SECRET, at, secret};
use crate::methods::sample;
use crate::promise::{Promised, operations};

/// Every operation that takes a body, as a request without one.
fn takers(server: &TestServer) -> Vec<(String, Ask)> {
    asks(server, |it| it.operation.takes_body())
}

/// Those whose body is JSON.
fn takers_of_json(server: &TestServer) -> Vec<(String, Ask)> {
    asks(server, Promised::takes_json)
}

fn asks(
    server: &TestServer,
    is_wanted: fn(Promised) -> bool,
) -> Vec<(String, Ask)> {
    let takers = operations().filter(|it| is_wanted(*it));
    let ask = |it: Promised| {
        let path = sample(it.operation.path());
        let path = format!("/api/{}{path}", it.version);
        let ask = server.ask(it.operation.method().clone(), &path);
        (it.name(), ask.header("if-match", "*"))
    };
    takers.map(ask).collect()
}

fn assert_error(reply: &Reply, name: &str, status: u16, code: &str) {
    assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.text());
    assert_eq!(reply.json()["error_code"], code, "{name}");
    assert!(!reply.text().contains(SECRET), "{name}: {}", reply.text());
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_400_everywhere() {
    let server = TestServer::start_filled("a_body_that_is_not_json").await;
    let deep = "[".repeat(10_000);
    for body in [
        &b"{"[..],
        b"nul",
        b"{\"title\": \"s3cr3t\",}",
        b"{\"s3cr3t\": 1} {}",
        b"{s3cr3t: 1}",
        b"{\"title\": \"s3cr3t\n\"}",
        b"{\"title\": \"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b" ",
        deep.as_bytes(),
    ] {
        for (name, ask) in takers_of_json(&server) {
            let ask = ask.body("application/json", body.to_vec());
            let reply = ask.send().await;
            assert_error(&reply, &name, 400, "BadRequest");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn another_media_type_is_a_415_everywhere() {
    let server = TestServer::start_filled("another_media_type").await;
    for (name, ask) in takers(&server) {
        let reply = ask.body("text/plain", "{}").send().await;
        assert_error(&reply, &name, 415, "UnsupportedMediaType");
    }
    let dune = plain("Dune", 1).to_string();
    for wrong in
        ["application/jsonx", "application/x-www-form-urlencoded", "json", ""]
    {
        let ask = server.ask(Method::POST, "/api/v1/books");
        ask.body(wrong, dune.clone()).expect(415).await;
    }
    let parameter = "Application/JSON; charset=utf-8";
    let ask = server.ask(Method::POST, "/api/v1/books");
    ask.body(parameter, dune).expect(201).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_everywhere() {
    for has_edge in [true, false] {
        let name = "a_body_over_the_limit";
        let server = TestServer::start_with(name, |config| {
            config.database.sample_data = true;
            config.edge.enabled = has_edge;
            config.http.max_body_bytes = 1000;
        })
        .await;
        for (name, ask) in takers(&server) {
            let ask = ask.body("application/json", secret(1001));
            let reply = ask.send().await;
            assert_error(&reply, &name, 413, "PayloadTooLarge");
        }
        let mut body = plain("Dune", 1).to_string();
        body += &" ".repeat(1000 - body.len());
        let ask = server.ask(Method::POST, "/api/v1/books");
        ask.body("application/json", body).expect(201).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn a_missing_body_is_told_everywhere() {
    let server = TestServer::start_filled("a_missing_body").await;
    for (name, ask) in takers_of_json(&server) {
        let reply = ask.body("application/json", "").reply(422).await;
        let missing = (at("body"), "missing".to_owned());
        assert_eq!(reply.faults(), [missing], "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_body_of_another_type_is_told_everywhere() {
    let server = TestServer::start_filled("a_body_of_another_type").await;
    for body in [json!(SECRET), json!(5), json!(true), Value::Null] {
        for (name, ask) in takers_of_json(&server) {
            let reply = ask.json(&body).reply(422).await;
            let kind = match name.as_str() {
                "v1.book_bulk_create" => "list_type",
                _ => "dict_type",
            };
            let fault = (at("body"), kind.to_owned());
            assert_eq!(reply.faults(), [fault], "{name}");
        }
    }
    server.stop().await;
}
