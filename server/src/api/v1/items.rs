//! Items.

use dropshot::{HttpResponseCreated, HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{Count, Text};
use crate::app;
use crate::domain;
use crate::http::{Answer, ApiError, Body, Path, Rq, serve, serve_kept};

/// A small thing that a client numbers itself.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    id: Count,
    name: Text<1, 300>,
    description: Option<Text<0, 5000>>,
}

/// That an item is gone.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ItemDeleted {
    detail: String,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ItemPath {
    item_id: Count,
}

impl From<Item> for domain::Item {
    fn from(item: Item) -> Self {
        let Item { id, name, description } = item;
        Self { id: id.0, name: name.0, description: description.map(|it| it.0) }
    }
}

impl From<domain::Item> for Item {
    fn from(item: domain::Item) -> Self {
        let domain::Item { id, name, description } = item;
        let description = description.map(Text);
        Self { id: Count::from(id), name: Text(name), description }
    }
}

/// List items
#[endpoint { method = GET, path = "/items", tags = ["items"] }]
pub(crate) async fn item_list(rq: Rq) -> Answer<HttpResponseOk<Vec<Item>>> {
    serve_kept(rq, (), async |call, ()| {
        let items = call.app().item_list().await?;
        Ok(HttpResponseOk(items.into_iter().map(Item::from).collect()))
    })
    .await
}

/// Add an item
#[endpoint { method = POST, path = "/items", tags = ["items"] }]
pub(crate) async fn item_create(
    rq: Rq,
    body: Body<Item>,
) -> Answer<HttpResponseCreated<Item>> {
    serve(rq, body, async |call, new| {
        let item = call.app().item_create(new.into()).await;
        Ok(HttpResponseCreated(item.map_err(id_taken)?.into()))
    })
    .await
}

/// Fetch an item
#[endpoint { method = GET, path = "/items/{item_id}", tags = ["items"] }]
pub(crate) async fn item_view(
    rq: Rq,
    path: Path<ItemPath>,
) -> Answer<HttpResponseOk<Item>> {
    serve_kept(rq, path, async |call, path| {
        let item = call.app().item_view(path.item_id.0).await?;
        Ok(HttpResponseOk(item.into()))
    })
    .await
}

/// Replace an item
#[endpoint { method = PUT, path = "/items/{item_id}", tags = ["items"] }]
pub(crate) async fn item_replace(
    rq: Rq,
    path: Path<ItemPath>,
    body: Body<Item>,
) -> Answer<HttpResponseOk<Item>> {
    serve(rq, (path, body), async |call, (path, new)| {
        if path.item_id != new.id {
            return Err(super::identifiers_differ());
        }
        let item = call.app().item_replace(new.into()).await?;
        Ok(HttpResponseOk(item.into()))
    })
    .await
}

/// Delete an item
#[endpoint { method = DELETE, path = "/items/{item_id}", tags = ["items"] }]
pub(crate) async fn item_delete(
    rq: Rq,
    path: Path<ItemPath>,
) -> Answer<HttpResponseOk<ItemDeleted>> {
    serve(rq, path, async |call, path| {
        call.app().item_delete(path.item_id.0).await?;
        let detail = "Item deleted".to_owned();
        Ok(HttpResponseOk(ItemDeleted { detail }))
    })
    .await
}

fn id_taken(error: app::Error) -> ApiError {
    super::duplicate(error, |_, _| "Item ID already exists".to_owned())
}
