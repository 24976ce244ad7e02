//! Which books a list holds, and in which order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wire::BookStatus;
use crate::api::bounded::{ANY, Int, PriceBound, Text};
use crate::api::v1::pages::{PageNumber, PageSize};
use crate::domain::{self, Price};
use crate::http::{repeated, with_default};

type Word = Text<0, ANY>;
type Search = Text<2, ANY>;
type After = Int<1000, 9999>;
type Before = Int<0, 2030>;

/// The query of a list.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookListQuery {
    #[serde(flatten)]
    #[schemars(with = "BookFiltersQuery")]
    pub(super) filters: BookFilters,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<BookSort>")]
    sort_by: BookSort,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<SortOrder>")]
    sort_order: SortOrder,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<PageNumber>")]
    page: PageNumber,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<PageSize>")]
    per_page: PageSize,
}

/// The filters that a list was made with; those not given are absent.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct BookFilters {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Search")]
    search: Option<Search>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Word")]
    genre: Option<Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Word")]
    author: Option<Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookStatus")]
    status: Option<BookStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PriceBound")]
    min_price: Option<PriceBound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PriceBound")]
    max_price: Option<PriceBound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "After")]
    published_after: Option<After>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Before")]
    published_before: Option<Before>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    in_stock: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    genres: Vec<Word>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    authors: Vec<Word>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    statuses: Vec<BookStatus>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    tags: Vec<Word>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    any_tags: Vec<Word>,
}

/// The same filters as the parameters of a query, for dropshot's document.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct BookFiltersQuery {
    search: Option<Search>,
    genre: Option<Word>,
    author: Option<Word>,
    status: Option<BookStatus>,
    min_price: Option<PriceBound>,
    max_price: Option<PriceBound>,
    published_after: Option<After>,
    published_before: Option<Before>,
    in_stock: Option<bool>,
    #[schemars(default, schema_with = "repeated::<Word, 100>")]
    genres: Vec<String>,
    #[schemars(default, schema_with = "repeated::<Word, 100>")]
    authors: Vec<String>,
    #[schemars(default, schema_with = "repeated::<BookStatus, 100>")]
    statuses: Vec<String>,
    #[schemars(default, schema_with = "repeated::<Word, 100>")]
    tags: Vec<String>,
    #[schemars(default, schema_with = "repeated::<Word, 100>")]
    any_tags: Vec<String>,
}

/// What to sort by.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum BookSort {
    Title,
    Author,
    Price,
    #[default]
    CreatedAt,
    PublishedYear,
}

/// Upwards or downwards.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SortOrder {
    Asc,
    #[default]
    Desc,
}

impl BookListQuery {
    /// Which page.
    pub(super) fn page(&self) -> domain::PageNumber {
        let (page, per_page) = (self.page.0, self.per_page.0);
        domain::PageNumber { page, per_page }
    }

    /// In which order.
    pub(super) fn order(&self) -> domain::BookOrder {
        let by = match self.sort_by {
            BookSort::Title => domain::BookSort::Title,
            BookSort::Author => domain::BookSort::Author,
            BookSort::Price => domain::BookSort::Price,
            BookSort::CreatedAt => domain::BookSort::CreatedAt,
            BookSort::PublishedYear => domain::BookSort::PublishedYear,
        };
        let direction = match self.sort_order {
            SortOrder::Asc => domain::Direction::Asc,
            SortOrder::Desc => domain::Direction::Desc,
        };
        domain::BookOrder { by, direction }
    }
}

impl From<BookFilters> for domain::BookFilter {
    fn from(given: BookFilters) -> Self {
        let words = |it: Vec<Word>| it.into_iter().map(|it| it.0).collect();
        Self {
            search: given.search.map(|it| it.0),
            genre: given.genre.map(|it| it.0),
            author: given.author.map(|it| it.0),
            status: given.status.map(domain::BookStatus::from),
            min_price: given.min_price.map(|it| Price::at_least(it.0)),
            max_price: given.max_price.map(|it| Price::at_most(it.0)),
            published_after: given.published_after.map(|it| it.0),
            published_before: given.published_before.map(|it| it.0),
            in_stock: given.in_stock,
            genres: words(given.genres),
            authors: words(given.authors),
            statuses: given.statuses.into_iter().map(Into::into).collect(),
            tags: words(given.tags),
            any_tags: words(given.any_tags),
            ..Self::default()
        }
    }
}
