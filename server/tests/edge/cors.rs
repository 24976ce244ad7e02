//! Which web pages may call.

use colophon_server::config::Config;
use colophon_server::edge::{Edge, Error, Secret};
use reqwest::{Client, Method, Response};
use std::sync::Arc;

use crate::rig::{Rig, TestApi};

const KNOWN: &str = "http://localhost:3000";

async fn ask(rig: &Rig, method: Method, headers: &[(&str, &str)]) -> Response {
    let mut request = Client::new().request(method, rig.url("/echo"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

fn vary(response: &Response) -> String {
    let all = response.headers().get_all("vary").iter();
    let all: Vec<_> = all.filter_map(|value| value.to_str().ok()).collect();
    all.join(", ")
}

#[tokio::test]
async fn a_known_page_may_call_with_credentials() {
    let rig = Rig::start().await;
    let response = ask(&rig, Method::GET, &[("origin", KNOWN)]).await;
    let allowed = header(&response, "access-control-allow-origin");
    assert_eq!(allowed, Some(KNOWN));
    let credentials = header(&response, "access-control-allow-credentials");
    assert_eq!(credentials, Some("true"));
    let exposed = header(&response, "access-control-expose-headers");
    let exposed: Vec<_> = exposed.expect("a list").split(", ").collect();
    for name in [
        "X-Request-ID",
        "X-Process-Time",
        "X-Total-Count",
        "X-Total-Pages",
        "Link",
        "ETag",
        "Location",
        "Deprecation",
        "Sunset",
    ] {
        assert!(exposed.contains(&name), "{name}");
    }
    assert!(vary(&response).contains("Origin"));
}

#[tokio::test]
async fn an_unknown_page_may_not() {
    let rig = Rig::start().await;
    for origin in ["http://evil.example", "http://localhost:30000", "null"] {
        let response = ask(&rig, Method::GET, &[("origin", origin)]).await;
        assert_eq!(header(&response, "access-control-allow-origin"), None);
        assert!(vary(&response).contains("Origin"));
    }
}

#[tokio::test]
async fn a_preflight_is_answered_at_the_edge() {
    let rig = Rig::start_with(|config| config.cors.max_age_s = 77).await;
    let wanted = ("access-control-request-method", "PATCH");
    let response =
        ask(&rig, Method::OPTIONS, &[("origin", KNOWN), wanted]).await;
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "access-control-max-age"), Some("77"));
    let methods = header(&response, "access-control-allow-methods");
    assert!(methods.expect("a list").split(", ").any(|m| m == "PATCH"));
    let headers = header(&response, "access-control-allow-headers");
    let headers: Vec<_> = headers.expect("a list").split(", ").collect();
    for name in ["Authorization", "If-Match", "Idempotency-Key"] {
        assert!(headers.contains(&name), "{name}");
    }
    let allowed = header(&response, "access-control-allow-origin");
    assert_eq!(allowed, Some(KNOWN));
    assert!(vary(&response).contains("Access-Control-Request-Method"));
    assert_eq!(rig.inner.requests(), 0);
}

#[tokio::test]
async fn a_preflight_of_an_unknown_page_permits_nothing() {
    let rig = Rig::start().await;
    let wanted = ("access-control-request-method", "PATCH");
    let origin = ("origin", "http://evil.example");
    let response = ask(&rig, Method::OPTIONS, &[origin, wanted]).await;
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "access-control-allow-origin"), None);
    assert_eq!(header(&response, "access-control-allow-methods"), None);
}

#[tokio::test]
async fn a_plain_options_goes_inward() {
    let rig = Rig::start().await;
    for headers in [&[][..], &[("origin", KNOWN)]] {
        let response = ask(&rig, Method::OPTIONS, headers).await;
        assert_eq!(response.status(), 200);
    }
    assert_eq!(rig.inner.requests(), 2);
}

#[tokio::test]
async fn what_is_no_origin_is_an_error_at_start() {
    for origin in ["*", "localhost:3000", "http://a/", "http://*.a", ""] {
        let mut config = Config::default();
        config.http.bind = ([127, 0, 0, 1], 0).into();
        config.cors.origins = vec![origin.to_owned()];
        let started = Edge::start(
            &config,
            ([127, 0, 0, 1], 1).into(),
            Secret::random(),
            Arc::new(TestApi),
            slog::Logger::root(slog::Discard, slog::o!()),
        );
        let error = started.await.expect_err(origin);
        assert!(matches!(error, Error::Origin { .. }), "{error}");
    }
}
