//! Queries and paths whose values are wrong: what is told of them, and how.

use serde_json::json;

use crate::TestServer;
use crate::faults::{
    STATUSES, assert_faults, at, boolean, ge, gt, le, missing, one_of, parsing,
    pattern, short, value,
};

#[tokio::test]
async fn every_fault_of_a_query_is_told_at_once() {
    let server = TestServer::start("every_fault_of_a_query").await;
    let query = "search=a&status=s3cr3t&min_price=-1&max_price=s3cr3t&\
                 published_after=999&published_before=2031&in_stock=s3cr3t&\
                 statuses=available&statuses=lost&sort_by=s3cr3t&\
                 sort_order=up&page=0&per_page=101&unknown=s3cr3t";
    let expected = [
        (at("query.search"), short(2)),
        (at("query.status"), one_of(STATUSES)),
        (at("query.min_price"), ge("0")),
        (at("query.max_price"), parsing("float_parsing", "number")),
        (at("query.published_after"), ge("1000")),
        (at("query.published_before"), le("2030")),
        (at("query.in_stock"), boolean()),
        (at("query.statuses.1"), one_of(STATUSES)),
        (
            at("query.sort_by"),
            one_of(
                "'title', 'author', 'price', 'created_at' or 'published_year'",
            ),
        ),
        (at("query.sort_order"), one_of("'asc' or 'desc'")),
        (at("query.page"), ge("1")),
        (at("query.per_page"), le("100")),
    ];
    let path = format!("/api/v1/books?{query}");
    assert_faults(server.get(&path), &expected).await;
    server.stop().await;
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let server = TestServer::start("parameters_are_read_strictly").await;
    for (path, place, words) in [
        (
            "/api/v1/books?page=s3cr3t",
            at("query.page"),
            parsing("int_parsing", "integer"),
        ),
        (
            "/api/v1/books?page=1.5",
            at("query.page"),
            parsing("int_parsing", "integer"),
        ),
        (
            "/api/v1/books?page=",
            at("query.page"),
            parsing("int_parsing", "integer"),
        ),
        (
            "/api/v1/books?page=1&page=2",
            at("query.page"),
            value("it is given more than once"),
        ),
        ("/api/v1/books?per_page=0", at("query.per_page"), ge("1")),
        ("/api/v1/books?page=1000000001", at("query.page"), le("1000000000")),
        ("/api/v1/books?genre=%00", at("query.genre"), pattern("^[^\\x00]*$")),
        (
            "/api/v1/books?genre=%ff",
            at("query.genre"),
            value("it is not UTF-8"),
        ),
        ("/api/v1/books/cursor?limit=0", at("query.limit"), ge("1")),
        ("/api/v1/books/cursor?limit=101", at("query.limit"), le("100")),
        ("/api/v1/books/search", at("query.q"), missing()),
        ("/api/v1/books/search?q=", at("query.q"), short(1)),
        ("/api/v1/books/0", at("path.book_id"), ge("1")),
        ("/api/v1/books/-1", at("path.book_id"), ge("1")),
        (
            "/api/v1/books/s3cr3t",
            at("path.book_id"),
            parsing("int_parsing", "integer"),
        ),
        (
            "/api/v1/books/1.0/summary",
            at("path.book_id"),
            parsing("int_parsing", "integer"),
        ),
        (
            "/api/v1/books/9007199254740992",
            at("path.book_id"),
            le("9007199254740991"),
        ),
        (
            "/api/v2/books/99999999999999999999999",
            at("path.book_id"),
            le("9007199254740991"),
        ),
        ("/api/v1/items/-1", at("path.item_id"), ge("0")),
        ("/api/v1/models/ab", at("path.model_id"), short(3)),
        (
            "/api/v1/models/a%20b",
            at("path.model_id"),
            pattern("^[a-zA-Z0-9_-]+$"),
        ),
        ("/api/v1/models?framework=x", at("query.framework"), short(2)),
        ("/api/v1/models?min_params=0", at("query.min_params"), gt("0")),
        (
            "/api/v1/models?min_params=inf",
            at("query.min_params"),
            parsing("float_parsing", "number"),
        ),
        ("/api/v2/books?limit=101", at("query.limit"), le("100")),
        ("/api/v2/books?with_total=yes", at("query.with_total"), boolean()),
        (
            "/api/v2/books/1?include_archived=1",
            at("query.include_archived"),
            boolean(),
        ),
    ] {
        assert_faults(server.get(path), &[(place, words)]).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn faults_of_path_and_body_are_told_together() {
    let server = TestServer::start("faults_of_path_and_body").await;
    let path = (at("path.book_id"), ge("1"));
    let required = |name| (at(&format!("body.{name}")), missing());
    let bodies = ["title", "author_name", "isbn", "price"].map(required);
    let expected = [&[path.clone()][..], &bodies].concat();
    assert_faults(server.put("/api/v1/books/0", &json!({})), &expected).await;
    let bodies = ["title", "author", "isbn", "pricing"].map(required);
    let expected = [&[path][..], &bodies].concat();
    assert_faults(server.put("/api/v2/books/0", &json!({})), &expected).await;
    server.stop().await;
}
