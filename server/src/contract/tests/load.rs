use super::*;

#[test]
fn the_table_says_what_the_document_says() {
    let told: Vec<_> = CONTRACT
        .operations()
        .map(|one| {
            (
                one.id(),
                one.method().as_str(),
                one.path(),
                one.scopes().join(" "),
                one.is_public(),
                one.takes_body(),
                one.is_deprecated(),
            )
        })
        .collect();

    assert_eq!(CONTRACT.version().to_string(), "1.2.3");
    let things = "/shelves/{shelf_id}/things";
    let [read, write] = ["shelf:read", "shelf:write"].map(str::to_owned);
    let none = String::new();
    assert_eq!(
        told,
        [
            ("thing_list", "GET", things, read.clone(), false, false, false),
            ("thing_create", "POST", things, write, false, true, true),
            ("token_create", "POST", "/token", none.clone(), true, true, false),
            ("bytes_upload", "PUT", "/bytes/{name}", none, false, true, false),
            ("number_list", "POST", "/numbers", read, false, true, false),
        ]
    );
    assert!(CONTRACT.operation("thing_delete").is_none());
}

#[test]
fn what_cannot_be_executed_is_refused_with_its_place() {
    for (from, to, problem) in [
        (
            "maxLength: 5",
            "maxLenght: 5",
            "components.schemas.ThingCreate.properties.title.maxLenght: unknown keyword",
        ),
        (
            "#/components/schemas/Named",
            "#/components/schemas/Nmaed",
            "components.schemas.Thing.allOf.0.$ref: #/components/schemas/Nmaed leads nowhere",
        ),
        (
            "format: uuid",
            "format: guid",
            "components.schemas.ThingCreate.properties.key.format: nothing checks the format guid",
        ),
        ("open: { type: boolean", "open: { type: bool", "unknown type bool"),
        (
            "in: header, schema",
            "in: cookie, schema",
            "only path, query and header are executed",
        ),
        (
            "name: name, in: path, required: true",
            "name: name, in: path",
            "a path parameter must be required",
        ),
        (
            "/bytes/{name}",
            "/bytes/{nmae}",
            "its path has the variables [\"nmae\"], its parameters [\"name\"]",
        ),
        (
            "maxItems: 3, items: { type: string, maxLength: 4 } }",
            "items: { type: array, items: {} } }",
            "a parameter cannot be of this type",
        ),
        (
            "name: order\n",
            "name: order\n          style: deepObject\n",
            "only the part's default is executed",
        ),
        (
            "name: tags\n",
            "name: tags\n          explode: false\n",
            "only exploded query lists are executed",
        ),
        (
            "operationId: number_list",
            "operationId: thing_list",
            "its operationId is used twice",
        ),
        (
            "bearer: [\"shelf:write\"]",
            "bearer: [\"shelf:other\"]",
            "alternatives with different scopes",
        ),
        (
            "application/octet-stream: { schema",
            "image/png: { schema",
            "this media type cannot be executed",
        ),
        (
            "4XX:",
            "9XX:",
            "paths./shelves/{shelf_id}/things.get.responses.9XX: it is no status",
        ),
        (
            "exclusiveMaximum: true",
            "exclusiveMaximum: 1",
            "it must be true or false",
        ),
        ("(-[0-9]{4})", "(-[0-9]{4}", "it cannot be executed"),
        (
            "openapi: 3.0.3",
            "openapi: 3.1.0",
            "openapi: only OpenAPI 3.0 can be executed",
        ),
        ("version: 1.2.3", "version: 1.2", "info.version:"),
        ("responses:\n        204", "answers:\n        204", "unknown keyword"),
        ("paths:", "paths: [", "the document:"),
    ] {
        let document = FIXTURE.replacen(from, to, 1);
        assert_ne!(document, FIXTURE, "{from} is not in the fixture");

        let error = Contract::load(&document).expect_err(to).to_string();

        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn a_circle_of_references_is_no_loop() {
    let circle = FIXTURE.replace(
        "Named: {",
        "Tree: { type: object, properties: { left: { $ref: \"#/components/schemas/Tree\" } } }\n    Named: {",
    );
    assert!(Contract::load(&circle).is_ok());
    let empty = FIXTURE.replace(
        "Order: { type: string, enum: [asc, desc, none] }",
        "Order: { $ref: \"#/components/schemas/Order\" }",
    );
    let error = Contract::load(&empty).expect_err("a circle").to_string();
    assert!(error.contains("circle"), "{error}");
}
