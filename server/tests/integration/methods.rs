//! Methods and paths: HEAD, OPTIONS, 404, 405, the slash at the end.

use std::collections::{BTreeMap, BTreeSet};

use colophon_server::domain::Role;
use http::Method;
use serde_json::json;

use crate::TestServer;
use crate::data::{event, plain, plain2};
use crate::promise::operations;
use crate::v1_reports::made;

/// A report that is asked for where one must only look like one.
const REPORT: &str = "0b0e6b1e-8f0c-4a53-9d1b-6f3f4a8f5c11";

/// The path of an operation with something of the sample data in it.
pub(crate) fn sample(template: &str) -> String {
    template
        .replace("{book_id}", "4")
        .replace("{model_id}", "blurb-writer")
        .replace("{item_id}", "1")
        .replace("{author_id}", "4")
        .replace("{product_id}", "4")
        .replace("{event_id}", "1")
        .replace("{user_id}", "1")
        .replace("{report_id}", REPORT)
        .replace("{review_id}", "1")
}

/// A server on the sample data, to which event 1, user 1 and review 1 are
/// added.
async fn with_all_samples(name: &str) -> TestServer {
    let server = TestServer::start_filled(name).await;
    server.post("/api/v1/events", &event("Fair")).expect(201).await;
    server.add_user("ann", Role::Viewer).await;
    let review = json!({ "rating": 5 });
    server.post("/api/v1/books/4/reviews", &review).expect(201).await;
    server
}

/// Every path of the contracts below every base, with what it allows.
fn paths() -> BTreeMap<String, BTreeSet<String>> {
    let mut paths: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for promised in operations() {
        let bases: &[&str] = match promised.version {
            "v1" => &["/api/v1", ""],
            _ => &["/api/v2"],
        };
        for base in bases {
            let path = format!("{base}{}", sample(promised.operation.path()));
            let allowed = paths.entry(path).or_default();
            let method = promised.operation.method();
            allowed.insert(method.to_string());
            allowed.insert("OPTIONS".to_owned());
            if method == Method::GET {
                allowed.insert("HEAD".to_owned());
            }
        }
    }
    paths
}

fn allow(reply: &crate::ask::Reply) -> BTreeSet<String> {
    let allow = reply.header("allow").expect("Allow");
    allow.split(',').map(|it| it.trim().to_owned()).collect()
}

#[tokio::test]
async fn options_tells_what_a_path_allows() {
    let server = TestServer::start_filled("options_tells").await;
    for (path, allowed) in paths() {
        for path in [path.clone(), format!("{path}/")] {
            let reply = server.ask(Method::OPTIONS, &path).reply(204).await;
            assert_eq!(allow(&reply), allowed, "{path}");
            assert!(reply.body.is_empty() && reply.id().is_some());
        }
    }
    for page in ["/", "/docs", "/health/ready"] {
        let reply = server.ask(Method::OPTIONS, page).reply(204).await;
        let read = ["GET", "HEAD", "OPTIONS"].map(str::to_owned);
        assert_eq!(allow(&reply), BTreeSet::from(read), "{page}");
    }
    server.ask(Method::OPTIONS, "/api/v1/nothing").reply(404).await;
    server.stop().await;
}

#[tokio::test]
async fn a_method_that_a_path_lacks_is_refused_with_those_it_has() {
    let server = TestServer::start_filled("a_method_that_a_path_lacks").await;
    for (path, allowed) in paths() {
        for method in
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]
        {
            if allowed.contains(method) {
                continue;
            }
            let asked = method.parse().expect("a method");
            let reply = server.ask(asked, &path).reply(405).await;
            assert_eq!(allow(&reply), allowed, "{method} {path}");
            if method != "HEAD" {
                assert_eq!(reply.json()["error_code"], "BadRequest");
            }
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn head_gives_the_headers_of_get_alone() {
    let server = with_all_samples("head_gives_the_headers").await;
    let report = made(&server, json!({ "report_type": "sales" })).await;
    let report = report["id"].as_str().expect("an id");
    let gets = operations().filter(|it| it.operation.method() == Method::GET);
    for promised in gets {
        let base = format!("/api/{}", promised.version);
        let mut path = format!("{base}{}", sample(promised.operation.path()));
        path = path.replace(REPORT, report);
        if promised.operation.id() == "book_search" {
            path += "?q=dune";
        }
        let get = server.get(&path).reply(200).await;
        let head = server.ask(Method::HEAD, &path).reply(200).await;
        for header in
            ["content-type", "etag", "link", "x-total-count", "deprecation"]
        {
            assert_eq!(head.header(header), get.header(header), "{path}");
        }
    }
    let missing = server.ask(Method::HEAD, "/api/v1/books/99").reply(404).await;
    assert!(missing.id().is_some());
    server.ask(Method::HEAD, "/api/v1/books?page=0").reply(422).await;
    server.ask(Method::HEAD, "/docs").reply(200).await;
    server.stop().await;
}

#[tokio::test]
async fn a_slash_at_the_end_makes_no_difference() {
    let server = with_all_samples("a_slash_at_the_end").await;
    let report = made(&server, json!({ "report_type": "sales" })).await;
    let report = report["id"].as_str().expect("an id");
    let gets = operations().filter(|it| it.operation.method() == Method::GET);
    for promised in gets {
        let base = format!("/api/{}", promised.version);
        let path = format!("{base}{}", sample(promised.operation.path()));
        let path = path.replace(REPORT, report);
        let query = if promised.operation.id() == "book_search" {
            "?q=dune"
        } else {
            ""
        };
        let plain = server.get(&format!("{path}{query}")).expect(200).await;
        let slash = server.get(&format!("{path}/{query}")).expect(200).await;
        assert_eq!(slash, plain, "{path}");
    }
    for (path, body, location) in [
        ("/api/v1/books/", plain("Emma", 1), "/api/v1/books/6"),
        ("/books/", plain("Emma", 2), "/books/7"),
        ("/api/v2/books/", plain2("Emma", 3), "/api/v2/books/8"),
    ] {
        let reply = server.post(path, &body).reply(201).await;
        assert_eq!(reply.header("location"), Some(location));
    }
    let lamp = json!({ "id": 9, "name": "Lamp" });
    server.post("/items/", &lamp).expect(201).await;
    let bulk = server.post("/api/v1/books/bulk/", &json!([])).expect(201).await;
    assert_eq!(bulk["created"], json!([]));
    server.delete("/items/9/").expect(200).await;
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_served_at_other_paths() {
    let server = TestServer::start_filled("nothing_is_served").await;
    for path in [
        "/nothing",
        "/api/v1",
        "/api/v2",
        "/api/v1/nothing",
        "/api/v2/nothing",
        "/api/v1/books/1/nothing",
        "/api/v1/books/1/summary/2",
        "/api/v1/Books",
        "/docs/assets/nothing.js",
        "/%00",
    ] {
        let missing = server.get(path).expect(404).await;
        assert_eq!(missing["error_code"], "NotFound", "{path}");
        assert!(!missing.to_string().contains("nothing"), "{missing}");
    }
    for path in ["/%ff", "/api/v1/books/%ff", "/api/v2/books/%c3%28"] {
        let refused = server.get(path).expect(400).await;
        assert_eq!(refused["error_code"], "BadRequest", "{path}: no UTF-8");
    }
    server.stop().await;
}
