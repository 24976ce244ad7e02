//! Reviews. The wire types are in `reviews/wire.rs`.

mod wire;

use dropshot::{
    HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, endpoint,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::books::BookPath;
use super::pages::{Page, PageQuery};
use crate::api::bounded::Id;
use crate::app;
use crate::domain::{Reader, Scope};
use crate::http::{
    Answer, ApiError, Body, Call, Created, Located, Paged, Path, Query, Rq,
    serve,
};
use wire::{Moderation, Review, ReviewCreate, ReviewUpdate};

/// The segments of `/books/{book_id}/reviews`.
const OWN: usize = 3;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ReviewPath {
    review_id: Id,
}

/// List a book's reviews
#[endpoint {
    method = GET, path = "/books/{book_id}/reviews", tags = ["reviews"]
}]
pub(crate) async fn book_review_list(
    rq: Rq,
    path: Path<BookPath>,
    query: Query<PageQuery>,
) -> Answer<Paged<Page<Review>>> {
    serve(rq, (path, query), async |call, (path, query)| {
        page(call, Some(path.book_id.0), &query).await
    })
    .await
}

/// Review a book
#[endpoint {
    method = POST, path = "/books/{book_id}/reviews", tags = ["reviews"]
}]
pub(crate) async fn book_review_create(
    rq: Rq,
    path: Path<BookPath>,
    body: Body<ReviewCreate>,
) -> Answer<Created<Review>> {
    serve(rq, (path, body), async |call, (path, new)| {
        let (book, user) = (path.book_id.0, call.principal().user_id());
        let review = call.app().review_create(book, user, new.into()).await;
        let review = review.map_err(already_reviewed)?;
        let location = call.beside(OWN, "reviews", review.id);
        Ok(Created::new(
            HttpResponseCreated(review.into()),
            Located { location },
        ))
    })
    .await
}

/// List reviews
#[endpoint { method = GET, path = "/reviews", tags = ["reviews"] }]
pub(crate) async fn review_list(
    rq: Rq,
    query: Query<PageQuery>,
) -> Answer<Paged<Page<Review>>> {
    serve(rq, query, async |call, query| page(call, None, &query).await).await
}

/// Fetch a review
#[endpoint { method = GET, path = "/reviews/{review_id}", tags = ["reviews"] }]
pub(crate) async fn review_view(
    rq: Rq,
    path: Path<ReviewPath>,
) -> Answer<HttpResponseOk<Review>> {
    serve(rq, path, async |call, path| {
        let id = path.review_id.0;
        let review = call.app().review_view(id, reader(call)).await?;
        Ok(HttpResponseOk(review.into()))
    })
    .await
}

/// Change a review
#[endpoint {
    method = PATCH, path = "/reviews/{review_id}", tags = ["reviews"]
}]
pub(crate) async fn review_update(
    rq: Rq,
    path: Path<ReviewPath>,
    body: Body<ReviewUpdate>,
) -> Answer<HttpResponseOk<Review>> {
    serve(rq, (path, body), async |call, (path, change)| {
        let (id, change) = (path.review_id.0, change.into());
        let review = call.app().review_update(id, reader(call), change).await?;
        Ok(HttpResponseOk(review.into()))
    })
    .await
}

/// Delete a review
#[endpoint {
    method = DELETE, path = "/reviews/{review_id}", tags = ["reviews"]
}]
pub(crate) async fn review_delete(
    rq: Rq,
    path: Path<ReviewPath>,
) -> Answer<HttpResponseDeleted> {
    serve(rq, path, async |call, path| {
        call.app().review_delete(path.review_id.0, reader(call)).await?;
        Ok(HttpResponseDeleted())
    })
    .await
}

/// Moderate a review
#[endpoint {
    method = POST, path = "/reviews/{review_id}/moderation",
    tags = ["reviews"]
}]
pub(crate) async fn review_moderate(
    rq: Rq,
    path: Path<ReviewPath>,
    body: Body<Moderation>,
) -> Answer<HttpResponseOk<Review>> {
    serve(rq, (path, body), async |call, (path, decision)| {
        let (id, status) = (path.review_id.0, decision.status.into());
        let review = call.app().review_moderate(id, status).await?;
        Ok(HttpResponseOk(review.into()))
    })
    .await
}

async fn page(
    call: Call<'_>,
    book: Option<i64>,
    query: &PageQuery,
) -> Result<Paged<Page<Review>>, ApiError> {
    let at = query.at();
    let page = call.app().review_page(book, reader(call), at).await?;
    let page = Page::of(page, at);
    let headers = page.headers(call.uri());
    Ok(Paged::new(HttpResponseOk(page), headers))
}

/// Who asks, as reviews know them.
fn reader(call: Call<'_>) -> Reader {
    let principal = call.principal();
    Reader {
        user_id: principal.user_id(),
        is_moderator: principal.has(Scope::CatalogAdmin),
    }
}

fn already_reviewed(error: app::Error) -> ApiError {
    super::duplicate(error, |_, id| {
        format!("You have reviewed this book already (review ID: {id})")
    })
}
