//! v2: the list of books and its page tokens.

use colophon_client::v2::types::{BookListSortBy, BookListSortOrder};
use futures::TryStreamExt;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{isbn, plain2, titles, with};

const BOOKS: &str = "/api/v2/books";

/// Seven books: "Book 1" to "Book 7", of which the odd ones are `odd`.
async fn shelf(name: &str) -> TestServer {
    let server = TestServer::start(name).await;
    for n in 1..=7 {
        let genre = if n % 2 == 1 { "odd" } else { "even" };
        let metadata = json!({ "metadata": { "genre": genre } });
        let body = with(plain2(&format!("Book {n}"), n), metadata);
        server.post(BOOKS, &body).expect(201).await;
    }
    server
}

/// Follows page tokens to the end, with more in the query of each request.
async fn walk(
    server: &TestServer,
    start: &str,
    more: &str,
) -> Vec<Vec<String>> {
    let mut parts = Vec::new();
    let mut path = start.to_owned();
    loop {
        let part = server.get(&path).expect(200).await;
        parts.push(titles(&part).into_iter().map(str::to_owned).collect());
        let Some(token) = part["next_page"].as_str() else { return parts };
        path = format!("{BOOKS}?page_token={token}{more}");
    }
}

#[tokio::test]
async fn the_client_streams_the_whole_list() {
    let server = shelf("the_client_streams").await;

    let request = server.v2.book_list().limit(2);
    let request = request.sort_by(BookListSortBy::Title);
    let request = request.sort_order(BookListSortOrder::Asc).genre("odd");
    let books: Vec<_> = request.stream().try_collect().await.expect("books");

    let titles: Vec<_> = books.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Book 1", "Book 3", "Book 5", "Book 7"]);
    server.stop().await;
}

#[tokio::test]
async fn a_token_carries_filters_and_order() {
    let server = shelf("a_token_carries_filters").await;
    let start = "/api/v2/books?genre=odd&sort_by=title&sort_order=asc&limit=2";
    let expected = [vec!["Book 1", "Book 3"], vec!["Book 5", "Book 7"]];
    for more in [
        "&limit=2",
        "&limit=2&genre=even&sort_by=price&sort_order=desc&search=nothing",
    ] {
        assert_eq!(walk(&server, start, more).await, expected, "{more}");
    }
    let rest = walk(&server, start, "").await;
    assert_eq!(rest.len(), 2, "the limit is each request's own");
    server.stop().await;
}

#[tokio::test]
async fn a_walk_neither_repeats_nor_misses_books() {
    let server = shelf("a_walk_neither_repeats").await;
    let path = "/api/v2/books?sort_order=asc&limit=3";
    let first = server.get(path).expect(200).await;
    let token = first["next_page"].as_str().expect("a token");

    server.delete("/api/v2/books/2").reply(204).await;
    server.delete("/api/v2/books/3").reply(204).await;
    server.post(BOOKS, &plain2("Book 8", 8)).expect(201).await;

    let path = format!("{BOOKS}?page_token={token}&limit=100");
    let rest = server.get(&path).expect(200).await;
    let expected = ["Book 4", "Book 5", "Book 6", "Book 7", "Book 8"];
    assert_eq!(titles(&rest), expected);
    assert!(rest.get("next_page").is_none_or(Value::is_null));
    server.stop().await;
}

#[tokio::test]
async fn a_token_is_good_after_a_restart() {
    let server = shelf("a_token_is_good_after_a_restart").await;
    let path = "/api/v2/books?sort_order=asc&limit=5";
    let first = server.get(path).expect(200).await;
    let token = first["next_page"].as_str().expect("a token").to_owned();

    let server = server.restart().await;

    let path = format!("{BOOKS}?page_token={token}");
    let rest = server.get(&path).expect(200).await;
    assert_eq!(titles(&rest), ["Book 6", "Book 7"]);
    server.stop().await;
}

#[tokio::test]
async fn a_tampered_token_is_refused() {
    let server = shelf("a_tampered_token_is_refused").await;
    let first = server.get("/api/v2/books?limit=1").expect(200).await;
    let token = first["next_page"].as_str().expect("a token");
    let base64url = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    assert!(token.chars().all(base64url), "{token}");
    let cursors = server.get("/api/v1/books/cursor?limit=1").expect(200).await;
    let others = cursors["next_cursor"].as_str().expect("a cursor").to_owned();
    let mut bad = vec![String::new(), "x".to_owned(), others, "A".repeat(600)];
    for at in [0, token.len() / 3, token.len() / 2, token.len() - 2] {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        bad.push(format!("{}{other}{}", &token[..at], &token[at + 1..]));
    }
    for bad in bad {
        let path = format!("{BOOKS}?page_token={bad}");
        let refused = server.get(&path).expect(400).await;
        assert_eq!(refused["error_code"], "BadRequest", "{bad}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_total_is_told_if_it_is_asked_for() {
    let server = shelf("the_total_is_told").await;
    for (query, total) in [
        ("", None),
        ("?with_total=false", None),
        ("?with_total=true&limit=2", Some("7")),
        ("?with_total=true&genre=odd&limit=1", Some("4")),
        ("?with_total=true&genre=none", Some("0")),
    ] {
        let reply = server.get(&format!("{BOOKS}{query}")).reply(200).await;
        assert_eq!(reply.header("x-total-count"), total, "{query}");
        assert_eq!(reply.header("link"), None, "pages of v2 have no links");
    }
    let part = server.v2.book_list().with_total(true).limit(3).send().await;
    assert_eq!(part.expect("a part").headers()["x-total-count"], "7");
    server.stop().await;
}

#[tokio::test]
async fn a_list_holds_items_and_next_page_alone() {
    let server = shelf("a_list_holds_items").await;
    let part = server.get("/api/v2/books?limit=7").expect(200).await;
    let fields = part.as_object().expect("an object");
    assert!(fields.keys().all(|it| it == "items" || it == "next_page"));
    assert!(part.get("next_page").is_none_or(Value::is_null), "it is the last");
    let newest_first = titles(&part);
    assert_eq!((newest_first[0], newest_first[6]), ("Book 7", "Book 1"));
    server.stop().await;
}

#[tokio::test]
async fn each_filter_lets_through_what_it_names() {
    let server = TestServer::start_filled("v2_each_filter").await;
    let herbert = server.get("/api/v2/books/4").expect(200).await;
    let by_author = format!("author_id={}", herbert["author"]["id"]);
    server
        .patch(
            "/api/v2/books/5",
            &json!({ "metadata": { "status": "reserved" } }),
        )
        .expect(200)
        .await;
    for (query, ids) in [
        ("", &[1, 2, 3, 4, 5][..]),
        ("search=DUNE", &[4]),
        ("search=thomas", &[3]),
        ("genre=Programming", &[1, 2, 3]),
        ("author=o", &[1, 2, 3, 5]),
        (by_author.as_str(), &[4]),
        ("author_id=9999", &[]),
        ("isbn=978-0-441-01359-3", &[4]),
        ("isbn=0441013597", &[4]),
        ("isbn=9780441013590", &[]),
        ("status=reserved", &[5]),
        ("min_price=17.99&max_price=49.99", &[1, 3, 4]),
        ("published_after=1994", &[1, 2, 3]),
        ("published_before=1965", &[4, 5]),
        ("tags=classic&tags=politics", &[4, 5]),
        ("any_tags=desert&any_tags=career", &[3, 4]),
        ("genre=programming&search=code", &[1]),
    ] {
        let path = format!("{BOOKS}?sort_order=asc&{query}");
        let list = server.get(&path).expect(200).await;
        let found = list["items"].as_array().expect("items").iter();
        let found: Vec<_> = found.map(|it| it["id"].as_i64()).collect();
        let expected: Vec<_> = ids.iter().map(|&id| Some(id)).collect();
        assert_eq!(found, expected, "{query}");
    }
    server.stop().await;
}

#[tokio::test]
async fn each_order_walks_nulls_last_and_ties_by_id() {
    let server = TestServer::start("v2_each_order").await;
    for (n, (title, year, amount)) in (1..).zip([
        ("b", Some(1990), 5.0),
        ("A", None, 5.0),
        ("a", Some(1980), 7.0),
        ("B", None, 5.0),
        ("c", Some(1990), 1.0),
    ]) {
        let fields = json!({
            "title": title, "isbn": isbn(n), "pricing": { "amount": amount },
            "metadata": { "published_year": year },
        });
        let body = with(plain2("", n), fields);
        server.post(BOOKS, &body).expect(201).await;
    }
    for (sort, asc, desc) in [
        ("title", ["A", "a", "b", "B", "c"], ["c", "B", "b", "a", "A"]),
        (
            "published_year",
            ["a", "b", "c", "A", "B"],
            ["c", "b", "a", "B", "A"],
        ),
        ("price", ["c", "b", "A", "B", "a"], ["a", "B", "A", "b", "c"]),
        ("author", ["b", "A", "a", "B", "c"], ["c", "B", "a", "A", "b"]),
        ("created_at", ["b", "A", "a", "B", "c"], ["c", "B", "a", "A", "b"]),
    ] {
        for (order, expected) in [("asc", asc), ("desc", desc)] {
            for limit in [1, 2, 5] {
                let query =
                    format!("sort_by={sort}&sort_order={order}&limit={limit}");
                let start = format!("{BOOKS}?{query}");
                let parts =
                    walk(&server, &start, &format!("&limit={limit}")).await;
                assert_eq!(parts.concat(), expected, "{query}");
            }
        }
    }
    server.stop().await;
}
