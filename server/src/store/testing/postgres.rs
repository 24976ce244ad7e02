//! PostgreSQL databases for tests, on the server that `COLOPHON_TEST_POSTGRES`
//! names: the URL of any database of it, with a role that may make others.
//!
//! The integration tests have this file too, so it knows nothing of the crate.

use std::env;
use std::time::UNIX_EPOCH;

use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// Names the server.
pub(crate) const VARIABLE: &str = "COLOPHON_TEST_POSTGRES";

/// What tests wait for while one of them makes the template.
const LOCK: &str = "SELECT pg_advisory_lock(7021446129)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7021446129)";

/// An empty database for one test, with the newest schema. That of a test
/// that fails stays, to be looked at.
#[derive(Debug)]
pub(crate) struct Scratch {
    server: String,
    name: String,
}

impl Scratch {
    /// A new database if there is a server for it. It is a copy of one whose
    /// schema was made, once for all tests, by what is given here.
    pub(crate) async fn make(schema: impl AsyncFnOnce(String)) -> Option<Self> {
        let server = env::var(VARIABLE).ok()?;
        let client = connect(&server).await;
        let template = template(&client, &server, schema).await;
        let name = fresh("colophon");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        run(&client, &create).await;
        Some(Self { server, name })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        beside(&self.server, &self.name)
    }

    /// Removes it, whoever is connected.
    pub(crate) async fn remove(self) {
        let client = connect(&self.server).await;
        run(&client, &format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await;
    }
}

/// The name of a database with the newest schema and nothing in it, made by
/// whichever test of this program comes first.
async fn template(
    client: &Client,
    server: &str,
    schema: impl AsyncFnOnce(String),
) -> String {
    let name = format!("template_{}", this_build());
    run(client, LOCK).await;
    let known = "SELECT 1 FROM pg_database WHERE datname = $1";
    let known = client.query_opt(known, &[&name]).await.expect("an answer");
    if known.is_none() {
        let unfinished = fresh("unfinished");
        run(client, &format!("CREATE DATABASE {unfinished}")).await;
        schema(beside(server, &unfinished)).await;
        run(client, &format!("ALTER DATABASE {unfinished} RENAME TO {name}"))
            .await;
    }
    run(client, UNLOCK).await;
    name
}

/// Tells this program from one built before it, whose schema may be another.
fn this_build() -> u128 {
    let program = env::current_exe().and_then(|it| it.metadata());
    let built = program.and_then(|it| it.modified()).expect("a time");
    built.duration_since(UNIX_EPOCH).expect("after 1970").as_nanos()
}

fn fresh(kind: &str) -> String {
    format!("{kind}_{}", Uuid::new_v4().simple())
}

async fn connect(url: &str) -> Client {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

async fn run(client: &Client, sql: &str) {
    client.batch_execute(sql).await.expect(sql);
}

/// The address of another database of the same server.
fn beside(server: &str, name: &str) -> String {
    let (address, parameters) = match server.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (server, String::new()),
    };
    let (scheme, rest) = address.split_once("://").expect("a URL");
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    format!("{scheme}://{host}/{name}{parameters}")
}

#[test]
fn another_database_is_beside_the_one_that_is_named() {
    for (server, other) in [
        ("postgres://me@db:1/a", "postgres://me@db:1/b"),
        ("postgres://db", "postgres://db/b"),
        ("postgres:///a?host=/run/x", "postgres:///b?host=/run/x"),
    ] {
        assert_eq!(beside(server, "b"), other);
    }
}
