//! Lists of books: by page number, by cursor, by a part of the title.

use dropshot::{HttpResponseOk, endpoint};
use http::Uri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filters::{BookFilters, BookListQuery, PageNumber, PageSize};
use super::wire::Book;
use crate::api::bounded::{ANY, Count, LongOr, Text};
use crate::domain::{self, CursorPosition};
use crate::http::{
    Answer, ApiError, Nullable, PageHeaders, Paged, Query, Rq, serve,
    with_default,
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
    serve(rq, query, async |call, query| {
        let at = query.page();
        let (order, filters) = (query.order(), query.filters);
        let filter = filters.clone().into();
        let page = call.app().book_page(filter, order, at).await?;
        let (page, last) = numbered(page, at, filters);
        let headers = PageHeaders {
            link: links(call.uri(), at.page, last),
            total_count: page.total.0,
            total_pages: last,
        };
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
    serve(rq, query, async |call, query| {
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
    serve(rq, query, async |call, query| {
        let books = call.app().book_search(query.q.0).await?;
        Ok(HttpResponseOk(books.into_iter().map(Book::from).collect()))
    })
    .await
}

/// The page with its numbers, and the number of the last one.
fn numbered(
    page: domain::Page<domain::Book>,
    at: domain::PageNumber,
    filters_applied: BookFilters,
) -> (BookPage, i64) {
    let last = page.total.div_euclid(at.per_page)
        + i64::from(page.total % at.per_page > 0);
    let page = BookPage {
        items: page.items.into_iter().map(Book::from).collect(),
        total: Count::from(page.total),
        page: LongOr(at.page),
        per_page: LongOr(at.per_page),
        total_pages: Count::from(last),
        has_next: at.page < last,
        has_prev: at.page > 1,
        filters_applied,
    };
    (page, last)
}

/// The pages around this one, as RFC 8288 writes them. Past the end, the
/// previous page is the last one that there is.
pub(in crate::api::v1) fn links(uri: &Uri, page: i64, last: i64) -> String {
    let last = last.max(1);
    let next = (page < last).then_some(("next", page + 1));
    let prev = (page > 1).then(|| ("prev", (page - 1).min(last)));
    let around = [next, prev, Some(("first", 1)), Some(("last", last))];
    let link = |(rel, page)| format!("<{}>; rel=\"{rel}\"", at_page(uri, page));
    let links: Vec<_> = around.into_iter().flatten().map(link).collect();
    links.join(", ")
}

/// The same target at another page.
fn at_page(uri: &Uri, page: i64) -> String {
    let others = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        !name.is_empty() && name != "page"
    });
    let page = format!("page={page}");
    let query: Vec<&str> = others.chain([page.as_str()]).collect();
    // What would end the target in a `Link` is escaped there.
    let query = query.join("&").replace('<', "%3C").replace('>', "%3E");
    format!("{}?{query}", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_pages_around() {
        let uri = "/books?genre=a%26b&page=2&per_page=5".parse().expect("URI");
        let to = |page| format!("</books?genre=a%26b&per_page=5&page={page}>");
        assert_eq!(
            links(&uri, 2, 3),
            format!(
                "{}; rel=\"next\", {}; rel=\"prev\", {}; rel=\"first\", \
                 {}; rel=\"last\"",
                to(3),
                to(1),
                to(1),
                to(3)
            )
        );
    }

    #[test]
    fn an_empty_list_is_one_page() {
        let uri = "/api/v1/books".parse().expect("a URI");
        assert_eq!(
            links(&uri, 1, 0),
            "</api/v1/books?page=1>; rel=\"first\", \
             </api/v1/books?page=1>; rel=\"last\""
        );
        assert!(links(&uri, 9, 3).contains("page=3>; rel=\"prev\""));
    }
}
