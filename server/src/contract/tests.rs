//! The contract in `tests/fixture.yaml`, executed.

mod body;
mod load;
mod parameters;
mod random;
mod response;
mod words;

use std::sync::LazyLock;

use http::HeaderValue;
use serde_json::{Value, json};

use super::document::Document;
use super::{BodyFault, Contract, Fault, Operation, V1, V1_JSON, V2, V2_JSON};

const FIXTURE: &str = include_str!("tests/fixture.yaml");

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::load(FIXTURE).expect("the fixture"));

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn operation(id: &str) -> &'static Operation {
    CONTRACT.operation(id).expect("an operation of the fixture")
}

/// What `thing_create` says of a body.
fn thing(body: &[u8]) -> Result<Value, BodyFault> {
    operation("thing_create").check_body(Some(&JSON), body)
}

/// What `thing_create` says of a good thing with one field of this value.
fn thing_with(field: &str, value: &str) -> Result<Value, BodyFault> {
    let field = format!("{field:?}: {value}");
    thing(format!(r#"{{"title": "Dune", "price": 1, {field}}}"#).as_bytes())
}

fn faults(answer: Result<Value, BodyFault>) -> Vec<Fault> {
    match answer {
        Err(BodyFault::Invalid(faults)) => faults,
        other => panic!("no faults but {other:?}"),
    }
}

/// Each fault as `place kind`, where the place is joined by dots.
fn kinds(faults: &[Fault]) -> Vec<String> {
    let told = |fault: &Fault| {
        let loc = json!(fault.loc);
        let steps = loc.as_array().into_iter().flatten();
        let steps: Vec<String> = steps
            .map(|step| step.as_str().map_or(step.to_string(), str::to_owned))
            .collect();
        format!("{} {}", steps.join("."), fault.kind)
    };
    faults.iter().map(told).collect()
}

#[test]
fn json_keeps_the_order_of_keys_and_makes_them_strings() {
    let yaml = "b: &x {200: ok}\na: {<<: *x, c: 1.50}\n";
    let json = Document::parse(yaml).and_then(|it| it.json());
    let json = json.expect("a good document");
    assert_eq!(json, r#"{"b":{"200":"ok"},"a":{"c":1.5,"200":"ok"}}"#);
}

#[test]
fn what_is_built_in_says_what_is_written() {
    for (yaml, json) in [(V1, V1_JSON), (V2, V2_JSON)] {
        let written = Document::parse(yaml).and_then(|it| it.json());
        assert_eq!(written.as_deref(), Ok(json));
        let read = Document::from_json(json).and_then(|it| it.json());
        assert_eq!(read.as_deref(), Ok(json));
    }
    Contract::v1().and_then(|_| Contract::v2()).expect("two contracts");
}
