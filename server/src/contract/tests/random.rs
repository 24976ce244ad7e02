use proptest::prelude::*;

use super::*;
use crate::contract::MAX_FAULTS;

/// Any JSON value, whose names are often the fixture's.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_i64..2100).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "asc|Dune|good|2026-11-21|a@example\\.org".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        let name = prop_oneof![
            "title|price|year|tags|contact|city|author|name|id|closed|a|at",
            "mood|order|metrics|shipping|zip_code|anything|amount|word|mail",
            ".{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8)
                .prop_map(Value::from_iter),
        ]
    })
}

/// The same value with a good title and price, so that more than those are
/// looked at.
fn titled(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("title".to_owned(), json!("Dune"));
        fields.insert("price".to_owned(), json!(17.99));
    }
    value
}

/// Some of the fixture's promises, asked anew.
fn keeps_some_promises(thing: &Value) -> bool {
    let length = |text: &str| (2..=5).contains(&text.chars().count());
    let fits = |key: &str, test: &dyn Fn(&Value) -> bool| {
        thing.get(key).is_none_or(test)
    };
    thing["title"].as_str().is_some_and(length)
        && thing["price"].as_f64().is_some_and(|price| price <= 1000.0)
        && fits("year", &|year| {
            year.is_null()
                || year.as_i64().is_some_and(|y| (1000..=2030).contains(&y))
        })
        && fits("tags", &|tags| {
            tags.as_array().is_some_and(|tags| {
                (1..=3).contains(&tags.len())
                    && tags.iter().all(Value::is_string)
            })
        })
        && fits("contact", &|contact| contact["city"].is_string())
        && fits("id", &|id| id.is_i64())
        && fits("metrics", &|all| {
            all.as_object()
                .is_some_and(|all| all.values().all(Value::is_number))
        })
        && fits("mood", &|mood| {
            mood.is_null() || *mood == "good" || *mood == "bad"
        })
}

proptest! {
    #[test]
    fn any_value_is_taken_or_has_faults(value in value(), whole in any::<bool>()) {
        let value = if whole { titled(value) } else { value };
        match thing(value.to_string().as_bytes()) {
            Ok(thing) => prop_assert!(keeps_some_promises(&thing), "{thing}"),
            Err(BodyFault::Invalid(faults)) => {
                prop_assert!((1..=MAX_FAULTS).contains(&faults.len()));
                let told = kinds(&faults);
                let once: std::collections::BTreeSet<_> = told.iter().collect();
                prop_assert_eq!(once.len(), told.len());
            }
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(taken) = thing(&body) {
            prop_assert!(keeps_some_promises(&taken));
        }
    }

    #[test]
    fn any_query_is_answered(text in "[a-z0-9&=%+.]{0,40}", count in ".{0,8}") {
            let list = operation("thing_list");
        let read = list.check_query(&format!("kind=a&count={count}&{text}"));
        if let Ok(read) = read {
            prop_assert!(read.get("count").is_none_or(Value::is_i64));
        }
    }
}
