//! What was acknowledged is there, however the server ended.
//!
//! The real command is killed (SIGKILL, so it can do nothing about it) while
//! clients write, and started again on the same file.

mod jobs;
mod process;
mod writer;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use reqwest::Client;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use process::Process;
use writer::{Acknowledged, Writer, book_of_v2};

const WRITERS: usize = 16;

/// After how many acknowledged writes the server is killed, round by round:
/// at the very first, and in the thick of it.
const ROUNDS: [usize; 5] = [1, 5, 17, 60, 150];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_kill() {
    let folder = TempDir::new().expect("a folder");
    let mut writers: Vec<_> = (0..WRITERS).map(Writer::new).collect();
    for wanted in ROUNDS {
        let server = Process::start(&folder);
        verify(&server.origin, &mut writers).await;
        writers = write_until_killed(server, writers, wanted).await;
        check_file(&folder);
    }
    let server = Process::start(&folder);
    verify(&server.origin, &mut writers).await;
    server.kill();
}

/// Lets everyone write until so many writes are acknowledged, and kills the
/// server then.
async fn write_until_killed(
    server: Process,
    writers: Vec<Writer>,
    wanted: usize,
) -> Vec<Writer> {
    let acknowledged = Acknowledged::none_of(wanted);
    let writing: Vec<_> = writers
        .into_iter()
        .map(|writer| {
            let (origin, all) = (server.origin.clone(), &acknowledged);
            tokio::spawn(writer.write(origin, Arc::clone(all)))
        })
        .collect();
    acknowledged.enough.acquire().await.expect("open").forget();
    server.kill();
    let writers = join_all(writing).await;
    writers.into_iter().map(|it| it.expect("a writer")).collect()
}

/// Checks each writer's books, and that there are no others.
async fn verify(origin: &str, writers: &mut [Writer]) {
    let ready = reqwest::get(format!("{origin}/health/ready")).await;
    assert_eq!(ready.expect("an answer").status(), 200);
    join_all(writers.iter_mut().map(|it| it.verify(origin))).await;
    let books: usize = writers.iter().map(Writer::len).sum();
    assert_eq!(total(origin).await, books);
}

async fn total(origin: &str) -> usize {
    let list = reqwest::get(format!("{origin}/api/v1/books")).await;
    let list: Value = list.expect("an answer").json().await.expect("JSON");
    let total = list["total"].as_u64().expect("a total");
    usize::try_from(total).expect("a number of books")
}

/// Checks what no request shows: the file itself, that each book has its
/// author and exactly its tags, and that the text indexes agree with the
/// books and their words.
fn check_file(folder: &TempDir) {
    let file = folder.path().join("colophon.db");
    let file = Connection::open(file).expect("a database");
    let whole: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("it can be checked");
    assert_eq!(whole, "ok");
    for (rule, broken) in [
        ("references", "SELECT COUNT(*) FROM pragma_foreign_key_check"),
        ("tags", WRONG_TAGS),
    ] {
        let broken: i64 =
            file.query_row(broken, [], |row| row.get(0)).expect(rule);
        assert_eq!(broken, 0, "{rule}");
    }
    for index in ["books_words", "words_text"] {
        let check = format!(
            "INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"
        );
        file.execute_batch(&check).expect(index);
    }
    file.execute_batch(
        "CREATE VIRTUAL TABLE temp.terms
         USING fts5vocab (main, books_words, row)",
    )
    .expect("the words of the index");
    let unknown: i64 =
        file.query_row(UNKNOWN_WORDS, [], |row| row.get(0)).expect("a number");
    assert_eq!(unknown, 0, "words of books");
}

const UNKNOWN_WORDS: &str = "
    SELECT COUNT(*) FROM temp.terms
    WHERE term NOT IN (SELECT word FROM words)";

const WRONG_TAGS: &str = "
    SELECT COUNT(*) FROM books
    WHERE json_array_length(tags) <>
        (SELECT COUNT(*) FROM book_tags WHERE book_id = books.id)";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_repeated_after_a_kill_is_done_once() {
    let folder = TempDir::new().expect("a folder");
    let server = Process::start(&folder);
    let origin = server.origin.clone();
    let sent = (0..WRITERS).map(|it| tokio::spawn(add(origin.clone(), it)));
    let mut sent: Vec<_> = sent.collect();
    // One is acknowledged; the others are wherever they are.
    let first = sent.remove(0).await.expect("a task").expect("an answer");
    server.kill();
    join_all(sent).await;

    let server = Process::start(&folder);
    let repeated = (0..WRITERS).map(|it| add(server.origin.clone(), it));
    let repeated = join_all(repeated).await;
    let answers: Vec<_> = repeated.into_iter().flatten().collect();
    assert_eq!(answers[0], first);
    let ids: BTreeSet<_> = answers.iter().map(|it| it["id"].as_i64()).collect();
    assert_eq!((answers.len(), ids.len()), (WRITERS, WRITERS));
    assert_eq!(total(&server.origin).await, WRITERS);
    server.kill();
}

/// Adds a book under an idempotency key; `None` if no answer comes.
async fn add(origin: String, number: usize) -> Option<Value> {
    let answer = Client::new()
        .post(format!("{origin}/api/v2/books"))
        .header("Idempotency-Key", format!("once-{number}"))
        .json(&book_of_v2(&format!("979{number:010}")))
        .send()
        .await
        .ok()?;
    assert_eq!(answer.status(), 201);
    answer.json().await.ok()
}
