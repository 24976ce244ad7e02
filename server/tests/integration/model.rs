//! Lists, pages, cursors and tokens against a plain list in memory.
//!
//! A case asks one server, whose books are made once, what it finds under a
//! filter and in an order, and then asks the list what it should have found.

use std::cmp::Ordering;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::TestServer;
use crate::data::isbn;

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

/// A book as v1 shows it, as far as lists are about it.
#[derive(Clone, Debug)]
struct Book {
    id: i64,
    title: String,
    author: String,
    genre: Option<String>,
    year: Option<i64>,
    /// In hundredths.
    price: i64,
    tags: Vec<String>,
    status: String,
    created_at: DateTime<Utc>,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
struct Filter {
    search: Option<String>,
    genre: Option<String>,
    author: Option<String>,
    status: Option<&'static str>,
    min_price: Option<i64>,
    max_price: Option<i64>,
    published_after: Option<i64>,
    published_before: Option<i64>,
    in_stock: Option<bool>,
    genres: Vec<&'static str>,
    authors: Vec<String>,
    statuses: Vec<&'static str>,
    tags: Vec<&'static str>,
    any_tags: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    sort: &'static str,
    is_upward: bool,
}

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

/// Letter by letter, so that a part stays a part.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

fn has(text: &str, part: &str) -> bool {
    fold(text).contains(&fold(part))
}

fn same(text: &str, other: &str) -> bool {
    fold(text) == fold(other)
}

impl Filter {
    fn lets(&self, book: &Book) -> bool {
        let genre_is =
            |it: &str| book.genre.as_deref().is_some_and(|own| same(own, it));
        let tagged = |it: &&str| book.tags.iter().any(|own| own == it);
        let any = |is_empty: bool, one: bool| is_empty || one;
        self.search
            .iter()
            .all(|it| has(&book.title, it) || has(&book.author, it))
            && self.genre.iter().all(|it| genre_is(it))
            && self.author.iter().all(|it| has(&book.author, it))
            && self.status.iter().all(|it| book.status == *it)
            && self.min_price.iter().all(|it| book.price >= *it)
            && self.max_price.iter().all(|it| book.price <= *it)
            && self.published_after.iter().all(|it| book.year >= Some(*it))
            && self
                .published_before
                .iter()
                .all(|it| book.year.is_some_and(|year| year <= *it))
            && self
                .in_stock
                .iter()
                .all(|it| (book.status == "available") == *it)
            && any(
                self.genres.is_empty(),
                self.genres.iter().any(|it| genre_is(it)),
            )
            && any(
                self.authors.is_empty(),
                self.authors.iter().any(|it| has(&book.author, it)),
            )
            && any(
                self.statuses.is_empty(),
                self.statuses.contains(&book.status.as_str()),
            )
            && self.tags.iter().all(tagged)
            && any(self.any_tags.is_empty(), self.any_tags.iter().any(tagged))
    }

    /// As the query of a list.
    fn query(&self) -> String {
        let money = |it: i64| format!("{}.{:02}", it / 100, it % 100);
        let text = |it: &str| it.to_owned();
        let number = |it: i64| it.to_string();
        let one = [
            ("search", self.search.clone()),
            ("genre", self.genre.clone()),
            ("author", self.author.clone()),
            ("status", self.status.map(text)),
            ("min_price", self.min_price.map(money)),
            ("max_price", self.max_price.map(money)),
            ("published_after", self.published_after.map(number)),
            ("published_before", self.published_before.map(number)),
            ("in_stock", self.in_stock.map(|it| it.to_string())),
        ];
        let one = one.into_iter().filter_map(|(name, it)| Some((name, it?)));
        let list = |name, all: &[&str]| {
            all.iter().map(|it| (name, text(it))).collect::<Vec<_>>()
        };
        let authors: Vec<_> = self.authors.iter().map(String::as_str).collect();
        let pairs = one
            .chain(list("genres", &self.genres))
            .chain(list("authors", &authors))
            .chain(list("statuses", &self.statuses))
            .chain(list("tags", &self.tags))
            .chain(list("any_tags", &self.any_tags));
        serde_html_form::to_string(pairs.collect::<Vec<_>>()).expect("a query")
    }
}

impl Order {
    fn compare(self, a: &Book, b: &Book) -> Ordering {
        let nulls = match self.sort {
            "published_year" => a.year.is_none().cmp(&b.year.is_none()),
            _ => Ordering::Equal,
        };
        let values = match self.sort {
            "title" => fold(&a.title).cmp(&fold(&b.title)),
            "author" => fold(&a.author).cmp(&fold(&b.author)),
            "price" => a.price.cmp(&b.price),
            "published_year" => a.year.cmp(&b.year),
            _ => a.created_at.cmp(&b.created_at),
        };
        let upward = values.then(a.id.cmp(&b.id));
        nulls.then(if self.is_upward { upward } else { upward.reverse() })
    }

    fn query(self) -> String {
        let order = if self.is_upward { "asc" } else { "desc" };
        format!("sort_by={}&sort_order={order}", self.sort)
    }
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

/// What v1 shows of a book.
fn known(book: &Value) -> Book {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let price = book["price"].as_f64().expect("a price");
    let tags = book["tags"].as_array().expect("tags").iter();
    let created_at = book["created_at"].as_str().expect("a time");
    Book {
        id: book["id"].as_i64().expect("an id"),
        title: text(&book["title"]).expect("a title"),
        author: text(&book["author_name"]).expect("an author"),
        genre: text(&book["genre"]),
        year: book["published_year"].as_i64(),
        price: (price * 100.0).round() as i64,
        tags: tags.filter_map(text).collect(),
        status: text(&book["status"]).expect("a status"),
        created_at: created_at.parse().expect("a time"),
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
