use http::HeaderMap;
use http::header::{HeaderName, IF_NONE_MATCH};

use super::*;

fn query(text: &str) -> Result<Value, Vec<Fault>> {
    operation("thing_list").check_query(text)
}

fn path(text: &str) -> Result<Value, Vec<Fault>> {
    let variables = [("shelf_id", text)];
    operation("thing_list").check_path(variables.into_iter())
}

fn headers(lines: &[(HeaderName, &[u8])]) -> Result<Value, Vec<Fault>> {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value).expect("a header's value");
        headers.append(name, value);
    }
    operation("thing_list").check_headers(&headers)
}

#[test]
fn a_query_is_an_object_of_typed_values() {
    for (text, read) in [
        ("", json!({})),
        (
            "page=3&search=a+b%20c&other=1",
            json!({"page": 3, "search": "a b c"}),
        ),
        ("page=%2B3&count=-0", json!({"page": 3, "count": 0})),
        ("min_price=1e-2", json!({"min_price": 0.01})),
        ("in_stock=true", json!({"in_stock": true})),
        ("order=asc", json!({"order": "asc"})),
        (
            "tags=b&page=1&tags=a&tags=",
            json!({"page": 1, "tags": ["b", "a", ""]}),
        ),
        ("years=1984", json!({"years": [1984]})),
        ("se%61rch=%00%zz%", json!({"search": "\u{0}%zz%"})),
        ("&&search==x&", json!({"search": "=x"})),
        ("%ff=1&page=1", json!({"page": 1})),
    ] {
        let mut read = read;
        read["kind"] = json!("");

        assert_eq!(query(&format!("{text}&kind=")), Ok(read), "{text}");
    }
}

#[test]
fn each_fault_in_a_query_has_its_word() {
    for (text, kind) in [
        ("page=x", "page int_parsing"),
        ("page=", "page int_parsing"),
        ("page=+3", "page int_parsing"),
        ("page=1.0", "page int_parsing"),
        ("page=0x1", "page int_parsing"),
        ("page=%D9%A1", "page int_parsing"),
        ("page=0", "page greater_than_equal"),
        ("page=10", "page less_than_equal"),
        ("page=99999999999999999999", "page less_than_equal"),
        ("count=9223372036854775808", "count less_than_equal"),
        ("count=-9223372036854775809", "count greater_than_equal"),
        ("min_price=0", "min_price greater_than"),
        ("min_price=nan", "min_price float_parsing"),
        ("min_price=inf", "min_price float_parsing"),
        ("min_price=1e400", "min_price float_parsing"),
        ("min_price=1,5", "min_price float_parsing"),
        ("min_price=", "min_price float_parsing"),
        ("in_stock=1", "in_stock bool_parsing"),
        ("in_stock=True", "in_stock bool_parsing"),
        ("order=up", "order enum"),
        ("search=x", "search string_too_short"),
        ("search=%ff%fe", "search value_error"),
        ("search=aa&search=bb", "search value_error"),
        ("tags=a&tags=abcde", "tags.1 string_too_long"),
        ("tags=a&tags=b&tags=c&tags=d", "tags too_long"),
        ("tags=a&tags=%ff", "tags.1 value_error"),
        ("years=1&years=x", "years.1 int_parsing"),
    ] {
        let faults = query(&format!("kind=a&{text}")).expect_err(text);

        assert_eq!(kinds(&faults), [format!("query.{kind}")], "{text}");
    }
}

#[test]
fn a_digit_string_of_any_length_is_out_of_range() {
    let text = format!("kind=a&count=-{}", "9".repeat(400));

    let faults = query(&text).expect_err("a large number");

    assert_eq!(kinds(&faults), ["query.count greater_than_equal"]);
}

#[test]
fn all_faults_of_a_query_are_told_at_once() {
    let faults = query("tags=abcde&years=x&page=0&search=x&years=y")
        .expect_err("five faults");

    assert_eq!(
        kinds(&faults),
        [
            "query.search string_too_short",
            "query.page greater_than_equal",
            "query.tags.0 string_too_long",
            "query.years.0 int_parsing",
            "query.years.1 int_parsing",
            "query.kind missing",
        ]
    );
}

#[test]
fn path_variables_are_typed_and_bounded() {
    assert_eq!(path("7"), Ok(json!({"shelf_id": 7})));
    for (text, kind) in [
        ("x", "int_parsing"),
        ("", "int_parsing"),
        (" 7", "int_parsing"),
        ("0", "greater_than_equal"),
        ("9223372036854775808", "less_than_equal"),
    ] {
        let faults = path(text).expect_err(text);

        assert_eq!(kinds(&faults), [format!("path.shelf_id {kind}")], "{text}");
    }
}

#[test]
fn headers_are_named_for_rust() {
    let count = HeaderName::from_static("x-count");
    let tags: [(_, &[u8]); 3] = [
        (IF_NONE_MATCH, b"\"a\""),
        (count.clone(), b"3"),
        (IF_NONE_MATCH, b"\"b\""),
    ];

    assert_eq!(
        headers(&tags),
        Ok(json!({"if_none_match": "\"a\", \"b\"", "x_count": 3}))
    );
    for (value, kind) in [
        (&b"x"[..], "int_parsing"),
        (b"", "int_parsing"),
        (b"\xff", "value_error"),
        (b"99999999999999999999", "less_than_equal"),
    ] {
        let faults = headers(&[(count.clone(), value)]).expect_err("a fault");

        assert_eq!(kinds(&faults), [format!("header.x-count {kind}")]);
    }
    let faults = headers(&[]).expect_err("a fault");
    assert_eq!(kinds(&faults), ["header.x-count missing"]);
}
