//! Makes every single edit of the first contract, one at a time: each that
//! somebody can notice is found at its line, and no other is.

use std::path::Path;
use std::thread;

use xtask::contract::compare::{Policy, compare};
use xtask::contract::effect::{Effect, Level};
use xtask::contract::finding::Change;
use xtask::contract::load::Document;

use crate::edits::{Edit, edits};
use crate::support::{listed, verdict};

#[test]
fn every_edit_of_the_first_contract_is_judged_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/v1.yaml");
    let text = std::fs::read_to_string(path).expect("the first contract");
    let contract = Document::parse("v1.yaml", text).expect("a contract");
    let edits = edits(&contract.root);
    assert!(edits.len() > 1000, "only {} edits", edits.len());

    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = edits.len().div_ceil(workers);
    let complaints: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = edits
            .chunks(share)
            .map(|edits| scope.spawn(|| judged(&contract, edits)))
            .collect();
        running.into_iter().flat_map(|it| it.join().expect("judged")).collect()
    });

    verdict("edits of v1.yaml", edits.len(), &complaints);
}

fn judged(contract: &Document, edits: &[Edit]) -> Vec<String> {
    edits.iter().filter_map(|edit| complaint(contract, edit)).collect()
}

fn complaint(contract: &Document, edit: &Edit) -> Option<String> {
    let edited = Document {
        name: "edited.yaml".into(),
        source: String::new(),
        root: edit.made(&contract.root),
    };
    let changes = compare(contract, &edited, Policy::default(), &mut |_| {});
    let problem = problem(edit, &changes)?;
    let found = listed(&changes);
    let found = found.get(..found.len().min(2000)).unwrap_or_default();
    Some(format!("{} (line {}) {problem}\n{found}", edit.what, edit.line))
}

fn problem(edit: &Edit, changes: &[Change]) -> Option<&'static str> {
    let noticed: Vec<_> = changes
        .iter()
        .filter(|change| {
            change.effect != Effect::None
                || change.level > Level::Patch
                || change.rule.contains("operation-id")
                || change.rule.contains("default")
        })
        .collect();
    match (edit.noticed, noticed.is_empty()) {
        (true, true) => Some("is not found"),
        (false, false) => Some("has no effect, but one is found"),
        (false, true) => None,
        (true, false) => {
            let placed = edit.line == 0
                || noticed.iter().any(|change| change.base.line == edit.line);
            (!placed).then_some("is found elsewhere")
        }
    }
}
