//! The same over HTTP/2, without TLS.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::rig::{PATIENCE, Rig};

type Client = SendRequest<Full<Bytes>>;

async fn connect(rig: &Rig) -> (Client, JoinHandle<()>) {
    let stream = TcpStream::connect(rig.edge.local_addr()).await;
    let io = TokioIo::new(stream.expect("a connection"));
    let (client, connection) =
        handshake(TokioExecutor::new(), io).await.expect("HTTP/2");
    let task = tokio::spawn(async move {
        let _ = connection.await;
    });
    (client, task)
}

async fn ask(
    client: &mut Client,
    request: http::request::Builder,
    body: &str,
) -> Response<Incoming> {
    let body = Full::new(Bytes::from(body.to_owned()));
    let request = request.body(body).expect("a request");
    client.send_request(request).await.expect("an answer")
}

async fn json(response: Response<Incoming>) -> Value {
    let body = response.collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&body).expect("JSON")
}

fn post(path: &str) -> http::request::Builder {
    Request::post(format!("http://books.example{path}"))
}

#[tokio::test]
async fn requests_go_inward_as_over_http1() {
    let rig = Rig::start().await;
    let (mut client, _task) = connect(&rig).await;
    let request = post("/echo?q=1").header("x-request-id", "two");
    let response = ask(&mut client, request, "hi").await;
    assert_eq!(response.version(), http::Version::HTTP_2);
    assert_eq!(response.headers()["x-request-id"], "two");
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    let told = json(response).await;
    assert_eq!(told["target"], "/echo?q=1");
    assert_eq!(told["body"], "hi");
    assert_eq!(told["headers"]["host"], "books.example");
}

#[tokio::test]
async fn many_streams_share_a_connection() {
    let rig = Rig::start().await;
    let (client, _task) = connect(&rig).await;
    let asks = (0..100).map(|n| {
        let mut client = client.clone();
        async move {
            let path = format!("/{n}");
            let response = ask(&mut client, post(&path), "").await;
            assert_eq!(json(response).await["target"], path.as_str());
        }
    });
    futures::future::join_all(asks).await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let rig = Rig::start_with(|config| config.http.max_body_bytes = 10).await;
    let (mut client, _task) = connect(&rig).await;
    let response = ask(&mut client, post("/echo"), "01234567890").await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(json(response).await["error_code"], "PayloadTooLarge");
    let response = ask(&mut client, post("/echo"), "0123456789").await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn headers_over_the_limit_are_refused() {
    let rig =
        Rig::start_with(|config| config.edge.max_header_bytes = 8192).await;
    let (mut client, _task) = connect(&rig).await;
    let request = post("/echo").header("x-long", "x".repeat(10_000));
    let response = ask(&mut client, request, "").await;
    let status = response.status();
    assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let rig =
        Rig::start_with(|config| config.edge.header_timeout_ms = 1000).await;
    let (mut client, task) = connect(&rig).await;
    let response = ask(&mut client, post("/echo"), "").await;
    assert_eq!(response.status(), StatusCode::OK);
    drop(response);
    timeout(PATIENCE, task).await.expect("in time").expect("no panic");
}

#[tokio::test]
async fn closing_lets_a_stream_finish() {
    let rig = Rig::start().await;
    let (mut client, task) = connect(&rig).await;
    let response = {
        let mut client = client.clone();
        tokio::spawn(async move { ask(&mut client, post("/wait"), "").await })
    };
    rig.inner.state.waiting.acquire().await.expect("open").forget();
    let closing = tokio::spawn(rig.edge.close(PATIENCE));
    rig.inner.state.release.add_permits(1);
    let response = response.await.expect("no panic");
    assert_eq!(response.status(), StatusCode::OK);
    drop(response);
    let _ = client.ready().await;
    drop(client);
    timeout(PATIENCE, task).await.expect("in time").expect("no panic");
    let closed = timeout(PATIENCE / 2, closing).await;
    closed.expect("before the deadline").expect("no panic");
}
