//! The real command in a process of its own, which can be killed.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

/// A process that does not outlive its test.
struct Mortal(Child);

impl Drop for Mortal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that was told where its database is, and is ready.
pub(crate) struct Process {
    child: Mortal,
    /// Scheme, host and port.
    pub(crate) origin: String,
    /// The failures that it has told of, once its log has ended.
    failures: JoinHandle<Vec<String>>,
}

impl Process {
    /// Starts a server on the database in this folder.
    pub(crate) fn start(folder: &TempDir) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_colophon"))
            .args(["--bind", "127.0.0.1:0", "--log-format", "json"])
            .current_dir(folder)
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let log = child.stderr.take().expect("a pipe");
        let mut log = BufReader::new(log).lines();
        let origin = origin(&mut log);
        // Somebody must read on, or the server would wait for it.
        let failures = thread::spawn(|| {
            log.map_while(Result::ok).filter(|line| fails(line)).collect()
        });
        Self { child: Mortal(child), origin, failures }
    }

    /// Ends it as a power cut would, and checks that it had nothing to
    /// complain of before.
    pub(crate) fn kill(mut self) {
        self.child.0.kill().expect("it can be killed");
        self.child.0.wait().expect("it ends");
        let failures = self.failures.join().expect("the log is read");
        assert!(failures.is_empty(), "{failures:#?}");
    }
}

/// Where it says that it is ready.
fn origin(log: &mut Lines<BufReader<ChildStderr>>) -> String {
    let ready = log
        .map(|line| line.expect("a line"))
        .inspect(|line| assert!(!fails(line), "{line}"))
        .find(|line| line.contains(r#""msg":"ready""#))
        .expect("it becomes ready");
    let ready: serde_json::Value =
        serde_json::from_str(&ready).expect("a JSON line");
    let docs = ready["docs"].as_str().expect("an address");
    docs.trim_end_matches("/docs").to_owned()
}

fn fails(line: &str) -> bool {
    let levels = [r#""level":"error""#, r#""level":"warn""#];
    levels.iter().any(|level| line.contains(level)) || line.contains("panic")
}
