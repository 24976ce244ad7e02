//! Predictions.

use dropshot::{HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::range;
use crate::http::{Answer, Body, Rq, serve};

range!(
    /// A number that a 32-bit float holds with room to spare.
    Feature, minimum: -1e12, maximum: 1e12
);

/// What a prediction is made from.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PredictionInput {
    feature1: Feature,
    feature2: Feature,
    feature3: Feature,
}

/// What the model says.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Prediction {
    prediction: f32,
}

/// Make a prediction
#[endpoint { method = POST, path = "/predict", tags = ["predictions"] }]
pub(crate) async fn prediction_create(
    rq: Rq,
    body: Body<PredictionInput>,
) -> Answer<HttpResponseOk<Prediction>> {
    serve(rq, body, async |call, input| {
        let PredictionInput { feature1, feature2, feature3 } = input;
        let features = [feature1.0, feature2.0, feature3.0];
        let prediction = call.app().prediction_create(features).await?;
        Ok(HttpResponseOk(Prediction { prediction }))
    })
    .await
}
