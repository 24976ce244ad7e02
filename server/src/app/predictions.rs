//! Predictions.

use super::{App, Error};
use crate::inference::FEATURES;

impl App {
    /// What the model makes of the features.
    ///
    /// # Errors
    ///
    /// [`Error::NoModel`] if there is none; [`Error::Prediction`] if it fails.
    pub async fn prediction_create(
        &self,
        features: [f64; FEATURES],
    ) -> Result<f32, Error> {
        let predictor = self.predictor.as_ref().ok_or(Error::NoModel)?;
        predictor.predict(features).await.map_err(Error::Prediction)
    }
}
