//! What a team decides: sunsets, waivers, versions; and the second verdict.

use chrono::NaiveDate;
use serde_json::json;
use xtask::contract::compare::{Policy, compare, worst};
use xtask::contract::effect::Level;
use xtask::contract::step::{Verdict, next, parse};
use xtask::contract::{client, waiver};
use xtask::drift;

use crate::support::{changes, changes_by, document};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: T, version: 1.2.0}\n";

const BOOKS: &str = "paths:\n  /books/{id}:\n    get:\n      operationId: \
book_view\n      deprecated: true\n      x-sunset: '2026-06-30'\n      \
parameters:\n      - {name: id, in: path, required: true, schema: {type: \
integer}}\n      - {name: q, in: query, schema: {type: array, items: {type: \
string}}}\n      responses:\n        '200':\n          description: D.\n          \
content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}\n        \
'404': {description: None.}\n        4XX: {description: Bad.}\ncomponents:\n  \
schemas:\n    Book: {type: object, properties: {title: {type: string}}}\n";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn a_removal_is_minor_only_after_the_sunset_and_under_the_policy() {
    let base = format!("{HEAD}{BOOKS}");
    let gone = format!("{HEAD}paths: {{}}\n");
    let level = |sunset| {
        let policy = Policy { drift: false, sunset };
        worst(&changes_by(&base, &gone, policy))
    };
    assert_eq!(level(None), Level::Major);
    assert_eq!(level(Some(day("2026-06-29"))), Level::Major);
    assert_eq!(level(Some(day("2026-06-30"))), Level::Minor);
}

#[test]
fn a_waiver_accepts_its_change_until_it_expires() {
    let base = format!("{HEAD}{BOOKS}");
    let other = base.replace("title: {type: string", "title: {type: integer");
    let found = changes(&base, &other);
    let [change] = found.as_slice() else { panic!("one change") };
    let file = |expires: &str| {
        format!(
            "waivers:\n- rule: {}\n  location: '#/components/*/title/*'\n  \
             reason: Told.\n  expires: '{expires}'\n- rule: none-such\n  \
             location: '*'\n  reason: Old.\n  expires: '{expires}'\n",
            change.rule
        )
    };
    let apply = |expires, today| {
        let waivers = waiver::read("w.yaml", &file(expires)).expect("read");
        waiver::apply("w.yaml", &waivers, found.clone(), day(today))
    };

    let held = apply("2026-12-31", "2026-12-31");
    assert_eq!((held.left.len(), held.accepted), (0, 1));
    let unused = "w.yaml:6: the waiver of none-such is used by no change";
    assert_eq!(held.complaints, [unused]);

    let expired = apply("2026-12-31", "2027-01-01");
    assert_eq!((expired.left.len(), expired.complaints.len()), (1, 2));
    assert!(waiver::read("w.yaml", "waivers: [{rule: a}]").is_err());
}

#[test]
fn each_level_has_its_step() {
    let rows = [
        ("1.2.3", Level::Major, "2.0.0"),
        ("1.2.3", Level::Minor, "1.3.0"),
        ("1.2.3", Level::Patch, "1.2.4"),
        ("1.2.3", Level::None, "1.2.3"),
        ("0.4.2", Level::Major, "0.5.0"),
        ("0.4.2", Level::Minor, "0.4.3"),
        ("2.0.0-rc.1", Level::Major, "2.0.0-rc.1"),
        ("v1.2", Level::Minor, "1.3.0"),
    ];
    for (from, level, to) in rows {
        let from = parse(from).expect("a version");
        assert_eq!(next(&from, level).to_string(), to, "{from} {level:?}");
    }
    let base = document("base", &format!("{HEAD}{BOOKS}"));
    let revision = document("revision", &format!("{HEAD}paths: {{}}\n"));
    let verdict = Verdict::new(&base, &revision, Level::Major);
    assert_eq!(verdict.required.as_deref(), Some("2.0.0"));
    assert_eq!(verdict.enough, Some(false));
}

#[test]
fn the_client_s_verdict_names_what_the_wire_does_not_show() {
    let text = format!("{HEAD}{BOOKS}");
    let renamed = text
        .replace("book_view", "book_get")
        .replace("{id}", "{book_id}")
        .replace("name: id", "name: book_id")
        .replace("Book", "Volume");
    let (base, revision) =
        (document("base", &text), document("revision", &renamed));
    let changes = compare(&base, &revision, Policy::default(), &mut |_| {});
    assert_eq!(worst(&changes), Level::Patch);

    let kinds: Vec<_> = client::changes(&base, &revision, &changes)
        .into_iter()
        .map(|change| change.kind)
        .collect();
    assert_eq!(kinds, ["type", "method", "argument"]);
}

#[test]
fn drift_reads_the_server_s_document_as_dropshot_writes_it() {
    let server = json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1.2.0" },
        "paths": { "/books/{id}": { "get": {
            "operationId": "book_view",
            "deprecated": true,
            "parameters": [
                { "in": "path", "name": "id", "required": true,
                  "schema": { "type": "integer" } },
                { "in": "query", "name": "q",
                  "schema": {
                      "type": "array", "items": { "type": "string" } } },
            ],
            "responses": {
                "200": { "description": "", "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/B" } } } },
                "4XX": { "description": "" },
            },
        }}},
        "components": { "schemas": { "B": {
            "type": "object", "properties": { "title": { "type": "string" } },
        }}},
    });
    let contract = || document("v1.yaml", &format!("{HEAD}{BOOKS}"));
    let messages = |says| {
        let server = drift::document(1, &says).expect("a document");
        let changes = drift::between(contract(), &server, &mut |_| {}).changes;
        let row = |c: &xtask::contract::finding::Change| {
            format!("{}: {}", c.base.line, c.message)
        };
        changes.iter().map(row).collect::<Vec<_>>()
    };
    assert!(messages(server.clone()).is_empty());

    let mut other = server;
    other["components"]["schemas"]["B"]["required"] = json!(["title"]);
    let get = &mut other["paths"]["/books/{id}"]["get"];
    get["operationId"] = json!("other");
    let expected = [
        "6: `operationId` is `book_view` in the contract and `other` in the \
         server",
        "20: `title` is optional in the contract and required in the server",
    ];
    assert_eq!(messages(other), expected);
}
