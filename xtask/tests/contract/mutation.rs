//! Makes every single edit of the first contract, one at a time: each that
//! somebody can notice is found at its line, and no other is.

use std::fs;
use std::path::Path;
use std::thread;

use xtask::contract::compare::{Policy, compare};
use xtask::contract::effect::{Effect, Level};
use xtask::contract::finding::Change;
use xtask::contract::load::Document;
use xtask::drift;

use crate::edits::{Edit, edits};
use crate::support::{listed, verdict};

/// What is found when an edit is made, and what is wrong with that.
type Judgement = (Vec<Change>, Option<&'static str>);

#[test]
fn every_edit_of_the_first_contract_is_judged_right() {
    let contract = contract();
    judge("edits of v1.yaml under diff", &contract, |edit, edited| {
        let all = compare(&contract, &edited, Policy::default(), &mut |_| {});
        let found: Vec<_> = all.into_iter().filter(is_noticed).collect();
        let problem = problem(edit.noticed, &[edit.line], &found);
        (found, problem)
    });
}

/// The server says what the contract said before the edit.
#[test]
fn drift_finds_every_edit_of_the_first_contract() {
    let contract = contract();
    let says = contract.root.in_order().parse().expect("JSON");
    let server = drift::document(1, &says).expect("a document");
    judge("edits of v1.yaml under drift", &contract, |edit, edited| {
        let found = drift::between(edited, &server, &mut |_| {}).changes;
        let drifts = edit.drifts(&contract.root);
        let problem = problem(drifts, &edit.lines_left(&contract.root), &found);
        (found, problem)
    });
}

fn contract() -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/v1.yaml");
    let text = fs::read_to_string(path).expect("the first contract");
    Document::parse("v1.yaml", text).expect("a contract")
}

/// Makes each edit, and fails with every one that is judged wrong.
fn judge(
    what: &str,
    contract: &Document,
    judgement: impl Fn(&Edit, Document) -> Judgement + Sync,
) {
    let edits = edits(&contract.root);
    assert!(edits.len() > 1000, "only {} edits", edits.len());
    let judged = |edits: &[Edit]| -> Vec<String> {
        let judged = edits.iter().filter_map(|edit| {
            let (found, problem) = judgement(edit, made(contract, edit));
            problem.map(|problem| complaint(edit, problem, &found))
        });
        judged.collect()
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = edits.len().div_ceil(workers);
    let complaints: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = edits
            .chunks(share)
            .map(|edits| scope.spawn(|| judged(edits)))
            .collect();
        running.into_iter().flat_map(|it| it.join().expect("judged")).collect()
    });
    verdict(what, edits.len(), &complaints);
}

fn made(contract: &Document, edit: &Edit) -> Document {
    Document {
        name: "edited.yaml".into(),
        source: String::new(),
        root: edit.made(&contract.root),
    }
}

fn complaint(edit: &Edit, problem: &str, found: &[Change]) -> String {
    let found = listed(found);
    let found = found.get(..found.len().min(2000)).unwrap_or_default();
    format!("{} (line {}) {problem}\n{found}", edit.what, edit.line)
}

fn is_noticed(change: &Change) -> bool {
    change.effect != Effect::None
        || change.level > Level::Patch
        || change.rule.contains("operation-id")
        || change.rule.contains("default")
}

/// What is wrong with the findings about an edit: `lines` are where one may
/// stand, and 0 is anywhere.
fn problem(
    noticed: bool,
    lines: &[u32],
    found: &[Change],
) -> Option<&'static str> {
    match (noticed, found.is_empty()) {
        (true, true) => Some("is not found"),
        (false, false) => Some("has no effect, but one is found"),
        (false, true) => None,
        (true, false) => {
            let placed = lines.contains(&0)
                || found.iter().any(|it| lines.contains(&it.base.line));
            (!placed).then_some("is found elsewhere")
        }
    }
}
