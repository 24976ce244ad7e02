//! v1: walking through all books by cursor, and searching titles.

use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{plain, titles};

async fn shelf(name: &str, books: u32) -> TestServer {
    let server = TestServer::start(name).await;
    let many: Vec<Value> =
        (1..=books).map(|n| plain(&format!("Book {n}"), n)).collect();
    // In one transaction: they have one creation time, so ids decide.
    server.post("/api/v1/books/bulk", &json!(many)).expect(201).await;
    server
}

async fn part(server: &TestServer, limit: i64, cursor: &Value) -> Value {
    let mut path = format!("/api/v1/books/cursor?limit={limit}");
    if let Some(cursor) = cursor.as_str() {
        path = format!("{path}&cursor={cursor}");
    }
    server.get(&path).expect(200).await
}

fn numbered(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|n| format!("Book {n}")).collect()
}

#[tokio::test]
async fn cursors_lead_on_and_really_back() {
    let server = shelf("cursors_lead_on_and_back", 7).await;

    let first = part(&server, 3, &Value::Null).await;
    let second = part(&server, 3, &first["next_cursor"]).await;
    let third = part(&server, 3, &second["next_cursor"]).await;

    assert_eq!(titles(&first), numbered(1..=3));
    assert_eq!(titles(&second), numbered(4..=6));
    assert_eq!(titles(&third), numbered(7..=7));
    for (part, more, next, prev) in [
        (&first, true, true, false),
        (&second, true, true, true),
        (&third, false, false, true),
    ] {
        assert_eq!(part["has_more"], more);
        assert_eq!(part["next_cursor"].is_string(), next);
        assert_eq!(part["prev_cursor"].is_string(), prev);
    }
    let back = part(&server, 3, &third["prev_cursor"]).await;
    assert_eq!(titles(&back), numbered(4..=6));
    assert_eq!(back["has_more"], true);
    let start = part(&server, 3, &back["prev_cursor"]).await;
    assert_eq!(titles(&start), numbered(1..=3));
    assert_eq!(start["prev_cursor"], Value::Null);
    let on = part(&server, 3, &back["next_cursor"]).await;
    assert_eq!(titles(&on), numbered(7..=7));
    server.stop().await;
}

#[tokio::test]
async fn a_cursor_marks_a_place_and_not_a_number() {
    let server = shelf("a_cursor_marks_a_place", 6).await;
    let first = part(&server, 2, &Value::Null).await;

    for id in [1, 2, 3] {
        server.delete(&format!("/api/v1/books/{id}")).reply(204).await;
    }
    server.post("/api/v1/books", &plain("Book 7", 7)).expect(201).await;

    let rest = part(&server, 100, &first["next_cursor"]).await;
    assert_eq!(titles(&rest), numbered(4..=7));
    assert_eq!(rest["prev_cursor"], Value::Null, "nothing is left before");
    server.stop().await;
}

#[tokio::test]
async fn a_cursor_to_books_that_went_away_leads_back() {
    let server = shelf("books_that_went_away", 4).await;
    let first = part(&server, 2, &Value::Null).await;
    for id in [3, 4] {
        server.delete(&format!("/api/v1/books/{id}")).reply(204).await;
    }

    let empty = part(&server, 2, &first["next_cursor"]).await;

    assert_eq!(empty["items"], json!([]));
    assert_eq!(empty["has_more"], false);
    let back = part(&server, 2, &empty["prev_cursor"]).await;
    assert_eq!(titles(&back), numbered(1..=2));
    server.stop().await;
}

#[tokio::test]
async fn a_cursor_is_good_after_a_restart() {
    let server = shelf("a_cursor_is_good_after_a_restart", 3).await;
    let first = part(&server, 2, &Value::Null).await;

    let server = server.restart().await;

    let rest = part(&server, 2, &first["next_cursor"]).await;
    assert_eq!(titles(&rest), ["Book 3"]);
    server.stop().await;
}

#[tokio::test]
async fn anything_but_a_cursor_is_refused() {
    let server = shelf("anything_but_a_cursor", 3).await;
    let first = part(&server, 2, &Value::Null).await;
    let good = first["next_cursor"].as_str().expect("a cursor");
    let list = server.get("/api/v2/books?limit=1").expect(200).await;
    let others = list["next_page"].as_str().expect("a token");
    let base64url = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    assert!(good.chars().all(base64url), "{good}");
    let cut = &good[..good.len() - 1];
    let long = format!("{good}AAAA");
    let (head, tail) = good.split_at(good.len() / 2);
    let swapped = format!("{tail}{head}");
    for bad in ["", "x", "%20", "%FF", "1", cut, &long, &swapped, others] {
        let path = format!("/api/v1/books/cursor?cursor={bad}");
        let reply = server.get(&path).send().await;
        if bad == "%FF" {
            assert_eq!(reply.status, 422, "not even a text");
            continue;
        }
        assert_eq!(reply.status, 400, "{bad}");
        assert_eq!(reply.json()["message"], "Invalid cursor format");
        assert_eq!(reply.json()["error_code"], "BadRequest");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_client_walks_by_cursor() {
    let server = shelf("the_client_walks_by_cursor", 25).await;
    let first = server.v1.book_list_by_cursor().send().await.expect("a part");
    assert_eq!(first.items.len(), 20);
    let cursor = first.next_cursor.clone().expect("a cursor");
    let rest = server.v1.book_list_by_cursor().cursor(cursor).limit(100);
    let rest = rest.send().await.expect("a part");
    assert_eq!(rest.items.len(), 5);
    assert!(!rest.has_more && rest.next_cursor.is_none());
    server.stop().await;
}

#[tokio::test]
async fn search_finds_parts_of_titles() {
    let server = TestServer::start_filled("search_finds_parts").await;
    for (q, found) in [
        ("dune", &["Dune"][..]),
        ("UN", &["Dune"]),
        ("p", &["Design Patterns", "The Pragmatic Programmer"]),
        ("herbert", &[]),
        ("9", &["1984"]),
    ] {
        let list = server.v1.book_search().q(q).send().await.expect("a list");
        let mut titles: Vec<_> =
            list.iter().map(|it| it.title.as_str()).collect();
        titles.sort_unstable();
        assert_eq!(titles, found, "{q}");
    }
    let reply = server.get("/api/v1/books/search?q=dune").reply(200).await;
    assert_eq!(
        reply.header("link"),
        Some("</api/v2/books>; rel=\"successor-version\"")
    );
    assert!(reply.header("sunset").is_some());
    server.stop().await;
}
