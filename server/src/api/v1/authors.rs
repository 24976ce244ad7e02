//! Authors. The wire types are in `authors/wire.rs`.

mod wire;

use dropshot::{
    HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, endpoint,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::books::BookPage;
use super::pages::{Page, PageQuery};
use crate::api::bounded::Id;
use crate::app;
use crate::domain;
use crate::http::{
    Answer, ApiError, Body, Created, Located, Paged, Path, Query, Rq, serve,
    serve_kept,
};
use wire::{Author, AuthorCreate, AuthorUpdate};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct AuthorPath {
    author_id: Id,
}

/// List authors
#[endpoint { method = GET, path = "/authors", tags = ["authors"] }]
pub(crate) async fn author_list(
    rq: Rq,
    query: Query<PageQuery>,
) -> Answer<Paged<Page<Author>>> {
    serve_kept(rq, query, async |call, query| {
        let page = call.app().author_page(query.at()).await?;
        let page = Page::of(page, query.at());
        let headers = page.headers(call.uri());
        Ok(Paged::new(HttpResponseOk(page), headers))
    })
    .await
}

/// Add an author
#[endpoint { method = POST, path = "/authors", tags = ["authors"] }]
pub(crate) async fn author_create(
    rq: Rq,
    body: Body<AuthorCreate>,
) -> Answer<Created<Author>> {
    serve(rq, body, async |call, new| {
        let author = call.app().author_create(new.into()).await;
        let author = author.map_err(name_taken)?;
        let location = call.below(author.id);
        Ok(Created::new(
            HttpResponseCreated(author.into()),
            Located { location },
        ))
    })
    .await
}

/// Fetch an author
#[endpoint { method = GET, path = "/authors/{author_id}", tags = ["authors"] }]
pub(crate) async fn author_view(
    rq: Rq,
    path: Path<AuthorPath>,
) -> Answer<HttpResponseOk<Author>> {
    serve_kept(rq, path, async |call, path| {
        let author = call.app().author_view(path.author_id.0).await?;
        Ok(HttpResponseOk(author.into()))
    })
    .await
}

/// Replace an author
#[endpoint { method = PUT, path = "/authors/{author_id}", tags = ["authors"] }]
pub(crate) async fn author_replace(
    rq: Rq,
    path: Path<AuthorPath>,
    body: Body<AuthorCreate>,
) -> Answer<HttpResponseOk<Author>> {
    serve(rq, (path, body), async |call, (path, new)| {
        let new = domain::AuthorCreate::from(new).into();
        let author = call.app().author_update(path.author_id.0, new).await;
        Ok(HttpResponseOk(author.map_err(name_taken)?.into()))
    })
    .await
}

/// Change an author
#[endpoint {
    method = PATCH, path = "/authors/{author_id}", tags = ["authors"]
}]
pub(crate) async fn author_update(
    rq: Rq,
    path: Path<AuthorPath>,
    body: Body<AuthorUpdate>,
) -> Answer<HttpResponseOk<Author>> {
    serve(rq, (path, body), async |call, (path, change)| {
        let (id, change) = (path.author_id.0, change.into());
        let author = call.app().author_update(id, change).await;
        Ok(HttpResponseOk(author.map_err(name_taken)?.into()))
    })
    .await
}

/// Delete an author
#[endpoint {
    method = DELETE, path = "/authors/{author_id}", tags = ["authors"]
}]
pub(crate) async fn author_delete(
    rq: Rq,
    path: Path<AuthorPath>,
) -> Answer<HttpResponseDeleted> {
    serve(rq, path, async |call, path| {
        call.app().author_delete(path.author_id.0).await?;
        Ok(HttpResponseDeleted())
    })
    .await
}

/// List an author's books
#[endpoint {
    method = GET, path = "/authors/{author_id}/books", tags = ["authors"]
}]
pub(crate) async fn author_book_list(
    rq: Rq,
    path: Path<AuthorPath>,
    query: Query<PageQuery>,
) -> Answer<Paged<BookPage>> {
    serve_kept(rq, (path, query), async |call, (path, query)| {
        let (id, at) = (path.author_id.0, query.at());
        let page = Page::of(call.app().author_book_page(id, at).await?, at);
        let headers = page.headers(call.uri());
        Ok(Paged::new(HttpResponseOk(page.into()), headers))
    })
    .await
}

fn name_taken(error: app::Error) -> ApiError {
    super::duplicate(error, |_, id| {
        format!("An author of this name already exists (ID: {id})")
    })
}
