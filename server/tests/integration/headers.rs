//! Headers that every answer carries.

use http::Method;
use serde_json::json;

use crate::TestServer;
use crate::ask::{Ask, Reply};
use crate::data::plain;

/// An answer by each who makes some: handlers, dropshot, the edge, the pages.
fn of_each_maker(server: &TestServer) -> Vec<(Ask, u16)> {
    let large = vec![b' '; 1024 * 1024 + 1];
    let post = server.ask(Method::POST, "/api/v1/books");
    vec![
        (server.get("/api/v1/books"), 200),
        (server.get("/api/v2/books/4"), 200),
        (server.delete("/api/v2/books/5"), 204),
        (server.get("/api/v1/books/99"), 404),
        (server.post("/api/v2/books", &json!({})), 422),
        (server.get("/api/v1/nothing"), 404),
        (server.delete("/api/v1/books"), 405),
        (server.get("/api/books").header("x-api-version", "9"), 400),
        (post.body("application/json", large), 413),
        (server.ask(Method::OPTIONS, "/api/v1/books"), 204),
        (server.ask(Method::HEAD, "/api/v1/books"), 200),
        (server.get("/"), 200),
        (server.get("/docs"), 200),
    ]
}

#[tokio::test]
async fn a_request_id_is_kept_and_stands_in_errors_and_the_log() {
    let server = TestServer::start_filled("a_request_id_is_kept").await;
    for (n, (ask, status)) in (1..).zip(of_each_maker(&server)) {
        let id = format!("my-id/{n}");
        let reply = ask.header("x-request-id", &id).reply(status).await;
        assert_eq!(reply.id(), Some(id.as_str()));
        if reply.is_error() {
            assert_eq!(reply.json()["request_id"], id);
        }
    }
    let asked = of_each_maker(&server).len();
    let log = server.log();
    for n in 1..=asked {
        let id = format!("my-id/{n}");
        let lines = log.iter().filter(|line| line["request_id"] == id);
        assert!(lines.count() >= 1, "{id} is in no line of the log");
    }
    server.stop().await;
}

#[tokio::test]
async fn who_came_by_tls_is_told_to_do_so_again() {
    for (proxy, scheme, told) in [
        ("127.0.0.0/8", "https", Some("max-age=31536000")),
        ("127.0.0.0/8", "http", None),
        ("192.0.2.0/24", "https", None),
    ] {
        let name = "who_came_by_tls";
        let server = TestServer::start_with(name, |config| {
            let proxy = proxy.parse().expect("a network");
            config.edge.trusted_proxies = vec![proxy];
        });
        let server = server.await;
        for path in ["/api/v1/books", "/docs"] {
            let ask = server.get(path).header("x-forwarded-proto", scheme);
            let reply = ask.reply(200).await;
            assert_eq!(reply.header("strict-transport-security"), told);
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn an_unfit_request_id_is_replaced_by_a_new_one() {
    let server = TestServer::start_filled("an_unfit_request_id").await;
    let long = "x".repeat(129);
    for unfit in ["", "a b", "caf\u{e9}", long.as_str()] {
        for path in ["/api/v1/books/99", "/api/v1/nothing"] {
            let ask = server.get(path).header("x-request-id", unfit);
            let reply = ask.reply(404).await;
            let id = reply.id().expect("an id");
            assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
            assert_eq!(reply.json()["request_id"], id);
        }
    }
    let longest = "x".repeat(128);
    let ask = server.get("/api/v1/books/99").header("x-request-id", &longest);
    assert_eq!(ask.reply(404).await.id(), Some(longest.as_str()));
    server.stop().await;
}

#[tokio::test]
async fn every_answer_has_a_time_and_the_security_headers() {
    let server = TestServer::start_filled("every_answer_has").await;
    for (ask, status) in of_each_maker(&server) {
        let reply = ask.reply(status).await;
        let time = reply.header("x-process-time").expect("a time");
        let (seconds, decimals) = time.split_once('.').expect("a point");
        assert!(
            seconds.parse::<u32>().is_ok() && decimals.len() == 4,
            "{time}"
        );
        let nosniff = reply.header("x-content-type-options");
        assert_eq!(nosniff, Some("nosniff"));
        assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        assert_eq!(reply.header("strict-transport-security"), None, "no TLS");
        assert!(reply.header("cache-control").is_some());
        assert_eq!(reply.header("server"), None);
        assert_eq!(reply.header("x-colophon-answer"), None, "it is internal");
    }
    let book = server.get("/api/v1/books/1").reply(200).await;
    assert_eq!(book.header("cache-control"), Some("no-store"));
    server.stop().await;
}

fn assert_deprecated(reply: &Reply, successor: &str) {
    assert_eq!(reply.header("deprecation"), Some("@1767225600"));
    let sunset = reply.header("sunset");
    assert_eq!(sunset, Some("Fri, 31 Dec 2027 00:00:00 GMT"));
    let link = reply.header("link").expect("a link");
    let expected = format!("<{successor}>; rel=\"successor-version\"");
    assert!(link.ends_with(&expected), "{link}");
}

#[tokio::test]
async fn every_answer_of_v1_tells_of_its_end_and_successor() {
    let server = TestServer::start_filled("v1_tells_of_its_end").await;
    let dune = plain("Dune", 1);
    for (ask, status, successor) in [
        (server.get("/api/v1/books"), 200, "/api/v2/books"),
        (server.get("/api/v1/books/4"), 200, "/api/v2/books/4"),
        (server.get("/books/4/"), 200, "/api/v2/books/4"),
        (server.get("/api/books/4"), 200, "/api/v2/books/4"),
        (server.get("/api/v1/books/4/summary"), 200, "/api/v2/books/4"),
        (server.get("/api/v1/books/cursor"), 200, "/api/v2/books"),
        (server.get("/api/v1/books/search?q=x"), 200, "/api/v2/books"),
        (server.post("/api/v1/books", &dune), 201, "/api/v2/books"),
        (server.post("/api/v1/books/bulk", &json!([])), 201, "/api/v2/books"),
        (server.get("/api/v1/items"), 200, "/api/v2"),
        (server.delete("/api/v1/books/5"), 204, "/api/v2/books/5"),
        // Errors do too.
        (server.get("/api/v1/books/99"), 404, "/api/v2/books/99"),
        (server.get("/api/v1/books?page=0"), 422, "/api/v2/books"),
        (server.post("/api/v1/books", &json!({})), 422, "/api/v2/books"),
        (server.get("/api/v1/books/cursor?cursor=x"), 400, "/api/v2/books"),
        (server.post("/api/v1/books", &dune), 409, "/api/v2/books"),
    ] {
        assert_deprecated(&ask.reply(status).await, successor);
    }
    server.stop().await;
}

#[tokio::test]
async fn the_dates_of_v1_are_settings() {
    let name = "the_dates_of_v1_are_settings";
    let server = TestServer::start_with(name, |config| {
        let life = &mut config.versions.v1;
        life.deprecated_on = "2030-02-03".parse().expect("a date");
        life.sunset_on = "2031-04-05".parse().expect("a date");
    })
    .await;
    let reply = server.get("/api/v1/items").reply(200).await;
    assert_eq!(reply.header("deprecation"), Some("@1896307200"));
    assert_eq!(reply.header("sunset"), Some("Sat, 05 Apr 2031 00:00:00 GMT"));
    server.stop().await;
}

#[tokio::test]
async fn v2_and_the_pages_are_not_deprecated() {
    let server = TestServer::start_filled("v2_is_not_deprecated").await;
    for (path, status) in [
        ("/api/v2/books", 200),
        ("/api/v2/books/4", 200),
        ("/api/v2/books/99", 404),
        ("/api/v2/books?limit=0", 422),
        ("/docs", 200),
        ("/health", 200),
    ] {
        let reply = server.get(path).reply(status).await;
        for header in ["deprecation", "sunset", "link"] {
            assert_eq!(reply.header(header), None, "{header} of {path}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn pages_of_known_origins_may_call() {
    let server = TestServer::start_filled("pages_of_known_origins").await;
    for (origin, known) in [
        ("http://localhost:3000", true),
        ("http://localhost:5173", true),
        ("http://localhost:3001", false),
        ("https://evil.test", false),
        ("null", false),
    ] {
        for path in ["/api/v1/books", "/api/v2/books/99", "/api/v1/nothing"] {
            let reply = server.get(path).header("origin", origin).send().await;
            let allowed = reply.header("access-control-allow-origin");
            assert_eq!(allowed, known.then_some(origin), "{path}");
            let credentials = reply.header("access-control-allow-credentials");
            assert_eq!(credentials, known.then_some("true"));
            if known {
                let exposed = reply.header("access-control-expose-headers");
                let exposed = exposed.expect("headers").to_lowercase();
                for header in [
                    "x-request-id",
                    "x-process-time",
                    "x-total-count",
                    "link",
                    "etag",
                ] {
                    assert!(exposed.contains(header), "{header}: {exposed}");
                }
            }
        }
        let ask = server.ask(Method::OPTIONS, "/api/v2/books/4");
        let ask = ask.header("origin", origin);
        let ask = ask.header("access-control-request-method", "PUT");
        let preflight = ask.reply(204).await;
        let allowed = preflight.header("access-control-allow-origin");
        assert_eq!(allowed, known.then_some(origin));
        let max_age = preflight.header("access-control-max-age");
        assert_eq!(max_age, known.then_some("3600"));
    }
    server.stop().await;
}
