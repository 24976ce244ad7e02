//! Background work whose server is killed again and again: each job has its
//! effect once, and none is lost.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Client;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Process;

/// After how many accepted reports the server is killed, round by round.
const ROUNDS: [usize; 5] = [1, 3, 9, 20, 35];

/// How many reports are asked for in a round, and how many mails.
const ASKED: usize = 40;
const MAILS: usize = 30;

/// How long it may take until all jobs are done on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A lease is short, for each kill leaves some to expire; and long enough
/// for a machine that is busy with other tests.
const SETTINGS: &str = "
    [jobs]
    lease_ms = 2000
    poll_ms = 50
";

#[tokio::test(flavor = "multi_thread")]
async fn each_job_has_its_effect_once_however_often_the_server_is_killed() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("colophon.toml"), SETTINGS).expect("written");
    Process::start(&folder).kill();
    count_effects(&folder);
    let mut accepted = BTreeSet::new();
    let mut mails = 0;
    for wanted in ROUNDS {
        mails += ask_for_mails(&folder);
        let server = Process::start(&folder);
        accepted.extend(ask_until_killed(server, wanted).await);
    }
    let server = Process::start(&folder);
    wait_until_done(&server.origin, &accepted, &folder).await;
    check_reports(&folder, &accepted);
    check_mails(&folder.path().join("mail"), mails);
    server.kill();
}

fn database(folder: &TempDir) -> Connection {
    let file = folder.path().join("colophon.db");
    let database = Connection::open(file).expect("a database");
    database.busy_timeout(PATIENCE).expect("a timeout");
    database
}

/// Has the database itself keep count of what is done to reports.
fn count_effects(folder: &TempDir) {
    let count = "
        CREATE TABLE effects (report_id TEXT NOT NULL);
        CREATE TRIGGER note AFTER UPDATE OF data ON reports
        BEGIN INSERT INTO effects VALUES (new.id); END";
    database(folder).execute_batch(count).expect("a trigger");
}

/// Asks for mails as a write of the server's would.
fn ask_for_mails(folder: &TempDir) -> usize {
    let payload = json!({
        "kind": "welcome_mail", "user_id": 1, "username": "ann",
        "email": "ann@example.com",
    });
    let ask = "INSERT INTO jobs
        (kind, payload, state, attempts, due_at, created_at)
        VALUES ('welcome_mail', ?1, 'waiting', 0, 0, 0)";
    let mut database = database(folder);
    let write = database.transaction().expect("a transaction");
    for _ in 0..MAILS {
        write.execute(ask, [payload.to_string()]).expect("asked for");
    }
    write.commit().expect("committed");
    MAILS
}

/// Asks for reports, kills the server once so many are accepted, and gives
/// back the paths of all that were.
async fn ask_until_killed(server: Process, wanted: usize) -> Vec<String> {
    let origin = server.origin.clone();
    let (told, mut accepted) = tokio::sync::mpsc::unbounded_channel();
    let asking = (0..ASKED).map(|_| {
        let (origin, told) = (origin.clone(), told.clone());
        tokio::spawn(async move {
            if let Some(path) = ask(&origin).await {
                told.send(path).expect("somebody listens");
            }
        })
    });
    let asking = join_all(asking.collect::<Vec<_>>());
    drop(told);
    let mut paths = Vec::new();
    while paths.len() < wanted {
        paths.push(accepted.recv().await.expect("enough are accepted"));
    }
    server.kill();
    asking.await;
    while let Some(path) = accepted.recv().await {
        paths.push(path);
    }
    paths
}

/// Asks for a report; `None` if no answer comes.
async fn ask(origin: &str) -> Option<String> {
    let url = format!("{origin}/api/v1/reports");
    let asked = json!({ "report_type": "inventory" });
    let answer = Client::new().post(url).json(&asked).send().await.ok()?;
    assert_eq!(answer.status(), 202);
    let accepted: Value = answer.json().await.ok()?;
    accepted["check_status_url"].as_str().map(str::to_owned)
}

/// Waits until each accepted report is made, and no job is left.
async fn wait_until_done(
    origin: &str,
    accepted: &BTreeSet<String>,
    folder: &TempDir,
) {
    let start = Instant::now();
    let left = "SELECT COUNT(*) FROM jobs";
    while number(folder, left) > 0 {
        assert!(start.elapsed() < PATIENCE, "jobs are left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for path in accepted {
        let report = reqwest::get(format!("{origin}{path}")).await;
        let report: Value =
            report.expect("an answer").json().await.expect("JSON");
        assert_eq!(report["status"], "completed", "{report}");
    }
}

fn number(folder: &TempDir, sql: &str) -> i64 {
    database(folder).query_row(sql, [], |row| row.get(0)).expect(sql)
}

/// Checks that each report was made once: the accepted ones, and those whose
/// acceptance the kill has swallowed.
fn check_reports(folder: &TempDir, accepted: &BTreeSet<String>) {
    let stored = number(folder, "SELECT COUNT(*) FROM reports");
    assert!(stored >= i64::try_from(accepted.len()).expect("few"));
    for count in [
        "SELECT COUNT(*) FROM effects",
        "SELECT COUNT(DISTINCT report_id) FROM effects",
        "SELECT COUNT(*) FROM reports WHERE data IS NOT NULL",
    ] {
        assert_eq!(number(folder, count), stored, "{count}");
    }
}

/// Checks that each mail is there, whole, and once.
fn check_mails(folder: &Path, mails: usize) {
    let files = fs::read_dir(folder).expect("mails").map(|it| {
        let path = it.expect("a file").path();
        (path.clone(), fs::read_to_string(path).expect("a mail"))
    });
    let whole: Vec<_> = files.collect();
    // What a kill has left half written is gone since the start after it.
    assert_eq!(whole.len(), mails);
    let ids: BTreeSet<_> = whole
        .iter()
        .map(|(path, mail)| {
            assert!(mail.contains("Sign in with"), "{}", path.display());
            let id = mail.lines().find(|it| it.starts_with("Message-ID: "));
            id.expect("an id").to_owned()
        })
        .collect();
    assert_eq!(ids.len(), mails);
}
