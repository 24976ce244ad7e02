//! Books: one by one. Lists are in `books/lists.rs`, many at once in
//! `books/bulk.rs`, the wire types in `books/wire.rs`.

mod bulk;
mod filters;
mod lists;
mod wire;

use dropshot::{HttpResponseDeleted, HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::bounded::Id;
use crate::app::{self, Expected};
use crate::http::{
    Answer, ApiError, Body, Created, Located, Path, Rq, serve, serve_kept,
};

pub(crate) use bulk::{book_bulk_create, book_bulk_delete};
pub(crate) use lists::{BookPage, book_list, book_list_by_cursor, book_search};
pub(crate) use wire::{
    AuthorName, Book, BookAdmin, BookCreate, BookSparse, BookSummary,
    BookUpdate, Title,
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookPath {
    pub(super) book_id: Id,
}

/// Add a book
#[endpoint { method = POST, path = "/books", tags = ["books"] }]
pub(crate) async fn book_create(
    rq: Rq,
    body: Body<BookCreate>,
) -> Answer<Created<Book>> {
    serve(rq, body, async |call, new| {
        let book = call.app().book_create(new.read()?, None).await;
        let book = book.map_err(isbn_exists)?;
        let location = call.below(book.id);
        Ok(Created::new(
            dropshot::HttpResponseCreated(book.into()),
            Located { location },
        ))
    })
    .await
}

/// Fetch a book
#[endpoint { method = GET, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_view(
    rq: Rq,
    path: Path<BookPath>,
) -> Answer<HttpResponseOk<Book>> {
    serve_kept(rq, path, async |call, path| {
        let book = call.app().book_view(path.book_id.0, false).await?;
        Ok(HttpResponseOk(book.into()))
    })
    .await
}

/// Replace a book
#[endpoint { method = PUT, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_replace(
    rq: Rq,
    path: Path<BookPath>,
    body: Body<BookCreate>,
) -> Answer<HttpResponseOk<Book>> {
    serve(rq, (path, body), async |call, (path, new)| {
        let (id, new) = (path.book_id.0, new.replacing()?);
        let book = call.app().book_update(id, new, Expected::Any).await;
        Ok(HttpResponseOk(book.map_err(isbn_belongs)?.into()))
    })
    .await
}

/// Change a book
#[endpoint { method = PATCH, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_update(
    rq: Rq,
    path: Path<BookPath>,
    body: Body<BookUpdate>,
) -> Answer<HttpResponseOk<Book>> {
    serve(rq, (path, body), async |call, (path, change)| {
        let (id, change) = (path.book_id.0, change.read()?);
        let book = call.app().book_update(id, change, Expected::Any).await;
        Ok(HttpResponseOk(book.map_err(isbn_belongs)?.into()))
    })
    .await
}

/// Delete a book
#[endpoint { method = DELETE, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_delete(
    rq: Rq,
    path: Path<BookPath>,
) -> Answer<HttpResponseDeleted> {
    serve(rq, path, async |call, path| {
        call.app().book_delete(path.book_id.0, Expected::Any).await?;
        Ok(HttpResponseDeleted())
    })
    .await
}

/// Fetch a book's summary
#[endpoint {
    method = GET, path = "/books/{book_id}/summary", tags = ["books"]
}]
pub(crate) async fn book_summary_view(
    rq: Rq,
    path: Path<BookPath>,
) -> Answer<HttpResponseOk<BookSummary>> {
    serve_kept(rq, path, async |call, path| {
        let book = call.app().book_view(path.book_id.0, false).await?;
        Ok(HttpResponseOk(book.into()))
    })
    .await
}

/// Fetch a book without nulls
#[endpoint {
    method = GET, path = "/books/{book_id}/compact", tags = ["books"]
}]
pub(crate) async fn book_compact_view(
    rq: Rq,
    path: Path<BookPath>,
) -> Answer<HttpResponseOk<BookSparse>> {
    serve_kept(rq, path, async |call, path| {
        let book = call.app().book_view(path.book_id.0, false).await?;
        Ok(HttpResponseOk(BookSparse::without_nulls(book.into())))
    })
    .await
}

/// Fetch a book without defaults
#[endpoint {
    method = GET, path = "/books/{book_id}/minimal", tags = ["books"]
}]
pub(crate) async fn book_minimal_view(
    rq: Rq,
    path: Path<BookPath>,
) -> Answer<HttpResponseOk<BookSparse>> {
    serve_kept(rq, path, async |call, path| {
        let book = call.app().book_view(path.book_id.0, false).await?;
        Ok(HttpResponseOk(BookSparse::without_defaults(book.into())))
    })
    .await
}

/// Fetch a book with what is kept for administrators
#[endpoint { method = GET, path = "/admin/books/{book_id}", tags = ["books"] }]
pub(crate) async fn admin_book_view(
    rq: Rq,
    path: Path<BookPath>,
) -> Answer<HttpResponseOk<BookAdmin>> {
    serve_kept(rq, path, async |call, path| {
        let book = call.app().book_view(path.book_id.0, false).await?;
        Ok(HttpResponseOk(book.into()))
    })
    .await
}

/// 409 to a new book.
fn isbn_exists(error: app::Error) -> ApiError {
    super::duplicate(error, |isbn, id| {
        format!("Book with ISBN {isbn} already exists (ID: {id})")
    })
}

/// 409 to a changed one.
fn isbn_belongs(error: app::Error) -> ApiError {
    super::duplicate(error, |isbn, id| {
        format!("ISBN {isbn} already belongs to book ID {id}")
    })
}
