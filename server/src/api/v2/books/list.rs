//! The list of books.

use dropshot::{HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wire::{Book, BookStatus, Genre, Isbn};
use crate::api::bounded::{ANY, Id, Int, LongOr, PriceBound, Text};
use crate::domain::{self, BookFilter, BookOrder, BookPosition, Price};
use crate::http::{
    Answer, ApiError, Counted, Query, Reading, Rq, Slice, repeated, serve_kept,
    with_default,
};

/// What the tokens of this list are made for.
const PURPOSE: &str = "v2 books";

type Word = Text<0, ANY>;
type Limit = LongOr<1, 100, 20>;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookListQuery {
    #[serde(default)]
    #[schemars(schema_with = "with_default::<Limit>")]
    limit: Limit,
    page_token: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<bool>")]
    with_total: bool,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<bool>")]
    include_archived: bool,
    search: Option<Text<2, 300>>,
    genre: Option<Genre>,
    author: Option<Text<0, 200>>,
    author_id: Option<Id>,
    isbn: Option<Isbn>,
    status: Option<BookStatus>,
    min_price: Option<PriceBound>,
    max_price: Option<PriceBound>,
    published_after: Option<Int<1000, 9999>>,
    published_before: Option<Int<0, 2030>>,
    #[serde(default)]
    #[schemars(schema_with = "repeated::<Word, 100>")]
    tags: Vec<Word>,
    #[serde(default)]
    #[schemars(schema_with = "repeated::<Word, 100>")]
    any_tags: Vec<Word>,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<BookSort>")]
    sort_by: BookSort,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<SortOrder>")]
    sort_order: SortOrder,
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

/// A part of a list of books.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookPage {
    items: Vec<Book>,
    next_page: Option<String>,
}

/// A list and a place in it: what a page token holds.
#[derive(Serialize, Deserialize)]
struct Walk {
    filter: BookFilter,
    order: BookOrder,
    after: Option<BookPosition>,
}

/// List books
#[endpoint { method = GET, path = "/books", tags = ["books"] }]
pub(crate) async fn book_list(
    rq: Rq,
    query: Query<BookListQuery>,
) -> Answer<Slice<BookPage>> {
    serve_kept(rq, query, async |call, query| {
        let (limit, with_total) = (query.limit.0, query.with_total);
        let Walk { filter, order, after } = query.walk(call)?;
        let list = call.app();
        let slice =
            list.book_list(filter.clone(), order, after, limit, with_total);
        let slice = slice.await?;
        let seal = |after| {
            let walk = Walk { filter, order, after: Some(after) };
            call.tokens().seal(PURPOSE, &walk)
        };
        let next_page = slice.next.map(seal);
        let items = slice.items.into_iter().map(Book::from).collect();
        let headers = Counted { total_count: slice.total };
        let page = BookPage { items, next_page };
        Ok(Slice::new(HttpResponseOk(page), headers))
    })
    .await
}

impl BookListQuery {
    /// The walk that goes on, or a new one.
    fn walk(self, call: Reading<'_>) -> Result<Walk, ApiError> {
        match &self.page_token {
            Some(token) => call
                .tokens()
                .open(PURPOSE, token)
                .map_err(|_| ApiError::bad_request("Invalid page token")),
            None => {
                let (order, after) = (self.order(), None);
                Ok(Walk { filter: self.into(), order, after })
            }
        }
    }

    fn order(&self) -> BookOrder {
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
        BookOrder { by, direction }
    }
}

impl From<BookListQuery> for BookFilter {
    fn from(query: BookListQuery) -> Self {
        let words = |it: Vec<Word>| it.into_iter().map(|it| it.0).collect();
        Self {
            search: query.search.map(|it| it.0),
            genre: query.genre.map(|it| it.0),
            author: query.author.map(|it| it.0),
            author_id: query.author_id.map(|it| it.0),
            isbn: query.isbn.map(|it| it.normalised()),
            status: query.status.map(domain::BookStatus::from),
            min_price: query.min_price.map(|it| Price::at_least(it.0)),
            max_price: query.max_price.map(|it| Price::at_most(it.0)),
            published_after: query.published_after.map(|it| it.0),
            published_before: query.published_before.map(|it| it.0),
            tags: words(query.tags),
            any_tags: words(query.any_tags),
            include_archived: query.include_archived,
            ..Self::default()
        }
    }
}
