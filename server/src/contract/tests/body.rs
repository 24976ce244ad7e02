use chrono::{DateTime, Utc};

use super::*;

#[test]
fn a_good_body_is_its_value() {
    let body = json!({
        "title": "Dune", "price": 39.99, "rebate": 0.5, "year": null,
        "dozen": 24, "small": -1, "open": true, "order": "asc", "mood": null,
        "level": 1, "tags": ["a", "b"], "contact": {"city": "x"},
        "shipping": null, "closed": {"a": 1}, "author": {"id": 7},
        "amount": "9", "word": 1, "metrics": {"f1": 0.5},
        "anything": [null, {}], "plain": "é", "at": "2026-11-21T10:00:00Z",
        "on": "2026-02-28", "mail": "a@example.org", "unknown": "ignored",
        "key": "8f14e45f-ceea-467f-a0e6-0d1b6c1e3a55", "data": "aGk=",
        "link": "https://example.org/a?b#c", "natural": 18446744073709551615_u64,
    });

    assert_eq!(thing(body.to_string().as_bytes()), Ok(body));
}

#[test]
fn numbers_are_what_json_says_they_are() {
    for (field, value, read) in [
        ("year", "1984.0", json!(1984)),
        ("year", "1.984e3", json!(1984)),
        ("small", "-0.0", json!(0)),
        ("price", "39.99", json!(39.99)),
        ("price", "0.07", json!(0.07)),
        ("price", "999.99", json!(999.99)),
        ("dozen", "9223372036854775800", json!(9_223_372_036_854_775_800_i64)),
        ("natural", "18446744073709551615", json!(u64::MAX)),
        ("anything", "1e300", json!(1e300)),
    ] {
        let thing = thing_with(field, value).expect("a number");

        assert_eq!(thing[field], read, "{field} {value}");
    }
}

#[test]
fn a_number_that_no_type_holds_is_a_fault() {
    for (field, value, kind) in [
        ("small", "2147483648", "less_than_equal"),
        ("small", "-2147483649", "greater_than_equal"),
        ("id", "9223372036854775808", "less_than_equal"),
        ("id", "9223372036854775808.0", "less_than_equal"),
        ("id", "-9300000000000000000", "greater_than_equal"),
        ("id", "1e300", "less_than_equal"),
        ("natural", "-1", "greater_than_equal"),
        ("natural", "18446744073709551616", "less_than_equal"),
    ] {
        let faults = faults(thing_with(field, value));

        assert_eq!(kinds(&faults), [format!("body.{field} {kind}")], "{value}");
    }
}

#[test]
fn what_is_not_json_is_malformed() {
    let deep = "[".repeat(200_000);
    for (body, line, column) in [
        (&b"{"[..], 1, 1),
        (b"{}\n {", 2, 2),
        (b"nul", 1, 3),
        (b"{'a': 1}", 1, 2),
        (b"[1,]", 1, 4),
        (b"[1e400]", 1, 6),
        (b"NaN", 1, 1),
        (b"\"\xff\"", 1, 2),
        (b"\"\\ud800\"", 1, 8),
        (b"\xef\xbb\xbf{}", 1, 1),
        (b" ", 1, 1),
        (deep.as_bytes(), 1, 128),
    ] {
        let answer = thing(body);

        let Err(BodyFault::Malformed { line: at, column: in_line, message }) =
            answer
        else {
            panic!("{answer:?}");
        };
        assert_eq!((at, in_line), (line, column), "{message}");
        assert!(!message.contains("line"), "{message}");
    }
}

#[test]
fn of_a_name_that_comes_twice_the_last_counts() {
    let thing = thing_with("title", "\"Emma\"").expect("a thing");

    assert_eq!(thing["title"], "Emma");
}

#[test]
fn the_media_type_decides() {
    let create = operation("thing_create");
    let good = br#"{"title": "Dune", "price": 1}"#;
    for (content_type, is_taken) in [
        ("application/json", true),
        ("Application/JSON; Charset=\"UTF-8\"", true),
        ("application/json; charset=utf-8; profile=x", true),
        ("application/json;charset=latin1", false),
        ("application/problem+json", false),
        ("text/json", false),
        ("*/*", false),
        ("", false),
    ] {
        let content_type = HeaderValue::from_static(content_type);

        let answer = create.check_body(Some(&content_type), good);

        let refused = answer == Err(BodyFault::UnsupportedMediaType);
        assert_eq!(!refused, is_taken, "{content_type:?}");
        assert_eq!(answer.is_ok(), is_taken);
    }
    let unnamed = create.check_body(None, good);
    assert_eq!(unnamed, Err(BodyFault::UnsupportedMediaType));
}

#[test]
fn a_body_left_out_is_missing_where_one_is_required() {
    let create = operation("thing_create");
    for content_type in [None, Some(&JSON)] {
        let faults = faults(create.check_body(content_type, b""));

        assert_eq!(kinds(&faults), ["body missing"]);
    }
    let numbers = operation("number_list");
    assert_eq!(numbers.check_body(None, b""), Ok(Value::Null));
}

#[test]
fn a_form_is_an_object() {
    let token = operation("token_create");
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");

    let read = token.check_body(Some(&form), b"ttl=5&username=%C3%A9+x");
    let bad = token.check_body(Some(&form), b"username=x&ttl=0");

    assert_eq!(read, Ok(json!({"username": "é x", "ttl": 5})));
    assert_eq!(
        kinds(&faults(bad)),
        ["body.username string_too_short", "body.ttl greater_than_equal"]
    );
    assert_eq!(
        token.check_body(Some(&JSON), b"{}"),
        Err(BodyFault::UnsupportedMediaType)
    );
}

#[test]
fn octets_are_only_asked_for_their_media_type() {
    let upload = operation("bytes_upload");
    let octets = HeaderValue::from_static("application/octet-stream");

    assert_eq!(upload.check_body(Some(&octets), b"\xff"), Ok(Value::Null));
    assert_eq!(
        upload.check_body(Some(&JSON), b"1"),
        Err(BodyFault::UnsupportedMediaType)
    );
}

#[test]
fn a_time_that_is_taken_can_be_read() {
    for (text, is_taken) in [
        ("2026-11-21T10:00:00Z", true),
        ("2026-11-21t10:00:00.123456789012z", true),
        ("2026-11-21T10:00:00+05:30", true),
        ("2026-12-31T23:59:60Z", true),
        ("0000-01-01T00:00:00+23:59", true),
        ("2026-11-21T10:00:00", false),
        ("2026-11-21T24:00:00Z", false),
        ("2026-11-21T10:00:00+24:00", false),
        ("2026-11-21T10:00:00.Z", false),
        ("12026-11-21T10:00:00Z", false),
    ] {
        let taken = thing_with("at", &format!("{text:?}"));

        assert_eq!(taken.is_ok(), is_taken, "{text}");
        if is_taken {
            text.parse::<DateTime<Utc>>().expect(text);
        }
    }
}
