//! Bodies that are no JSON, or no book.

use crate::rig::Rig;

/// Bodies that are no JSON, or none that can be read within bounds.
fn unreadable() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "   ",
        "{",
        "{}{}",
        "{} x",
        "\u{feff}{}",
        "{\"price\":NaN}",
        "{\"price\":Infinity}",
        "{\"price\":1e400}",
        "{\"price\":-1e400}",
        "{\"price\":1e99999999999999999999}",
        "{\"title\":\"\\ud800\"}",
        "{\"title\":\"a\0b\"}",
        "{'title':'a'}",
        "// {}",
    ]
    .map(|body| body.as_bytes().to_vec())
    .into();
    bodies.extend([
        b"{\"title\":\"\xff\"}".to_vec(),
        b"{\"title\":\"\xc0\xaf\"}".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        vec![0; 1000],
        b"[".repeat(100_000),
        b"{\"a\":".repeat(100_000),
        [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
        [b"{\"price\":1".as_slice(), &b"0".repeat(400), b"}"].concat(),
    ]);
    bodies
}

/// Values of `price` that are no price.
const PRICES: [&str; 12] = [
    "null", "\"9.5\"", "true", "[9.5]", "{}", "0", "-0.0", "-1", "1e-400",
    // The smallest number above 0 there is: not a multiple of 0.01.
    "5e-324", "1.005", "10000.01",
];

#[tokio::test]
async fn a_body_that_is_no_json_is_a_400() {
    let rig = Rig::start().await;
    for line in ["POST /api/v1/books", "POST /api/v2/books", "PATCH /books/1"] {
        for body in unreadable() {
            let answer = rig.send(line, "", &body).await;
            answer.assert_error(400, "BadRequest");
        }
    }
    rig.has_sample_books().await;
    rig.close().await;
}

#[tokio::test]
async fn a_price_that_is_none_is_a_422() {
    let rig = Rig::start().await;
    for price in PRICES {
        let old = format!(
            r#"{{"title": "T", "author_name": "A", "isbn": "9780000000002",
                "price": {price}}}"#
        );
        let new = format!(
            r#"{{"title": "T", "author": {{"name": "A"}},
                "isbn": "9780000000002", "pricing": {{"amount": {price}}}}}"#
        );
        for (line, body) in
            [("POST /api/v1/books", old), ("POST /api/v2/books", new)]
        {
            let answer = rig.send(line, "", body.as_bytes()).await;
            answer.assert_error(422, "ValidationError");
            let faults = &answer.json()["errors"];
            let count = faults.as_array().map(Vec::len);
            assert_eq!(count, Some(1), "{price}: {faults}");
        }
    }
    rig.has_sample_books().await;
    rig.close().await;
}

#[tokio::test]
async fn a_flood_of_faults_gets_a_short_answer() {
    let rig = Rig::start().await;
    for (line, body) in [
        ("POST /books/bulk", ["[", &"1,".repeat(400_000), "1]"]),
        ("POST /books/bulk", ["[", &"{},".repeat(300_000), "{}]"]),
        (
            "POST /books/bulk-delete",
            ["{\"ids\":[", &"0,".repeat(400_000), "0]}"],
        ),
    ] {
        let answer = rig.send(line, "", body.concat().as_bytes()).await;
        answer.assert_error(422, "ValidationError");
        assert!(answer.body.len() < 100_000, "{}", answer.body.len());
    }
    rig.has_sample_books().await;
    rig.close().await;
}
