//! Messages whose parts contradict each other.

use crate::rig::{Rig, request};

const GET: &str = "GET /books/1 HTTP/1.1\r\nHost: h\r\n\r\n";

/// RFC 9112, 6.1: the connection ends, whatever of it was believed.
#[tokio::test]
async fn nothing_is_smuggled_behind_two_lengths() {
    let rig = Rig::start().await;
    for framing in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ] {
        let mut client = rig.connect().await;
        let head = "POST /books HTTP/1.1\r\nHost: h\r\n\
                    Content-Type: application/json\r\n";
        let body = "2\r\n{}\r\n0\r\n\r\n";
        client.send(format!("{head}{framing}\r\n{body}{GET}")).await;
        client.answer().await.assert_error(422, "ValidationError");
        client.closed().await;
    }
    rig.close().await;
}

#[tokio::test]
async fn a_key_given_twice_is_refused() {
    let rig = Rig::start().await;
    let twice = "Idempotency-Key: a\r\nIdempotency-Key: b\r\n";
    let book = br#"{"title": "T", "author": {"name": "A"},
        "isbn": "9780000000002", "pricing": {"amount": 1}}"#;
    let answer = rig.send("POST /api/v2/books", twice, book).await;
    answer.assert_error(422, "ValidationError");
    rig.has_sample_books().await;
    rig.close().await;
}

#[tokio::test]
async fn what_matches_nothing_changes_nothing() {
    let rig = Rig::start().await;
    for tags in ["", ",,,", "\"9\"", "W/\"1\"", "\"1", "1", "\"1\";q=1"] {
        let header = format!("If-Match: {tags}\r\n");
        let change = br#"{"title": "Changed"}"#;
        let answer = rig.send("PATCH /api/v2/books/1", &header, change).await;
        assert!([400, 412, 422].contains(&answer.status), "{tags:?}");
    }
    assert_eq!(rig.get("/books/1").await.json()["title"], "Clean Code");
    rig.close().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let rig = Rig::start().await;
    let mut client = rig.connect().await;
    let bad = request("POST /books", "", b"{");
    let good = GET.as_bytes().to_vec();
    client.send([bad, good].concat().repeat(50)).await;
    for _ in 0..50 {
        client.answer().await.assert_error(400, "BadRequest");
        assert_eq!(client.answer().await.json()["id"], 1);
    }
    rig.close().await;
}
