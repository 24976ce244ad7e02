//! Items.

use futures::FutureExt;

use super::{App, Error, Resource};
use crate::domain::Item;
use crate::store::{Tx, items};

impl App {
    /// Every item, by id.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn item_list(&self) -> Result<Vec<Item>, Error> {
        let items = self.store.read(|tx| items::all(tx).boxed()).await;
        items.map_err(Error::from)
    }

    /// Adds an item with the id that the client chose.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] if the id is taken; [`Error::Unavailable`] and
    /// [`Error::Internal`].
    pub async fn item_create(&self, new: Item) -> Result<Item, Error> {
        self.write(move |tx, act| {
            async move {
                if !items::insert(tx, &new).await? {
                    return Err(taken(new.id));
                }
                act.record(tx, None, Some(&new)).await?;
                Ok(new)
            }
            .boxed()
        })
        .await
    }

    /// The item of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn item_view(&self, id: i64) -> Result<Item, Error> {
        let statement = items::by_id(self.store.dialect(), id);
        let item = self.store.lookup(&statement, items::read).await?;
        item.ok_or_else(|| not_found(id))
    }

    /// Puts an item in the place of the one with its id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn item_replace(&self, new: Item) -> Result<Item, Error> {
        self.write(move |tx, act| {
            async move {
                let old = find(tx, new.id).await?;
                items::update(tx, &new).await?;
                act.record(tx, Some(&old), Some(&new)).await?;
                Ok(new)
            }
            .boxed()
        })
        .await
    }

    /// Removes an item.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn item_delete(&self, id: i64) -> Result<(), Error> {
        self.write(move |tx, act| {
            async move {
                let old = find(tx, id).await?;
                items::delete(tx, id).await?;
                Ok(act.record(tx, Some(&old), None).await?)
            }
            .boxed()
        })
        .await
    }
}

/// The item that is to change.
async fn find(tx: &mut Tx, id: i64) -> Result<Item, Error> {
    let statement = items::by_id(tx.dialect(), id);
    let item = tx.fetch_first(&statement, items::read).await?;
    item.ok_or_else(|| not_found(id))
}

fn not_found(id: i64) -> Error {
    Error::NotFound { resource: Resource::Item, id: id.to_string() }
}

fn taken(id: i64) -> Error {
    let id = id.to_string();
    Error::Duplicate {
        resource: Resource::Item,
        field: "id",
        value: id.clone(),
        holder: id,
    }
}
