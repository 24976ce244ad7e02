//! Books to try things on.

use colophon_client::{v1, v2};
use serde_json::{Value, json};

use crate::server::PASSWORD;

/// The `n`th ISBN-13, with a right check digit.
pub(crate) fn isbn(n: u32) -> String {
    let body = format!("978{n:09}");
    let digits = body.bytes().map(|digit| u32::from(digit - b'0'));
    let sum: u32 =
        digits.zip([1, 3].into_iter().cycle()).map(|(d, w)| d * w).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A book as v1's client takes it, with what it must have.
pub(crate) fn book(title: &str, n: u32) -> v1::types::builder::BookCreate {
    v1::types::BookCreate::builder()
        .title(title)
        .author_name("Ann Author")
        .isbn(isbn(n))
        .price(9.5)
}

/// A book as v2's client takes it, with what it must have.
pub(crate) fn book2(title: &str, n: u32) -> v2::types::builder::BookCreate {
    let author = "Ann Author".parse().expect("a name");
    v2::types::BookCreate::builder()
        .title(title)
        .author(v2::types::AuthorRef::Name(author))
        .isbn(isbn(n))
        .pricing(v2::types::PricingInput::builder().amount(9.5))
}

/// The same book in v1's JSON.
pub(crate) fn plain(title: &str, n: u32) -> Value {
    json!({
        "title": title, "author_name": "Ann Author",
        "isbn": isbn(n), "price": 9.5,
    })
}

/// The same book in v2's JSON.
pub(crate) fn plain2(title: &str, n: u32) -> Value {
    json!({
        "title": title, "author": { "name": "Ann Author" },
        "isbn": isbn(n), "pricing": { "amount": 9.5 },
    })
}

/// A user to add, in v1's JSON.
pub(crate) fn user(username: &str) -> Value {
    json!({
        "username": username, "email": format!("{username}@example.org"),
        "full_name": username, "password": PASSWORD,
    })
}

/// An event in the far future.
pub(crate) fn event(name: &str) -> Value {
    json!({
        "name": name, "start_date": "2999-03-01T18:00:00Z",
        "end_date": "2999-03-01T21:00:00Z",
    })
}

/// An object with the fields of another put over its own.
pub(crate) fn with(mut value: Value, fields: Value) -> Value {
    let (Value::Object(all), Value::Object(fields)) = (&mut value, fields)
    else {
        panic!("two objects");
    };
    all.extend(fields);
    value
}

/// An object without a field.
pub(crate) fn without(mut value: Value, field: &str) -> Value {
    let all = value.as_object_mut().expect("an object");
    all.remove(field).expect("the field");
    value
}

/// What the items of a list are called.
pub(crate) fn titles(list: &Value) -> Vec<&str> {
    let items = list.get("items").unwrap_or(list);
    let items = items.as_array().expect("items");
    items.iter().map(|it| it["title"].as_str().expect("a title")).collect()
}
