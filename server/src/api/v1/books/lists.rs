//! Lists of books: by page number, by cursor, by a part of the title.

use dropshot::{HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filters::{BookFilters, BookListQuery};
use super::wire::Book;
use crate::api::bounded::{ANY, Count, Text};
use crate::api::v1::pages::{Page, PageNumber, PageSize};
use crate::domain::CursorPosition;
use crate::http::{
    Answer, ApiError, Nullable, Paged, Query, Rq, serve_kept, with_default,
};

/// What v1's cursors are made for.
const CURSOR: &str = "v1 books";

#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookCursorQuery {
    cursor: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<PageSize>")]
    limit: PageSize,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookSearchQuery {
    q: Text<1, ANY>,
}

/// A page of books.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookPage {
    #[schemars(length(max = 100))]
    items: Vec<Book>,
    total: Count,
    page: PageNumber,
    per_page: PageSize,
    total_pages: Count,
    has_next: bool,
    has_prev: bool,
    filters_applied: BookFilters,
}

/// A part of all books, the oldest first.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookCursorPage {
    #[schemars(length(max = 100))]
    items: Vec<Book>,
    next_cursor: Nullable<String>,
    prev_cursor: Nullable<String>,
    has_more: bool,
}

/// List books
#[endpoint { method = GET, path = "/books", tags = ["books"] }]
pub(crate) async fn book_list(
    rq: Rq,
    query: Query<BookListQuery>,
) -> Answer<Paged<BookPage>> {
    serve_kept(rq, query, async |call, query| {
        let at = query.page();
        let (order, filters) = (query.order(), query.filters);
        let filter = filters.clone().into();
        let page = call.app().book_page(filter, order, at).await?;
        let page = Page::of(page, at);
        let headers = page.headers(call.uri());
        let page = BookPage { filters_applied: filters, ..page.into() };
        Ok(Paged::new(HttpResponseOk(page), headers))
    })
    .await
}

/// Walk through all books
#[endpoint { method = GET, path = "/books/cursor", tags = ["books"] }]
pub(crate) async fn book_list_by_cursor(
    rq: Rq,
    query: Query<BookCursorQuery>,
) -> Answer<HttpResponseOk<BookCursorPage>> {
    serve_kept(rq, query, async |call, query| {
        let tokens = call.tokens();
        let open = |cursor: &String| tokens.open(CURSOR, cursor);
        let at = query.cursor.as_ref().map(open).transpose();
        let at = at.map_err(|_| ApiError::bad_request("Invalid cursor format"));
        let page = call.app().book_list_by_cursor(at?, query.limit.0).await?;
        let seal = |at: CursorPosition| tokens.seal(CURSOR, &at);
        Ok(HttpResponseOk(BookCursorPage {
            has_more: page.next.is_some(),
            next_cursor: page.next.map(seal).into(),
            prev_cursor: page.prev.map(seal).into(),
            items: page.items.into_iter().map(Book::from).collect(),
        }))
    })
    .await
}

/// Search titles
#[endpoint {
    method = GET, path = "/books/search", tags = ["books"], deprecated = true
}]
pub(crate) async fn book_search(
    rq: Rq,
    query: Query<BookSearchQuery>,
) -> Answer<HttpResponseOk<Vec<Book>>> {
    serve_kept(rq, query, async |call, query| {
        let books = call.app().book_search(query.q.0).await?;
        Ok(HttpResponseOk(books.into_iter().map(Book::from).collect()))
    })
    .await
}

impl From<Page<Book>> for BookPage {
    /// A page that was made without filters.
    fn from(page: Page<Book>) -> Self {
        Self {
            items: page.items,
            total: page.total,
            page: page.page,
            per_page: page.per_page,
            total_pages: page.total_pages,
            has_next: page.has_next,
            has_prev: page.has_prev,
            filters_applied: BookFilters::default(),
        }
    }
}
