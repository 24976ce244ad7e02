//! Connections: kept, limited, and closed.

use std::time::Duration;

use colophon_server::config::Config;
use colophon_server::edge::{Edge, Secret};
use slog::{Discard, Logger, o};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::raw::Raw;
use crate::rig::{PATIENCE, Rig, TestApi};

const ECHO: &str = "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n";
const WAIT: &str = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";

async fn impatient(header_timeout_ms: u64) -> Rig {
    Rig::start_with(|config| {
        config.edge.header_timeout_ms = header_timeout_ms;
    })
    .await
}

/// Asks for `/wait` and returns once the request is inside.
async fn waiting(rig: &Rig) -> Raw {
    let mut client = rig.connect().await;
    client.send(WAIT).await;
    let inside = rig.inner.state.waiting.acquire();
    timeout(PATIENCE, inside).await.expect("in time").expect("open").forget();
    client
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let rig = impatient(200).await;
    for sent in ["", "GET / HT", "PRI * HTTP/2.0\r\n\r\nS"] {
        let mut client = rig.connect().await;
        client.send(sent).await;
        client.closed().await;
    }
}

#[tokio::test]
async fn a_head_that_drips_ends_the_connection() {
    let rig = impatient(200).await;
    let mut client = rig.connect().await;
    let drips = async {
        while client.is_silent_for(Duration::from_millis(20)).await {
            // Fails if the edge has closed meanwhile.
            let _ = client.stream.try_write(b"G");
        }
    };
    timeout(PATIENCE, drips).await.expect("closed in time");
    // A drop may fall on a closed connection, which then is reset.
    assert!(!matches!(client.stream.try_read(&mut [0]), Ok(1..)));
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let rig = impatient(1000).await;
    let mut client = rig.connect().await;
    assert_eq!(client.ask(ECHO).await.status, 200);
    assert_eq!(client.ask(ECHO).await.status, 200);
    client.closed().await;
}

#[tokio::test]
async fn a_slow_answer_is_not_idling() {
    let rig = impatient(1000).await;
    let mut client = waiting(&rig).await;
    assert!(client.is_silent_for(Duration::from_millis(1500)).await);
    rig.inner.state.release.add_permits(1);
    assert_eq!(client.answer().await.body, "waited");
}

#[tokio::test]
async fn a_head_over_the_limit_is_told_so() {
    let rig =
        Rig::start_with(|config| config.edge.max_header_bytes = 8192).await;
    let long = "x".repeat(1024 * 1024);
    for request in [
        format!("GET /echo HTTP/1.1\r\nHost: h\r\nX-Long: {long}\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: h\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "a: b\r\n".repeat(500)),
    ] {
        let mut client = rig.connect().await;
        assert_eq!(client.ask(request).await.status, 431);
        client.closed().await;
    }
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn() {
    let rig = Rig::start_with(|config| config.edge.max_connections = 2).await;
    let first = waiting(&rig).await;
    let _second = waiting(&rig).await;
    let mut third = rig.connect().await;
    third.send(ECHO).await;
    assert!(third.is_silent_for(Duration::from_millis(200)).await);
    drop(first);
    assert_eq!(third.answer().await.status, 200);
}

#[tokio::test]
async fn requests_share_a_connection_inward() {
    let rig = Rig::start().await;
    for _ in 0..5 {
        let mut client = rig.connect().await;
        for _ in 0..5 {
            assert_eq!(client.ask(ECHO).await.status, 200);
        }
    }
    assert_eq!((rig.inner.requests(), rig.inner.connections()), (25, 1));
}

#[tokio::test]
async fn many_clients_at_once_each_get_their_own_answer() {
    let rig = Rig::start().await;
    let asks = (0..50).map(|n| {
        let rig = &rig;
        async move {
            let mut client = rig.connect().await;
            for m in 0..10 {
                let request =
                    format!("GET /{n}-{m} HTTP/1.1\r\nHost: h\r\n\r\n");
                let target = client.ask(request).await.json();
                assert_eq!(target["target"], format!("/{n}-{m}"));
            }
        }
    });
    futures::future::join_all(asks).await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let rig = Rig::start().await;
    let mut client = rig.connect().await;
    let requests: String = (0..20)
        .map(|n| format!("GET /{n} HTTP/1.1\r\nHost: h\r\n\r\n"))
        .collect();
    client.send(requests).await;
    for n in 0..20 {
        let answer = client.answer().await;
        assert_eq!(answer.json()["target"], format!("/{n}"));
    }
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request_inside() {
    let rig = Rig::start().await;
    drop(waiting(&rig).await);
    let left = rig.inner.state.left.acquire();
    timeout(PATIENCE, left).await.expect("in time").expect("open").forget();
}

#[tokio::test]
async fn closing_lets_requests_finish_and_closes_the_idle() {
    let rig = Rig::start().await;
    let mut busy = waiting(&rig).await;
    let mut idle = rig.connect().await;
    assert_eq!(idle.ask(ECHO).await.status, 200);
    let mut silent = rig.connect().await;
    let addr = rig.edge.local_addr();

    let closing = tokio::spawn(rig.edge.close(PATIENCE));
    idle.closed().await;
    silent.closed().await;
    assert!(TcpStream::connect(addr).await.is_err());
    rig.inner.state.release.add_permits(1);
    let answer = busy.answer().await;
    assert_eq!(answer.body, "waited");
    assert_eq!(answer.header("connection"), Some("close"));
    busy.closed().await;
    let closed = timeout(PATIENCE / 2, closing).await;
    closed.expect("before the deadline").expect("no panic");
}

#[tokio::test]
async fn closing_does_not_wait_past_its_deadline() {
    let rig = Rig::start().await;
    let mut busy = waiting(&rig).await;
    let closing = rig.edge.close(Duration::from_millis(100));
    timeout(PATIENCE, closing).await.expect("in time");
    busy.closed().await;
}

#[tokio::test]
async fn a_taken_port_is_one_clear_line() {
    let rig = Rig::start().await;
    let addr = rig.edge.local_addr();
    let mut config = Config::default();
    config.http.bind = addr;
    let api = Arc::new(TestApi);
    let log = Logger::root(Discard, o!());
    let again =
        Edge::start(&config, rig.inner.addr(), Secret::random(), api, log);
    let error = again.await.expect_err("the port is taken");
    let line = format!(
        "cannot listen on {addr}: address in use; choose another with --bind \
         or http.bind"
    );
    assert_eq!(error.to_string(), line);
}
