//! Models, as contract v1 sees them: each with its latest version.

use futures::FutureExt;

use super::{App, Error, Resource, now};
use crate::domain::{Model, ModelFilter, ModelInput};
use crate::store::models;

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
        self.store
            .write(move |tx| {
                async move {
                    if models::insert(tx, &new, now()).await? {
                        return Ok(new);
                    }
                    Err(taken(new.model_id))
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
        self.store
            .write(move |tx| {
                async move {
                    if models::update(tx, &new, now()).await? {
                        return Ok(new);
                    }
                    Err(not_found(&new.model_id))
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
        self.store
            .write(move |tx| {
                async move {
                    let deleted = models::delete(tx, &model_id).await?;
                    deleted.then_some(()).ok_or_else(|| not_found(&model_id))
                }
                .boxed()
            })
            .await
    }
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
