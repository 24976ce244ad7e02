//! What is refused, in which words, and that nothing of it is repeated.

use http::Method;
use serde_json::{Value, json};

use crate::TestServer;
use crate::ask::{Ask, Reply};
use crate::data::{plain, plain2, with};
use crate::methods::sample;
use crate::promise::operations;

/// Stands in values that are sent, and in no answer.
const SECRET: &str = "s3cr3t";

/// A fault as it is expected: `loc`, `type` and `msg`.
type Expected = (Value, &'static str, &'static str);

fn secret(length: usize) -> String {
    SECRET.repeat(length.div_ceil(SECRET.len())).chars().take(length).collect()
}

/// Sends what must be refused with exactly these faults, in any order.
async fn assert_faults(ask: Ask, expected: &[Expected]) {
    let reply = ask.reply(422).await;
    assert!(!reply.text().contains(SECRET), "{}", reply.text());
    assert_eq!(reply.json()["error_code"], "ValidationError");
    let errors = reply.json()["errors"].clone();
    let mut errors = errors.as_array().expect("faults").clone();
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(loc, kind, msg)| json!({ "loc": loc, "msg": msg, "type": kind }))
        .collect();
    errors.sort_by_key(Value::to_string);
    expected.sort_by_key(Value::to_string);
    assert_eq!(errors, expected);
}

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
        (
            json!(["body", "title"]),
            "string_too_short",
            "String should have at least 1 character",
        ),
        (
            json!(["body", "author_name"]),
            "string_too_long",
            "String should have at most 200 characters",
        ),
        (
            json!(["body", "isbn"]),
            "string_pattern_mismatch",
            "String should match pattern '^[0-9]{10}([0-9]{3})?$'",
        ),
        (
            json!(["body", "genre"]),
            "string_too_long",
            "String should have at most 50 characters",
        ),
        (
            json!(["body", "published_year"]),
            "greater_than_equal",
            "Input should be greater than or equal to 1000",
        ),
        (
            json!(["body", "price"]),
            "greater_than",
            "Input should be greater than 0",
        ),
        (
            json!(["body", "description"]),
            "string_too_long",
            "String should have at most 5000 characters",
        ),
        (
            json!(["body", "tags", 1]),
            "string_type",
            "Input should be a valid string",
        ),
        (
            json!(["body", "tags", 2]),
            "string_too_long",
            "String should have at most 100 characters",
        ),
        (
            json!(["body", "page_count"]),
            "greater_than_equal",
            "Input should be greater than or equal to 1",
        ),
        (
            json!(["body", "discount_percent"]),
            "less_than_equal",
            "Input should be less than or equal to 100",
        ),
        (
            json!(["body", "internal_notes"]),
            "string_too_long",
            "String should have at most 5000 characters",
        ),
        (
            json!(["body", "cost_price"]),
            "greater_than_equal",
            "Input should be greater than or equal to 0",
        ),
        (
            json!(["body", "supplier"]),
            "string_too_long",
            "String should have at most 200 characters",
        ),
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
    let text = (("string_type"), "Input should be a valid string");
    let number = (("float_type"), "Input should be a valid number");
    let integer = (("int_type"), "Input should be a valid integer");
    let fraction = (
        "int_from_float",
        "Input should be a valid integer, got a number with a fractional part",
    );
    let list = ("list_type", "Input should be a valid list");
    for (field, value, (kind, msg)) in [
        ("title", json!(5), text),
        ("title", json!(true), text),
        ("title", json!([SECRET]), text),
        ("title", json!({ "a": SECRET }), text),
        ("title", Value::Null, text),
        ("isbn", json!(9780441172719_i64), text),
        ("genre", json!(5), text),
        ("price", json!("39.99"), number),
        ("price", json!(SECRET), number),
        ("price", json!(true), number),
        ("price", Value::Null, number),
        ("discount_percent", json!("5"), number),
        ("published_year", json!("1965"), integer),
        ("published_year", json!(false), integer),
        ("published_year", json!(1965.5), fraction),
        ("page_count", json!(1.5), fraction),
        ("tags", json!("classic"), list),
        ("tags", Value::Null, list),
        ("tags", json!({ "0": "classic" }), list),
    ] {
        let body = with(plain("Dune", 1), json!({ field: value }));
        let expected = [(json!(["body", field]), kind, msg)];
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
    let at = |field| json!(["body", field]);
    for (fields, expected) in [
        (
            json!({ "price": 10000.01 }),
            (
                at("price"),
                "less_than_equal",
                "Input should be less than or equal to 10000",
            ),
        ),
        (
            json!({ "price": 9.999 }),
            (at("price"), "multiple_of", "Input should be a multiple of 0.01"),
        ),
        (
            json!({ "price": -1 }),
            (at("price"), "greater_than", "Input should be greater than 0"),
        ),
        (
            json!({ "price": 1e300 }),
            (
                at("price"),
                "less_than_equal",
                "Input should be less than or equal to 10000",
            ),
        ),
        (
            json!({ "published_year": 2031 }),
            (
                at("published_year"),
                "less_than_equal",
                "Input should be less than or equal to 2030",
            ),
        ),
        (
            json!({ "published_year": i64::MAX }),
            (
                at("published_year"),
                "less_than_equal",
                "Input should be less than or equal to 2030",
            ),
        ),
        (
            json!({ "page_count": 2147483648_i64 }),
            (
                at("page_count"),
                "less_than_equal",
                "Input should be less than or equal to 2147483647",
            ),
        ),
        (
            json!({ "title": "x".repeat(301) }),
            (
                at("title"),
                "string_too_long",
                "String should have at most 300 characters",
            ),
        ),
        (
            json!({ "title": "a\0b" }),
            (
                at("title"),
                "string_pattern_mismatch",
                "String should match pattern '^[^\\x00]*$'",
            ),
        ),
        (
            json!({ "isbn": "97804410135" }),
            (
                at("isbn"),
                "string_pattern_mismatch",
                "String should match pattern '^[0-9]{10}([0-9]{3})?$'",
            ),
        ),
        (
            json!({ "isbn": "978044101359\n" }),
            (
                at("isbn"),
                "string_pattern_mismatch",
                "String should match pattern '^[0-9]{10}([0-9]{3})?$'",
            ),
        ),
        (
            json!({ "isbn": "٩٧٨٠٤٤١٠١٣" }),
            (
                at("isbn"),
                "string_pattern_mismatch",
                "String should match pattern '^[0-9]{10}([0-9]{3})?$'",
            ),
        ),
    ] {
        let ask = server.post("/api/v1/books", &body(fields));
        assert_faults(ask, &[expected]).await;
    }
    let status = json!({ "status": SECRET });
    server.patch("/api/v1/books/1", &status).expect(422).await;
    let expected = (
        at("status"),
        "enum",
        "Input should be 'available', 'checked_out', 'reserved' or 'archived'",
    );
    assert_faults(server.patch("/api/v1/books/1", &status), &[expected]).await;
    server.stop().await;
}

#[tokio::test]
async fn every_fault_of_a_query_is_told_at_once() {
    let server = TestServer::start("every_fault_of_a_query").await;
    let query = "search=a&status=s3cr3t&min_price=-1&max_price=s3cr3t&\
                 published_after=999&published_before=2031&in_stock=s3cr3t&\
                 statuses=available&statuses=lost&sort_by=s3cr3t&\
                 sort_order=up&page=0&per_page=101&unknown=s3cr3t";
    let statuses =
        "Input should be 'available', 'checked_out', 'reserved' or 'archived'";
    let at = |name| json!(["query", name]);
    let expected = [
        (
            at("search"),
            "string_too_short",
            "String should have at least 2 characters",
        ),
        (at("status"), "enum", statuses),
        (
            at("min_price"),
            "greater_than_equal",
            "Input should be greater than or equal to 0",
        ),
        (
            at("max_price"),
            "float_parsing",
            "Input should be a valid number, unable to parse string as a number",
        ),
        (
            at("published_after"),
            "greater_than_equal",
            "Input should be greater than or equal to 1000",
        ),
        (
            at("published_before"),
            "less_than_equal",
            "Input should be less than or equal to 2030",
        ),
        (
            at("in_stock"),
            "bool_parsing",
            "Input should be a valid boolean, unable to interpret input",
        ),
        (json!(["query", "statuses", 1]), "enum", statuses),
        (
            at("sort_by"),
            "enum",
            "Input should be 'title', 'author', 'price', 'created_at' or 'published_year'",
        ),
        (at("sort_order"), "enum", "Input should be 'asc' or 'desc'"),
        (
            at("page"),
            "greater_than_equal",
            "Input should be greater than or equal to 1",
        ),
        (
            at("per_page"),
            "less_than_equal",
            "Input should be less than or equal to 100",
        ),
    ];
    let path = format!("/api/v1/books?{query}");
    assert_faults(server.get(&path), &expected).await;
    server.stop().await;
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let server = TestServer::start("parameters_are_read_strictly").await;
    let integer =
        "Input should be a valid integer, unable to parse string as an integer";
    let twice = "Value error, it is given more than once";
    let least = "Input should be greater than or equal to 1";
    let most = "Input should be less than or equal to 9007199254740991";
    for (path, loc, kind, msg) in [
        (
            "/api/v1/books?page=s3cr3t",
            json!(["query", "page"]),
            "int_parsing",
            integer,
        ),
        (
            "/api/v1/books?page=1.5",
            json!(["query", "page"]),
            "int_parsing",
            integer,
        ),
        (
            "/api/v1/books?page=",
            json!(["query", "page"]),
            "int_parsing",
            integer,
        ),
        (
            "/api/v1/books?page=1&page=2",
            json!(["query", "page"]),
            "value_error",
            twice,
        ),
        (
            "/api/v1/books?per_page=0",
            json!(["query", "per_page"]),
            "greater_than_equal",
            least,
        ),
        (
            "/api/v1/books?page=1000000001",
            json!(["query", "page"]),
            "less_than_equal",
            "Input should be less than or equal to 1000000000",
        ),
        (
            "/api/v1/books?genre=%00",
            json!(["query", "genre"]),
            "string_pattern_mismatch",
            "String should match pattern '^[^\\x00]*$'",
        ),
        (
            "/api/v1/books?genre=%ff",
            json!(["query", "genre"]),
            "value_error",
            "Value error, it is not UTF-8",
        ),
        (
            "/api/v1/books/cursor?limit=0",
            json!(["query", "limit"]),
            "greater_than_equal",
            least,
        ),
        (
            "/api/v1/books/cursor?limit=101",
            json!(["query", "limit"]),
            "less_than_equal",
            "Input should be less than or equal to 100",
        ),
        (
            "/api/v1/books/search",
            json!(["query", "q"]),
            "missing",
            "Field required",
        ),
        (
            "/api/v1/books/search?q=",
            json!(["query", "q"]),
            "string_too_short",
            "String should have at least 1 character",
        ),
        (
            "/api/v1/books/0",
            json!(["path", "book_id"]),
            "greater_than_equal",
            least,
        ),
        (
            "/api/v1/books/-1",
            json!(["path", "book_id"]),
            "greater_than_equal",
            least,
        ),
        (
            "/api/v1/books/s3cr3t",
            json!(["path", "book_id"]),
            "int_parsing",
            integer,
        ),
        (
            "/api/v1/books/1.0/summary",
            json!(["path", "book_id"]),
            "int_parsing",
            integer,
        ),
        (
            "/api/v1/books/9007199254740992",
            json!(["path", "book_id"]),
            "less_than_equal",
            most,
        ),
        (
            "/api/v2/books/99999999999999999999999",
            json!(["path", "book_id"]),
            "less_than_equal",
            most,
        ),
        (
            "/api/v1/items/-1",
            json!(["path", "item_id"]),
            "greater_than_equal",
            "Input should be greater than or equal to 0",
        ),
        (
            "/api/v1/models/ab",
            json!(["path", "model_id"]),
            "string_too_short",
            "String should have at least 3 characters",
        ),
        (
            "/api/v1/models/a%20b",
            json!(["path", "model_id"]),
            "string_pattern_mismatch",
            "String should match pattern '^[a-zA-Z0-9_-]+$'",
        ),
        (
            "/api/v1/models?framework=x",
            json!(["query", "framework"]),
            "string_too_short",
            "String should have at least 2 characters",
        ),
        (
            "/api/v1/models?min_params=0",
            json!(["query", "min_params"]),
            "greater_than",
            "Input should be greater than 0",
        ),
        (
            "/api/v1/models?min_params=inf",
            json!(["query", "min_params"]),
            "float_parsing",
            "Input should be a valid number, unable to parse string as a number",
        ),
        (
            "/api/v2/books?limit=101",
            json!(["query", "limit"]),
            "less_than_equal",
            "Input should be less than or equal to 100",
        ),
        (
            "/api/v2/books?with_total=yes",
            json!(["query", "with_total"]),
            "bool_parsing",
            "Input should be a valid boolean, unable to interpret input",
        ),
        (
            "/api/v2/books/1?include_archived=1",
            json!(["query", "include_archived"]),
            "bool_parsing",
            "Input should be a valid boolean, unable to interpret input",
        ),
    ] {
        assert_faults(server.get(path), &[(loc, kind, msg)]).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn faults_of_path_and_body_are_told_together() {
    let server = TestServer::start("faults_of_path_and_body").await;
    let path = (
        json!(["path", "book_id"]),
        "greater_than_equal",
        "Input should be greater than or equal to 1",
    );
    let required = |name| (json!(["body", name]), "missing", "Field required");
    let bodies = ["title", "author_name", "isbn", "price"].map(required);
    let expected = [&[path.clone()][..], &bodies].concat();
    assert_faults(server.put("/api/v1/books/0", &json!({})), &expected).await;
    let bodies = ["title", "author", "isbn", "pricing"].map(required);
    let expected = [&[path][..], &bodies].concat();
    assert_faults(server.put("/api/v2/books/0", &json!({})), &expected).await;
    server.stop().await;
}

#[tokio::test]
async fn bodies_of_models_items_and_v2_are_checked() {
    let server = TestServer::start("bodies_of_models_items_and_v2").await;
    let id = "String should match pattern '^[a-zA-Z0-9_-]+$'";
    let model = json!({
        "model_id": "a b", "framework": "", "version": "1.0",
        "parameters_millions": 0,
    });
    assert_faults(
        server.post("/api/v1/models", &model),
        &[
            (json!(["body", "model_id"]), "string_pattern_mismatch", id),
            (
                json!(["body", "framework"]),
                "string_too_short",
                "String should have at least 1 character",
            ),
            (
                json!(["body", "version"]),
                "string_pattern_mismatch",
                "String should match pattern '^[0-9]+\\.[0-9]+\\.[0-9]+$'",
            ),
            (
                json!(["body", "parameters_millions"]),
                "greater_than",
                "Input should be greater than 0",
            ),
        ],
    )
    .await;
    let item = json!({ "id": -1, "name": "", "description": secret(5001) });
    assert_faults(
        server.post("/api/v1/items", &item),
        &[
            (
                json!(["body", "id"]),
                "greater_than_equal",
                "Input should be greater than or equal to 0",
            ),
            (
                json!(["body", "name"]),
                "string_too_short",
                "String should have at least 1 character",
            ),
            (
                json!(["body", "description"]),
                "string_too_long",
                "String should have at most 5000 characters",
            ),
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
            (json!(["body", "title"]), "string_too_short", "String should have at least 1 character"),
            (json!(["body", "author", "name"]), "string_too_short", "String should have at least 1 character"),
            (json!(["body", "isbn"]), "string_pattern_mismatch", "String should match pattern '^([0-9]-?){9}[0-9Xx]$|^([0-9]-?){12}[0-9]$'"),
            (json!(["body", "pricing", "amount"]), "float_type", "Input should be a valid number"),
            (json!(["body", "pricing", "currency"]), "string_pattern_mismatch", "String should match pattern '^[A-Z]{3}$'"),
            (json!(["body", "metadata", "language"]), "string_pattern_mismatch", "String should match pattern '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'"),
            (json!(["body", "metadata", "tags", 0]), "string_too_short", "String should have at least 1 character"),
            (json!(["body", "metadata", "tags", 1]), "string_type", "Input should be a valid string"),
            (json!(["body", "metadata", "status"]), "enum", "Input should be 'available', 'checked_out', 'reserved' or 'archived'"),
            (json!(["body", "metadata", "published_year"]), "greater_than_equal", "Input should be greater than or equal to 1000"),
        ],
    )
    .await;
    let tags: Vec<_> = (0..11).map(|n| n.to_string()).collect();
    let body = with(plain2("Dune", 1), json!({ "metadata": { "tags": tags } }));
    let many = (
        json!(["body", "metadata", "tags"]),
        "too_long",
        "List should have at most 10 items",
    );
    assert_faults(server.post("/api/v2/books", &body), &[many]).await;
    let body =
        with(plain2("Dune", 1), json!({ "author": { "id": 1, "name": "x" } }));
    server.post("/api/v2/books", &body).expect(422).await;
    server.stop().await;
}

/// Every operation that takes a body, as a request without one.
fn takers(server: &TestServer) -> Vec<(String, Ask)> {
    let takers = operations().filter(|it| it.operation.takes_body());
    let ask = |it: crate::promise::Promised| {
        let path = sample(it.operation.path());
        let path = format!("/api/{}{path}", it.version);
        let ask = server.ask(it.operation.method().clone(), &path);
        (it.name(), ask.header("if-match", "*"))
    };
    takers.map(ask).collect()
}

fn assert_error(reply: &Reply, name: &str, status: u16, code: &str) {
    assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.text());
    assert_eq!(reply.json()["error_code"], code, "{name}");
    assert!(!reply.text().contains(SECRET), "{name}: {}", reply.text());
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_400_everywhere() {
    let server = TestServer::start_filled("a_body_that_is_not_json").await;
    let deep = "[".repeat(10_000);
    for body in [
        &b"{"[..],
        b"nul",
        b"{\"title\": \"s3cr3t\",}",
        b"{\"s3cr3t\": 1} {}",
        b"{s3cr3t: 1}",
        b"{\"title\": \"s3cr3t\n\"}",
        b"{\"title\": \"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b" ",
        deep.as_bytes(),
    ] {
        for (name, ask) in takers(&server) {
            let ask = ask.body("application/json", body.to_vec());
            let reply = ask.send().await;
            assert_error(&reply, &name, 400, "BadRequest");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn another_media_type_is_a_415_everywhere() {
    let server = TestServer::start_filled("another_media_type").await;
    for (name, ask) in takers(&server) {
        let reply = ask.body("text/plain", "{}").send().await;
        assert_error(&reply, &name, 415, "UnsupportedMediaType");
    }
    let dune = plain("Dune", 1).to_string();
    for wrong in
        ["application/jsonx", "application/x-www-form-urlencoded", "json", ""]
    {
        let ask = server.ask(Method::POST, "/api/v1/books");
        ask.body(wrong, dune.clone()).expect(415).await;
    }
    let parameter = "Application/JSON; charset=utf-8";
    let ask = server.ask(Method::POST, "/api/v1/books");
    ask.body(parameter, dune).expect(201).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_everywhere() {
    for has_edge in [true, false] {
        let name = "a_body_over_the_limit";
        let server = TestServer::start_with(name, |config| {
            config.database.sample_data = true;
            config.edge.enabled = has_edge;
            config.http.max_body_bytes = 1000;
        })
        .await;
        for (name, ask) in takers(&server) {
            let ask = ask.body("application/json", secret(1001));
            let reply = ask.send().await;
            assert_error(&reply, &name, 413, "PayloadTooLarge");
        }
        let mut body = plain("Dune", 1).to_string();
        body += &" ".repeat(1000 - body.len());
        let ask = server.ask(Method::POST, "/api/v1/books");
        ask.body("application/json", body).expect(201).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn a_missing_body_is_told_everywhere() {
    let server = TestServer::start_filled("a_missing_body").await;
    for (name, ask) in takers(&server) {
        let reply = ask.body("application/json", "").reply(422).await;
        let missing = (json!(["body"]), "missing".to_owned());
        assert_eq!(reply.faults(), [missing], "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_body_of_another_type_is_told_everywhere() {
    let server = TestServer::start_filled("a_body_of_another_type").await;
    for body in [json!(SECRET), json!(5), json!(true), Value::Null] {
        for (name, ask) in takers(&server) {
            let reply = ask.json(&body).reply(422).await;
            let kind = match name.as_str() {
                "v1.book_bulk_create" => "list_type",
                _ => "dict_type",
            };
            let fault = (json!(["body"]), kind.to_owned());
            assert_eq!(reply.faults(), [fault], "{name}");
        }
    }
    server.stop().await;
}
