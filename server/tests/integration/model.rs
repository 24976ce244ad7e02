//! Lists, pages, cursors and tokens against a plain list in memory.
//!
//! A case asks one server, whose books are made once, what it finds under a
//! filter and in an order, and then asks the list what it should have found.

mod plain;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::TestServer;
use crate::data::isbn;
use plain::{Book, Filter, Order, known};

const BOOKS: u32 = 40;
const CASES: u32 = 24;
const STATUSES: [&str; 4] =
    ["available", "checked_out", "reserved", "archived"];
/// Few, so that filters meet books and orders have ties.
const WORDS: [&str; 8] =
    ["Dune", "dune", "Émile", "100%", "a_b", "O'Hara", "Ärger", "zoo"];
const TAGS: [&str; 4] = ["classic", "desert", "a b", "100%"];
/// In hundredths; they are the bounds of filters too.
const PRICES: [i64; 5] = [1, 7, 1000, 1999, 100_000];
const SORTS: [&str; 5] =
    ["title", "author", "price", "created_at", "published_year"];

fn book() -> impl Strategy<Value = Value> {
    let title = prop::collection::vec(select(&WORDS[..]), 1..3);
    let genre = prop::option::of(select(&WORDS[..4]));
    let year = prop::option::of(1960_i64..1964);
    let price = select(&PRICES[..]);
    let tags = subsequence(&TAGS[..], 0..3);
    let status = select(&STATUSES[..]);
    (title, select(&WORDS[..]), genre, year, price, tags, status).prop_map(
        |(title, author, genre, year, price, tags, status)| {
            json!({
                "title": title.join(" "), "author": { "name": author },
                "pricing": { "amount": price as f64 / 100.0 },
                "metadata": {
                    "genre": genre, "published_year": year, "tags": tags,
                    "status": status,
                },
            })
        },
    )
}

/// A part of a word, in another case perhaps.
fn part(fewest: usize) -> impl Strategy<Value = String> {
    let place = (any::<Index>(), any::<Index>(), any::<bool>());
    (select(&WORDS[..]), place).prop_map(move |(word, (from, to, is_upper))| {
        let letters: Vec<char> = word.chars().collect();
        let from = from.index(letters.len() + 1 - fewest.max(1));
        let most = letters.len() - from;
        let length = fewest.max(1) + to.index(most + 1 - fewest.max(1));
        let part: String = letters[from..from + length].iter().collect();
        if is_upper { part.to_uppercase() } else { part }
    })
}

/// Most filters are absent most of the time, or nothing would be found.
fn sometimes<T: Strategy>(value: T) -> impl Strategy<Value = Option<T::Value>> {
    prop::option::weighted(0.2, value)
}

fn some<T: Strategy>(values: T) -> impl Strategy<Value = T::Value>
where
    T::Value: Default,
{
    sometimes(values).prop_map(Option::unwrap_or_default)
}

fn filter() -> impl Strategy<Value = Filter> {
    let texts = (
        sometimes(part(2)),
        sometimes(select(&WORDS[..4]).prop_map(str::to_lowercase)),
        sometimes(part(1)),
        sometimes(select(&STATUSES[..])),
    );
    let bounds = (
        sometimes(select(&PRICES[..])),
        sometimes(select(&PRICES[..])),
        sometimes(1959_i64..1965),
        sometimes(1959_i64..1965),
        sometimes(any::<bool>()),
    );
    let lists = (
        some(subsequence(&WORDS[..4], 1..3)),
        some(prop::collection::vec(part(1), 1..3)),
        some(subsequence(&STATUSES[..], 1..3)),
        some(subsequence(&TAGS[..], 1..3)),
        some(subsequence(&TAGS[..], 1..3)),
    );
    (texts, bounds, lists).prop_map(|(texts, bounds, lists)| {
        let (search, genre, author, status) = texts;
        let (min_price, max_price, published_after, published_before, in_stock) =
            bounds;
        let (genres, authors, statuses, tags, any_tags) = lists;
        Filter {
            search,
            genre,
            author,
            status,
            min_price,
            max_price,
            published_after,
            published_before,
            in_stock,
            genres,
            authors,
            statuses,
            tags,
            any_tags,
        }
    })
}

fn order() -> impl Strategy<Value = Order> {
    let way = (select(&SORTS[..]), any::<bool>());
    way.prop_map(|(sort, is_upward)| Order { sort, is_upward })
}

/// A server whose books are known, and what it takes to ask it.
struct Shelf {
    server: TestServer,
    books: Vec<Book>,
    runtime: &'static Runtime,
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("a runtime"));

impl Shelf {
    /// The same books each time, so that a case can be told by itself.
    fn fill(name: &str) -> Self {
        let runtime = &*RUNTIME;
        let mut runner = TestRunner::deterministic();
        let mut books = Vec::new();
        let server = runtime.block_on(async {
            let server = TestServer::start(name).await;
            for n in 0..BOOKS {
                let tree = book().new_tree(&mut runner).expect("a book");
                let mut new = tree.current();
                new["isbn"] = json!(isbn(n));
                server.post("/api/v2/books", &new).expect(201).await;
            }
            let path = "/api/v1/books?per_page=100";
            let list = server.get(path).expect(200).await;
            let items = list["items"].as_array().expect("books");
            books.extend(items.iter().map(known));
            server
        });
        assert_eq!(books.len(), BOOKS as usize);
        Self { server, books, runtime }
    }

    fn get(&self, path: &str) -> Value {
        self.runtime.block_on(self.server.get(path).expect(200))
    }

    /// The ids of the books that a filter lets through, in order.
    fn expected(&self, filter: &Filter, order: Order) -> Vec<i64> {
        let mut found: Vec<_> =
            self.books.iter().filter(|it| filter.lets(it)).collect();
        found.sort_by(|a, b| order.compare(a, b));
        found.iter().map(|it| it.id).collect()
    }

    fn stop(self) {
        self.runtime.block_on(self.server.stop());
    }
}

fn ids(list: &Value) -> Vec<i64> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|it| it["id"].as_i64().expect("an id")).collect()
}

fn check<S: Strategy>(cases: S, test: impl Fn(S::Value)) {
    let config =
        Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&cases, |case| {
        test(case);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn pages_of_v1_are_those_of_a_plain_list() {
    let shelf = Shelf::fill("pages_of_v1");
    check((filter(), order(), 1..12_usize), |(filter, order, per_page)| {
        let expected = shelf.expected(&filter, order);
        let query = format!("{}&{}", filter.query(), order.query());
        for page in 1..=expected.len() / per_page + 2 {
            let path = format!(
                "/api/v1/books?{query}&page={page}&per_page={per_page}"
            );
            let list = shelf.get(&path);
            let start = (page - 1) * per_page;
            let part: Vec<_> =
                expected.iter().skip(start).take(per_page).copied().collect();
            assert_eq!(ids(&list), part, "{path}");
            assert_eq!(list["total"], expected.len(), "{path}");
            let pages = expected.len().div_ceil(per_page);
            assert_eq!(list["total_pages"], pages, "{path}");
            assert_eq!(list["has_next"], page < pages, "{path}");
            assert_eq!(list["has_prev"], page > 1, "{path}");
        }
    });
    shelf.stop();
}

#[test]
fn tokens_of_v2_walk_through_a_plain_list() {
    let shelf = Shelf::fill("tokens_of_v2");
    check((filter(), order(), 1..12_usize), |(filter, order, limit)| {
        let filter = Filter {
            in_stock: None,
            genres: Vec::new(),
            authors: Vec::new(),
            statuses: Vec::new(),
            ..filter
        };
        let expected = shelf.expected(&filter, order);
        let query = format!("{}&{}", filter.query(), order.query());
        let mut query = format!("{query}&limit={limit}");
        let mut seen: Vec<i64> = Vec::new();
        loop {
            let part = shelf.get(&format!("/api/v2/books?{query}"));
            let found = ids(&part);
            seen.extend(&found);
            let Some(token) = part["next_page"].as_str() else { break };
            assert_eq!(found.len(), limit, "a part that is not the last");
            query = format!("page_token={token}&limit={limit}");
        }
        assert_eq!(seen, expected, "{filter:?} {order:?}");
    });
    shelf.stop();
}

#[test]
fn cursors_of_v1_walk_there_and_back() {
    let shelf = Shelf::fill("cursors_of_v1");
    let order = Order { sort: "created_at", is_upward: true };
    let expected = shelf.expected(&Filter::default(), order);
    check((1..15_usize, any::<Index>()), |(limit, turn)| {
        let part = |cursor: Option<&str>| {
            let cursor = cursor.map(|it| format!("&cursor={it}"));
            let cursor = cursor.unwrap_or_default();
            shelf.get(&format!("/api/v1/books/cursor?limit={limit}{cursor}"))
        };
        let mut at = 0;
        let mut here = part(None);
        // On to some part, then back to the first, then on to the last.
        for _ in 0..turn.index(expected.len() / limit + 1) {
            let Some(next) = here["next_cursor"].as_str() else { break };
            here = part(Some(next));
            at += limit;
        }
        while let Some(prev) = here["prev_cursor"].as_str() {
            here = part(Some(prev));
            let before = at.saturating_sub(limit);
            assert_eq!(ids(&here), expected[before..at], "limit {limit}");
            at = before;
        }
        assert_eq!(at, 0, "limit {limit}");
        let mut seen = ids(&here);
        while let Some(next) = here["next_cursor"].as_str() {
            assert_eq!(here["has_more"], true);
            here = part(Some(next));
            seen.extend(ids(&here));
        }
        assert_eq!(here["has_more"], false);
        assert_eq!(seen, expected, "limit {limit}");
    });
    shelf.stop();
}
