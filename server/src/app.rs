//! What the catalogue does, and the rules that it keeps.
//!
//! `App` is what every handler is given. It knows neither HTTP nor SQL: it
//! could be called from a command line and would not notice.

mod books;
mod error;
mod items;
mod models;
mod once;
mod predictions;
mod sample;
mod signing;
#[cfg(test)]
mod tests;

pub use books::{BulkDeleted, Expected};
pub use error::{Error, Resource};
pub use once::Once;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use slog::Logger;

use crate::inference::Predictor;
use crate::store::Store;

/// The catalogue.
#[derive(Clone, Debug)]
pub struct App {
    store: Store,
    log: Logger,
    predictor: Option<Arc<Predictor>>,
}

impl App {
    /// A catalogue that keeps its data in `store`.
    pub fn new(store: Store, log: Logger) -> Self {
        Self { store, log, predictor: None }
    }

    /// The same catalogue with a model that makes predictions.
    #[must_use]
    pub fn with_predictor(self, predictor: Predictor) -> Self {
        Self { predictor: Some(Arc::new(predictor)), ..self }
    }

    /// Where the data is.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// The time as it is stored: to the microsecond.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
