//! Errors that no handler made have the contract's shape.

use crate::rig::Rig;

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")
}

#[tokio::test]
async fn a_foreign_error_is_given_the_contracts_shape() {
    let rig = Rig::start().await;
    let mut client = rig.connect().await;
    for (status, code) in [
        (400, "BadRequest"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (405, "BadRequest"),
        (408, "Timeout"),
        (409, "Duplicate"),
        (413, "PayloadTooLarge"),
        (415, "UnsupportedMediaType"),
        (418, "BadRequest"),
        (422, "ValidationError"),
        (429, "RateLimitExceeded"),
        (500, "InternalServerError"),
        (503, "Unavailable"),
        (504, "InternalServerError"),
    ] {
        let answer = client.ask(get(&format!("/foreign/{status}"))).await;
        answer.assert_error(status, code);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert!(!answer.body.contains("not yours"), "{answer:?}");
        assert!(!answer.body.contains("foreign"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_foreign_answer_that_is_no_error_passes() {
    let rig = Rig::start().await;
    let answer = rig.connect().await.ask(get("/foreign/200")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["message"], "not yours");
}

#[tokio::test]
async fn an_error_of_the_apis_own_passes_as_it_is() {
    let rig = Rig::start().await;
    let answer = rig.connect().await.ask(get("/ours")).await;
    assert_eq!((answer.status, answer.body.as_str()), (409, "ours"));
    assert_ne!(answer.header("x-request-id"), Some("inner"));
}

#[tokio::test]
async fn the_version_policys_message_is_let_through() {
    let rig = Rig::start().await;
    let answer = rig.connect().await.ask(get("/version")).await;
    answer.assert_error(400, "BadRequest");
    let message = "Unsupported API version: 9. Supported: 1, 2";
    assert_eq!(answer.json()["message"], message);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_answer_is_told_which_it_does() {
    let rig = Rig::start().await;
    let answer = rig.connect().await.ask(get("/books?q=1")).await;
    answer.assert_error(405, "BadRequest");
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    let answer = rig.connect().await.ask(get("/foreign/405")).await;
    answer.assert_error(405, "BadRequest");
    assert_eq!(answer.header("allow"), None);
}

#[tokio::test]
async fn a_panic_in_the_edge_is_an_error_like_any_other() {
    let rig = Rig::start().await;
    let mut client = rig.connect().await;
    client.ask(get("/panic")).await.assert_error(500, "InternalServerError");
    assert_eq!(client.ask(get("/echo")).await.status, 200);
}

#[tokio::test]
async fn an_api_server_that_is_away_is_unavailable() {
    let mut rig = Rig::start().await;
    let mut client = rig.connect().await;
    // Leaves a connection resting, which then is found closed.
    assert_eq!(client.ask(get("/echo")).await.status, 200);
    rig.inner.stop().await;
    let answer = client.ask(get("/echo")).await;
    answer.assert_error(503, "Unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn a_connection_that_breaks_inside_is_an_error_of_ours() {
    let rig = Rig::start().await;
    let mut client = rig.connect().await;
    client.ask(get("/break")).await.assert_error(500, "InternalServerError");
    assert_eq!(client.ask(get("/echo")).await.status, 200);
}
