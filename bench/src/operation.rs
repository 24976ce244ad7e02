//! What is asked for: the same requests, in the same order, of every target.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;

use crate::http::{Connection, get, post, signed};
use crate::process::Server;
use crate::rows::{self, Random};

/// The most different requests of an operation.
const REQUESTS: usize = 1_000;
/// The most different books that are asked for by id: so many that of a
/// million hardly one is asked for again while its answer is kept.
const IDS: usize = 100_000;
/// Pages that are asked for: a thousand books have so many.
const PAGES: u64 = 50;

/// What is asked for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    ValueEnum,
    Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Operation {
    /// A book by its id
    ById,
    /// A page of 20 of all books, with their exact number
    Page,
    /// 20 books from a cursor on
    Keyset,
    /// The first 20 books of a genre and from a price on, with their number
    Filter,
    /// The first 20 books with a text in title or author, with their number
    Search,
    /// A body with six faults, which are all told
    Invalid,
    /// A book is added, and on disk before the answer
    Create,
}

impl Operation {
    /// All of them; the one that changes the data comes last.
    pub(crate) const ALL: [Self; 7] = [
        Self::ById,
        Self::Page,
        Self::Keyset,
        Self::Filter,
        Self::Search,
        Self::Invalid,
        Self::Create,
    ];

    /// As people read it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ById => "by id",
            Self::Page => "page of 20",
            Self::Keyset => "keyset page of 20",
            Self::Filter => "filtered page",
            Self::Search => "text search",
            Self::Invalid => "422 with six faults",
            Self::Create => "durable create",
        }
    }
}

/// Requests without end, and the status of a right answer to each.
#[derive(Debug)]
pub(crate) struct Work {
    source: Source,
    pub(crate) expected: u16,
}

#[derive(Debug)]
enum Source {
    /// These, round and round.
    Fixed(Vec<Vec<u8>>),
    /// A new book each time: these requests, with an ISBN of its own between
    /// the two parts.
    NewBooks { requests: Vec<(Vec<u8>, Vec<u8>)>, next: AtomicU64 },
}

impl Work {
    /// The requests of an operation on so many books, with the token that the
    /// server asks for.
    ///
    /// # Errors
    ///
    /// If the target does not answer while its cursors are collected.
    pub(crate) async fn new(
        operation: Operation,
        books: u64,
        server: &Server,
    ) -> anyhow::Result<Self> {
        let source = match operation {
            Operation::ById => Source::gets(IDS, |random| {
                format!("/api/v1/books/{}", 1 + random.below(books))
            }),
            Operation::Page => Source::Fixed(pages(books)),
            Operation::Keyset => Source::Fixed(keyset(server).await?),
            Operation::Filter => Source::gets(REQUESTS, filter),
            Operation::Search => Source::gets(REQUESTS, |random| {
                let text = rows::search_text(random);
                format!("/api/v1/books?search={text}&per_page=20")
            }),
            Operation::Invalid => Source::Fixed(vec![invalid()]),
            Operation::Create => Source::new_books()?,
        };
        let expected = match operation {
            Operation::Invalid => 422,
            Operation::Create => 201,
            _ => 200,
        };
        let source = source.signed(server.token.as_deref());
        Ok(Self { source, expected })
    }

    /// A request of the endless row; several rows may be read at once. One
    /// that is not the same each time is put together in `scratch`.
    pub(crate) fn request<'a>(
        &'a self,
        place: usize,
        scratch: &'a mut Vec<u8>,
    ) -> &'a [u8] {
        match &self.source {
            Source::Fixed(requests) => &requests[place % requests.len()],
            Source::NewBooks { requests, next } => {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let (before, after) =
                    &requests[number as usize % requests.len()];
                scratch.clear();
                scratch.extend_from_slice(before);
                scratch.extend_from_slice(rows::new_isbn(number).as_bytes());
                scratch.extend_from_slice(after);
                scratch
            }
        }
    }
}

impl Source {
    fn gets(count: usize, path: impl Fn(&mut Random) -> String) -> Self {
        let mut random = Random::new(1);
        let requests = (0..count).map(|_| get(&path(&mut random)));
        Self::Fixed(requests.collect())
    }

    fn signed(self, token: Option<&str>) -> Self {
        match self {
            Self::Fixed(requests) => Self::Fixed(
                requests.into_iter().map(|it| signed(it, token)).collect(),
            ),
            Self::NewBooks { requests, next } => Self::NewBooks {
                requests: requests
                    .into_iter()
                    .map(|(before, after)| (signed(before, token), after))
                    .collect(),
                next,
            },
        }
    }

    fn new_books() -> anyhow::Result<Self> {
        // Every ISBN has the same length, so the request's does not change.
        let requests = (0..REQUESTS as u64).map(|number| {
            let isbn = rows::new_isbn(number);
            let request = new_book(&rows::new_book(number).to_string());
            let request = String::from_utf8(request)?;
            let (before, after) =
                request.split_once(&isbn).context("a book without its ISBN")?;
            Ok((before.into(), after.into()))
        });
        let requests = requests.collect::<anyhow::Result<_>>()?;
        Ok(Self::NewBooks { requests, next: AtomicU64::new(0) })
    }
}

fn new_book(body: &str) -> Vec<u8> {
    post("/api/v1/books", body)
}

/// The pages in their order, so that a comparison of answers sees them all.
fn pages(books: u64) -> Vec<Vec<u8>> {
    (1..=PAGES.min(books / 20))
        .map(|page| get(&format!("/api/v1/books?page={page}&per_page=20")))
        .collect()
}

fn filter(random: &mut Random) -> String {
    let genre = rows::genre(random);
    let price = 10 * random.below(9);
    format!("/api/v1/books?genre={genre}&min_price={price}&per_page=20")
}

/// Cursors are each server's own, so they are collected by walking.
async fn keyset(server: &Server) -> anyhow::Result<Vec<Vec<u8>>> {
    const PATH: &str = "/api/v1/books/cursor";
    let mut connection = Connection::open(server.address).await?;
    let mut next = get(&format!("{PATH}?limit=100"));
    let mut requests = vec![get(&format!("{PATH}?limit=20"))];
    while requests.len() < REQUESTS {
        next = signed(next, server.token.as_deref());
        let answer = connection.answer(&next).await?.json(200)?;
        let Some(cursor) = answer["next_cursor"].as_str() else { break };
        requests.push(get(&format!("{PATH}?limit=20&cursor={cursor}")));
        next = get(&format!("{PATH}?limit=100&cursor={cursor}"));
    }
    Ok(requests)
}

/// Every fault is one of value, so that no server stops at the first.
fn invalid() -> Vec<u8> {
    let body = json!({
        "title": "",
        "author_name": "a".repeat(201),
        "isbn": "12345",
        "genre": "crime",
        "published_year": 999,
        "price": 0,
        "tags": ["one", "two"],
        "page_count": 320,
        "discount_percent": 101,
    });
    new_book(&body.to_string())
}
