//! Two processes on one database: what is done at one holds at the other.
//!
//! On PostgreSQL if a server for tests is named, as a team would run them;
//! else on one SQLite file, which two processes can share too.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use colophon_server::config::AuthMode;
use colophon_server::domain::Role;
use futures::FutureExt;
use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::TestServer;
use crate::ask::Ask;
use crate::data::{plain2, user, with};
use crate::process::Process;
use crate::server::PASSWORD;

const BOOKS: &str = "/api/v2/books";
const FIRST: &str = "/api/v2/books/1";

/// How many users are added at both servers together.
const USERS: usize = 12;

/// How long jobs may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Two processes, and the database that they share.
struct Pair {
    /// Holds the database, answers nobody, and does no jobs.
    holder: TestServer,
    folders: [TempDir; 2],
    both: [Process; 2],
    http: reqwest::Client,
}

impl Pair {
    /// Two processes that ask for tokens; ann is an admin.
    async fn start(name: &str) -> Self {
        let holder = TestServer::start_with(name, |config| {
            config.auth.mode = AuthMode::Required;
            config.jobs.enabled = false;
        })
        .await;
        holder.add_user("ann", Role::Admin).await;
        let folders = [(); 2].map(|()| TempDir::new().expect("a folder"));
        let both = folders.each_ref().map(|folder| {
            let settings = settings(holder.database_url());
            let file = folder.path().join("colophon.toml");
            fs::write(file, settings).expect("written");
            Process::start(folder)
        });
        Self { holder, folders, both, http: reqwest::Client::new() }
    }

    /// A request to one of the two; numbers beyond them begin anew.
    fn ask(&self, which: usize, method: Method, path: &str) -> Ask {
        let server = &self.both[which % 2];
        let url = format!("{}{path}", server.origin);
        Ask::new(self.http.request(method, url))
    }

    /// Ann's token, given out by one of the two.
    async fn token(&self, which: usize) -> String {
        let fields = [("username", "ann"), ("password", PASSWORD)];
        let ask = self.ask(which, Method::POST, "/api/v1/auth/token");
        let token = ask.form(&fields).expect(200).await;
        token["access_token"].as_str().expect("a token").to_owned()
    }

    /// The mails that either has sent.
    fn mails(&self) -> Vec<String> {
        let folders = self.folders.iter().map(|it| it.path().join("mail"));
        folders.flat_map(|it| mails(&it)).collect()
    }

    async fn stop(self) {
        self.both.into_iter().for_each(Process::kill);
        self.holder.stop().await;
    }
}

fn settings(database: &str) -> String {
    format!(
        "[http]\nverify_responses = true\n[auth]\nmode = 'required'\n\
         [database]\nurl = '{database}'\nmax_connections = 8\n\
         [jobs]\npoll_ms = 20\n"
    )
}

fn mails(folder: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let files = files.map(|file| file.expect("a file").path());
    let whole = files.filter(|it| it.extension() == Some("eml".as_ref()));
    whole.map(|it| fs::read_to_string(it).expect("a mail")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_at_one_server_holds_at_the_other() {
    let pair = Pair::start("what_is_written_at_one_server").await;
    let token = pair.token(0).await;
    let ask = |which, method, path: &str| {
        pair.ask(which, method, path).bearer(&token)
    };
    let new = plain2("Dune", 1);
    let add = |which| {
        let ask = ask(which, Method::POST, BOOKS).json(&new);
        ask.header("idempotency-key", "import-1")
    };
    let added = add(0).expect(201).await;
    assert_eq!(add(1).expect(201).await, added, "the same answer, replayed");
    let seen = ask(1, Method::GET, FIRST).reply(200).await;
    assert_eq!((seen.header("etag"), seen.json()), (Some("\"1\""), added));

    let change = |which, title: &str, tag: &str| {
        let change = json!({ "title": title });
        let ask = ask(which, Method::PATCH, FIRST).json(&change);
        ask.header("if-match", tag)
    };
    change(1, "Dune II", "\"1\"").reply(200).await;
    change(0, "Dune III", "\"1\"").reply(412).await;
    let title = ask(0, Method::GET, FIRST).expect(200).await["title"].clone();
    assert_eq!(title, "Dune II");

    ask(1, Method::POST, BOOKS).json(&plain2("Emma", 2)).reply(201).await;
    let page = format!("{BOOKS}?limit=1");
    let first = ask(0, Method::GET, &page).expect(200).await;
    let next = first["next_page"].as_str().expect("a page token");
    let page = format!("{BOOKS}?limit=1&page_token={next}");
    let second = ask(1, Method::GET, &page).expect(200).await;
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_shows_what_another_has_changed_since() {
    let pair = Pair::start("no_server_shows_what_another").await;
    let token = pair.token(0).await;
    let ask = |which, method, path: &str| {
        pair.ask(which, method, path).bearer(&token)
    };
    ask(0, Method::POST, BOOKS).json(&plain2("Dune", 1)).reply(201).await;
    for round in 0..40 {
        let title = format!("Dune {round}");
        let change = json!({ "title": title });
        ask(round, Method::PATCH, FIRST).json(&change).reply(200).await;
        for server in [round, round + 1, round, round + 1] {
            let one = ask(server, Method::GET, FIRST).expect(200).await;
            let all = ask(server, Method::GET, BOOKS).expect(200).await;
            let v1 = ask(server, Method::GET, "/api/v1/books/1");
            let shown = [
                &one["title"],
                &all["items"][0]["title"],
                &v1.expect(200).await["title"],
            ];
            assert_eq!(shown, [title.as_str(); 3], "{round} at {server}");
        }
    }
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_replace_one_state_at_two_servers_one_wins() {
    let pair = Pair::start("of_two_who_replace_one_state").await;
    let token = pair.token(0).await;
    let new = pair.ask(0, Method::POST, BOOKS).json(&plain2("Dune", 1));
    new.bearer(&token).reply(201).await;
    for state in 1..=20 {
        let tag = format!("\"{state}\"");
        let replace = |which: usize| {
            let body = plain2(&format!("Dune {state} at {which}"), 1);
            let ask = pair.ask(which, Method::PUT, FIRST).json(&body);
            ask.header("if-match", &tag).bearer(&token).send()
        };
        let answers = tokio::join!(replace(0), replace(1));
        let mut statuses =
            [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{state}");
    }
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_server_is_good_at_the_other_until_it_ends_at_either() {
    let pair = Pair::start("a_token_of_one_server").await;
    let tokens = [pair.token(0).await, pair.token(1).await];
    let me = "/api/v1/users/1";
    for (given_by, token) in tokens.iter().enumerate() {
        let other = pair.ask(given_by + 1, Method::GET, me);
        other.bearer(token).reply(200).await;
    }
    let change = json!({
        "password": "another horse", "current_password": PASSWORD,
    });
    let change = pair.ask(0, Method::PATCH, me).json(&change);
    change.bearer(&tokens[1]).reply(200).await;
    for which in 0..2 {
        for token in &tokens {
            let refused = pair.ask(which, Method::GET, me).bearer(token);
            refused.reply(401).await;
        }
    }
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_job_is_done_by_one_of_the_servers() {
    let pair = Pair::start("each_job_is_done_by_one").await;
    let token = pair.token(0).await;
    let names: Vec<_> = (0..USERS).map(|n| format!("user_{n}")).collect();
    let adding = names.iter().enumerate().map(|(which, name)| {
        let ask = pair.ask(which, Method::POST, "/api/v1/users");
        let new = with(user(name), json!({ "full_name": "Somebody" }));
        ask.json(&new).bearer(&token).reply(201).boxed()
    });
    join_all(adding).await;
    let asked = json!({ "report_type": "inventory" });
    let ask = pair.ask(0, Method::POST, "/api/v1/reports").json(&asked);
    let report = ask.bearer(&token).expect(202).await;
    let report = report["check_status_url"].as_str().expect("a path");

    // Ann's own mail is among them.
    let asked = Instant::now();
    while pair.mails().len() <= USERS
        || status(&pair, report, &token).await != "completed"
        || !pair.holder.jobs().await.is_empty()
    {
        assert!(asked.elapsed() < PATIENCE, "{:#?}", pair.mails());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let mut count = BTreeMap::new();
    for mail in pair.mails() {
        let hello = mail.lines().find(|it| it.starts_with("Hello "));
        let hello = hello.expect("a greeting").to_owned();
        *count.entry(hello).or_insert(0) += 1;
    }
    let expected = names.iter().map(String::as_str).chain(["ann"]);
    let expected = expected.map(|it| (format!("Hello {it},"), 1)).collect();
    assert_eq!(count, expected);
    pair.stop().await;
}

/// The status of a report, as the other server tells it.
async fn status(pair: &Pair, report: &str, token: &str) -> Value {
    let report = pair.ask(1, Method::GET, report).bearer(token);
    report.expect(200).await["status"].clone()
}
