//! v1: authors, and the books that name them.

use colophon_client::v1::types::{AuthorCreate, AuthorUpdate};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{book, plain, plain2, titles, with};
use crate::faults::{
    a, assert_faults, at, long, missing, pattern, secret, short,
};

const ZIP_CODE: &str = "^[0-9]{5}(-[0-9]{4})?$";
const PHONE: &str = r"^\+?1?[0-9]{10,15}$";

fn address() -> Value {
    json!({
        "street": "12 Ferry Road", "city": "Port Townsend", "state": "WA",
        "zip_code": "98368",
    })
}

fn full(name: &str) -> Value {
    json!({
        "name": name, "bio": "Reporter.", "nationality": "American",
        "contact": { "phone": "+12065550123", "address": address() },
    })
}

fn by(name: &str, n: u32) -> Value {
    with(plain("Dune", n), json!({ "author_name": name }))
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items").iter();
    items.map(|it| it["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn the_client_adds_changes_and_deletes_an_author() {
    let server = TestServer::start("the_client_and_an_author").await;
    let frank = || AuthorCreate::builder().name("Frank Herbert");
    let new = server.v1.author_create().body(frank()).send().await;
    let new = new.expect("added");
    assert_eq!(new.headers()["location"], "/api/v1/authors/1");
    assert_eq!((new.status().as_u16(), new.book_count), (201, 0));
    let bio = Some("Reporter.".parse().expect("a text"));
    let request = server.v1.author_replace().author_id(1);
    let changed = request.body(frank().bio(bio)).send().await;
    let changed = changed.expect("replaced");
    assert_eq!(changed.bio.as_deref().map(String::as_str), Some("Reporter."));
    let name = AuthorUpdate::builder()
        .name(Some("F. Herbert".parse().expect("a name")));
    let request = server.v1.author_update().author_id(1).body(name);
    let changed = request.send().await.expect("changed");
    let seen = server.v1.author_view().author_id(1).send().await;
    assert_eq!(*seen.expect("an author"), *changed);
    let list = server.v1.author_list().page(1).send().await.expect("a page");
    assert_eq!((list.total, *list.items[0].name == "F. Herbert"), (1, true));
    let gone = server.v1.author_delete().author_id(1).send().await;
    assert_eq!(gone.expect("deleted").status(), 204);
    server.stop().await;
}

#[tokio::test]
async fn the_client_lists_the_books_of_an_author() {
    let server = TestServer::start_filled("the_client_lists_books").await;
    let list = |id| server.v1.author_book_list().author_id(id).per_page(1);

    let page = list(4).send().await.expect("a page");
    let missing = list(99).send().await.unwrap_err();

    let titles: Vec<_> = page.items.iter().map(|it| &**it.title).collect();
    assert_eq!((page.total, titles), (1, vec!["Dune"]));
    assert_eq!(missing.status().map(|it| it.as_u16()), Some(404));
    server.stop().await;
}

#[tokio::test]
async fn an_author_is_shown_with_all_that_is_known() {
    let server = TestServer::start("an_author_is_shown").await;
    let path = "/api/v1/authors";
    let shown = server.post(path, &full("Frank")).expect(201).await;
    let mut expected = with(
        full("Frank"),
        json!({
            "id": 1, "book_count": 0, "created_at": shown["created_at"],
        }),
    );
    expected["contact"]["address"]["country"] = json!("US");
    assert_eq!(shown, expected);
    assert_eq!(server.get("/api/v1/authors/1").expect(200).await, expected);

    let contact = json!({ "contact": { "phone": "2065550123" } });
    let changed = server.patch("/api/v1/authors/1", &contact).expect(200).await;
    let whole = json!({ "phone": "2065550123", "address": null });
    assert_eq!(changed, with(expected.clone(), json!({ "contact": whole })));
    let nothing = json!({ "contact": null, "bio": null });
    let changed = server.patch("/api/v1/authors/1", &nothing).expect(200).await;
    assert_eq!(changed, with(expected.clone(), nothing));
    let bare = json!({ "name": "Frank" });
    let changed = server.put("/api/v1/authors/1", &bare).expect(200).await;
    let cleared = json!({ "bio": null, "nationality": null, "contact": null });
    assert_eq!(changed, with(expected, cleared));
    server.stop().await;
}

#[tokio::test]
async fn a_fault_of_an_address_is_told_with_the_way_to_it() {
    let server = TestServer::start("a_fault_of_an_address").await;
    let bad = json!({
        "street": "", "state": "W", "zip_code": "9836", "country": secret(101),
    });
    let body = json!({
        "name": "", "bio": secret(2001), "nationality": secret(101),
        "contact": { "phone": "123", "address": bad },
    });
    let inside = |field: &str| at(&format!("body.contact.address.{field}"));
    let expected = [
        (at("body.name"), short(1)),
        (at("body.bio"), long(2000)),
        (at("body.nationality"), long(100)),
        (at("body.contact.phone"), pattern(PHONE)),
        (inside("street"), short(1)),
        (inside("city"), missing()),
        (inside("state"), short(2)),
        (inside("zip_code"), pattern(ZIP_CODE)),
        (inside("country"), long(100)),
    ];
    assert_faults(server.post("/api/v1/authors", &body), &expected).await;
    server.post("/api/v1/authors", &full("Frank")).expect(201).await;
    for ask in [
        server.put("/api/v1/authors/1", &body),
        server.patch("/api/v1/authors/1", &body),
    ] {
        assert_faults(ask, &expected).await;
    }
    let zip = json!({ "zip_code": "98368-12345" });
    let body = json!({ "contact": { "address": with(address(), zip) } });
    let expected = [(inside("zip_code"), pattern(ZIP_CODE))];
    assert_faults(server.patch("/api/v1/authors/1", &body), &expected).await;
    let text = a("string_type", "string");
    let body = json!({ "name": null, "contact": 5 });
    let contact = a("dict_type", "dictionary");
    let expected = [(at("body.name"), text), (at("body.contact"), contact)];
    assert_faults(server.patch("/api/v1/authors/1", &body), &expected).await;
    server.stop().await;
}

#[tokio::test]
async fn author_errors_say_what_is_wrong() {
    let server = TestServer::start("author_errors").await;
    server.post("/api/v1/books", &by("Frank", 1)).expect(201).await;
    server.post("/api/v1/authors", &full("Brian")).expect(201).await;
    let frank = json!({ "name": "Frank" });
    let taken = "An author of this name already exists (ID: 1)";
    let missing = "Author with ID 9 not found";
    let (one, nine) = ("/api/v1/authors/2", "/api/v1/authors/9");
    for (ask, status, code, message) in [
        (server.post("/api/v1/authors", &frank), 409, "Duplicate", taken),
        (server.put(one, &frank), 409, "Duplicate", taken),
        (server.patch(one, &frank), 409, "Duplicate", taken),
        (server.get(nine), 404, "NotFound", missing),
        (server.put(nine, &frank), 404, "NotFound", missing),
        (server.patch(nine, &json!({})), 404, "NotFound", missing),
        (server.delete(nine), 404, "NotFound", missing),
        (server.get("/api/v1/authors/9/books"), 404, "NotFound", missing),
        (
            server.patch(one, &json!({ "unknown": 1 })),
            400,
            "BadRequest",
            "No fields provided for update",
        ),
        (
            server.delete("/api/v1/authors/1"),
            409,
            "BadRequest",
            "Author with ID 1 has books",
        ),
    ] {
        let error = ask.expect(status).await;
        assert_eq!(error["message"], message);
        assert_eq!(error["error_code"], code);
    }
    server.delete("/api/v1/books/1").reply(204).await;
    server.delete("/api/v1/authors/1").reply(204).await;
    server.get("/api/v1/authors/1").reply(404).await;
    server.stop().await;
}

#[tokio::test]
async fn a_new_name_is_seen_in_the_books_of_both_versions() {
    let server = TestServer::start("a_new_name_is_seen").await;
    let frank = by("Frank Herbert", 1);
    let book = server.post("/api/v1/books", &frank).expect(201).await;
    server.post("/api/v1/books", &by("Jane Austen", 2)).expect(201).await;
    let before = server.get("/api/v2/books/1").reply(200).await;
    let name = json!({ "name": "Zoe Zola" });

    let author = server.patch("/api/v1/authors/1", &name).expect(200).await;

    assert_eq!((&author["id"], &author["book_count"]), (&json!(1), &json!(1)));
    let after = server.get("/api/v2/books/1").reply(200).await;
    let shown = json!({ "id": 1, "name": "Zoe Zola" });
    assert_eq!(after.json()["author"], shown);
    assert_ne!(after.header("etag"), before.header("etag"));
    let seen = server.get("/api/v1/books/1").expect(200).await;
    let told = json!({
        "author_name": "Zoe Zola", "updated_at": seen["updated_at"],
    });
    assert!(seen["updated_at"].is_string());
    assert_eq!(seen, with(book, told));
    for (query, total) in
        [("author=zola", 1), ("search=zoe", 1), ("author=herbert", 0)]
    {
        let path = format!("/api/v1/books?{query}");
        let list = server.get(&path).expect(200).await;
        assert_eq!(list["total"], total, "{query}");
    }
    let path = "/api/v1/books?sort_by=author&sort_order=asc";
    let list = server.get(path).expect(200).await;
    let ids = json!([list["items"][0]["id"], list["items"][1]["id"]]);
    assert_eq!(ids, json!([2, 1]));
    server.stop().await;
}

#[tokio::test]
async fn a_book_with_another_name_has_another_author() {
    let server = TestServer::start("a_book_with_another_name").await;
    server.post("/api/v1/books", &by("Frank", 1)).expect(201).await;
    server.put("/api/v1/books/1", &by("Brian", 1)).expect(200).await;
    let by_id = json!({ "author": { "id": 1 } });
    let body = with(plain2("Emma", 2), by_id);
    server.post("/api/v2/books", &body).expect(201).await;

    let page = server.get("/api/v1/authors").expect(200).await;

    assert_eq!(names(&page), ["Brian", "Frank"]);
    for (id, titled) in [(1, "Emma"), (2, "Dune")] {
        let path = format!("/api/v1/authors/{id}/books");
        let list = server.get(&path).expect(200).await;
        assert_eq!(titles(&list), [titled]);
        assert_eq!(list["filters_applied"], json!({}));
    }
    server.stop().await;
}

#[tokio::test]
async fn authors_and_their_books_come_in_pages() {
    let server = TestServer::start("authors_come_in_pages").await;
    for n in 1..=5 {
        let title = format!("Book {n}");
        let new = book(&title, n);
        server.v1.book_create().body(new).send().await.expect("added");
    }
    for name in ["bob", "Zoe"] {
        let body = json!({ "name": name });
        server.post("/api/v1/authors", &body).expect(201).await;
    }
    let list = server.get("/api/v1/authors?per_page=2").reply(200).await;
    assert_eq!(names(&list.json()), ["Ann Author", "bob"]);
    assert_eq!(list.header("x-total-count"), Some("3"));
    let page =
        |page: i64| format!("/api/v1/authors/1/books?per_page=2&page={page}");
    for (number, expected) in [
        (1, &["Book 5", "Book 4"][..]),
        (2, &["Book 3", "Book 2"]),
        (3, &["Book 1"]),
        (4, &[]),
    ] {
        let reply = server.get(&page(number)).reply(200).await;
        assert_eq!(titles(&reply.json()), expected);
        assert_eq!(reply.header("x-total-count"), Some("5"));
        assert_eq!(reply.header("x-total-pages"), Some("3"));
        let links = reply.header("link").expect("links");
        let last = format!("<{}>; rel=\"last\"", page(3));
        assert!(links.contains(&last), "{links}");
        let goes_on = links.contains("rel=\"next\"");
        assert_eq!(goes_on, number < 3, "{links}");
    }
    server.stop().await;
}
