//! What the catalogue does, and the rules that it keeps.
//!
//! `App` is what every handler is given. It knows neither HTTP nor SQL: it
//! could be called from a command line and would not notice.

mod audit;
mod auth;
mod authors;
mod books;
mod error;
mod events;
mod items;
mod jobs;
mod models;
mod once;
mod predictions;
mod products;
mod reports;
mod reviews;
mod sample;
mod signing;
#[cfg(test)]
mod tests;
mod users;

pub use audit::Actor;
pub use auth::CryptoError;
pub use books::{BulkDeleted, Expected};
pub use error::{Error, Resource};
pub use once::Once;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use slog::Logger;
use tokio::sync::Notify;

use crate::config;
use crate::inference::Predictor;
use crate::store::Store;
use auth::Auth;

/// The catalogue.
#[derive(Clone, Debug)]
pub struct App {
    store: Store,
    auth: Auth,
    log: Logger,
    predictor: Option<Arc<Predictor>>,
    /// Rung when there is a job to be done.
    bell: Arc<Notify>,
    /// Who acts through this handle.
    actor: Arc<Actor>,
}

impl App {
    /// A catalogue that keeps its data in `store`, for the server itself to
    /// act on.
    pub fn new(store: Store, log: Logger) -> Self {
        Self {
            store,
            auth: Auth::new(&config::Auth::default()),
            log,
            predictor: None,
            bell: Arc::default(),
            actor: Arc::new(Actor::system("start")),
        }
    }

    /// The same catalogue with a model that makes predictions.
    #[must_use]
    pub fn with_predictor(self, predictor: Predictor) -> Self {
        Self { predictor: Some(Arc::new(predictor)), ..self }
    }

    /// The same, with these settings for tokens.
    #[must_use]
    pub fn with_auth(self, config: &config::Auth) -> Self {
        Self { auth: Auth::new(config), ..self }
    }

    /// Where the data is.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What rings when this process has asked for a job.
    pub(crate) fn job_bell(&self) -> &Arc<Notify> {
        &self.bell
    }

    /// Has a job begun at once that a write, which is committed by now, has
    /// asked for. Without it, the job is begun when the queue is next looked
    /// at.
    fn wake_jobs(&self) {
        self.bell.notify_one();
    }
}

/// The time as it is stored: to the microsecond.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
