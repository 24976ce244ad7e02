//! Reads that wait for the database for too long.

use http::Method;

use crate::TestServer;
use crate::ask::Ask;
use crate::contract::{Seen, named_with};
use crate::methods::sample;
use crate::promise::{Promised, operations};

fn reads(promised: Promised) -> bool {
    promised.operation.method() == Method::GET
}

fn ask(server: &TestServer, promised: Promised) -> Ask {
    let path = sample(promised.operation.path());
    let is_search = promised.operation.id() == "book_search";
    let query = if is_search { "?q=dune" } else { "" };
    server.get(&format!("/api/{}{path}{query}", promised.version))
}

#[tokio::test]
async fn a_read_that_waits_too_long_is_a_503() {
    let name = "a_read_that_waits_too_long";
    let server = TestServer::start_with(name, |config| {
        config.http.handler_timeout_ms = 100;
        // Reads that wait keep theirs.
        config.database.max_connections = 64;
    })
    .await;
    let Some(blocked) = server.block_reads().await else {
        eprintln!("SKIPPED: nothing keeps a read of SQLite waiting");
        return server.stop().await;
    };

    let asks = operations().filter(|it| reads(*it));
    let asks = asks.map(|it| ask(&server, it).reply(503));
    let replies = futures::future::join_all(asks).await;

    let mut seen = Seen::new();
    for reply in replies {
        assert_eq!(reply.json()["error_code"], "Timeout");
        assert_eq!(reply.header("retry-after"), Some("1"));
        let promised = reply.promised.expect("an operation");
        seen.insert(format!("{} 503", promised.name()));
    }
    assert_eq!(seen, named_with(503, reads));
    drop(blocked);
    server.stop().await;
}
