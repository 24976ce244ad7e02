//! What the tasks write as SARIF is held to the JSON Schema of SARIF 2.1.0
//! (OASIS), which the package serde-sarif carries.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Parser};
use jsonschema::Validator;
use serde_json::Value;
use serde_sarif::sarif::Sarif;
use xtask::command::cargo;
use xtask::contract::load::tree;
use xtask::diff::Diff;
use xtask::drift::Drift;

use crate::support::{folder, from_root};

/// A task with its arguments.
#[derive(Parser)]
struct Cli<T: Args> {
    #[command(flatten)]
    task: T,
}

/// A task as the command line makes it, with a report in SARIF.
fn task<T: Args>(arguments: &[&str]) -> T {
    let all = [&["task", "--format=sarif"], arguments].concat();
    Cli::<T>::try_parse_from(all).expect("arguments").task
}

fn diff(base: &Path, revision: &Path) -> String {
    let files = [base, revision].map(|file| file.to_str().expect("UTF-8"));
    let mut out = Vec::new();
    task::<Diff>(&files).run(&mut out, &mut |_| {}).expect("compared");
    String::from_utf8(out).expect("UTF-8")
}

/// What drift writes about our contracts if the server implements v1 or v2
/// for both.
fn drift(serves: u64) -> String {
    let contracts = from_root("openapi");
    let source = contracts.join(format!("v{serves}.yaml"));
    let text = fs::read_to_string(source).expect("a contract");
    let root = tree("contract", &text).expect("YAML");
    let says: Value = root.in_order().parse().expect("JSON");
    let folder = format!("--openapi-dir={}", contracts.display());
    let mut out = Vec::new();
    task::<Drift>(&[&folder])
        .run(&|_| Ok(says.clone()), &mut out, &mut |_| {})
        .expect("compared");
    String::from_utf8(out).expect("UTF-8")
}

/// The platform that we test on: packages of others need not be here.
fn host() -> String {
    let told = cargo().arg("-vV").output().expect("cargo");
    let told = String::from_utf8(told.stdout).expect("UTF-8");
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("a host").to_owned()
}

/// SARIF's schema, as it stands in the package that we test with.
fn schema() -> Validator {
    let told = cargo()
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", &host()])
        .output()
        .expect("cargo");
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let packages = told["packages"].as_array().expect("packages");
    let package = packages.iter().find(|one| one["name"] == "serde-sarif");
    let manifest = package.expect("serde-sarif")["manifest_path"].as_str();
    let folder = PathBuf::from(manifest.expect("a path"));
    let text = fs::read_to_string(folder.with_file_name("src/schema.json"));
    // A bracket that stands for itself: some readers want that said.
    let text = text.expect("the schema").replace("{2}]?$", r"{2}\\]?$");
    let schema = serde_json::from_str(&text).expect("JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}

/// What the schema has against a log.
fn faults(schema: &Validator, log: &Value) -> Vec<String> {
    let faults = schema.iter_errors(log);
    faults.map(|it| format!("{}: {it}", it.instance_path())).collect()
}

/// The reports that are judged: what each is of, and its text.
fn reports() -> Vec<(&'static str, String)> {
    let contract = |name| from_root("openapi").join(name);
    let page = |name| from_root("docs/contract-checks").join(name);
    let octokit = |name| folder("octokit").join(name);
    vec![
        ("diff, equal", diff(&contract("v1.yaml"), &contract("v1.yaml"))),
        ("diff, ours", diff(&contract("v1.yaml"), &contract("v2.yaml"))),
        ("diff, page", diff(&page("before.yaml"), &page("after.yaml"))),
        ("diff, JSON", diff(&octokit("23.0.0.json"), &octokit("23.0.2.json"))),
        ("drift, v1", drift(1)),
        ("drift, v2", drift(2)),
    ]
}

#[test]
fn every_report_is_valid_sarif() {
    let schema = schema();
    for (name, text) in reports() {
        let log = text.parse().expect("JSON");
        assert_eq!(faults(&schema, &log), Vec::<String>::new(), "{name}");
    }
}

/// The schema cannot say this: a result's rule is one of those described.
#[test]
fn every_result_is_of_a_described_rule() {
    for (name, text) in reports() {
        let log: Sarif = serde_json::from_str(&text).expect("SARIF");
        let [run] = log.runs.as_slice() else { panic!("{name}: not one run") };
        let rules = run.tool.driver.rules.iter().flatten();
        let rules: Vec<_> = rules.map(|rule| rule.id.as_str()).collect();
        let results: Vec<_> = run.results.iter().flatten().collect();
        assert_eq!(results.is_empty(), name.contains("equal"), "{name}");
        for result in results {
            let rule = result.rule_id.as_deref().expect("a rule");
            assert!(rules.contains(&rule), "{name}: {rule}");
        }
    }
}

/// What is done to a result.
type Break = fn(&mut Value);

/// Ways to break a report, each with a part of what the schema says of it.
const BREAKS: [(&str, Break, &str); 5] = [
    ("no message", |r| r["message"] = Value::Null, "message"),
    ("a level of our own", |r| r["level"] = "fatal".into(), "level"),
    ("a line before the first", |r| *line(r) = 0.into(), "startLine"),
    ("a URI with a space", |r| *uri(r) = "a b".into(), "uri"),
    ("an unknown property", |r| r["severity"] = 1.into(), "severity"),
];

fn place(result: &mut Value) -> &mut Value {
    &mut result["locations"][0]["physicalLocation"]
}

fn line(result: &mut Value) -> &mut Value {
    &mut place(result)["region"]["startLine"]
}

fn uri(result: &mut Value) -> &mut Value {
    &mut place(result)["artifactLocation"]["uri"]
}

#[test]
fn the_schema_refuses_what_is_not_sarif() {
    let schema = schema();
    let text = fs::read(folder("output").join("report.sarif")).expect("read");
    let log: Value = serde_json::from_slice(&text).expect("JSON");
    for (what, break_it, complaint) in BREAKS {
        let mut broken = log.clone();
        break_it(&mut broken["runs"][0]["results"][0]);
        let faults = faults(&schema, &broken).join("\n");
        assert!(faults.contains(complaint), "{what}: {faults}");
    }
}
