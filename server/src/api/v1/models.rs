//! AI models, each in its latest version.

use dropshot::{
    HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, endpoint,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{Millions, Text, patterned};
use crate::app;
use crate::domain;
use crate::http::{Answer, ApiError, Body, Path, Query, Rq, serve, serve_kept};

patterned!(
    /// The name of a model, chosen by the client.
    ModelId, 3, 50, r"^[a-zA-Z0-9_-]+$"
);
patterned!(
    /// Three numbers, as in Semantic Versioning.
    ModelVersion, 0, 100, r"^[0-9]+\.[0-9]+\.[0-9]+$"
);

/// A model to register, or one that takes the place of another.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ModelInput {
    model_id: ModelId,
    framework: Text<1, 100>,
    version: ModelVersion,
    parameters_millions: Millions,
}

/// An AI model in its latest version.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Model {
    model_id: ModelId,
    framework: Text<1, 100>,
    version: ModelVersion,
    parameters_millions: Millions,
    status: ModelStatus,
}

/// That the registry has it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ModelStatus {
    Registered,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ModelPath {
    model_id: ModelId,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ModelListQuery {
    framework: Option<Text<2, 100>>,
    min_params: Option<Millions>,
}

impl From<ModelInput> for domain::ModelInput {
    fn from(input: ModelInput) -> Self {
        Self {
            model_id: input.model_id.0,
            framework: input.framework.0,
            version: input.version.0,
            parameters_millions: input.parameters_millions.0,
        }
    }
}

impl From<domain::Model> for Model {
    fn from(model: domain::Model) -> Self {
        Self {
            model_id: ModelId(model.model_id),
            framework: Text(model.framework),
            version: ModelVersion(model.version),
            parameters_millions: Millions(model.parameters_millions),
            status: ModelStatus::Registered,
        }
    }
}

impl From<ModelListQuery> for domain::ModelFilter {
    fn from(query: ModelListQuery) -> Self {
        Self {
            framework: query.framework.map(|it| it.0),
            min_params: query.min_params.map(|it| it.0),
        }
    }
}

/// List models
#[endpoint { method = GET, path = "/models", tags = ["models"] }]
pub(crate) async fn model_list(
    rq: Rq,
    query: Query<ModelListQuery>,
) -> Answer<HttpResponseOk<Vec<Model>>> {
    serve_kept(rq, query, async |call, query| {
        let models = call.app().model_list(query.into()).await?;
        Ok(HttpResponseOk(models.into_iter().map(Model::from).collect()))
    })
    .await
}

/// Register a model
#[endpoint { method = POST, path = "/models", tags = ["models"] }]
pub(crate) async fn model_create(
    rq: Rq,
    body: Body<ModelInput>,
) -> Answer<HttpResponseCreated<Model>> {
    serve(rq, body, async |call, new| {
        let model = call.app().model_create(new.into()).await;
        Ok(HttpResponseCreated(model.map_err(id_taken)?.into()))
    })
    .await
}

/// Fetch a model
#[endpoint { method = GET, path = "/models/{model_id}", tags = ["models"] }]
pub(crate) async fn model_view(
    rq: Rq,
    path: Path<ModelPath>,
) -> Answer<HttpResponseOk<Model>> {
    serve_kept(rq, path, async |call, path| {
        let model = call.app().model_view(&path.model_id.0).await?;
        Ok(HttpResponseOk(model.into()))
    })
    .await
}

/// Replace a model
#[endpoint { method = PUT, path = "/models/{model_id}", tags = ["models"] }]
pub(crate) async fn model_replace(
    rq: Rq,
    path: Path<ModelPath>,
    body: Body<ModelInput>,
) -> Answer<HttpResponseOk<Model>> {
    serve(rq, (path, body), async |call, (path, new)| {
        if path.model_id != new.model_id {
            return Err(super::identifiers_differ());
        }
        let model = call.app().model_replace(new.into()).await;
        Ok(HttpResponseOk(model.map_err(not_there)?.into()))
    })
    .await
}

/// Remove a model
#[endpoint { method = DELETE, path = "/models/{model_id}", tags = ["models"] }]
pub(crate) async fn model_delete(
    rq: Rq,
    path: Path<ModelPath>,
) -> Answer<HttpResponseDeleted> {
    serve(rq, path, async |call, path| {
        call.app().model_delete(&path.model_id.0).await?;
        Ok(HttpResponseDeleted())
    })
    .await
}

fn id_taken(error: app::Error) -> ApiError {
    super::duplicate(error, |_, _| "Model ID already exists".to_owned())
}

fn not_there(error: app::Error) -> ApiError {
    let is_missing = matches!(error, app::Error::NotFound { .. });
    let told = ApiError::from(error);
    if is_missing {
        told.saying("Cannot update non-existent model")
    } else {
        told
    }
}
