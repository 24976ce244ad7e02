//! Random and damaged contracts: no input crashes the checks, none keeps them
//! for long, and what can be said of any two contracts holds.
//!
//! A short run is one of the tests; `cargo xtask fuzz` makes a long one. An
//! input that fails stays in the folder of the build for temporary files.

mod corpus;
mod inputs;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::Builder;
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{
    Config, TestCaseError, TestCaseResult, TestRunner,
};
use xtask::contract::compare::{Policy, compare, worst};
use xtask::contract::finding::Change;
use xtask::contract::load::{Document, tree};
use xtask::contract::report::{Format, Report};
use xtask::contract::step::Verdict;
use xtask::contract::{client, effect::Effect};

use crate::support::listed;

/// How long each test goes on, in seconds; without it, one batch.
const SECONDS: &str = "COLOPHON_FUZZ_SECONDS";

/// Inputs between two looks at the clock.
const BATCH: u32 = 150;

/// How long an input may take. A contract of 12 MB takes a second; here a
/// busy machine must not be mistaken for a slow input.
const PATIENCE: Duration = Duration::from_secs(30);

/// The stack that the tasks have, in bytes.
const STACK_BYTES: usize = 256 << 20;

/// Parts of the ids of rules about what a client chooses or may leave alone,
/// such as an operation or a property: there the effect is a convention.
const CONVENTIONS: [&str; 14] = [
    "api-",
    "endpoint-",
    "webhook-",
    "new-",
    "property-added",
    "property-removed",
    "parameter-removed",
    "body-added",
    "body-removed",
    "header-added",
    "header-removed",
    "status-added",
    "status-removed",
    "media-type-",
];

/// A contract's text, and what its file is called.
type Input = (&'static str, String);

#[test]
fn no_text_harms_the_reader() {
    fuzz("reader", &inputs::text(), |inputs| {
        inputs.iter().for_each(|(name, text)| read(name, text));
    });
}

#[test]
fn no_two_contracts_harm_the_comparison() {
    fuzz("comparison", &inputs::pair(), |inputs| {
        let documents: Vec<_> = inputs
            .into_iter()
            .map(|(name, text)| Document::parse(name, text).expect("read"))
            .collect();
        let [one, other] = documents.as_slice() else { panic!("not two") };
        judge(one, other);
    });
}

/// Makes inputs and checks them: one batch, or as many as there is time for.
fn fuzz(
    name: &str,
    strategy: &impl Strategy<Value = Vec<Input>>,
    check: fn(Vec<Input>),
) {
    let seconds = std::env::var(SECONDS).ok();
    let seconds = seconds.map_or(0, |it| it.parse().expect("seconds"));
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut count = 0;
    while count == 0 || Instant::now() < end {
        let mut runner = TestRunner::new(Config {
            cases: BATCH,
            failure_persistence: None,
            max_shrink_time: 60_000,
            ..Config::default()
        });
        let ended = runner.run(strategy, |it| watched(name, it, check));
        if let Err(error) = ended {
            let reason = error.to_string();
            let reason = reason.split("minimal failing input").next();
            panic!("{}\nkept: {}", reason.unwrap_or(""), file(name, "*"));
        }
        count += BATCH;
    }
    println!("{name}: {count} inputs, and nothing found");
}

/// Checks inputs on a thread of their own, which may take its time. They are
/// written down first, for a stack that overflows ends this process.
fn watched(
    name: &str,
    inputs: Vec<Input>,
    check: fn(Vec<Input>),
) -> TestCaseResult {
    for (index, (file_name, text)) in inputs.iter().enumerate() {
        let path = file(name, &format!("{index}-{file_name}"));
        fs::write(path, text).expect("written");
    }
    let (done, waiting) = mpsc::channel();
    let thread = Builder::new().stack_size(STACK_BYTES).spawn(move || {
        check(inputs);
        done.send(()).expect("somebody waits");
    });
    match waiting.recv_timeout(PATIENCE) {
        Ok(()) => Ok(()),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            Err(TestCaseError::fail(format!("takes more than {PATIENCE:?}")))
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let panic = thread.expect("a thread").join().expect_err("a panic");
            let told = panic.downcast_ref::<String>().cloned();
            Err(TestCaseError::fail(told.unwrap_or_else(|| "panicked".into())))
        }
    }
}

fn file(name: &str, rest: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path: PathBuf = folder.join(format!("fuzz-{name}-{rest}"));
    path.display().to_string()
}

/// What is read can be written and read again, and is the same then.
fn read(name: &str, text: &str) {
    drop(Document::parse(name, text.to_owned()));
    let Ok(root) = tree(name, text) else { return };
    let written = root.in_order();
    let again = match tree("written.json", &written) {
        Ok(again) => again.in_order(),
        Err(error) => panic!("{error}\n{written}"),
    };
    assert_eq!(written, again);
}

/// What holds for any two contracts.
fn judge(one: &Document, other: &Document) {
    for document in [one, other] {
        let changes = changes(document, document, false);
        assert!(changes.is_empty(), "with itself:\n{}", listed(&changes));
    }
    let forth = changes(one, other, false);
    let again = changes(one, other, false);
    assert_eq!(listed(&forth), listed(&again), "not the same twice");
    let back = changes(other, one, false);
    swapped(&forth, &back);
    drop(changes(one, other, true));
    report(one, other, &forth);
}

fn changes(base: &Document, revision: &Document, drift: bool) -> Vec<Change> {
    let policy = Policy { drift, sunset: None };
    compare(base, revision, policy, &mut |_| {})
}

/// What narrows one way widens the other, where that is a matter of sets.
fn swapped(forth: &[Change], back: &[Change]) {
    let conventional =
        |it: &Change| CONVENTIONS.iter().any(|part| it.rule.contains(part));
    if forth.iter().chain(back).any(conventional) {
        return;
    }
    let (there, here) = (effect(forth), effect(back));
    let both = format!("{}\nand back:\n{}", listed(forth), listed(back));
    assert_eq!(there.reversed(), here, "swapped:\n{both}");
}

fn effect(changes: &[Change]) -> Effect {
    let effects = changes.iter().map(|change| change.effect);
    effects.fold(Effect::None, Effect::and)
}

/// Every report can be written.
fn report(base: &Document, revision: &Document, changes: &[Change]) {
    let verdict = Verdict::new(base, revision, worst(changes));
    let client = client::changes(base, revision, changes);
    let client = Some(client.as_slice());
    let verdict = &verdict;
    let report =
        Report { base, revision, changes, verdict, client, waivers: &[] };
    let formats = [
        Format::Human,
        Format::Json,
        Format::Markdown,
        Format::Github,
        Format::Sarif,
    ];
    for format in formats {
        report.write(format, &mut std::io::sink()).expect("written");
    }
}
