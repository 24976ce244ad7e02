//! The access record.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use slog::{Drain, Level, LevelFilter, Logger, o};
use slog_term::{FullFormat, PlainSyncDecorator};

use crate::rig::Rig;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("nobody panicked").clone();
        String::from_utf8(bytes).expect("text")
    }

    fn log(&self, level: Level) -> Logger {
        let decorator = PlainSyncDecorator::new(self.clone());
        let drain = FullFormat::new(decorator).build().fuse();
        Logger::root(LevelFilter::new(drain, level).fuse(), o!())
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks twice; closing the edge waits for the records.
async fn lines_at(level: Level) -> String {
    let lines = Lines::default();
    let rig = Rig::start_logged(|_| {}, lines.log(level)).await;
    let mut client = rig.connect().await;
    client
        .ask("GET /ours?q=private HTTP/1.1\r\nHost: h\r\nX-Request-ID: me\r\n\r\n")
        .await;
    client.ask("GET /foreign/404 HTTP/1.1\r\nHost: h\r\n\r\n").await;
    drop(client);
    rig.edge.close(crate::rig::PATIENCE).await;
    lines.text()
}

#[tokio::test]
async fn a_request_is_a_line() {
    let text = lines_at(Level::Info).await;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    for part in [
        "method: GET",
        "path: /ours",
        "status: 409",
        "duration_us: ",
        "request_id: me",
        "client: 127.0.0.1",
        "peer: 127.0.0.1:",
        "bytes_out: 4",
    ] {
        assert!(lines[0].contains(part), "{part}: {text}");
    }
    assert!(lines[1].contains("status: 404"), "{text}");
    assert!(!text.contains("private"), "{text}");
}

#[tokio::test]
async fn nothing_is_written_above_the_level() {
    assert_eq!(lines_at(Level::Warning).await, "");
}

#[tokio::test]
async fn a_client_that_leaves_is_recorded() {
    let lines = Lines::default();
    let rig = Rig::start_logged(|_| {}, lines.log(Level::Info)).await;
    let mut client = rig.connect().await;
    client.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n").await;
    rig.inner.state.waiting.acquire().await.expect("open").forget();
    drop(client);
    let left = rig.inner.state.left.acquire();
    let left = tokio::time::timeout(crate::rig::PATIENCE, left).await;
    left.expect("the handler is cancelled").expect("open").forget();
    rig.edge.close(crate::rig::PATIENCE).await;
    assert!(lines.text().contains("status: 499"), "{}", lines.text());
}

#[tokio::test]
async fn the_client_is_whom_a_trusted_proxy_names() {
    for (trusted, client) in [
        (&["127.0.0.1/32"][..], "198.51.100.7"),
        (&["192.0.2.1/32"], "127.0.0.1"),
        (&[], "127.0.0.1"),
    ] {
        let lines = Lines::default();
        let networks = trusted.iter().map(|it| it.parse());
        let networks = networks.collect::<Result<_, _>>().expect("networks");
        let adjust = |config: &mut colophon_server::config::Config| {
            config.edge.trusted_proxies = networks;
        };
        let rig = Rig::start_logged(adjust, lines.log(Level::Info)).await;
        // The first is what the client makes up before the proxy.
        let request = "GET /ours HTTP/1.1\r\nHost: h\r\n\
                       X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\n\r\n";
        rig.connect().await.ask(request).await;
        rig.edge.close(crate::rig::PATIENCE).await;

        let text = lines.text();

        assert!(text.contains(&format!("client: {client}")), "{text}");
        assert!(!text.contains("203.0.113.9"), "{text}");
    }
}
