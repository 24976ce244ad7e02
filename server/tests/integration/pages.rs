//! What the server tells beside the API.

use serde_json::{Value, json};

use crate::TestServer;
use crate::promise::TEXTS;

#[tokio::test]
async fn every_page_answers() {
    let server = TestServer::start_filled("every_page_answers").await;
    for (path, media_type) in [
        ("/", "application/json"),
        ("/health", "application/json"),
        ("/health/live", "application/json"),
        ("/health/ready", "application/json"),
        ("/metrics", "application/openmetrics-text"),
        ("/docs", "text/html"),
        ("/docs/", "text/html"),
        ("/redoc", "text/html"),
        ("/api/docs", "text/html"),
        ("/api/redoc", "text/html"),
        ("/openapi.json", "application/json"),
        ("/api/v1/openapi.json", "application/json"),
        ("/api/v1/openapi.yaml", "application/yaml"),
        ("/api/v2/openapi.json", "application/json"),
        ("/api/v2/openapi.yaml", "application/yaml"),
    ] {
        let reply = server.get(path).reply(200).await;
        let told = reply.header("content-type").expect("a media type");
        assert!(told.starts_with(media_type), "{path}: {told}");
        assert!(!reply.body.is_empty(), "{path}");
        let policy = reply.header("content-security-policy");
        assert_eq!(policy.is_some(), media_type == "text/html", "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_contracts_are_served_as_they_are_written() {
    let server = TestServer::start("the_contracts_are_served").await;
    for (version, text) in TEXTS {
        let path = format!("/api/{version}/openapi.yaml");
        assert_eq!(server.get(&path).reply(200).await.text(), text);
        let path = format!("/api/{version}/openapi.json");
        let json = server.get(&path).expect(200).await;
        let yaml: Value = yaml_serde::from_str(text).expect("YAML");
        assert_eq!(json, yaml, "{version}");
    }
    let root = server.get("/").expect(200).await;
    assert_eq!(root["name"], "colophon");
    for link in [
        &root["docs"],
        &root["redoc"],
        &root["contracts"]["v1"],
        &root["contracts"]["v2"],
    ] {
        server.get(link.as_str().expect("a path")).reply(200).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn the_documentation_loads_nothing_from_elsewhere() {
    let server = TestServer::start("the_documentation_loads").await;
    for page in ["/docs", "/redoc"] {
        let html = server.get(page).reply(200).await.text();
        assert!(!html.contains("http://") && !html.contains("https://"));
        let mut files = 0;
        for attribute in ["src=\"", "href=\""] {
            for rest in html.split(attribute).skip(1) {
                let path = rest.split('"').next().expect("a path");
                if path.starts_with('/') {
                    server.get(path).reply(200).await;
                    files += 1;
                }
            }
        }
        assert!(files >= 2, "{page} has scripts and styles");
    }
    server.stop().await;
}

#[tokio::test]
async fn health_tells_of_the_database() {
    let server = TestServer::start("health_tells_of_the_database").await;
    let health = server.get("/health").expect(200).await;
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["timestamp"].as_str().is_some_and(|it| it.ends_with('Z')));
    let ready = server.get("/health/ready").expect(200).await;
    assert_eq!(ready["status"], "ready");
    assert_eq!(
        ready["parts"],
        json!({ "database": "ok", "job_queue": "ok", "migrations": "ok" })
    );
    server.stop().await;
}

#[tokio::test]
async fn a_server_whose_schema_is_incomplete_is_not_ready() {
    let server = TestServer::start("a_server_whose_schema").await;
    server
        .say(
            "DELETE FROM refinery_schema_history WHERE version = \
             (SELECT MAX(version) FROM refinery_schema_history)",
        )
        .await;
    let ready = server.get("/health/ready").expect(503).await;
    assert_eq!(ready["failing"], json!(["migrations"]));
    assert_eq!(ready["parts"]["database"], "ok");
    // Another server, which is newer, has brought it up to its own date.
    let newer = "UPDATE refinery_schema_history SET version = version + 1000";
    server.say(newer).await;
    server.get("/health/ready").expect(200).await;
    server.stop().await;
}

#[tokio::test]
async fn metrics_count_by_operation_and_status() {
    let server = TestServer::start_filled("metrics_count").await;
    for path in
        ["/api/v1/books/1", "/books/2", "/api/v2/books/1", "/api/v1/books/99"]
    {
        server.get(path).send().await;
    }
    server.get("/api/v1/books/cursor").reply(200).await;
    server.get("/api/v1/books?page=0").reply(422).await;

    let text = server.get("/metrics").reply(200).await.text();

    for line in [
        r#"http_requests_total{operation="v1.book_view",status="200"} 2"#,
        r#"http_requests_total{operation="v1.book_view",status="404"} 1"#,
        r#"http_requests_total{operation="v2.book_view",status="200"} 1"#,
        r#"http_requests_total{operation="v1.book_list_by_cursor",status="200"} 1"#,
        r#"http_requests_total{operation="v1.book_list",status="422"} 1"#,
        r#"http_request_duration_seconds_count{operation="v1.book_view"} 3"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(!text.contains("/books"), "labels are no paths");
    server.stop().await;
}
