//! Paths and queries that mean nothing, or that mean to mean something else.

use crate::rig::Rig;

#[tokio::test]
async fn what_is_no_book_id_is_a_422() {
    let rig = Rig::start().await;
    let long = "9".repeat(30_000);
    for id in [
        "0",
        "-1",
        "1.0",
        "0x1",
        "1e0",
        "%00",
        "1%00",
        "%",
        "%zz",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "1%2fsummary",
        "%C3%A9",
        "{book_id}",
        "9007199254740992",
        "9223372036854775808",
        &long,
    ] {
        let answer = rig.get(&format!("/api/v1/books/{id}")).await;
        answer.assert_error(422, "ValidationError");
    }
    rig.close().await;
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_a_422() {
    let rig = Rig::start().await;
    for query in [
        "page=0",
        "page=",
        "page",
        "page=1e400",
        "page=1&page=2",
        "page=%00",
        "page=99999999999999999999999",
        "min_price=NaN",
        "min_price=inf",
        "min_price=1e400",
        "min_price=-1",
        "search=%00%00",
        "search=%ff%fe",
        "search=a",
        "status=%00",
        "tags=%00",
        "in_stock=1",
        "sort_by=id",
    ] {
        let answer = rig.get(&format!("/api/v1/books?{query}")).await;
        answer.assert_error(422, "ValidationError");
    }
    rig.close().await;
}

#[tokio::test]
async fn nothing_in_a_search_has_a_meaning_of_its_own() {
    let rig = Rig::start().await;
    for part in [
        "%25%25%25",
        "___",
        "***",
        "%22%22%22",
        "%27%20OR%201%3D1--",
        "%5C%5C",
        "a%22%20OR%20%22b",
        "title_folded%3Adune",
        "NEAR(du%20ne)",
        "^du",
        "%FF%FF",
    ] {
        let target = format!("/api/v1/books?search={part}");
        let answer = rig.get(&target).await;
        match answer.status {
            200 => assert_eq!(answer.json()["total"], 0, "{part}"),
            _ => answer.assert_error(422, "ValidationError"),
        }
    }
    rig.close().await;
}

#[tokio::test]
async fn a_token_that_was_not_given_out_is_a_400() {
    let rig = Rig::start().await;
    let long = "A".repeat(30_000);
    for token in ["", "AAAA", "%00", "%FF", "..", "eyJhIjoxfQ", &long] {
        for list in ["v1/books/cursor?cursor", "v2/books?page_token"] {
            let answer = rig.get(&format!("/api/{list}={token}")).await;
            assert!([400, 422].contains(&answer.status), "{token}");
        }
    }
    rig.close().await;
}

#[tokio::test]
async fn a_method_that_is_none_is_a_405() {
    let rig = Rig::start().await;
    for method in ["TRACE", "CONNECT", "BREW", "get", "Head", "QUERY"] {
        for path in ["/books", "/api/v2/books/1", "/health", "/docs"] {
            let request =
                format!("{method} {path} HTTP/1.1\r\nHost: h\r\n\r\n");
            let answer = rig.ask(request).await;
            answer.assert_error(405, "BadRequest");
            assert!(answer.header("allow").is_some(), "{method} {path}");
        }
    }
    rig.close().await;
}
