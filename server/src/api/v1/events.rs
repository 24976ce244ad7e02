//! Events. The wire types are in `events/wire.rs`.

#[cfg(test)]
mod tests;
mod wire;

use dropshot::{HttpResponseCreated, HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

use super::pages::{Page, PageQuery};
use crate::api::bounded::Id;
use crate::http::{
    Answer, Created, Located, Paged, Path, Query, Rq, RuledBody, serve,
    serve_kept,
};
use wire::{Event, EventCreate};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct EventPath {
    event_id: Id,
}

/// List events
#[endpoint { method = GET, path = "/events", tags = ["events"] }]
pub(crate) async fn event_list(
    rq: Rq,
    query: Query<PageQuery>,
) -> Answer<Paged<Page<Event>>> {
    serve_kept(rq, query, async |call, query| {
        let page = call.app().event_page(query.at()).await?;
        let page = Page::of(page, query.at());
        let headers = page.headers(call.uri());
        Ok(Paged::new(HttpResponseOk(page), headers))
    })
    .await
}

/// Add an event
#[endpoint { method = POST, path = "/events", tags = ["events"] }]
pub(crate) async fn event_create(
    rq: Rq,
    body: RuledBody<EventCreate>,
) -> Answer<Created<Event>> {
    serve(rq, body, async |call, new| {
        let event = call.app().event_create(new.into()).await?;
        let location = call.below(event.id);
        Ok(Created::new(
            HttpResponseCreated(event.into()),
            Located { location },
        ))
    })
    .await
}

/// Fetch an event
#[endpoint { method = GET, path = "/events/{event_id}", tags = ["events"] }]
pub(crate) async fn event_view(
    rq: Rq,
    path: Path<EventPath>,
) -> Answer<HttpResponseOk<Event>> {
    serve_kept(rq, path, async |call, path| {
        let event = call.app().event_view(path.event_id.0).await?;
        Ok(HttpResponseOk(event.into()))
    })
    .await
}
