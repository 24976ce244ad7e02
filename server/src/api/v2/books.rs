//! Books. What is sent is in `books/wire.rs`, what is taken in
//! `books/input.rs`, the list in `books/list.rs`.

mod input;
mod list;
mod wire;

use dropshot::{
    HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, endpoint,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::conditions::{Idempotency, IfMatch, IfNoneMatch, etag};
use crate::api::bounded::Id;
use crate::app::Expected;
use crate::domain;
use crate::http::{
    Answer, ApiError, Body, CreatedTagged, Headers, LocatedTagged, Path, Query,
    Rq, Tag, Tagged, serve, serve_kept, with_default,
};

use input::{BookCreate, BookPatch};
pub(crate) use list::book_list;
use wire::Book;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookPath {
    book_id: Id,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookViewQuery {
    #[serde(default)]
    #[schemars(schema_with = "with_default::<bool>")]
    include_archived: bool,
}

/// Add a book
#[endpoint { method = POST, path = "/books", tags = ["books"] }]
pub(crate) async fn book_create(
    rq: Rq,
    headers: Headers<Idempotency>,
    body: Body<BookCreate>,
) -> Answer<CreatedTagged<Book>> {
    serve(rq, (headers, body), async |call, (headers, new)| {
        let once = headers.once(call.principal(), "book_create", &new);
        let book = call.app().book_create(new.read()?, once).await?;
        let (location, etag) = (call.below(book.id), etag(book.revision));
        let headers = LocatedTagged { location, etag };
        Ok(CreatedTagged::new(HttpResponseCreated(book.into()), headers))
    })
    .await
}

/// Fetch a book
#[endpoint { method = GET, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_view(
    rq: Rq,
    path: Path<BookPath>,
    query: Query<BookViewQuery>,
    headers: Headers<IfNoneMatch>,
) -> Answer<Tagged<Book>> {
    serve_kept(rq, (path, query, headers), async |call, (path, query, _)| {
        let (id, archived) = (path.book_id.0, query.include_archived);
        Ok(tagged(call.app().book_view(id, archived).await?))
    })
    .await
}

/// Replace a book
#[endpoint { method = PUT, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_replace(
    rq: Rq,
    path: Path<BookPath>,
    headers: Headers<IfMatch>,
    body: Body<BookCreate>,
) -> Answer<Tagged<Book>> {
    serve(rq, (path, headers, body), async |call, (path, headers, new)| {
        let expected = headers.expected();
        let expected = expected.ok_or_else(ApiError::precondition_required)?;
        let (id, new) = (path.book_id.0, new.replacing()?);
        Ok(tagged(call.app().book_update(id, new, expected).await?))
    })
    .await
}

/// Change a book
#[endpoint { method = PATCH, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_update(
    rq: Rq,
    path: Path<BookPath>,
    headers: Headers<IfMatch>,
    body: Body<BookPatch>,
) -> Answer<Tagged<Book>> {
    serve(rq, (path, headers, body), async |call, (path, headers, change)| {
        let expected = headers.expected().unwrap_or(Expected::Any);
        let (id, change) = (path.book_id.0, change.read()?);
        Ok(tagged(call.app().book_update(id, change, expected).await?))
    })
    .await
}

/// Archive a book
#[endpoint { method = DELETE, path = "/books/{book_id}", tags = ["books"] }]
pub(crate) async fn book_delete(
    rq: Rq,
    path: Path<BookPath>,
    headers: Headers<IfMatch>,
) -> Answer<HttpResponseDeleted> {
    serve(rq, (path, headers), async |call, (path, headers)| {
        let expected = headers.expected().unwrap_or(Expected::Any);
        call.app().book_delete(path.book_id.0, expected).await?;
        Ok(HttpResponseDeleted())
    })
    .await
}

/// Restore an archived book
#[endpoint {
    method = POST, path = "/books/{book_id}/restore", tags = ["books"]
}]
pub(crate) async fn book_restore(
    rq: Rq,
    path: Path<BookPath>,
    headers: Headers<Idempotency>,
) -> Answer<Tagged<Book>> {
    serve(rq, (path, headers), async |call, (path, headers)| {
        let id = path.book_id.0;
        let once = headers.once(call.principal(), "book_restore", &id);
        Ok(tagged(call.app().book_restore(id, once).await?))
    })
    .await
}

fn tagged(book: domain::Book) -> Tagged<Book> {
    let headers = Tag { etag: etag(book.revision) };
    Tagged::new(HttpResponseOk(book.into()), headers)
}
