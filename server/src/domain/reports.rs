//! Reports: what the catalogue amounts to, made in the background.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{BookFilter, Price};

/// What a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// The books that there are, and what they are worth.
    Inventory,
    /// The books that are checked out, and what they are worth.
    Sales,
    /// The books that are reviewed most.
    Popular,
}

impl ReportKind {
    const ALL: [Self; 3] = [Self::Inventory, Self::Sales, Self::Popular];

    /// Its name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Sales => "sales",
            Self::Popular => "popular",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Which books a report is about: those that meet every condition given.
/// Archived ones never are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFilter {
    /// The whole genre, without case.
    pub genre: Option<String>,
    /// A part of the author's name, without case.
    pub author: Option<String>,
    /// The first year of publication, inclusive.
    pub published_after: Option<i32>,
    /// The last year of publication, inclusive.
    pub published_before: Option<i32>,
    /// The lowest price, inclusive.
    pub min_price: Option<Price>,
    /// The highest price, inclusive.
    pub max_price: Option<Price>,
}

impl From<ReportFilter> for BookFilter {
    fn from(filter: ReportFilter) -> Self {
        Self {
            genre: filter.genre,
            author: filter.author,
            published_after: filter.published_after,
            published_before: filter.published_before,
            min_price: filter.min_price,
            max_price: filter.max_price,
            ..Self::default()
        }
    }
}

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportStatus {
    /// Nobody is at it yet, or it is tried again a little later.
    Pending,
    /// It is being made.
    Processing,
    /// It is there.
    Completed,
    /// It could not be made.
    Failed,
}

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// A random UUID: who has not been told it cannot guess it.
    pub id: String,
    /// What it tells.
    pub kind: ReportKind,
    /// Where it stands.
    pub status: ReportStatus,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// What it tells, once it is there.
    pub data: Option<ReportData>,
}

/// What a report tells. Values are in US dollars: a book that is priced in
/// another currency counts, and adds nothing to a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportData {
    /// The books that there are.
    Inventory {
        /// How many.
        total_books: i64,
        /// What their prices add up to.
        total_value: Price,
        /// How many of each genre, in lower case.
        by_genre: BTreeMap<String, i64>,
    },
    /// The books that are checked out.
    Sales {
        /// How many.
        total_sales: i64,
        /// What their prices add up to.
        total_revenue: Price,
        /// Those of each genre, in lower case.
        by_genre: BTreeMap<String, GenreSales>,
    },
    /// The books with the most reviews, the first the most popular.
    Popular {
        /// Ten at most.
        books: Vec<PopularBook>,
    },
}

/// The books of a genre that are checked out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
pub struct GenreSales {
    /// How many.
    pub count: i64,
    /// What their prices add up to.
    pub value: Price,
}

/// A book that has been reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopularBook {
    /// Its id.
    pub book_id: i64,
    /// What it is called.
    pub title: String,
    /// Its author's name.
    pub author_name: String,
    /// How many approved reviews it has.
    pub review_count: i64,
    /// The mean of their ratings, 1 to 5.
    pub average_rating: f64,
}
