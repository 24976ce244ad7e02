//! Bodies whose values are wrong: what is told of them, and how.

use http::Method;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{plain, plain2, with};
use crate::faults::{
    SECRET, STATUSES, a, assert_faults, at, ge, gt, hundredths, le, long, many,
    one_of, pattern, secret, short,
};

#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once() {
    let server = TestServer::start("every_fault_of_a_body").await;
    let body = json!({
        "title": "", "author_name": secret(201), "isbn": secret(13),
        "genre": secret(51), "published_year": 999, "price": 0,
        "description": secret(5001), "tags": ["ok", 5, secret(101)],
        "page_count": 0, "discount_percent": 100.01,
        "internal_notes": secret(5001), "cost_price": -1,
        "supplier": secret(201),
    });
    let expected = [
        (at("body.title"), short(1)),
        (at("body.author_name"), long(200)),
        (at("body.isbn"), pattern("^[0-9]{10}([0-9]{3})?$")),
        (at("body.genre"), long(50)),
        (at("body.published_year"), ge("1000")),
        (at("body.price"), gt("0")),
        (at("body.description"), long(5000)),
        (at("body.tags.1"), a("string_type", "string")),
        (at("body.tags.2"), long(100)),
        (at("body.page_count"), ge("1")),
        (at("body.discount_percent"), le("100")),
        (at("body.internal_notes"), long(5000)),
        (at("body.cost_price"), ge("0")),
        (at("body.supplier"), long(200)),
    ];
    assert_faults(server.post("/api/v1/books", &body), &expected).await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    for ask in [
        server.put("/api/v1/books/1", &body),
        server.patch("/api/v1/books/1", &body),
    ] {
        assert_faults(ask, &expected).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn values_are_not_coerced() {
    let server = TestServer::start("values_are_not_coerced").await;
    let text = || a("string_type", "string");
    let number = || a("float_type", "number");
    let integer = || a("int_type", "integer");
    let list = || a("list_type", "list");
    let fraction =
        || a("int_from_float", "integer, got a number with a fractional part");
    for (field, value, words) in [
        ("title", json!(5), text()),
        ("title", json!(true), text()),
        ("title", json!([SECRET]), text()),
        ("title", json!({ "a": SECRET }), text()),
        ("title", Value::Null, text()),
        ("isbn", json!(9780441172719_i64), text()),
        ("genre", json!(5), text()),
        ("price", json!("39.99"), number()),
        ("price", json!(SECRET), number()),
        ("price", json!(true), number()),
        ("price", Value::Null, number()),
        ("discount_percent", json!("5"), number()),
        ("published_year", json!("1965"), integer()),
        ("published_year", json!(false), integer()),
        ("published_year", json!(1965.5), fraction()),
        ("page_count", json!(1.5), fraction()),
        ("tags", json!("classic"), list()),
        ("tags", Value::Null, list()),
        ("tags", json!({ "0": "classic" }), list()),
    ] {
        let body = with(plain("Dune", 1), json!({ field: value }));
        let expected = [(at(&format!("body.{field}")), words)];
        assert_faults(server.post("/api/v1/books", &body), &expected).await;
    }
    // A number without a fraction is an integer, however it is written.
    let body = r#"{ "title": "Dune", "author_name": "F", "isbn": "1111111111",
        "price": 1e1, "published_year": 1965.0, "page_count": 6.88e2 }"#;
    let ask = server.ask(Method::POST, "/api/v1/books");
    let added = ask.body("application/json", body).expect(201).await;
    assert_eq!(added["published_year"], 1965);
    assert_eq!(added["page_count"], 688);
    server.stop().await;
}

#[tokio::test]
async fn bounds_hold_and_their_limits_are_legal() {
    let server = TestServer::start("bounds_hold").await;
    let body = |fields| with(plain("Dune", 0), fields);
    for (n, legal) in (1..).zip([
        json!({ "title": "x".repeat(300), "author_name": "é".repeat(200) }),
        json!({ "genre": "g".repeat(50), "description": "" }),
        json!({ "published_year": 1000, "page_count": 1, "price": 0.01 }),
        json!({ "published_year": 2030, "page_count": 2147483647, "price": 10000 }),
        json!({ "discount_percent": 100, "cost_price": 0 }),
        json!({ "discount_percent": 0.01, "cost_price": 10000 }),
        json!({ "genre": "", "supplier": "s".repeat(200) }),
    ]) {
        let body = with(body(legal), json!({ "isbn": crate::data::isbn(n) }));
        server.post("/api/v1/books", &body).expect(201).await;
    }
    for (fields, expected) in [
        (json!({ "price": 10000.01 }), (at("body.price"), le("10000"))),
        (json!({ "price": 9.999 }), (at("body.price"), hundredths())),
        (json!({ "price": -1 }), (at("body.price"), gt("0"))),
        (json!({ "price": 1e300 }), (at("body.price"), le("10000"))),
        (
            json!({ "published_year": 2031 }),
            (at("body.published_year"), le("2030")),
        ),
        (
            json!({ "published_year": i64::MAX }),
            (at("body.published_year"), le("2030")),
        ),
        (
            json!({ "page_count": 2147483648_i64 }),
            (at("body.page_count"), le("2147483647")),
        ),
        (json!({ "title": "x".repeat(301) }), (at("body.title"), long(300))),
        (
            json!({ "title": "a\0b" }),
            (at("body.title"), pattern("^[^\\x00]*$")),
        ),
        (
            json!({ "isbn": "97804410135" }),
            (at("body.isbn"), pattern("^[0-9]{10}([0-9]{3})?$")),
        ),
        (
            json!({ "isbn": "978044101359\n" }),
            (at("body.isbn"), pattern("^[0-9]{10}([0-9]{3})?$")),
        ),
        (
            json!({ "isbn": "٩٧٨٠٤٤١٠١٣" }),
            (at("body.isbn"), pattern("^[0-9]{10}([0-9]{3})?$")),
        ),
    ] {
        let ask = server.post("/api/v1/books", &body(fields));
        assert_faults(ask, &[expected]).await;
    }
    let status = json!({ "status": SECRET });
    server.patch("/api/v1/books/1", &status).expect(422).await;
    let expected = (at("body.status"), one_of(STATUSES));
    assert_faults(server.patch("/api/v1/books/1", &status), &[expected]).await;
    server.stop().await;
}

#[tokio::test]
async fn bodies_of_models_items_and_v2_are_checked() {
    let server = TestServer::start("bodies_of_models_items_and_v2").await;
    let model = json!({
        "model_id": "a b", "framework": "", "version": "1.0",
        "parameters_millions": 0,
    });
    assert_faults(
        server.post("/api/v1/models", &model),
        &[
            (at("body.model_id"), pattern("^[a-zA-Z0-9_-]+$")),
            (at("body.framework"), short(1)),
            (at("body.version"), pattern("^[0-9]+\\.[0-9]+\\.[0-9]+$")),
            (at("body.parameters_millions"), gt("0")),
        ],
    )
    .await;
    let item = json!({ "id": -1, "name": "", "description": secret(5001) });
    assert_faults(
        server.post("/api/v1/items", &item),
        &[
            (at("body.id"), ge("0")),
            (at("body.name"), short(1)),
            (at("body.description"), long(5000)),
        ],
    )
    .await;
    let book = json!({
        "title": "", "author": { "name": "" }, "isbn": secret(13),
        "pricing": { "amount": "9.5", "currency": "usd" },
        "metadata": {
            "language": "e", "tags": ["", 5], "status": SECRET,
            "published_year": 1,
        },
    });
    assert_faults(
        server.post("/api/v2/books", &book),
        &[
            (at("body.title"), short(1)),
            (at("body.author.name"), short(1)),
            (
                at("body.isbn"),
                pattern("^([0-9]-?){9}[0-9Xx]$|^([0-9]-?){12}[0-9]$"),
            ),
            (at("body.pricing.amount"), a("float_type", "number")),
            (at("body.pricing.currency"), pattern("^[A-Z]{3}$")),
            (
                at("body.metadata.language"),
                pattern("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
            ),
            (at("body.metadata.tags.0"), short(1)),
            (at("body.metadata.tags.1"), a("string_type", "string")),
            (at("body.metadata.status"), one_of(STATUSES)),
            (at("body.metadata.published_year"), ge("1000")),
        ],
    )
    .await;
    let tags: Vec<_> = (0..11).map(|n| n.to_string()).collect();
    let body = with(plain2("Dune", 1), json!({ "metadata": { "tags": tags } }));
    let many = (at("body.metadata.tags"), many(10));
    assert_faults(server.post("/api/v2/books", &body), &[many]).await;
    let body =
        with(plain2("Dune", 1), json!({ "author": { "id": 1, "name": "x" } }));
    server.post("/api/v2/books", &body).expect(422).await;
    server.stop().await;
}
