use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, LINK};

use super::*;

const COUNT: HeaderName = HeaderName::from_static("x-total-count");

fn answer(
    id: &str,
    status: u16,
    lines: &[(HeaderName, &'static str)],
    body: &str,
) -> Vec<String> {
    let status = StatusCode::from_u16(status).expect("a status");
    let named = |(name, value): &(HeaderName, &'static str)| {
        (name.clone(), HeaderValue::from_static(value))
    };
    let headers: HeaderMap = lines.iter().map(named).collect();
    operation(id).check_response(status, &headers, body.as_bytes())
}

fn created(body: &str) -> Vec<String> {
    answer("thing_create", 201, &[(CONTENT_TYPE, "application/json")], body)
}

#[test]
fn an_answer_that_keeps_the_contract_is_not_complained_of() {
    let json = (CONTENT_TYPE, "application/json; charset=utf-8");
    let error = r#"{"message": "no", "details": {"any": 1}}"#;
    let none: [String; 0] = [];

    let list = [json.clone(), (COUNT, "1"), (LINK, "<x>")];
    let things = r#"[{"title": "Dune", "id": 1, "maker": {"name": "FH"}}]"#;
    assert_eq!(answer("thing_list", 200, &list, things), none);
    assert_eq!(
        answer("thing_list", 418, std::slice::from_ref(&json), error),
        none
    );
    assert_eq!(answer("thing_create", 500, &[json], error), none);
    assert_eq!(answer("thing_create", 204, &[], ""), none);
    assert_eq!(created(r#"{"title": "", "id": 1.0, "maker": null}"#), none);
    let octets = [(CONTENT_TYPE, "application/octet-stream")];
    assert_eq!(answer("bytes_upload", 200, &octets, "\0"), none);
}

#[test]
fn what_the_contract_does_not_promise_is_named() {
    for (body, breach) in [
        (r#"{"title": "x"}"#, "body.id: Field required (missing)"),
        (
            r#"{"title": "x", "id": "1"}"#,
            "body.id: Input should be a valid integer (int_type)",
        ),
        (
            r#"{"title": "x", "id": 1, "leak": 1}"#,
            "body.leak: Extra inputs are not permitted (extra_forbidden)",
        ),
        (
            r#"{"title": "x", "id": 1, "maker": {"name": "xx", "leak": 1}}"#,
            "body.maker.leak: Extra inputs are not permitted (extra_forbidden)",
        ),
        (
            r#"{"title": "x", "id": 1, "secret": "x"}"#,
            "body.secret: Extra inputs are not permitted (extra_forbidden)",
        ),
        (
            "{",
            "body: it is not JSON: EOF while parsing an object at line 1 column 1",
        ),
    ] {
        assert_eq!(created(body), [breach]);
    }
}

#[test]
fn status_headers_and_media_type_are_held_to_the_contract() {
    let json = (CONTENT_TYPE, "application/json");
    let text = (CONTENT_TYPE, "text/plain");
    for (id, status, lines, body, breaches) in [
        ("thing_list", 500, vec![], "", vec!["status: 500 is not declared"]),
        (
            "thing_list",
            200,
            vec![json.clone(), (LINK, "<a-very-long-target>; rel=next")],
            "[]",
            vec![
                "header.x-total-count: Field required (missing)",
                "header.link: String should have at most 20 characters \
                 (string_too_long)",
            ],
        ),
        (
            "thing_list",
            200,
            vec![text, (COUNT, "1")],
            "[]",
            vec!["content-type: text/plain is not declared"],
        ),
        (
            "thing_create",
            201,
            vec![],
            "{}",
            vec!["content-type: missing or not UTF-8"],
        ),
        ("thing_create", 204, vec![], "x", vec!["body: none is declared"]),
        ("thing_create", 404, vec![json], "{}", vec!["body: none is declared"]),
    ] {
        assert_eq!(answer(id, status, &lines, body), breaches);
    }
}
