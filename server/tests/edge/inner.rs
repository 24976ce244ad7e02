//! A stand-in for the API server: it answers by the path alone, and what it
//! got can be read in its answers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

type Body = BoxBody<Bytes, Infallible>;

pub(crate) struct Inner {
    addr: SocketAddr,
    task: JoinHandle<()>,
    pub(crate) state: Arc<State>,
}

pub(crate) struct State {
    pub(crate) connections: AtomicUsize,
    pub(crate) requests: AtomicUsize,
    /// A permit is added when `/wait` has been asked, and when one such
    /// request has gone without an answer.
    pub(crate) waiting: Semaphore,
    pub(crate) left: Semaphore,
    /// `/wait` answers when it gets a permit.
    pub(crate) release: Semaphore,
}

impl Inner {
    pub(crate) async fn start() -> Self {
        let listener =
            TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            connections: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            waiting: Semaphore::new(0),
            left: Semaphore::new(0),
            release: Semaphore::new(0),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Self { addr, task, state }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Stops taking connections and closes those there are.
    pub(crate) async fn stop(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        state.connections.fetch_add(1, Ordering::SeqCst);
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move {
                state.requests.fetch_add(1, Ordering::SeqCst);
                answer(&state, request).await
            }
        });
        let http = hyper::server::conn::http1::Builder::new();
        connections.spawn(async move {
            let io = TokioIo::new(stream);
            let _ = http.serve_connection(io, service).await;
        });
    }
}

async fn answer(
    state: &State,
    request: Request<Incoming>,
) -> Result<Response<Body>, &'static str> {
    let path = request.uri().path().to_owned();
    if let Some(status) = path.strip_prefix("/foreign/") {
        return Ok(foreign(status.parse().expect("a status"), "not yours"));
    }
    Ok(match path.as_str() {
        "/break" => return Err("breaks the connection"),
        "/version" => foreign(
            StatusCode::BAD_REQUEST,
            "Unsupported API version: 9. Supported: 1, 2",
        ),
        "/panic" | "/books" => {
            foreign(StatusCode::METHOD_NOT_ALLOWED, "not yours")
        }
        "/ours" => marked(StatusCode::CONFLICT, "ours".into()),
        "/big" => marked(StatusCode::OK, big().into()),
        "/stream" => streamed(),
        "/dressed" => dressed(),
        "/etag" => {
            let mut response = marked(StatusCode::OK, big().into());
            let etag = "\"1\"".parse().expect("a value");
            response.headers_mut().insert("etag", etag);
            response
        }
        "/wait" => {
            wait(state).await;
            marked(StatusCode::OK, "waited".into())
        }
        _ => echo(request).await,
    })
}

/// JSON that is worth compressing and too long to be taken whole.
pub(crate) fn big() -> String {
    format!("[{}0]", "\"the same again\",".repeat(20_000))
}

async fn wait(state: &State) {
    struct Left<'a>(Option<&'a Semaphore>);
    impl Drop for Left<'_> {
        fn drop(&mut self) {
            if let Some(left) = self.0 {
                left.add_permits(1);
            }
        }
    }
    let mut left = Left(Some(&state.left));
    state.waiting.add_permits(1);
    state.release.acquire().await.expect("open").forget();
    left.0 = None;
}

async fn echo(request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let told = json!({
        "method": head.method.as_str(),
        "target": head.uri.to_string(),
        "headers": told_headers(&head.headers),
        "body": String::from_utf8_lossy(&body),
    });
    marked(StatusCode::OK, told.to_string().into())
}

fn told_headers(headers: &HeaderMap) -> Value {
    let told = headers.keys().map(|name| {
        let all = headers.get_all(name).iter();
        let all: Vec<_> =
            all.map(|value| value.to_str().unwrap_or("?")).collect();
        (name.to_string(), Value::from(all.join(" | ")))
    });
    Value::Object(told.collect())
}

fn marked(status: StatusCode, body: Bytes) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("x-colophon-answer", "1")
        .header("x-request-id", "inner")
        .body(Full::new(body).boxed())
        .expect("a response")
}

/// As dropshot answers by itself.
fn foreign(status: StatusCode, message: &str) -> Response<Body> {
    let body = json!({ "request_id": "inner", "message": message });
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("x-request-id", "inner")
        .header("allow", "BREW")
        .body(Full::new(Bytes::from(body.to_string())).boxed())
        .expect("a response")
}

fn dressed() -> Response<Body> {
    let mut response = marked(StatusCode::OK, "{}".into());
    let headers = response.headers_mut();
    for (name, value) in [
        ("cache-control", "max-age=60"),
        ("content-security-policy", "default-src 'self'"),
        ("connection", "x-private"),
        ("x-private", "1"),
        ("keep-alive", "timeout=5"),
        ("x-total-count", "7"),
    ] {
        headers.insert(name, value.parse().expect("a value"));
    }
    response
}

fn streamed() -> Response<Body> {
    let parts = stream::iter(0..100).map(|n| {
        Ok::<_, Infallible>(Frame::data(Bytes::from(format!("{n},"))))
    });
    let mut response = marked(StatusCode::OK, Bytes::new());
    *response.body_mut() = BodyExt::boxed(StreamBody::new(parts));
    response
}
