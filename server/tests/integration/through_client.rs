//! Every operation is asked for through the generated client as well.

use std::fs;
use std::path::Path;

use crate::promise::operations;

/// The tests here, without the spaces by which calls are laid out.
fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = fs::read_dir(folder.join("integration")).expect("a folder");
    let files = files.map(|it| it.expect("a file").path());
    let sources = files.filter(|it| it.extension() == Some("rs".as_ref()));
    let text: String =
        sources.map(|it| fs::read_to_string(it).expect("a source")).collect();
    text.split_whitespace().collect()
}

#[test]
fn some_test_calls_each_method_of_both_clients() {
    let sources = sources();
    let missing: Vec<_> = operations()
        .map(|it| format!("{}()", it.name()))
        .filter(|call| !sources.contains(call))
        .collect();
    assert!(missing.is_empty(), "no test calls {missing:#?}");
}
