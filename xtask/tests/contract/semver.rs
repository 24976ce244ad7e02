//! What `cargo xtask semver` says where it cannot know its base.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CONTRACT: &str = "openapi: 3.0.3\ninfo: {title: T, version: 1.0.0}\n\
paths: {}\n";

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().expect("a parent"))
        .output()
        .expect("started")
}

fn git(folder: &Path, arguments: &[&str]) {
    let name = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
    let output = run("git", &[&name, arguments].concat(), folder);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
}

/// What semver says, after exit code 2.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let all = [&["semver"], arguments].concat();
    let output = run(env!("CARGO_BIN_EXE_xtask"), &all, folder);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn semver_says_why_it_has_no_base() {
    let temporary = tempfile::tempdir().expect("a folder");
    let root = temporary.path().canonicalize().expect("a path");
    let origin = root.join("origin");
    fs::create_dir_all(origin.join("openapi")).expect("made");
    fs::write(origin.join("openapi/v1.yaml"), CONTRACT).expect("written");
    let has = |said: &str, part: &str| assert!(said.contains(part), "{said}");

    has(&refusal(&origin, &[]), "not a git repository");
    has(&refusal(&origin, &["--base", "old"]), "not a git repository");
    git(&origin, &["init", "--quiet", "--initial-branch=topic"]);
    has(&refusal(&origin, &[]), "this branch has none yet");
    git(&origin, &["add", "."]);
    git(&origin, &["commit", "--quiet", "--message=One"]);
    let said = refusal(&origin, &[]);
    has(&said, "no branch origin/main, main, origin/master, master here");
    has(&said, "pass `--base REF`");
    has(&refusal(&origin, &["--base", "old"]), "no commit `old` here");

    git(&origin, &["checkout", "--quiet", "--orphan", "main"]);
    git(&origin, &["commit", "--quiet", "--message=Other"]);
    git(&origin, &["checkout", "--quiet", "topic"]);
    has(&refusal(&origin, &[]), "this branch and main share no commit here");

    let url = format!("file://{}", origin.display());
    git(&root, &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let said = refusal(&root.join("shallow"), &[]);
    has(&said, "this clone is shallow: run `git fetch --depth=1 origin main`");
}
