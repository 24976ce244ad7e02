//! What a list of books should be: a `Vec`, a filter, a comparison.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// A book as v1 shows it, as far as lists are about it.
#[derive(Clone, Debug)]
pub(super) struct Book {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) author: String,
    pub(super) genre: Option<String>,
    pub(super) year: Option<i64>,
    /// In hundredths.
    pub(super) price: i64,
    pub(super) tags: Vec<String>,
    pub(super) status: String,
    pub(super) created_at: DateTime<Utc>,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) search: Option<String>,
    pub(super) genre: Option<String>,
    pub(super) author: Option<String>,
    pub(super) status: Option<&'static str>,
    pub(super) min_price: Option<i64>,
    pub(super) max_price: Option<i64>,
    pub(super) published_after: Option<i64>,
    pub(super) published_before: Option<i64>,
    pub(super) in_stock: Option<bool>,
    pub(super) genres: Vec<&'static str>,
    pub(super) authors: Vec<String>,
    pub(super) statuses: Vec<&'static str>,
    pub(super) tags: Vec<&'static str>,
    pub(super) any_tags: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) sort: &'static str,
    pub(super) is_upward: bool,
}

/// What v1 shows of a book.
pub(super) fn known(book: &Value) -> Book {
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
    pub(super) fn lets(&self, book: &Book) -> bool {
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
    pub(super) fn query(&self) -> String {
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
    pub(super) fn compare(self, a: &Book, b: &Book) -> Ordering {
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

    pub(super) fn query(self) -> String {
        let order = if self.is_upward { "asc" } else { "desc" };
        format!("sort_by={}&sort_order={order}", self.sort)
    }
}
