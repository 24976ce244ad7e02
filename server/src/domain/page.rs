//! Parts of a list: by page number, by cursor, by position.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which page of which size, both from 1 upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber {
    /// The page, from 1.
    pub page: i64,
    /// Rows on a page, 1 to 100.
    pub per_page: i64,
}

impl PageNumber {
    /// How many rows are on the pages before it.
    pub fn offset(self) -> i64 {
        self.page.saturating_sub(1).max(0).saturating_mul(self.per_page)
    }
}

/// A page found by its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows, none past the end.
    pub items: Vec<T>,
    /// Rows on all pages together, exact.
    pub total: i64,
}

/// A part of a list that starts behind a position.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice<T, P> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next part starts; `None` on the last one.
    pub next: Option<P>,
    /// Rows in the whole list, where it was asked for.
    pub total: Option<i64>,
}

/// The place of a book in an ordered list: the value that it is sorted by,
/// and its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookPosition {
    /// The value of the order's column.
    pub value: SortValue,
    /// The book's id.
    pub id: i64,
}

/// A value that a list is sorted by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SortValue {
    /// Of a column that may be empty: these come last.
    Null,
    /// A price in hundredths, a year, or microseconds since 1970.
    Number(i64),
    /// A title or a name, folded as the store sorts it.
    Text(String),
}

/// Where a cursor of contract v1 stands in the order of (created_at, id), and
/// which way it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorPosition {
    /// The creation time of the book that it stands at.
    pub created_at: DateTime<Utc>,
    /// The id of that book.
    pub id: i64,
    /// Which way.
    pub travel: Travel,
}

/// Which way a cursor looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Travel {
    /// To later books.
    Forward,
    /// To earlier ones.
    Backward,
}

/// A page of contract v1's cursor list. The items are in ascending order
/// whichever way the cursor went.
#[derive(Clone, Debug, PartialEq)]
pub struct CursorPage<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Leads on; `None` at the end.
    pub next: Option<CursorPosition>,
    /// Leads back; `None` at the start.
    pub prev: Option<CursorPosition>,
}
