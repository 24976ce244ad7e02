//! A whole server with the sample data, on a free port, which holds its own
//! answers against the contract.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use colophon_server::Server;
use colophon_server::config::Config;
use slog::{Drain, Level, LevelFilter, Logger, o};
use slog_term::{FullFormat, PlainSyncDecorator};

use crate::raw::{Answer, Raw};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How many books the sample data has.
const SAMPLE_BOOKS: u64 = 5;

pub(crate) struct Rig {
    server: Server,
    complaints: Complaints,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        let mut config = Config::default();
        config.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
        config.http.verify_responses = true;
        config.database.url = "sqlite::memory:".to_owned();
        config.database.sample_data = true;
        let complaints = Complaints::default();
        let log = complaints.log();
        let server = colophon_server::start(config, log).await;
        Self { server: server.expect("it starts"), complaints }
    }

    pub(crate) async fn connect(&self) -> Raw {
        Raw::connect(self.server.local_addr()).await
    }

    /// Sends a request on a connection of its own.
    pub(crate) async fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        self.connect().await.ask(request).await
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.ask(format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n")).await
    }

    /// Sends a JSON body.
    pub(crate) async fn send(
        &self,
        line: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        self.ask(request(line, headers, body)).await
    }

    /// Checks that no book has come or gone.
    pub(crate) async fn has_sample_books(&self) {
        let list = self.get("/api/v1/books").await.json();
        assert_eq!(list["total"], SAMPLE_BOOKS);
    }

    /// Stops the server, which must have had nothing to complain of.
    pub(crate) async fn close(self) {
        self.server.close().await;
        let complaints = self.complaints.text();
        assert!(complaints.is_empty(), "{complaints}");
    }
}

/// A request with a JSON body; `line` is method and target, and each header
/// ends its own line.
pub(crate) fn request(line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// What the server logs as a warning or worse.
#[derive(Clone, Default)]
struct Complaints(Arc<Mutex<Vec<u8>>>);

impl Complaints {
    fn log(&self) -> Logger {
        let decorator = PlainSyncDecorator::new(self.clone());
        let drain = FullFormat::new(decorator).build().fuse();
        Logger::root(LevelFilter::new(drain, Level::Warning).fuse(), o!())
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().expect("nobody panicked").clone();
        String::from_utf8(bytes).expect("text")
    }
}

impl Write for Complaints {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
