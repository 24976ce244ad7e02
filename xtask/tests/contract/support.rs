//! Reads tables of cases and compares their documents.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::contract::compare::{Policy, compare};
use xtask::contract::finding::Change;
use xtask::contract::load::{Document, tree};
use xtask::contract::tree::Node;

/// A folder of this package's tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// A file or folder of the repository.
pub(crate) fn from_root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// The files of a folder of cases, each with what stands under `cases`.
pub(crate) fn tables(name: &str) -> Vec<(String, Node)> {
    let mut paths: Vec<_> = fs::read_dir(folder(name))
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    paths.sort();
    paths.iter().map(|path| table(path)).collect()
}

fn table(path: &Path) -> (String, Node) {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).expect("a table");
    let root = tree(&name, &text).unwrap_or_else(|error| panic!("{error}"));
    (name, root.get("cases").expect("`cases`").clone())
}

/// The text under a key.
pub(crate) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::text)
}

/// Reads a document that must be one.
pub(crate) fn document(name: &str, text: &str) -> Document {
    Document::parse(name, text.to_owned())
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Every change between two texts.
pub(crate) fn changes(base: &str, revision: &str) -> Vec<Change> {
    changes_by(base, revision, Policy::default())
}

/// Every change between two texts, under a policy.
pub(crate) fn changes_by(
    base: &str,
    revision: &str,
    policy: Policy,
) -> Vec<Change> {
    let base = document("base", base);
    let revision = document("revision", revision);
    compare(&base, &revision, policy, &mut |_| {})
}

/// The changes, a line each.
pub(crate) fn listed(changes: &[Change]) -> String {
    let lines: Vec<_> = changes
        .iter()
        .map(|change| {
            format!(
                "  {} {:?} {} ({}:{} -> {}): {}",
                change.level.name(),
                change.effect,
                change.rule,
                change.base.line,
                change.base.column,
                change.revision.line,
                change.message
            )
        })
        .collect();
    lines.join("\n")
}

/// Fails with every complaint, and says how many cases there were.
pub(crate) fn verdict(what: &str, judged: usize, complaints: &[String]) {
    let wrong = complaints.len();
    println!("{what}: {} of {judged} right", judged - wrong);
    assert!(complaints.is_empty(), "{wrong}:\n{}", complaints.join("\n"));
}
