//! How often somebody may ask, and until when contract v1 answers.

use std::num::NonZeroU32;

use colophon_server::config::{AuthMode, Config, RateLimitMode};
use colophon_server::domain::Role;

use crate::TestServer;
use crate::ask::{Ask, Reply};
use crate::contract::{Seen, named_with};
use crate::methods::sample;
use crate::promise::{Promised, operations};

/// So many operations at once, and the next in a minute.
pub(crate) fn at_once(operations: u32) -> impl FnOnce(&mut Config) {
    move |config| {
        config.rate_limit.mode = RateLimitMode::On;
        config.rate_limit.burst =
            NonZeroU32::new(operations).expect("more than none");
        config.rate_limit.per_minute = NonZeroU32::MIN;
    }
}

fn remaining(reply: &Reply) -> Option<&str> {
    reply.header("x-ratelimit-remaining")
}

fn ask(server: &TestServer, promised: Promised) -> Ask {
    let path = sample(promised.operation.path());
    let path = format!("/api/{}{path}", promised.version);
    server.ask(promised.operation.method().clone(), &path)
}

#[tokio::test]
async fn every_operation_can_be_asked_for_too_often() {
    let server = TestServer::start_with("asked_too_often", at_once(1)).await;
    let first = server.get("/api/v2/books").reply(200).await;
    assert_eq!(first.header("x-ratelimit-limit"), Some("1"));
    assert_eq!(remaining(&first), Some("0"));
    let mut seen = Seen::new();
    for promised in operations() {
        let reply = ask(&server, promised).reply(429).await;

        assert_eq!(reply.json()["error_code"], "RateLimitExceeded");
        assert_eq!(remaining(&reply), Some("0"));
        let after = reply.header("retry-after").expect("a time");
        assert_eq!(reply.json()["retry_after"].to_string(), after);
        assert!(reply.header("x-ratelimit-reset").is_some());
        seen.insert(format!("{} 429", promised.name()));
    }
    assert_eq!(seen, named_with(429, |_| true));
    server.get("/health/live").reply(200).await;
    server.stop().await;
}

#[tokio::test]
async fn each_user_has_a_limit_of_their_own() {
    let server = TestServer::start_with("each_user_has_a_limit", |config| {
        config.auth.mode = AuthMode::Required;
        at_once(2)(config);
    })
    .await;
    server.add_user("ann", Role::Viewer).await;
    server.add_user("bob", Role::Viewer).await;
    // Whoever asks for a token has none: these are the network's two.
    let (ann, bob) = (server.token("ann").await, server.token("bob").await);
    server.sign_in("ann", "another password").reply(429).await;
    let list = |token: &str| server.get("/api/v2/books").bearer(token);
    for left in ["1", "0"] {
        assert_eq!(remaining(&list(&ann).reply(200).await), Some(left));
    }
    list(&ann).reply(429).await;
    assert_eq!(remaining(&list(&bob).reply(200).await), Some("1"));
    // Who is not let in is not counted against a user.
    let none = server.get("/api/v2/books").reply(401).await;
    assert_eq!(remaining(&none), None);
    server.stop().await;
}

#[tokio::test]
async fn every_operation_of_v1_is_gone_after_its_sunset() {
    let server = TestServer::start_with("v1_is_gone", |config| {
        let life = &mut config.versions.v1;
        life.sunset_on = "2026-01-31".parse().expect("a day");
        life.gone_after_sunset = true;
    })
    .await;
    let mut gone = Seen::new();
    for promised in operations().filter(|it| it.version == "v1") {
        let reply = ask(&server, promised).reply(410).await;

        assert_eq!(
            reply.header("sunset"),
            Some("Sat, 31 Jan 2026 00:00:00 GMT")
        );
        let link = reply.header("link").expect("a link");
        assert!(link.contains("rel=\"successor-version\""), "{link}");
        gone.insert(format!("{} 410", promised.name()));
    }
    assert_eq!(gone, named_with(410, |_| true));
    server.get("/books").reply(410).await;
    server.get("/api/v2/books").reply(200).await;
    server.stop().await;
}

#[tokio::test]
async fn v1_answers_until_the_day_of_its_sunset() {
    let server = TestServer::start_with("v1_answers_until", |config| {
        config.versions.v1.sunset_on = "2999-01-31".parse().expect("a day");
        config.versions.v1.gone_after_sunset = true;
    })
    .await;
    server.get("/api/v1/books").reply(200).await;
    server.stop().await;
}
