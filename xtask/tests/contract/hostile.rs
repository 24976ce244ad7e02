//! Documents that want to do harm get an error or a result, soon.

use xtask::contract::compare::worst;
use xtask::contract::effect::Level;
use xtask::contract::load::{Document, LoadError, MAX_BYTES};

use crate::support::changes;

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\n";

fn problem(name: &str, text: String) -> String {
    match Document::parse(name, text) {
        Ok(_) => panic!("read"),
        Err(error @ (LoadError::Text { .. } | LoadError::File { .. })) => {
            error.to_string()
        }
    }
}

#[test]
fn an_alias_bomb_is_refused_at_its_line() {
    let mut text = format!("{HEAD}x-a0: &a0 [lol, lol, lol, lol, lol]\n");
    for level in 1..12 {
        let below = level - 1;
        let row = format!("*a{below}, ").repeat(9);
        text += &format!("x-a{level}: &a{level} [{row}*a{below}]\n");
    }
    assert_eq!(problem("a.yaml", text), "a.yaml:8:12: aliases expand too far");
}

#[test]
fn a_repeated_key_is_refused_at_its_second_place() {
    let yaml = format!("{HEAD}paths: {{}}\npaths: {{}}\n");
    assert_eq!(problem("a.yaml", yaml), "a.yaml:4:1: key `paths` stands twice");
    let json = "{\"openapi\": \"3.0.3\",\n \"a\": 1, \"a\": 2}".to_owned();
    assert_eq!(problem("a.json", json), "a.json:2:10: key `a` stands twice");
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "[".repeat(100_000);
    assert!(problem("a.json", format!("{{\"a\":{deep}")).contains("deep"));
    let block = "- ".repeat(100_000);
    assert!(
        problem("a.yaml", format!("{HEAD}x:\n  {block}")).contains("a.yaml")
    );
    let large = " ".repeat(MAX_BYTES + 1);
    assert!(problem("a.yaml", large).contains("larger than 64 MiB"));
}

#[test]
fn a_text_that_is_no_contract_is_refused() {
    let cases = ["", "a: 1", "swagger: '2.0'", "openapi: 2.0.0", "{", "\u{0}"];
    for text in cases {
        problem("a.yaml", text.to_owned());
    }
}

#[test]
fn a_chain_of_references_and_a_ring_of_unions_end() {
    let mut chain = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      responses:\n        '200':\n          \
         description: D.\n          content: {{application/json: {{schema: {{$ref: \
         '#/components/schemas/C0'}}}}}}\ncomponents:\n  schemas:\n"
    );
    for index in 0..400 {
        let next = (index + 1) % 400;
        chain += &format!(
            "    C{index}: {{anyOf: [{{type: object, properties: {{a: {{$ref: \
             '#/components/schemas/C{next}'}}}}}}, {{$ref: \
             '#/components/schemas/C{next}'}}, {{type: string}}]}}\n"
        );
    }
    let other = chain.replace("{type: string}", "{type: boolean}");
    assert_eq!(worst(&changes(&chain, &chain)), Level::None);
    assert_eq!(worst(&changes(&chain, &other)), Level::Major);
}

#[test]
fn a_keyword_with_a_senseless_value_is_equal_to_itself() {
    for value in ["0", "-0.0", "-170141183460469231731687303715884105728"] {
        let text = format!(
            "{HEAD}paths: {{/a: {{get: {{parameters: [{{name: a, in: query, \
             schema: {{multipleOf: {value}}}}}], responses: {{}}}}}}}}\n"
        );
        assert!(changes(&text, &text).is_empty(), "{value}");
        changes(&text, &text.replace(value, "-1"));
    }
}
