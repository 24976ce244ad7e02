//! AI models and their versions.

use serde::{Deserialize, Serialize};

/// A model and its latest version, which is what contract v1 calls a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Chosen by the client: 3 to 50 of letters, digits, `_` and `-`.
    pub model_id: String,
    /// What it is built with, 1 to 100 characters.
    pub framework: String,
    /// The version registered last.
    pub version: String,
    /// Millions of parameters, above 0.
    pub parameters_millions: f64,
}

/// What a caller says of a model and its version.
pub type ModelInput = Model;

/// Which models a list holds: those that meet every condition given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelFilter {
    /// The whole framework, case included.
    pub framework: Option<String>,
    /// The fewest parameters, in millions, inclusive.
    pub min_params: Option<f64>,
}
