//! Real documents, and what a person reads about them.

use std::fs;
use std::path::Path;

use xtask::contract::client;
use xtask::contract::compare::{Policy, compare, worst};
use xtask::contract::effect::Level;
use xtask::contract::load::Document;
use xtask::contract::report::{Format, Report};
use xtask::contract::step::Verdict;

use crate::support::{changes, folder, listed};

fn read(name: &str) -> Document {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = fs::read_to_string(root.join(name)).expect("a contract");
    Document::parse(name, text).expect("a contract")
}

#[test]
fn octokit_s_one_breaking_change_is_found_and_nothing_else() {
    let [base, revision] = ["23.0.0", "23.0.2"].map(|version| {
        let path = folder("octokit").join(format!("{version}.json"));
        fs::read_to_string(path).expect("a document")
    });
    let changes = changes(&base, &revision);
    let [change] = changes.as_slice() else {
        panic!("not one change:\n{}", listed(&changes));
    };
    assert_eq!(change.rule, "request-body-removed");
    assert_eq!(change.level, Level::Major);
    assert_eq!(change.base.line, 40);
    assert_eq!(change.revision.line, 13);
    let operation =
        "GET /repos/{owner}/{repo}/contents/{path} (repos/get-content)";
    assert_eq!(change.used_by, [operation]);
}

#[test]
fn a_report_reads_as_it_is_documented() {
    let base = read("docs/contract-checks/before.yaml");
    let revision = read("docs/contract-checks/after.yaml");
    let changes = compare(&base, &revision, Policy::default(), &mut |_| {});
    let verdict = Verdict::new(&base, &revision, worst(&changes));
    let client = client::changes(&base, &revision, &changes);
    let report = Report {
        base: &base,
        revision: &revision,
        changes: &changes,
        verdict: &verdict,
        client: Some(&client),
        waivers: &[],
    };
    let formats = [
        (Format::Human, "human.txt"),
        (Format::Json, "report.json"),
        (Format::Markdown, "markdown.md"),
        (Format::Github, "github.txt"),
        (Format::Sarif, "report.sarif"),
    ];
    for (format, name) in formats {
        let mut out = Vec::new();
        report.write(format, &mut out).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        expectorate::assert_contents(folder("output").join(name), &text);
    }
}

#[test]
fn the_documentation_shows_what_the_tool_says() {
    let page = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs/contract-checks.md"),
    )
    .expect("the page");
    let said = fs::read_to_string(folder("output").join("human.txt"))
        .expect("the output");
    let breaking = said.split("\nwarning").next().unwrap_or_default();
    assert!(page.contains(breaking.trim_end()), "{breaking}");
}
