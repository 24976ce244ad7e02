//! A process that is killed loses nothing that it acknowledged.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use futures::future::join_all;

use super::{add, ids, open};

const NAME: &str = "store::tests::crash::a_kill_loses_no_acknowledged_write";

/// Tells this test, run again as a process of its own, that it is the one to
/// be killed, and where to write.
const VICTIM: &str = "COLOPHON_TEST_VICTIM";

/// Before each acknowledged id, among what the test runner prints.
const MARK: &str = "acknowledged ";

#[tokio::test]
async fn a_kill_loses_no_acknowledged_write() {
    if let Some(path) = env::var_os(VICTIM) {
        return write_for_ever(Path::new(&path)).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colophon.db");
    for acknowledged_before_kill in [1, 50, 400] {
        let acknowledged = write_and_be_killed(&path, acknowledged_before_kill);
        let store = open(&path).await.expect("a store");
        let kept = ids(&store).await;
        for id in acknowledged {
            assert!(kept.binary_search(&id).is_ok(), "{id} is lost");
        }
        store.close().await;
    }
}

/// Starts a process that writes, kills it after so many acknowledged writes,
/// and gives back all that it acknowledged.
fn write_and_be_killed(path: &Path, after: usize) -> Vec<i64> {
    let mut victim = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", NAME, "--nocapture"])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let output = BufReader::new(victim.stdout.take().expect("its output"));
    let mut acknowledged = Vec::new();
    for line in output.lines() {
        let line = line.expect("a line");
        if let Some((_, id)) = line.split_once(MARK) {
            acknowledged.push(id.parse().expect("an id"));
        }
        if acknowledged.len() == after {
            victim.kill().expect("killed");
        }
    }
    victim.wait().expect("ended");
    assert!(acknowledged.len() >= after);
    acknowledged
}

/// Eight writers, whose writes share commits, each with ids of its own.
async fn write_for_ever(path: &Path) {
    let store = open(path).await.expect("a store");
    let start = ids(&store).await.last().map_or(0, |it| it + 8);
    join_all((0..8).map(|writer| {
        let store = &store;
        async move {
            for id in (start + writer..).step_by(8) {
                assert!(add(store, id).await.expect("added"));
                println!("{MARK}{id}");
            }
        }
    }))
    .await;
}
