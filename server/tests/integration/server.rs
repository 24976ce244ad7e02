//! A real server for one test: its own database, its own port, its own log.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;

use colophon_client::{Options, v1, v2};
use colophon_server::config::Config;
use colophon_server::logging::Json;
use colophon_server::{Server, start};
use http::Method;
use serde_json::Value;
use slog::{Drain, Logger, o};
use tempfile::TempDir;

use crate::ask::Ask;

const LOG: &str = "log.jsonl";

/// A server with a client of each contract. End a test with
/// [`TestServer::stop`]; a test that fails keeps its folder.
pub(crate) struct TestServer {
    pub(crate) v1: v1::Client,
    pub(crate) v2: v2::Client,
    running: Option<(Server, TempDir)>,
    config: Config,
    addr: SocketAddr,
    http: reqwest::Client,
}

impl TestServer {
    /// A server on an empty database; `name` is the test's.
    pub(crate) async fn start(name: &str) -> Self {
        Self::start_with(name, |_| {}).await
    }

    /// A server on the sample data: books 1 to 5, two models, items 1 to 3.
    pub(crate) async fn start_filled(name: &str) -> Self {
        Self::start_with(name, |config| config.database.sample_data = true)
            .await
    }

    /// A server with settings of its own.
    pub(crate) async fn start_with(
        name: &str,
        adjust: impl FnOnce(&mut Config),
    ) -> Self {
        let folder = tempfile::Builder::new().prefix(name).tempdir();
        let folder = folder.expect("a folder for the test");
        let mut config = Config::default();
        config.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
        config.http.verify_responses = true;
        config.database.url = database(folder.path());
        adjust(&mut config);
        Self::run(folder, config).await
    }

    async fn run(folder: TempDir, config: Config) -> Self {
        let log = logger(folder.path());
        let server = start(config.clone(), log).await.expect("a server");
        let addr = server.local_addr();
        let (origin, options) = (format!("http://{addr}"), Options::default());
        Self {
            v1: v1::Client::connect(&origin, &options).expect("a client"),
            v2: v2::Client::connect(&origin, &options).expect("a client"),
            running: Some((server, folder)),
            config,
            addr,
            http: reqwest::Client::new(),
        }
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the server gracefully and starts another on its database.
    pub(crate) async fn restart(mut self) -> Self {
        let folder = self.close().await;
        assert_no_errors(folder.path());
        Self::run(folder, self.config.clone()).await
    }

    /// Closes the server gracefully; its log must not tell of an error.
    pub(crate) async fn stop(mut self) {
        let folder = self.close().await;
        assert_no_errors(folder.path());
    }

    /// Keeps every write waiting for as long as what it gives lives.
    pub(crate) fn block_writes(&self) -> impl Sized + use<> {
        let path = self.config.database.url.strip_prefix("sqlite:");
        let other = rusqlite::Connection::open(path.expect("a file"));
        let other = other.expect("a second connection");
        other.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
        other
    }

    async fn close(&mut self) -> TempDir {
        let (server, folder) = self.running.take().expect("it runs");
        server.close().await;
        folder
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        let url = format!("http://{}{path}", self.addr);
        Ask::new(self.http.request(method, url))
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Ask {
        self.ask(Method::POST, path).json(body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Ask {
        self.ask(Method::PUT, path).json(body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Ask {
        self.ask(Method::PATCH, path).json(body)
    }

    pub(crate) fn delete(&self, path: &str) -> Ask {
        self.ask(Method::DELETE, path)
    }

    /// The log's lines up to now.
    pub(crate) fn log(&self) -> Vec<Value> {
        let (_, folder) = self.running.as_ref().expect("it runs");
        lines(folder.path())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let Some((_, folder)) = self.running.take() else { return };
        if std::thread::panicking() {
            let folder = folder.keep();
            eprintln!("database and log are kept in {}", folder.display());
        } else {
            panic!("the test forgot `stop`, which reads the log");
        }
    }
}

/// The URL of an empty database for a test whose folder this is. The one
/// place that chooses what tests run on; no test knows.
fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("colophon.db").display())
}

/// Writes to the folder's log, behind what an earlier server wrote.
fn logger(folder: &Path) -> Logger {
    let mut options = File::options();
    let file = options.create(true).append(true).open(folder.join(LOG));
    let drain = Mutex::new(Json::new(file.expect("a log file")));
    Logger::root(drain.ignore_res(), o!())
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(LOG)).expect("a log");
    let line = |line| serde_json::from_str(line).expect("a line of JSON");
    text.lines().map(line).collect()
}

#[track_caller]
fn assert_no_errors(folder: &Path) {
    let lines = lines(folder);
    let errors: Vec<_> =
        lines.iter().filter(|line| line["level"] == "error").collect();
    assert!(errors.is_empty(), "the log tells of errors: {errors:#?}");
}
