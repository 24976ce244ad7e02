//! What goes inward of a request, and outward of an answer.

use crate::inner::big;
use crate::rig::Rig;

async fn told(rig: &Rig, request: &str) -> serde_json::Value {
    let answer = rig.connect().await.ask(request).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn target_method_host_and_headers_go_inward() {
    let rig = Rig::start().await;
    let request = "PATCH /a%2Fb/?q=%20&q=2 HTTP/1.1\r\nHost: books.example\
                   \r\nIf-Match: \"1\"\r\nX-Two: a\r\nX-Two: b\r\n\r\n";
    let told = told(&rig, request).await;
    assert_eq!(told["method"], "PATCH");
    assert_eq!(told["target"], "/a%2Fb/?q=%20&q=2");
    assert_eq!(told["headers"]["host"], "books.example");
    assert_eq!(told["headers"]["if-match"], "\"1\"");
    assert_eq!(told["headers"]["x-two"], "a | b");
}

#[tokio::test]
async fn what_concerns_the_connection_stays_at_the_edge() {
    let rig = Rig::start().await;
    let request = "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: X-One, \
                   upgrade\r\nConnection: x-two\r\nX-One: 1\r\nX-Two: 2\r\n\
                   Upgrade: websocket\r\nKeep-Alive: 5\r\nTE: trailers\r\n\
                   Proxy-Connection: x\r\nTrailer: x\r\nX-Three: 3\r\n\r\n";
    let told = told(&rig, request).await;
    let headers = told["headers"].as_object().expect("an object");
    let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        ["host", "x-colophon-edge", "x-forwarded-for", "x-request-id"];
    assert_eq!(names[..4], expected);
    assert_eq!(names[4..], ["x-three"]);
}

#[tokio::test]
async fn what_concerns_the_inner_connection_stays_inside() {
    let rig = Rig::start().await;
    let response = rig.get("/dressed").await;
    for name in ["x-private", "keep-alive", "connection"] {
        assert!(!response.headers().contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn the_secret_is_the_edges_to_give() {
    let rig = Rig::start().await;
    let request = "GET /echo HTTP/1.1\r\nHost: h\r\nX-Colophon-Edge: guess\
                   \r\nX-Colophon-Edge: again\r\n\r\n";
    let told = told(&rig, request).await;
    let sent = told["headers"]["x-colophon-edge"].as_str().expect("one");
    let mut headers = http::HeaderMap::new();
    assert!(!rig.secret.is_in(&headers));
    let name = colophon_server::edge::SECRET_HEADER;
    headers.insert(&name, sent.parse().expect("a value"));
    assert!(rig.secret.is_in(&headers));
    headers.append(&name, sent.parse().expect("a value"));
    assert!(!rig.secret.is_in(&headers));
    headers.insert(&name, "guess".parse().expect("a value"));
    assert!(!rig.secret.is_in(&headers));
    assert_eq!(format!("{:?}", rig.secret), "Secret");
}

#[tokio::test]
async fn who_asks_is_what_the_edge_sees() {
    let rig = Rig::start().await;
    let request = "GET /echo HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\
                   \r\nX-Forwarded-For: 7.7.7.7\r\nForwarded: for=6.6.6.6\
                   \r\n\r\n";
    let told = told(&rig, request).await;
    assert_eq!(told["headers"]["x-forwarded-for"], "127.0.0.1");
    assert!(told["headers"]["forwarded"].is_null());
}

#[tokio::test]
async fn an_absolute_target_counts_for_path_and_host() {
    let rig = Rig::start().await;
    let request = "GET http://me@real.example/echo?q=1 HTTP/1.1\r\nHost: other\
                   \r\n\r\n";
    let told = told(&rig, request).await;
    assert_eq!(told["target"], "/echo?q=1");
    assert_eq!(told["headers"]["host"], "real.example");
}

#[tokio::test]
async fn a_target_that_is_no_path_is_a_bad_request() {
    let rig = Rig::start().await;
    for target in ["OPTIONS *", "GET *", "CONNECT books.example:443"] {
        let request = format!("{target} HTTP/1.1\r\nHost: h\r\n\r\n");
        let answer = rig.connect().await.ask(request).await;
        answer.assert_error(400, "BadRequest");
    }
    assert_eq!(rig.inner.requests(), 0);
}

#[tokio::test]
async fn odd_methods_are_the_apis_to_refuse() {
    let rig = Rig::start().await;
    for method in ["TRACE", "BREW", "PROPFIND"] {
        let request = format!("{method} /books HTTP/1.1\r\nHost: h\r\n\r\n");
        let answer = rig.connect().await.ask(request).await;
        answer.assert_error(405, "BadRequest");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    }
}

#[tokio::test]
async fn there_is_exactly_one_host() {
    let rig = Rig::start().await;
    for headers in ["", "Host: a\r\nHost: b\r\n"] {
        let request = format!("GET /echo HTTP/1.1\r\n{headers}\r\n");
        let answer = rig.connect().await.ask(request).await;
        answer.assert_error(400, "BadRequest");
    }
    let told = told(&rig, "GET /echo HTTP/1.0\r\n\r\n").await;
    assert_eq!(told["target"], "/echo");
}

#[tokio::test]
async fn ambiguous_framing_never_gets_inside() {
    let rig = Rig::start().await;
    for headers in [
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2, 3\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Content-Length : 2\r\n",
        "X: a\0b\r\n",
    ] {
        let request =
            format!("POST /echo HTTP/1.1\r\nHost: h\r\n{headers}\r\nhi");
        let answer = rig.connect().await.ask(request).await;
        assert_eq!(answer.status, 400, "{headers}");
    }
    assert_eq!(rig.inner.requests(), 0);
}

#[tokio::test]
async fn chunks_count_where_a_length_is_named_too() {
    let rig = Rig::start().await;
    let request = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\
                   Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    let answer = rig.connect().await.ask(request).await;
    assert!(matches!(answer.status, 200 | 400), "{answer:?}");
    if answer.status == 200 {
        assert_eq!(answer.json()["body"], "hi");
        assert_eq!(answer.json()["headers"]["content-length"], "2");
    }
}

#[tokio::test]
async fn noise_is_a_bad_request() {
    let rig = Rig::start().await;
    for noise in ["\u{16}\u{3}\u{1}\r\n\r\n", "GET\r\n\r\n", "{}\r\n\r\n"] {
        let answer = rig.connect().await.ask(noise).await;
        assert_eq!(answer.status, 400, "{noise:?}");
    }
}

#[tokio::test]
async fn a_head_tells_the_length_and_sends_nothing() {
    let rig = Rig::start().await;
    let mut client = rig.connect().await;
    client.send("HEAD /ours HTTP/1.1\r\nHost: h\r\n\r\n").await;
    client.send("GET /ours HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let head = client.head().await;
    assert!(head.starts_with("HTTP/1.1 409"), "{head}");
    assert!(head.contains("content-length: 4\r\n"), "{head}");
    // The next bytes are the next answer's.
    assert_eq!(client.answer().await.body, "ours");
}

#[tokio::test]
async fn long_and_streamed_answers_arrive_whole() {
    let rig = Rig::start().await;
    let numbers: String = (0..100).map(|n| format!("{n},")).collect();
    for (path, expected) in [("/big", big()), ("/stream", numbers)] {
        for _ in 0..3 {
            let text = rig.get(path).await.text().await.expect("a body");
            assert_eq!(text, expected);
        }
    }
    assert_eq!(rig.inner.connections(), 1);
}
