//! Every path answers; the vendored files are the ones that were reviewed.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use async_trait::async_trait;
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, IF_NONE_MATCH,
};
use http::{HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use super::*;
use crate::contract;

struct Parts(Vec<Part>);

#[async_trait]
impl Readiness for Parts {
    async fn check(&self) -> Vec<Part> {
        self.0.clone()
    }
}

struct Hangs;

#[async_trait]
impl Readiness for Hangs {
    async fn check(&self) -> Vec<Part> {
        std::future::pending().await
    }
}

fn context(readiness: impl Readiness + 'static) -> PagesContext {
    let load = |yaml| Contract::load(yaml).expect("a good contract");
    let (v1, v2) = (load(contract::V1), load(contract::V2));
    let metrics = Arc::new(Metrics::new());
    PagesContext::new(&v1, &v2, metrics, Arc::new(readiness))
}

async fn get(path: &str) -> Response<Bytes> {
    respond(path, &HeaderMap::new(), &context(Parts(Vec::new())))
        .await
        .unwrap_or_else(|| panic!("{path} answers nothing"))
}

fn json(response: &Response<Bytes>) -> serde_json::Value {
    serde_json::from_slice(response.body()).expect("the body is JSON")
}

#[tokio::test]
async fn every_path_answers_with_its_type() {
    for path in PATHS {
        let response = get(&path.replace("{file}", "docs.js")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(!response.body().is_empty(), "{path}");
        let expected = match *path {
            "/docs" | "/api/docs" | "/redoc" | "/api/redoc" => HTML,
            "/docs/assets/{file}" => "text/javascript; charset=utf-8",
            "/metrics" => metrics::MEDIA_TYPE,
            yaml if yaml.ends_with(".yaml") => "application/yaml",
            _ => "application/json",
        };
        assert_eq!(response.headers()[CONTENT_TYPE], expected, "{path}");
        assert!(response.headers().contains_key(CACHE_CONTROL), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_left_to_the_caller() {
    let context = context(Parts(Vec::new()));
    for path in ["/nothing", "/docs/assets/", "/docs/assets/../docs.html", ""] {
        let answer = respond(path, &HeaderMap::new(), &context).await;
        assert!(answer.is_none(), "{path}");
    }
}

#[tokio::test]
async fn the_contracts_are_served_in_both_notations() {
    for version in ["v1", "v2"] {
        let yaml = get(&format!("/api/{version}/openapi.yaml")).await;
        let json = json(&get(&format!("/api/{version}/openapi.json")).await);

        let same: serde_json::Value =
            yaml_serde::from_slice(yaml.body()).expect("YAML");
        assert_eq!(same, json);
        assert!(json["openapi"].is_string());
    }
    assert_eq!(
        get("/openapi.json").await.body(),
        get("/api/v1/openapi.json").await.body()
    );
}

#[tokio::test]
async fn the_root_says_where_everything_is() {
    let body = json(&get("/").await);

    assert_eq!(body["name"], "colophon");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    for address in [&body["docs"], &body["redoc"], &body["contracts"]["v1"]] {
        get(address.as_str().expect("an address")).await;
    }
}

#[tokio::test]
async fn health_has_status_version_and_time() {
    let body = json(&get("/health").await);

    assert_eq!(body["status"], "healthy");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    let time = body["timestamp"].as_str().expect("a time");
    assert!(time.ends_with('Z'));
    chrono::DateTime::parse_from_rfc3339(time).expect("RFC 3339");
}

#[tokio::test]
async fn readiness_names_what_fails() {
    let parts = Parts(vec![
        Part { name: "database", works: true },
        Part { name: "job-queue", works: false },
    ]);

    let response = respond("/health/ready", &HeaderMap::new(), &context(parts))
        .await
        .expect("an answer");

    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = json(&response);
    assert_eq!(body["failing"], serde_json::json!(["job-queue"]));
    assert_eq!(body["parts"]["database"], "ok");
}

#[tokio::test(start_paused = true)]
async fn a_readiness_check_that_hangs_has_failed() {
    let response = respond("/health/ready", &HeaderMap::new(), &context(Hangs))
        .await
        .expect("an answer");

    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_pages_run_no_foreign_and_no_evaluated_script() {
    for path in ["/docs", "/redoc", "/api/docs", "/api/redoc"] {
        let response = get(path).await;
        let policy =
            response.headers()[CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        assert!(!policy.contains("unsafe-eval") && !policy.contains("http"));

        let html = String::from_utf8_lossy(response.body());
        assert!(!html.contains("://"), "{path} names another host");
        assert!(!html.contains("<script>"), "{path} has an inline script");
        assert!(!html.contains("style="), "{path} has an inline style");
    }
}

#[tokio::test]
async fn the_pages_load_only_files_that_are_there() {
    for path in ["/docs", "/redoc"] {
        let response = get(path).await;
        let html = String::from_utf8_lossy(response.body());
        let loads = html.split('"').filter(|it| it.starts_with("/docs/assets"));
        for file in loads {
            get(file).await;
        }
    }
}

#[tokio::test]
async fn a_packed_file_is_the_same_packed_and_not() {
    let context = context(Parts(Vec::new()));
    let path = "/docs/assets/swagger-ui-bundle.js";
    let gzip = HeaderMap::from_iter([(
        ACCEPT_ENCODING,
        HeaderValue::from_static("gzip"),
    )]);

    let packed = respond(path, &gzip, &context).await.expect("packed");
    let plain = get(path).await;

    assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
    assert!(!plain.headers().contains_key(CONTENT_ENCODING));
    assert_eq!(unzip(packed.body()).expect("gzip"), plain.body()[..]);
}

#[tokio::test]
async fn a_file_that_the_client_has_is_not_sent_again() {
    let context = context(Parts(Vec::new()));
    let path = "/docs/assets/docs.js";
    let etag = get(path).await.headers()["etag"].clone();

    let again = HeaderMap::from_iter([(IF_NONE_MATCH, etag)]);
    let response = respond(path, &again, &context).await.expect("an answer");

    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert!(response.body().is_empty());
}

/// A row of the table in `assets/README.md`: file name and SHA-256.
fn row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix("| `")?.split('`');
    let name = cells.next()?;
    let sum = cells.rfind(|cell| cell.len() == 64)?;
    Some((name, sum))
}

fn unzip(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut plain)?;
    Ok(plain)
}

fn sha256(path: &Path) -> String {
    let mut bytes = fs::read(path).expect("readable");
    if path.extension().is_some_and(|it| it == "gz") {
        bytes = unzip(&bytes).expect("gzip");
    }
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn each_vendored_file_is_the_one_that_was_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let readme = fs::read_to_string(folder.join("README.md")).expect("README");
    let listed: Vec<_> = readme.lines().filter_map(row).collect();

    for (name, sum) in &listed {
        assert_eq!(sha256(&folder.join(name)), *sum, "{name}");
    }

    for entry in fs::read_dir(&folder).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("a name");
        let ours = readme.contains(&format!("`{name}`")) || name == "README.md";
        assert!(ours, "assets/README.md does not tell of {name}");
    }
}

#[test]
fn each_vendored_file_is_served() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for entry in fs::read_dir(&folder).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("a name").trim_end_matches(".gz");
        let page = name.ends_with(".html") || name == "README.md";
        assert!(page || assets::names().any(|it| it == name), "{name}");
    }
}
