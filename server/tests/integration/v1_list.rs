//! v1: the list of books, its filters, orders and pages.

use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{isbn, titles};

/// Title, author, genre, year, price, tags, status.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<i32>,
    f64,
    &'static [&'static str],
    &'static str,
);

/// Chosen so that each filter lets some through and every order has ties and,
/// where it can, nulls.
const ROWS: [Row; 6] = [
    (
        "Dune",
        "Frank Herbert",
        Some("Sci-Fi"),
        Some(1965),
        10.0,
        &["classic", "desert"],
        "available",
    ),
    (
        "dune messiah",
        "Frank Herbert",
        Some("sci-fi"),
        Some(1969),
        12.5,
        &["desert"],
        "checked_out",
    ),
    (
        "Emma",
        "Jane Austen",
        Some("Novel"),
        Some(1815),
        10.0,
        &["classic"],
        "available",
    ),
    ("Ärger", "Émile Zola", None, None, 7.99, &[], "reserved"),
    (
        "100% Wool_",
        "Ann O'Hara",
        Some("craft"),
        Some(1965),
        30.0,
        &["wool", "a b"],
        "archived",
    ),
    (
        "Zebra",
        "jane doe",
        None,
        Some(2020),
        99.95,
        &["classic", "zoo"],
        "available",
    ),
];

async fn shelf(name: &str) -> TestServer {
    let server = TestServer::start(name).await;
    for (n, row) in (1..).zip(ROWS) {
        let (title, author, genre, year, price, tags, status) = row;
        let body = json!({
            "title": title, "author": { "name": author }, "isbn": isbn(n),
            "pricing": { "amount": price },
            "metadata": {
                "genre": genre, "published_year": year, "tags": tags,
                "status": status,
            },
        });
        server.post("/api/v2/books", &body).expect(201).await;
    }
    server
}

/// Whoever is asked for, by place in [`ROWS`], in the order of ids.
async fn assert_finds(server: &TestServer, query: &str, places: &[usize]) {
    let path =
        format!("/api/v1/books?sort_by=created_at&sort_order=asc&{query}");
    let list = server.get(&path).expect(200).await;
    let expected: Vec<_> = places.iter().map(|&place| ROWS[place].0).collect();
    assert_eq!(titles(&list), expected, "{query}");
    assert_eq!(list["total"], places.len(), "{query}");
}

#[tokio::test]
async fn each_filter_lets_through_what_it_names() {
    let server = shelf("each_filter").await;
    for (query, places) in [
        ("", &[0, 1, 2, 3, 4, 5][..]),
        ("search=DUNE", &[0, 1]),
        ("search=herb", &[0, 1]),
        ("search=jane", &[2, 5]),
        ("search=%C3%A4rg", &[3]),
        ("search=%C3%89MILE", &[3]),
        ("search=0%25", &[4]),
        ("search=l_", &[4]),
        ("search=o'h", &[4]),
        ("search=e_", &[]),
        ("search=absent", &[]),
        ("genre=sci-fi", &[0, 1]),
        ("genre=SCI-FI", &[0, 1]),
        ("genre=sci", &[]),
        ("author=HERBERT", &[0, 1]),
        ("author=ane%20", &[2, 5]),
        ("author=j", &[2, 5]),
        ("status=available", &[0, 2, 5]),
        ("status=archived", &[4]),
        ("min_price=12.5", &[1, 4, 5]),
        ("max_price=10", &[0, 2, 3]),
        ("min_price=10&max_price=12.5", &[0, 1, 2]),
        ("min_price=10.001&max_price=12.499", &[]),
        ("published_after=1965", &[0, 1, 4, 5]),
        ("published_before=1965", &[0, 2, 4]),
        ("published_after=1966&published_before=1969", &[1]),
        ("in_stock=true", &[0, 2, 5]),
        ("in_stock=false", &[1, 3, 4]),
        ("genres=novel&genres=CRAFT", &[2, 4]),
        ("genres=Novel", &[2]),
        ("authors=zola&authors=austen", &[2, 3]),
        ("statuses=reserved&statuses=checked_out", &[1, 3]),
        ("tags=classic", &[0, 2, 5]),
        ("tags=classic&tags=desert", &[0]),
        ("tags=class", &[]),
        ("any_tags=desert&any_tags=zoo", &[0, 1, 5]),
        ("any_tags=a%20b", &[4]),
        ("any_tags=a+b", &[4]),
    ] {
        assert_finds(&server, query, places).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn filters_are_all_to_be_met() {
    let server = shelf("filters_are_all_to_be_met").await;
    for (query, places) in [
        ("search=dune&status=available", &[0][..]),
        ("author=herbert&tags=desert&max_price=11", &[0]),
        ("genre=novel&genres=sci-fi", &[]),
        ("status=available&in_stock=false", &[]),
        ("status=available&statuses=reserved", &[]),
        ("tags=classic&any_tags=zoo&any_tags=desert", &[0, 5]),
        ("published_after=1960&published_before=1970&min_price=11", &[1, 4]),
        ("author=jane&authors=austen&authors=doe&search=mm", &[2]),
    ] {
        assert_finds(&server, query, places).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn filters_that_were_given_are_told() {
    let server = shelf("filters_that_were_given_are_told").await;
    let path = "/api/v1/books?genre=Sci-Fi&min_price=10&in_stock=true&\
                tags=a&tags=b&page=1";

    let list = server.get(path).expect(200).await;

    let applied = &list["filters_applied"];
    assert_eq!(applied["genre"], "Sci-Fi");
    assert_eq!(applied["min_price"].as_f64(), Some(10.0));
    assert_eq!(applied["in_stock"], true);
    assert_eq!(applied["tags"], json!(["a", "b"]));
    assert_eq!(applied.as_object().expect("filters").len(), 4);
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["filters_applied"], json!({}));
    server.stop().await;
}

#[tokio::test]
async fn each_order_puts_nulls_last_and_breaks_ties_by_id() {
    let server = shelf("each_order").await;
    for (sort, asc, desc) in [
        // Without case; letters beyond ASCII come behind it.
        ("title", [4, 0, 1, 2, 5, 3], [3, 5, 2, 1, 0, 4]),
        ("author", [4, 0, 1, 2, 5, 3], [3, 5, 2, 1, 0, 4]),
        ("price", [3, 0, 2, 1, 4, 5], [5, 4, 1, 2, 0, 3]),
        ("created_at", [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]),
        ("published_year", [2, 0, 4, 1, 5, 3], [5, 1, 4, 0, 2, 3]),
    ] {
        for (order, places) in [("asc", asc), ("desc", desc)] {
            let query = format!("sort_by={sort}&sort_order={order}");
            let path = format!("/api/v1/books?{query}");
            let list = server.get(&path).expect(200).await;
            let expected = places.map(|place| ROWS[place].0);
            assert_eq!(titles(&list), expected, "{query}");
        }
    }
    let newest_first = server.get("/api/v1/books").expect(200).await;
    assert_eq!(titles(&newest_first)[0], "Zebra");
    server.stop().await;
}

#[tokio::test]
async fn pages_are_numbered_and_linked() {
    let server = shelf("pages_are_numbered_and_linked").await;
    let page = |page: i64| format!("/api/v1/books?per_page=4&page={page}");
    // Page, titles on it, has_next, has_prev, links.
    for (number, items, next, prev, links) in [
        (1, 4, true, false, vec![("next", 2), ("first", 1), ("last", 2)]),
        (2, 2, false, true, vec![("prev", 1), ("first", 1), ("last", 2)]),
        (3, 0, false, true, vec![("prev", 2), ("first", 1), ("last", 2)]),
        (
            1_000_000_000,
            0,
            false,
            true,
            vec![("prev", 2), ("first", 1), ("last", 2)],
        ),
    ] {
        let reply = server.get(&page(number)).reply(200).await;
        let list = reply.json();
        assert_eq!(titles(&list).len(), items, "page {number}");
        for (field, value) in [
            ("total", json!(6)),
            ("page", json!(number)),
            ("per_page", json!(4)),
            ("total_pages", json!(2)),
            ("has_next", json!(next)),
            ("has_prev", json!(prev)),
        ] {
            assert_eq!(list[field], value, "{field} of page {number}");
        }
        assert_eq!(reply.header("x-total-count"), Some("6"));
        assert_eq!(reply.header("x-total-pages"), Some("2"));
        let told = reply.header("link").expect("links");
        for (rel, to) in &links {
            let link = format!("<{}>; rel=\"{rel}\"", page(*to));
            assert!(told.contains(&link), "{rel}: {told}");
        }
        let successor = "</api/v2/books>; rel=\"successor-version\"";
        assert!(told.contains(successor), "{told}");
        assert_eq!(told.matches("rel=").count(), links.len() + 1, "{told}");
    }
    server.stop().await;
}

#[tokio::test]
async fn links_keep_the_filters_and_lead_through_the_list() {
    let server = shelf("links_keep_the_filters").await;
    let mut path = "/api/v1/books?tags=classic&author=a&sort_by=title&\
                    sort_order=asc&per_page=1"
        .to_owned();
    let mut seen = Vec::new();
    loop {
        let reply = server.get(&path).reply(200).await;
        seen.extend(titles(&reply.json()).into_iter().map(str::to_owned));
        let links = reply.header("link").expect("links").to_owned();
        let Some((before, _)) = links.split_once(">; rel=\"next\"") else {
            break;
        };
        path = before.rsplit_once('<').expect("a target").1.to_owned();
    }
    assert_eq!(seen, ["Dune", "Emma", "Zebra"]);
    server.stop().await;
}

#[tokio::test]
async fn an_empty_list_is_a_page() {
    let server = TestServer::start("an_empty_list_is_a_page").await;
    let reply = server.get("/api/v1/books").reply(200).await;
    let list = reply.json();
    assert_eq!(list["items"], json!([]));
    assert_eq!((&list["total"], &list["total_pages"]), (&json!(0), &json!(0)));
    assert_eq!(
        (&list["has_next"], &list["has_prev"]),
        (&json!(false), &json!(false))
    );
    assert_eq!((&list["page"], &list["per_page"]), (&json!(1), &json!(20)));
    assert_eq!(reply.header("x-total-count"), Some("0"));
    server.stop().await;
}

#[tokio::test]
async fn a_page_holds_up_to_100_books() {
    let server = TestServer::start("a_page_holds_up_to_100_books").await;
    let many: Vec<Value> =
        (0..100).map(|n| crate::data::plain("One of many", n)).collect();
    let bulk = json!(many);
    server.post("/api/v1/books/bulk", &bulk).expect(201).await;
    for (query, items) in [("", 20), ("?per_page=1", 1), ("?per_page=100", 100)]
    {
        let path = format!("/api/v1/books{query}");
        let list = server.get(&path).expect(200).await;
        assert_eq!(titles(&list).len(), items, "{query}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_list_through_the_client_takes_every_filter() {
    use colophon_client::v1::types::{
        BookListSortBy, BookListSortOrder, BookStatus,
    };
    let server = shelf("a_list_through_the_client").await;
    let text = |text: &str| vec![text.parse().expect("a text")];
    let page = server
        .v1
        .book_list()
        .search("dune")
        .genre("sci-fi")
        .author("herbert")
        .status(BookStatus::Available)
        .min_price(1.0)
        .max_price(100.0)
        .published_after(1900)
        .published_before(2000)
        .in_stock(true)
        .genres(vec!["sci-fi".parse().expect("a genre")])
        .authors(vec!["frank".parse().expect("a name")])
        .statuses(vec![BookStatus::Available])
        .tags(text("classic"))
        .any_tags(vec!["desert".parse().expect("a tag")])
        .sort_by(BookListSortBy::Title)
        .sort_order(BookListSortOrder::Asc)
        .page(1)
        .per_page(5)
        .send()
        .await
        .expect("a page");
    assert_eq!(page.total, 1);
    assert_eq!(*page.items[0].title, "Dune");
    assert_eq!(page.filters_applied.published_after, Some(1900));
    server.stop().await;
}
