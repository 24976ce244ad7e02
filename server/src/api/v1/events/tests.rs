//! Faults against the contract and against an event's own rules, together.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use http::HeaderValue;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::wire::EventCreate;
use crate::contract::{BodyFault, Contract, Loc, V1};
use crate::http::Rules;

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::load(V1).expect("a contract"));

/// A value of a field, and what is wrong with it by itself.
type Case = (Value, Option<&'static str>);

const EARLY: &str = "2999-01-01T00:00:00Z";
const LATE: &str = "2999-01-01T01:00:00+01:00";
const NEVER: &str = "9999-12-31T23:59:59-23:59";

fn names() -> Vec<Case> {
    vec![
        (json!("Fair"), None),
        (json!("\u{a0} x"), None),
        (json!(" \t\u{a0} "), Some("value_error")),
        (json!("  "), Some("string_too_short")),
        (json!("x".repeat(201)), Some("string_too_long")),
        (json!(5), Some("string_type")),
    ]
}

fn times() -> Vec<Case> {
    vec![
        (json!(EARLY), None),
        (json!(LATE), None),
        (json!("2999-01-01t00:00:00.5z"), None),
        (json!("2999-02-30T00:00:00Z"), Some("datetime_parsing")),
        (json!("2999-01-01"), Some("datetime_parsing")),
        (json!("2999-01-01 00:00:00Z"), Some("datetime_parsing")),
        (json!(NEVER), Some("value_error")),
        (json!(5), Some("string_type")),
        (Value::Null, Some("string_type")),
    ]
}

fn starts() -> Vec<Case> {
    let past = json!("2020-01-01T00:00:00Z");
    [times(), vec![(past, Some("value_error"))]].concat()
}

fn attendees() -> Vec<Case> {
    vec![
        (json!(1), None),
        (json!(500), None),
        (json!(501), None),
        (json!(501.0), None),
        (json!(10_000), None),
        (json!(10_001), Some("less_than_equal")),
        (json!(0), Some("greater_than_equal")),
        (json!(501.5), Some("int_from_float")),
        (json!("501"), Some("int_type")),
    ]
}

fn prices() -> Vec<Case> {
    vec![
        (json!(0), None),
        (json!(-0.0), None),
        (json!(0.01), None),
        (json!(-1), Some("greater_than_equal")),
        (json!(1_000_001), Some("less_than_equal")),
        (json!("0"), Some("float_type")),
    ]
}

fn of_each() -> impl Strategy<Value = [Option<Case>; 5]> {
    let any = |cases: Vec<Case>| of(select(cases));
    let fields = (
        any(names()),
        any(starts()),
        any(times()),
        any(attendees()),
        any(prices()),
    );
    fields.prop_map(|(a, b, c, d, e)| [a, b, c, d, e])
}

const FIELDS: [&str; 5] =
    ["name", "start_date", "end_date", "max_attendees", "ticket_price"];

/// When a time is that can be read, in half hours since the first.
fn half_hours(case: Option<&Case>) -> Option<i64> {
    match case?.0.as_str()? {
        "2020-01-01T00:00:00Z" => Some(-1_000_000),
        EARLY | LATE => Some(0),
        "2999-01-01t00:00:00.5z" => Some(1),
        NEVER => Some(1_000_000),
        _ => None,
    }
}

fn expected(cases: &[Option<Case>; 5]) -> BTreeSet<(&str, &str)> {
    let mut all = BTreeSet::new();
    for (field, case) in FIELDS.into_iter().zip(cases) {
        match case {
            Some((_, fault)) => all.extend(fault.map(|it| (field, it))),
            None if field.starts_with("max") || field.starts_with("tick") => {}
            None => all.extend([(field, "missing")]),
        }
    }
    let [_, start, end, attendees, price] = cases;
    let times = half_hours(start.as_ref()).zip(half_hours(end.as_ref()));
    if times.is_some_and(|(start, end)| end < start) {
        all.insert(("end_date", "value_error"));
    }
    let good = |case: &Case| case.0.as_f64().filter(|_| case.1.is_none());
    let crowd = |case: &Case| good(case).is_some_and(|it| it > 500.0);
    let free = |case: &Case| good(case) == Some(0.0);
    if attendees.as_ref().is_some_and(crowd) && price.as_ref().is_none_or(free)
    {
        all.insert(("max_attendees", "value_error"));
    }
    all
}

fn body(cases: &[Option<Case>; 5]) -> Value {
    let mut body = Map::new();
    for (field, case) in FIELDS.into_iter().zip(cases) {
        if let Some((value, _)) = case {
            body.insert(field.to_owned(), value.clone());
        }
    }
    body.into()
}

/// What is told of a body: fields and kinds, in their order.
fn told(body: &Value) -> Vec<(String, &'static str)> {
    let operation = CONTRACT.operation("event_create").expect("it is there");
    let json = HeaderValue::from_static("application/json");
    let text = body.to_string();
    let rules = EventCreate::faults;
    match operation.check_body_and(Some(&json), text.as_bytes(), rules) {
        Ok(value) => {
            let read = serde_json::from_value::<EventCreate>(value);
            read.expect("what the contract lets through can be read");
            Vec::new()
        }
        Err(BodyFault::Invalid(faults)) => {
            let field = |loc: &[Loc]| match loc {
                [_, Loc::Name(name), ..] => name.clone(),
                _ => String::new(),
            };
            faults.iter().map(|it| (field(&it.loc), it.kind)).collect()
        }
        Err(other) => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_fault_is_told_at_once_and_once(cases in of_each()) {
            let found = told(&body(&cases));
        let expected = expected(&cases);
        prop_assert_eq!(found.len(), expected.len(), "{:?}", found);
        let found: BTreeSet<_> =
            found.iter().map(|(field, kind)| (field.as_str(), *kind)).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_body_that_is_no_event_at_all_breaks_no_rule() {
    for body in [json!(5), json!("x"), json!([{ "name": " " }]), Value::Null] {
        assert_eq!(told(&body), [(String::new(), "dict_type")]);
    }
}

#[test]
fn faults_come_in_the_order_of_the_document() {
    let body = json!({
        "tags": 5, "max_attendees": 501, "end_date": "2998-01-01T00:00:00Z",
        "start_date": EARLY, "description": 5, "name": "   ",
    });
    let fields: Vec<_> =
        told(&body).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        ["name", "description", "end_date", "max_attendees", "tags"]
    );
}
