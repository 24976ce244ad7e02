//! What every response carries.

use crate::rig::Rig;

const CRLF: &str = "\r\n";

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1{CRLF}Host: h{CRLF}{headers}{CRLF}")
}

#[tokio::test]
async fn a_fit_request_id_is_kept_and_carried_inward() {
    let rig = Rig::start().await;
    let longest = "x".repeat(128);
    for id in ["a", "Case-Kept_1", "\"'\\{}!~", &longest] {
        let request = get("/echo", &format!("X-Request-ID: {id}{CRLF}"));
        let answer = rig.connect().await.ask(request).await;
        assert_eq!(answer.header("x-request-id"), Some(id));
        assert_eq!(answer.json()["headers"]["x-request-id"], id);
    }
}

#[tokio::test]
async fn an_unfit_request_id_is_replaced() {
    let rig = Rig::start().await;
    let long = format!("X-Request-ID: {}\r\n", "x".repeat(129));
    for headers in [
        "",
        "X-Request-ID:\r\n",
        "X-Request-ID: a b\r\n",
        "X-Request-ID: \u{e9}\r\n",
        "X-Request-ID: a\r\nX-Request-ID: b\r\n",
        &long,
    ] {
        let answer = rig.connect().await.ask(get("/echo", headers)).await;
        let id = answer.header("x-request-id").expect("an id");
        let version = uuid::Uuid::parse_str(id).expect(id).get_version_num();
        assert_eq!(version, 4, "{headers}");
        assert_eq!(answer.json()["headers"]["x-request-id"], id);
    }
}

/// A handler's answer, one that no handler made, one of the edge's own, and
/// a preflight.
const ANSWERS: [(&str, u16); 4] = [
    ("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200),
    ("GET /foreign/404 HTTP/1.1\r\nHost: h\r\n\r\n", 404),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 413),
    (
        "OPTIONS /echo HTTP/1.1\r\nHost: h\r\nOrigin: http://localhost:3000\
         \r\nAccess-Control-Request-Method: PUT\r\n\r\n",
        204,
    ),
];

#[tokio::test]
async fn every_answer_has_an_id_a_time_and_the_security_headers() {
    let rig = Rig::start().await;
    for (request, status) in ANSWERS {
        let answer = rig.connect().await.ask(request).await;
        assert_eq!(answer.status, status);
        assert!(answer.header("x-request-id").is_some(), "{request}");
        assert_time(answer.header("x-process-time").expect("a time"));
        let nosniff = answer.header("x-content-type-options");
        assert_eq!(nosniff, Some("nosniff"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("strict-transport-security"), None);
    }
}

#[track_caller]
fn assert_time(text: &str) {
    let (seconds, decimals) = text.split_once('.').expect("a point");
    assert!(seconds.parse::<u32>().is_ok(), "{text}");
    assert!(decimals.len() == 4 && decimals.parse::<u32>().is_ok(), "{text}");
}

#[tokio::test]
async fn what_the_api_says_about_caching_and_scripts_stands() {
    let rig = Rig::start().await;
    let answer = rig.connect().await.ask(get("/dressed", "")).await;
    assert_eq!(answer.header("cache-control"), Some("max-age=60"));
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, Some("default-src 'self'"));
    assert_eq!(answer.header("x-total-count"), Some("7"));
}

#[tokio::test]
async fn the_mark_of_an_answer_stays_inside() {
    let rig = Rig::start().await;
    for path in ["/echo", "/ours", "/stream"] {
        let response = rig.get(path).await;
        assert!(!response.headers().contains_key("x-colophon-answer"));
    }
}
