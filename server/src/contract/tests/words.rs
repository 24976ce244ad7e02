use super::*;
use crate::contract::MAX_FAULTS;

#[test]
fn each_fault_has_its_word_and_sentence() {
    for (field, value, place, kind, msg) in [
        (
            "title",
            "\"x\"",
            "body.title",
            "string_too_short",
            "String should have at least 2 characters",
        ),
        (
            "title",
            "\"éééééé\"",
            "body.title",
            "string_too_long",
            "String should have at most 5 characters",
        ),
        (
            "title",
            "5",
            "body.title",
            "string_type",
            "Input should be a valid string",
        ),
        (
            "title",
            "null",
            "body.title",
            "string_type",
            "Input should be a valid string",
        ),
        (
            "price",
            "0",
            "body.price",
            "greater_than",
            "Input should be greater than 0",
        ),
        (
            "price",
            "1000.01",
            "body.price",
            "less_than_equal",
            "Input should be less than or equal to 1000",
        ),
        (
            "price",
            "9.999",
            "body.price",
            "multiple_of",
            "Input should be a multiple of 0.01",
        ),
        (
            "price",
            "5e-324",
            "body.price",
            "multiple_of",
            "Input should be a multiple of 0.01",
        ),
        (
            "price",
            "\"39.99\"",
            "body.price",
            "float_type",
            "Input should be a valid number",
        ),
        (
            "price",
            "true",
            "body.price",
            "float_type",
            "Input should be a valid number",
        ),
        (
            "rebate",
            "1",
            "body.rebate",
            "less_than",
            "Input should be less than 1",
        ),
        (
            "year",
            "999",
            "body.year",
            "greater_than_equal",
            "Input should be greater than or equal to 1000",
        ),
        (
            "year",
            "1.5",
            "body.year",
            "int_from_float",
            "Input should be a valid integer, got a number with a fractional part",
        ),
        (
            "year",
            "\"1984\"",
            "body.year",
            "int_type",
            "Input should be a valid integer",
        ),
        (
            "year",
            "true",
            "body.year",
            "int_type",
            "Input should be a valid integer",
        ),
        (
            "dozen",
            "13",
            "body.dozen",
            "multiple_of",
            "Input should be a multiple of 12",
        ),
        (
            "open",
            "1",
            "body.open",
            "bool_type",
            "Input should be a valid boolean",
        ),
        (
            "order",
            "\"up\"",
            "body.order",
            "enum",
            "Input should be 'asc', 'desc' or 'none'",
        ),
        (
            "order",
            "5",
            "body.order",
            "string_type",
            "Input should be a valid string",
        ),
        (
            "mood",
            "\"so\"",
            "body.mood",
            "enum",
            "Input should be 'good' or 'bad'",
        ),
        ("level", "2", "body.level", "enum", "Input should be 1"),
        (
            "tags",
            "{}",
            "body.tags",
            "list_type",
            "Input should be a valid list",
        ),
        (
            "tags",
            "[]",
            "body.tags",
            "too_short",
            "List should have at least 1 item",
        ),
        (
            "tags",
            r#"["a","b","c","d"]"#,
            "body.tags",
            "too_long",
            "List should have at most 3 items",
        ),
        (
            "tags",
            r#"["a","a"]"#,
            "body.tags",
            "value_error",
            "Value error, the items must differ from each other",
        ),
        (
            "tags",
            r#"["a",5]"#,
            "body.tags.1",
            "string_type",
            "Input should be a valid string",
        ),
        (
            "contact",
            "[]",
            "body.contact",
            "dict_type",
            "Input should be a valid dictionary",
        ),
        ("contact", "{}", "body.contact.city", "missing", "Field required"),
        (
            "contact",
            r#"{"city":"x","zip_code":"1"}"#,
            "body.contact.zip_code",
            "string_pattern_mismatch",
            "String should match pattern '^[0-9]{5}(-[0-9]{4})?$'",
        ),
        ("shipping", "{}", "body.shipping.city", "missing", "Field required"),
        (
            "shipping",
            "5",
            "body.shipping",
            "dict_type",
            "Input should be a valid dictionary",
        ),
        (
            "closed",
            "{}",
            "body.closed",
            "too_short",
            "Dictionary should have at least 1 item",
        ),
        (
            "closed",
            r#"{"a":1,"b":1,"c":1}"#,
            "body.closed",
            "too_long",
            "Dictionary should have at most 2 items",
        ),
        (
            "closed",
            r#"{"A":1}"#,
            "body.closed.A",
            "extra_forbidden",
            "Extra inputs are not permitted",
        ),
        (
            "author",
            r#"{"name":"x"}"#,
            "body.author.name",
            "string_too_short",
            "String should have at least 2 characters",
        ),
        (
            "author",
            r#"{"name":"xy","id":1}"#,
            "body.author",
            "value_error",
            "Value error, it fits more than one of the forms that are allowed here",
        ),
        (
            "amount",
            "[]",
            "body.amount",
            "value_error",
            "Value error, it is of none of the forms that are allowed here",
        ),
        (
            "word",
            "\"w\"",
            "body.word",
            "value_error",
            "Value error, it is not what the contract asks for",
        ),
        (
            "metrics",
            r#"{"5":"x"}"#,
            "body.metrics.5",
            "float_type",
            "Input should be a valid number",
        ),
        (
            "plain",
            r#""a\u0000""#,
            "body.plain",
            "string_pattern_mismatch",
            r"String should match pattern '^[^\x00-\x1f]*$'",
        ),
        (
            "at",
            "\"2026-11-21 10:00\"",
            "body.at",
            "datetime_parsing",
            "Input should be a valid datetime",
        ),
        (
            "on",
            "\"2026-02-30\"",
            "body.on",
            "date_parsing",
            "Input should be a valid date in the format YYYY-MM-DD",
        ),
        (
            "key",
            "\"8f14\"",
            "body.key",
            "uuid_parsing",
            "Input should be a valid UUID",
        ),
        (
            "link",
            "\"not a link\"",
            "body.link",
            "url_parsing",
            "Input should be a valid URL",
        ),
        (
            "mail",
            "\"@\"",
            "body.mail",
            "value_error",
            "Value error, it is not a valid email address",
        ),
        (
            "data",
            "\"%\"",
            "body.data",
            "value_error",
            "Value error, it is not valid base64",
        ),
    ] {
        let faults = faults(thing_with(field, value));

        assert_eq!(kinds(&faults), [format!("{place} {kind}")], "{value}");
        assert_eq!(faults[0].msg, msg);
    }
}

#[test]
fn all_faults_are_told_at_once_in_the_contracts_order() {
    let body = json!({
        "mail": "?", "contact": {"zip_code": "?"}, "closed": {"z": 1, "y": 2},
        "tags": [1, 2], "title": "", "order": 5, "at": "?",
    });

    let faults = faults(thing(body.to_string().as_bytes()));

    assert_eq!(
        kinds(&faults),
        [
            "body.title string_too_short",
            "body.price missing",
            "body.order string_type",
            "body.tags.0 string_type",
            "body.tags.1 string_type",
            "body.contact.zip_code string_pattern_mismatch",
            "body.contact.city missing",
            "body.closed.y extra_forbidden",
            "body.closed.z extra_forbidden",
            "body.at datetime_parsing",
            "body.mail value_error",
        ]
    );
}

#[test]
fn a_fault_reads_as_pydantics() {
    let faults = faults(thing_with("tags", "[5]"));

    assert_eq!(
        json!(faults),
        json!([{
            "loc": ["body", "tags", 0],
            "msg": "Input should be a valid string",
            "type": "string_type",
        }])
    );
}

#[test]
fn the_list_of_faults_is_bounded() {
    let numbers = operation("number_list");
    for (length, told) in [(99, 99), (1000, MAX_FAULTS), (200_000, 1)] {
        let body = json!(vec!["x"; length]).to_string();

        let answer = numbers.check_body(Some(&JSON), body.as_bytes());

        assert_eq!(faults(answer).len(), told, "{length}");
    }
}

#[test]
fn a_name_from_the_client_is_told_shortened_and_without_controls() {
    let name = format!("\\u0007\\n{}", "é".repeat(300));

    let faults = faults(thing_with(
        "closed",
        &format!("{{{name:?}: 1}}").replace("\\\\", "\\"),
    ));

    assert_eq!(
        kinds(&faults),
        [format!("body.closed.{} extra_forbidden", "é".repeat(100))]
    );
}

#[test]
fn nothing_that_was_sent_is_told() {
    let secret = "hunter2hunter2";
    for (field, value) in [
        ("title", json!(secret)),
        ("order", json!(secret)),
        ("contact", json!(secret)),
        ("author", json!({"name": [secret]})),
        ("amount", json!([secret])),
        ("word", json!(secret)),
        ("at", json!(secret)),
        ("mail", json!(secret)),
        ("data", json!(secret)),
        ("metrics", json!({"a": secret})),
    ] {
        let faults = faults(thing_with(field, &value.to_string()));

        assert!(!json!(faults).to_string().contains(secret), "{field}");
    }
}
