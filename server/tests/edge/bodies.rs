//! Bodies that are too large, too slow, malformed, or just right.

use tokio::io::AsyncWriteExt;

use crate::raw::Raw;
use crate::rig::Rig;

const MAX: u64 = 1000;

async fn rig() -> Rig {
    Rig::start_with(|config| config.http.max_body_bytes = MAX).await
}

fn post(headers: &str) -> String {
    format!("POST /echo HTTP/1.1\r\nHost: h\r\n{headers}\r\n")
}

async fn assert_serves(rig: &Rig) {
    let mut client = rig.connect().await;
    let answer = client.ask(post("Content-Length: 2\r\n") + "hi").await;
    assert_eq!(answer.json()["body"], "hi");
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken() {
    let rig = rig().await;
    let body = "x".repeat(1000);
    let sized = post("Content-Length: 1000\r\n") + &body;
    let chunked = post("Transfer-Encoding: chunked\r\n")
        + &format!("3E8\r\n{body}\r\n0\r\nX-Trailer: 1\r\n\r\n");
    for request in [sized, chunked] {
        let answer = rig.connect().await.ask(request).await;
        assert_eq!(answer.json()["body"], body.as_str());
        assert_eq!(answer.json()["headers"]["content-length"], "1000");
        let coding = &answer.json()["headers"]["transfer-encoding"];
        assert!(coding.is_null(), "{coding}");
    }
}

#[tokio::test]
async fn a_longer_content_length_is_refused_before_a_byte_comes() {
    let rig = rig().await;
    let mut client = rig.connect().await;
    let answer = client.ask(post("Content-Length: 1001\r\n")).await;
    answer.assert_error(413, "PayloadTooLarge");
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(rig.inner.requests(), 0);
}

#[tokio::test]
async fn a_chunked_body_is_refused_when_it_grows_past_the_limit() {
    let rig = rig().await;
    let mut client = rig.connect().await;
    let body = format!("3E9\r\n{}", "x".repeat(1001));
    let request = post("Transfer-Encoding: chunked\r\n") + &body;
    let answer = client.ask(request).await;
    answer.assert_error(413, "PayloadTooLarge");
    assert_eq!(rig.inner.requests(), 0);
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_gets_its_answer() {
    let rig = rig().await;
    let body = vec![b'x'; 32 * 1024 * 1024];
    let mut client = rig.connect().await;
    let length = format!("Content-Length: {}\r\n", body.len());
    client.send(post(&length)).await;
    client.send(&body).await;
    client.answer().await.assert_error(413, "PayloadTooLarge");
    client.closed().await;
    assert_serves(&rig).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_times_out_and_nobody_inside_hears_of_it() {
    let rig = Rig::start_with(|config| config.edge.body_timeout_ms = 200).await;
    for sent in ["", "half"] {
        let mut client = rig.connect().await;
        let request = post("Content-Length: 100\r\n") + sent;
        let answer = client.ask(request).await;
        answer.assert_error(408, "Timeout");
        assert_eq!(answer.header("connection"), Some("close"));
        client.stream.shutdown().await.expect("closes");
        client.closed().await;
    }
    assert_eq!(rig.inner.requests(), 0);
    assert_serves(&rig).await;
}

#[tokio::test]
async fn a_malformed_body_is_a_bad_request() {
    let rig = rig().await;
    let mut client = rig.connect().await;
    let request = post("Transfer-Encoding: chunked\r\n") + "zz\r\n";
    client.ask(request).await.assert_error(400, "BadRequest");
    assert_serves(&rig).await;
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on() {
    let rig = rig().await;
    let mut client = rig.connect().await;
    let expect = "Expect: 100-continue\r\nContent-Length: 2\r\n";
    assert_eq!(client.ask(post(expect)).await.status, 100);
    let answer = client.ask("hi").await;
    assert_eq!(answer.json()["body"], "hi");
    assert!(answer.json()["headers"]["expect"].is_null());
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_stop() {
    let rig = rig().await;
    let mut client = rig.connect().await;
    let expect = "Expect: 100-continue\r\nContent-Length: 2000\r\n";
    let answer = client.ask(post(expect)).await;
    answer.assert_error(413, "PayloadTooLarge");
}

#[tokio::test]
async fn a_kept_connection_serves_bodies_one_after_the_other() {
    let rig = rig().await;
    let mut client: Raw = rig.connect().await;
    for body in ["one", "two", "six"] {
        let request = post("Content-Length: 3\r\n") + body;
        assert_eq!(client.ask(request).await.json()["body"], body);
    }
}
