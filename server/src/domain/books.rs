//! Books: what is stored of one, what makes one, what changes one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Currency, Isbn, Percent, Price};

/// The most tags that a book keeps; further ones are dropped.
const MAX_TAGS: usize = 10;

/// A book as the catalogue holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// Given by the store, from 1 upwards, never used twice.
    pub id: i64,
    /// 1 to 300 characters.
    pub title: String,
    /// Who wrote it.
    pub author: Author,
    /// Unique among the books that are not archived.
    pub isbn: Isbn,
    /// At most 50 characters.
    pub genre: Option<String>,
    /// 1000 to 2030.
    pub published_year: Option<i32>,
    /// A language tag, as in BCP 47.
    pub language: Option<String>,
    /// At least 1.
    pub page_count: Option<i32>,
    /// What it sells for, in `currency`.
    pub price: Price,
    /// The currency of `price` and `cost_price`.
    pub currency: Currency,
    /// At most 5000 characters.
    pub description: Option<String>,
    /// Tidied by [`tidy_tags`], in the order given.
    pub tags: Vec<String>,
    /// Taken off the price in the sale view.
    pub discount: Percent,
    /// Where the copy is.
    pub status: BookStatus,
    /// What readers think of it.
    pub rating: Rating,
    /// For administrators: free words.
    pub internal_notes: Option<String>,
    /// For administrators: what it was bought for.
    pub cost_price: Option<Price>,
    /// For administrators: whom it was bought from.
    pub supplier: Option<String>,
    /// When it was added, to the microsecond.
    pub created_at: DateTime<Utc>,
    /// When it was last changed; `None` until the first change.
    pub updated_at: Option<DateTime<Utc>>,
    /// When it was archived, which is what deleting a book does.
    pub archived_at: Option<DateTime<Utc>>,
    /// Starts at 1 and grows by 1 with each change: what an entity tag is
    /// made from.
    pub revision: i64,
}

/// Who wrote a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Given by the store.
    pub id: i64,
    /// 1 to 200 characters.
    pub name: String,
}

/// How a caller names the author of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorRef {
    /// An author who must exist.
    Id(i64),
    /// The author of exactly this name, added if there is none.
    Name(String),
}

/// Approved reviews in two numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// The mean of 1 to 5; `None` without reviews.
    pub average: Option<f64>,
    /// How many there are.
    pub count: i64,
}

/// Where a copy of a book is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BookStatus {
    /// On the shelf.
    #[default]
    Available,
    /// With a reader.
    CheckedOut,
    /// Kept for a reader.
    Reserved,
    /// Out of circulation.
    Archived,
}

impl BookStatus {
    /// Every status.
    pub const ALL: [Self; 4] =
        [Self::Available, Self::CheckedOut, Self::Reserved, Self::Archived];

    /// The name that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::CheckedOut => "checked_out",
            Self::Reserved => "reserved",
            Self::Archived => "archived",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// All that a caller says of a new book.
#[derive(Clone, Debug, PartialEq)]
pub struct BookCreate {
    /// See [`Book::title`].
    pub title: String,
    /// See [`Book::author`].
    pub author: AuthorRef,
    /// See [`Book::isbn`].
    pub isbn: Isbn,
    /// See [`Book::genre`].
    pub genre: Option<String>,
    /// See [`Book::published_year`].
    pub published_year: Option<i32>,
    /// See [`Book::language`].
    pub language: Option<String>,
    /// See [`Book::page_count`].
    pub page_count: Option<i32>,
    /// See [`Book::price`].
    pub price: Price,
    /// See [`Book::currency`].
    pub currency: Currency,
    /// See [`Book::description`].
    pub description: Option<String>,
    /// See [`Book::tags`]; tidied when stored.
    pub tags: Vec<String>,
    /// See [`Book::discount`].
    pub discount: Percent,
    /// See [`Book::status`]; `None` is `available`.
    pub status: Option<BookStatus>,
    /// See [`Book::internal_notes`].
    pub internal_notes: Option<String>,
    /// See [`Book::cost_price`].
    pub cost_price: Option<Price>,
    /// See [`Book::supplier`].
    pub supplier: Option<String>,
}

/// Changes to a book: an absent field keeps its value, and `Some(None)`
/// clears one that may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BookChange {
    /// See [`Book::title`].
    pub title: Option<String>,
    /// See [`Book::author`].
    pub author: Option<AuthorRef>,
    /// See [`Book::isbn`].
    pub isbn: Option<Isbn>,
    /// See [`Book::genre`].
    pub genre: Option<Option<String>>,
    /// See [`Book::published_year`].
    pub published_year: Option<Option<i32>>,
    /// See [`Book::language`].
    pub language: Option<Option<String>>,
    /// See [`Book::page_count`].
    pub page_count: Option<Option<i32>>,
    /// See [`Book::price`].
    pub price: Option<Price>,
    /// See [`Book::currency`].
    pub currency: Option<Currency>,
    /// See [`Book::description`].
    pub description: Option<Option<String>>,
    /// See [`Book::tags`].
    pub tags: Option<Vec<String>>,
    /// See [`Book::discount`].
    pub discount: Option<Percent>,
    /// See [`Book::status`].
    pub status: Option<BookStatus>,
    /// See [`Book::internal_notes`].
    pub internal_notes: Option<Option<String>>,
    /// See [`Book::cost_price`].
    pub cost_price: Option<Option<Price>>,
    /// See [`Book::supplier`].
    pub supplier: Option<Option<String>>,
}

/// Which books a list holds: those that meet every condition given.
///
/// `genre`, `genres`, `author` and `search` take no notice of case. Serialized
/// into page tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookFilter {
    /// A part of the title or of the author's name.
    pub search: Option<String>,
    /// The whole genre.
    pub genre: Option<String>,
    /// A part of the author's name.
    pub author: Option<String>,
    /// The author.
    pub author_id: Option<i64>,
    /// The normalised ISBN.
    pub isbn: Option<String>,
    /// The status.
    pub status: Option<BookStatus>,
    /// The lowest price, inclusive.
    pub min_price: Option<Price>,
    /// The highest price, inclusive.
    pub max_price: Option<Price>,
    /// The first year, inclusive; leaves out books without a year.
    pub published_after: Option<i32>,
    /// The last year, inclusive; leaves out books without a year.
    pub published_before: Option<i32>,
    /// `true`: available books only; `false`: all others.
    pub in_stock: Option<bool>,
    /// One of these genres, if there are any.
    pub genres: Vec<String>,
    /// Written by an author whose name has one of these as a part, if there
    /// are any.
    pub authors: Vec<String>,
    /// One of these, if there are any.
    pub statuses: Vec<BookStatus>,
    /// Every one of these tags.
    pub tags: Vec<String>,
    /// At least one of these tags, if there are any.
    pub any_tags: Vec<String>,
    /// Archived books too.
    pub include_archived: bool,
}

/// What books are ordered by. Books without the value come last in both
/// directions, and the id breaks ties in the same direction.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BookSort {
    /// By title, without case.
    Title,
    /// By the author's name, without case.
    Author,
    /// By price.
    Price,
    /// By the time of adding.
    #[default]
    CreatedAt,
    /// By the year of publication.
    PublishedYear,
}

/// Upwards or downwards.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Largest first.
    #[default]
    Desc,
}

/// The order of a list of books.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
pub struct BookOrder {
    /// By what.
    pub by: BookSort,
    /// Which way.
    pub direction: Direction,
}

/// Trims tags, writes them in lower case, and drops blank ones, repeated ones
/// and all after the tenth.
pub fn tidy_tags(tags: Vec<String>) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().to_lowercase();
        if !tag.is_empty() && !tidy.contains(&tag) && tidy.len() < MAX_TAGS {
            tidy.push(tag);
        }
    }
    tidy
}
