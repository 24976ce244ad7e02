//! Models, as contract v1 sees them: each with its latest version.

use futures::FutureExt;

use super::{App, Error, Resource};
use crate::domain::{Model, ModelFilter, ModelInput};
use crate::store::{Tx, models};

impl App {
    /// The models that a filter lets through, the first added first.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn model_list(
        &self,
        filter: ModelFilter,
    ) -> Result<Vec<Model>, Error> {
        self.store
            .read(move |tx| {
                async move { Ok(models::list(tx, &filter).await?) }.boxed()
            })
            .await
    }

    /// Adds a model and its first version.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] if the identifier is taken;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn model_create(&self, new: ModelInput) -> Result<Model, Error> {
        self.write(move |tx, act| {
            async move {
                if !models::insert(tx, &new, act.at).await? {
                    return Err(taken(new.model_id));
                }
                act.record(tx, None, Some(&new)).await?;
                Ok(new)
            }
            .boxed()
        })
        .await
    }

    /// The model of this identifier, with its latest version.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn model_view(&self, model_id: &str) -> Result<Model, Error> {
        let statement = models::by_id(self.store.dialect(), model_id);
        let model = self.store.lookup(&statement, models::read).await?;
        model.ok_or_else(|| not_found(model_id))
    }

    /// Says anew what a model is. A version that it did not have is added to
    /// it; the version given is then its latest.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn model_replace(&self, new: ModelInput) -> Result<Model, Error> {
        self.write(move |tx, act| {
            async move {
                let old = find(tx, &new.model_id).await?;
                models::update(tx, &new, act.at).await?;
                act.record(tx, Some(&old), Some(&new)).await?;
                Ok(new)
            }
            .boxed()
        })
        .await
    }

    /// Removes a model with all its versions.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn model_delete(&self, model_id: &str) -> Result<(), Error> {
        let model_id = model_id.to_owned();
        self.write(move |tx, act| {
            async move {
                let old = find(tx, &model_id).await?;
                models::delete(tx, &model_id).await?;
                Ok(act.record(tx, Some(&old), None).await?)
            }
            .boxed()
        })
        .await
    }
}

/// The model that is to change.
async fn find(tx: &mut Tx, model_id: &str) -> Result<Model, Error> {
    let statement = models::by_id(tx.dialect(), model_id);
    let model = tx.fetch_first(&statement, models::read).await?;
    model.ok_or_else(|| not_found(model_id))
}

fn not_found(model_id: &str) -> Error {
    Error::NotFound { resource: Resource::Model, id: model_id.to_owned() }
}

fn taken(model_id: String) -> Error {
    Error::Duplicate {
        resource: Resource::Model,
        field: "model_id",
        value: model_id.clone(),
        holder: model_id,
    }
}
