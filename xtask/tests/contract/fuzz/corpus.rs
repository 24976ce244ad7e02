//! Contracts to damage, and the parts to damage them with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use xtask::contract::load::tree;
use xtask::contract::tree::{Node, Value};

use crate::support::{folder, from_root};

/// A file of the corpus.
pub(super) struct Source {
    pub(super) text: String,
    pub(super) root: Node,
}

/// Real contracts: each is an OpenAPI document.
pub(super) static CONTRACTS: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let pages = from_root("docs/contract-checks");
    let octokit = folder("octokit");
    let paths = [
        from_root("openapi/v1.yaml"),
        from_root("openapi/v2.yaml"),
        pages.join("before.yaml"),
        pages.join("after.yaml"),
        octokit.join("23.0.0.json"),
        octokit.join("23.0.2.json"),
    ];
    paths.iter().map(|path| source(path)).collect()
});

/// The tables of cases, which have every keyword that is compared.
pub(super) static TABLES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let folders = ["cases/schemas", "cases/documents"];
    let files = folders.into_iter().flat_map(|name| files(&folder(name)));
    files.map(|path| source(&path)).collect()
});

/// The values in all of them, from scalars to whole contracts, but none that
/// is long.
pub(super) static PARTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut parts = Vec::new();
    for source in CONTRACTS.iter().chain(TABLES.iter()) {
        gather(&source.root, &mut parts);
    }
    parts
});

/// The keys of objects in all of them, each once.
pub(super) static KEYS: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    let mut keys = Vec::new();
    let mut gather = |part: &Value| {
        if let Value::Map(map) = part {
            keys.extend(map.keys().cloned());
        }
    };
    PARTS.iter().for_each(&mut gather);
    keys.sort();
    keys.dedup();
    keys
});

/// How long a part may be, in bytes of JSON.
const PART_BYTES: usize = 2000;

fn gather(node: &Node, parts: &mut Vec<Value>) {
    if node.in_order().len() <= PART_BYTES {
        parts.push(node.value.clone());
    }
    node.items().iter().for_each(|item| gather(item, parts));
    node.entries().for_each(|(_, entry)| gather(&entry.node, parts));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn source(path: &Path) -> Source {
    let text = fs::read_to_string(path).expect("a file");
    let name = path.display().to_string();
    let root = tree(&name, &text).unwrap_or_else(|error| panic!("{error}"));
    Source { text, root }
}
