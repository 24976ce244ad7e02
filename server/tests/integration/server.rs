//! A real server for one test: its own database, its own port, its own log.

use std::any::Any;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;

use colophon_client::{Options, v1, v2};
use colophon_server::app::App;
use colophon_server::config::{AuthMode, Config, Database};
use colophon_server::domain::{
    AuditEvent, Password, QueuedJob, Role, UserCreate,
};
use colophon_server::jobs::Queue;
use colophon_server::logging::Json;
use colophon_server::store::Store;
use colophon_server::{Server, start};
use http::Method;
use serde_json::Value;
use slog::{Discard, Drain, Logger, o};
use tempfile::TempDir;

use crate::ask::Ask;
use crate::postgres::Scratch;

const LOG: &str = "log.jsonl";

/// What every user of a test signs in with.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server with a client of each contract. End a test with
/// [`TestServer::stop`]; a test that fails keeps its folder.
pub(crate) struct TestServer {
    pub(crate) v1: v1::Client,
    pub(crate) v2: v2::Client,
    running: Option<(Server, TempDir)>,
    database: Option<Scratch>,
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

    /// A server on the sample data that asks for tokens.
    pub(crate) async fn start_guarded(name: &str) -> Self {
        Self::start_with(name, |config| {
            config.database.sample_data = true;
            config.auth.mode = AuthMode::Required;
        })
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
        let database = Scratch::make(make_schema).await;
        config.database.url = match &database {
            Some(database) => database.url(),
            None => file(folder.path()),
        };
        config.mail.folder = folder.path().join("mail").display().to_string();
        adjust(&mut config);
        Self::run(folder, config, database).await
    }

    async fn run(
        folder: TempDir,
        config: Config,
        database: Option<Scratch>,
    ) -> Self {
        let log = logger(folder.path());
        let server = start(config.clone(), log).await.expect("a server");
        let addr = server.local_addr();
        let (origin, options) = (format!("http://{addr}"), Options::default());
        Self {
            v1: v1::Client::connect(&origin, &options).expect("a client"),
            v2: v2::Client::connect(&origin, &options).expect("a client"),
            running: Some((server, folder)),
            database,
            config,
            addr,
            http: reqwest::Client::new(),
        }
    }

    /// Does what a command does beside the server: on its database.
    pub(crate) async fn operate<T>(
        &self,
        act: impl AsyncFnOnce(App) -> T,
    ) -> T {
        let silent = || Logger::root(Discard, o!());
        let store = Store::open(&self.config.database, silent()).await;
        let store = store.expect("a second store");
        let done = act(App::new(store.clone(), silent())).await;
        store.close().await;
        done
    }

    /// Adds a user, whose password is [`PASSWORD`], and gives the id.
    pub(crate) async fn add_user(&self, username: &str, role: Role) -> i64 {
        let new = UserCreate {
            username: username.to_owned(),
            email: format!("{username}@example.org"),
            full_name: username.to_owned(),
            role,
            password: Password::new(PASSWORD.to_owned()),
        };
        let user = self.operate(async |app| app.user_create(new).await).await;
        user.expect("a user").id
    }

    /// A request for a token.
    pub(crate) fn sign_in(&self, username: &str, password: &str) -> Ask {
        let ask = self.ask(Method::POST, "/api/v1/auth/token");
        ask.form(&[("username", username), ("password", password)])
    }

    /// A token of a user whose password is [`PASSWORD`].
    pub(crate) async fn token(&self, username: &str) -> String {
        let token = self.sign_in(username, PASSWORD).expect(200).await;
        token["access_token"].as_str().expect("a token").to_owned()
    }

    /// A client of contract v1 that sends this token.
    pub(crate) fn v1_with(&self, token: String) -> v1::Client {
        let origin = format!("http://{}", self.addr);
        let options = Options { token: Some(token), ..Options::default() };
        v1::Client::connect(&origin, &options).expect("a client")
    }

    /// Where its data is.
    pub(crate) fn database_url(&self) -> &str {
        &self.config.database.url
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the server gracefully and starts another on its database.
    pub(crate) async fn restart(mut self) -> Self {
        let folder = self.close().await;
        assert_no_errors(folder.path());
        let database = self.database.take();
        Self::run(folder, self.config.clone(), database).await
    }

    /// Closes the server gracefully; its log must not tell of an error.
    pub(crate) async fn stop(mut self) {
        let folder = self.close().await;
        assert_no_errors(folder.path());
        if let Some(database) = self.database.take() {
            database.remove().await;
        }
    }

    /// Keeps every write waiting for as long as what it gives lives.
    pub(crate) async fn block_writes(&self) -> Box<dyn Any> {
        let url = &self.config.database.url;
        match url.strip_prefix("sqlite:") {
            Some(path) => Box::new(lock_file(path)),
            None => Box::new(lock_tables(url, "EXCLUSIVE").await),
        }
    }

    /// Keeps every read waiting for as long as what it gives lives, if this
    /// database can do that.
    pub(crate) async fn block_reads(&self) -> Option<impl Any> {
        let url = &self.config.database.url;
        if url.starts_with("sqlite:") {
            return None;
        }
        Some(lock_tables(url, "ACCESS EXCLUSIVE").await)
    }

    /// Says something to its database that no server does.
    pub(crate) async fn say(&self, sql: &str) {
        let url = &self.config.database.url;
        match url.strip_prefix("sqlite:") {
            Some(path) => rusqlite::Connection::open(path)
                .and_then(|it| it.execute_batch(sql))
                .expect(sql),
            None => connect(url).await.batch_execute(sql).await.expect(sql),
        }
    }

    /// What the audit log tells.
    pub(crate) async fn audit_log(&self) -> Vec<AuditEvent> {
        let silent = Logger::root(Discard, o!());
        let store = Store::open(&self.config.database, silent.clone()).await;
        let store = store.expect("a store");
        let app = App::new(store.clone(), silent);
        let log = app.audit_event_list(None, None, 0).await.expect("a log");
        store.close().await;
        log
    }

    /// The jobs that are not done.
    pub(crate) async fn jobs(&self) -> Vec<QueuedJob> {
        let jobs = self.operate(async |app| {
            Queue::new(app.store().clone()).list(None).await
        });
        jobs.await.expect("a list")
    }

    /// The mails sent up to now.
    pub(crate) fn mails(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(&self.config.mail.folder) else {
            return Vec::new();
        };
        let files = files.map(|file| file.expect("a file").path());
        let whole = files.filter(|it| it.extension() == Some("eml".as_ref()));
        whole.map(|it| fs::read_to_string(it).expect("a mail")).collect()
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

/// The address of a SQLite database for a test whose folder this is: what
/// tests run on unless a PostgreSQL server is named. No test knows which.
fn file(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("colophon.db").display())
}

async fn make_schema(url: String) {
    let settings = Database { url, ..Database::default() };
    let store = Store::open(&settings, Logger::root(Discard, o!())).await;
    store.expect("a template").close().await;
}

fn lock_file(path: &str) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(path).expect("a second connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    other
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let other = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, connection) = other.expect("a second connection");
    tokio::spawn(connection);
    client
}

async fn lock_tables(url: &str, mode: &str) -> tokio_postgres::Client {
    let client = connect(url).await;
    let lock = "BEGIN; LOCK TABLE authors, books, models, items, events, \
                users, api_keys, signing_keys, jobs, reviews \
                IN";
    client
        .batch_execute(&format!("{lock} {mode} MODE"))
        .await
        .expect("the locks");
    client
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
