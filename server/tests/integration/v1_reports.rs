//! v1: reports.

use std::time::{Duration, Instant};

use colophon_client::v1::types::{
    ReportCreate, ReportData, ReportFilters, ReportStatus, ReportType,
};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{plain, with};

/// How long a report may take to be made on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks for a report, and waits until it is made.
pub(crate) async fn made(server: &TestServer, asked: Value) -> Value {
    let accepted = server.post("/api/v1/reports", &asked).expect(202).await;
    wait_for(server, accepted["check_status_url"].as_str().expect("a path"))
        .await
}

/// Waits until a report is made.
async fn wait_for(server: &TestServer, path: &str) -> Value {
    let asked = Instant::now();
    loop {
        let report = server.get(path).expect(200).await;
        if report["status"] == "completed" {
            return report;
        }
        assert!(asked.elapsed() < PATIENCE, "{report}");
        assert_eq!(report.get("data"), None);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Adds books; each is a title, and what it has beyond what it must have.
async fn add(server: &TestServer, books: &[(&str, Value)]) {
    let numbered = (1..).zip(books);
    let books: Vec<_> = numbered
        .map(|(n, (title, fields))| with(plain(title, n), fields.clone()))
        .collect();
    let added = server.post("/api/v1/books/bulk", &json!(books)).expect(201);
    assert_eq!(added.await["errors"], json!([]));
}

/// Books of several genres; the second and the fourth are checked out.
async fn library(name: &str) -> TestServer {
    let server = TestServer::start(name).await;
    add(
        &server,
        &[
            ("A", json!({ "genre": "Fantasy", "price": 0.1 })),
            ("B", json!({ "genre": "fantasy", "price": 0.2 })),
            ("C", json!({ "genre": "  ", "published_year": 1999 })),
            ("D", json!({ "price": 9999.99, "isbn": "9780441013593" })),
            ("E", json!({ "genre": "gone" })),
        ],
    )
    .await;
    for id in [2, 4] {
        let out = json!({ "status": "checked_out" });
        server.patch(&format!("/api/v1/books/{id}"), &out).expect(200).await;
    }
    server.delete("/api/v1/books/5").reply(204).await;
    server
}

#[tokio::test]
async fn the_client_asks_for_a_report_and_reads_it() {
    let server = library("the_client_and_a_report").await;

    let asked = ReportCreate::builder().report_type(ReportType::Inventory);
    let accepted = server.v1.report_create().body(asked).send().await;
    let accepted = accepted.expect("accepted");

    assert_eq!(accepted.status().as_u16(), 202);
    let location = accepted.headers()["location"].to_str().expect("a path");
    assert_eq!(location, accepted.check_status_url);
    wait_for(&server, location).await;
    let id = accepted.report_id.to_string();
    let report = server.v1.report_view().report_id(id).send().await;
    let report = report.expect("a report");
    assert_eq!(report.status, ReportStatus::Completed);
    assert_eq!(report.report_type, ReportType::Inventory);
    let Some(ReportData::InventoryReport(data)) = &report.data else {
        panic!("another report: {report:?}");
    };
    assert_eq!(data.total_books, 4);
    assert_eq!(data.by_genre["fantasy"], 2);
    server.stop().await;
}

#[tokio::test]
async fn each_report_tells_what_it_is_about() {
    let server = library("each_report_tells").await;
    for (kind, data) in [
        (
            "inventory",
            json!({
                "total_books": 4,
                "total_value": 10009.79,
                "by_genre": { "fantasy": 2, "unknown": 2 },
            }),
        ),
        (
            "sales",
            json!({
                "total_sales": 2,
                "total_revenue": 10000.19,
                "by_genre": {
                    "fantasy": { "count": 1, "value": 0.2 },
                    "unknown": { "count": 1, "value": 9999.99 },
                },
            }),
        ),
        ("popular", json!({ "books": [] })),
    ] {
        let report = made(&server, json!({ "report_type": kind })).await;
        assert_eq!(report["data"], data);
        assert_eq!(report["report_type"], kind);
        assert_eq!(report["error"], Value::Null);
    }
    server.stop().await;
}

#[tokio::test]
async fn filters_say_which_books_a_report_is_about() {
    let server = library("filters_of_a_report").await;
    for (filters, total) in [
        (json!({}), 4),
        (json!({ "genre": "FANTASY" }), 2),
        (json!({ "author": "AUTH" }), 4),
        (json!({ "author": "nobody" }), 0),
        (json!({ "published_after": 1999, "published_before": 1999 }), 1),
        (json!({ "published_before": 1998 }), 0),
        (json!({ "min_price": 0.2, "max_price": 9.5 }), 2),
        (json!({ "genre": "fantasy", "min_price": 0.15 }), 1),
        (json!({ "unknown": "ignored" }), 4),
    ] {
        let asked = json!({ "report_type": "inventory", "filters": filters });
        let report = made(&server, asked).await;
        assert_eq!(report["data"]["total_books"], total, "{filters}");
    }
    let genre = ReportFilters::builder().genre(Some("x".parse().expect("x")));
    let asked = ReportCreate::builder()
        .report_type(ReportType::Sales)
        .filters(Some(genre.try_into().expect("filters")));
    server.v1.report_create().body(asked).send().await.expect("accepted");
    server.stop().await;
}

#[tokio::test]
async fn a_price_in_another_currency_counts_and_adds_nothing() {
    let server = library("a_price_in_another_currency").await;
    let euros = json!({ "pricing": { "currency": "EUR" } });
    server.patch("/api/v2/books/4", &euros).expect(200).await;
    let report = made(&server, json!({ "report_type": "sales" })).await;
    assert_eq!(report["data"]["total_sales"], 2);
    assert_eq!(report["data"]["total_revenue"].as_f64(), Some(0.2));
    server.stop().await;
}

#[tokio::test]
async fn a_report_outlives_the_server_that_made_it() {
    let server = library("a_report_outlives").await;
    let report = made(&server, json!({ "report_type": "inventory" })).await;
    let path = format!("/api/v1/reports/{}", report["id"].as_str().expect(""));
    let server = server.restart().await;
    server.delete("/api/v1/books/1").reply(204).await;
    assert_eq!(server.get(&path).expect(200).await, report);
    server.stop().await;
}

#[tokio::test]
async fn a_report_waits_where_nobody_does_jobs() {
    let server = TestServer::start_with("a_report_waits", |config| {
        config.jobs.enabled = false;
    })
    .await;
    let asked = json!({ "report_type": "sales" });
    let accepted = server.post("/api/v1/reports", &asked).expect(202).await;
    let path = accepted["check_status_url"].as_str().expect("a path");
    let report = server.get(path).expect(200).await;
    assert_eq!(report["status"], "pending");
    assert_eq!(report.get("data"), None);
    let ready = server.get("/health/ready").expect(200).await;
    assert_eq!(ready["parts"], json!({ "database": "ok", "migrations": "ok" }));
    server.stop().await;
}

#[tokio::test]
async fn report_errors_have_the_words_of_v1() {
    let server = TestServer::start("report_errors").await;
    let id = "0b0e6b1e-8f0c-4a53-9d1b-6f3f4a8f5c11";
    for id in [id, "unknown"] {
        let path = format!("/api/v1/reports/{id}");
        let missing = server.get(&path).expect(404).await;
        assert_eq!(missing["message"], "Report not found");
        assert_eq!(missing["error_code"], "NotFound");
    }
    let wrong = json!({
        "report_type": "taxes",
        "filters": { "min_price": -1, "published_after": 12 },
    });
    let reply = server.post("/api/v1/reports", &wrong).reply(422).await;
    let faults = reply.faults();
    for (loc, kind) in [
        (json!(["body", "report_type"]), "enum"),
        (json!(["body", "filters", "min_price"]), "greater_than_equal"),
        (json!(["body", "filters", "published_after"]), "greater_than_equal"),
    ] {
        assert!(faults.contains(&(loc, kind.to_owned())), "{faults:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_queue_is_told_in_the_metrics() {
    let server = TestServer::start("the_queue_in_the_metrics").await;
    made(&server, json!({ "report_type": "popular" })).await;
    let line = r#"job_attempts_total{kind="make_report",end="done"} 1"#;
    let asked = Instant::now();
    loop {
        let text = server.get("/metrics").reply(200).await.text();
        assert!(text.contains("# TYPE jobs gauge"), "{text}");
        if text.lines().any(|it| it == line) {
            break;
        }
        assert!(asked.elapsed() < PATIENCE, "{text}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.stop().await;
}
