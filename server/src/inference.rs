//! Predictions by a model in ONNX format, which runs in this process.
//!
//! A model of the operator's is loaded at start, which fails if it cannot be
//! used. The shipped one is known to be usable and is loaded by the first
//! prediction: the engine's code and tables are a sixth of an idle server's
//! memory.
//!
//! Knows neither HTTP nor the catalogue. Without the feature `onnx` there is no
//! engine, and no model can be loaded.

#[cfg(feature = "onnx")]
mod onnx;
#[cfg(not(feature = "onnx"))]
mod onnx {
    //! What stands in where the engine is left out.

    use super::{FEATURES, LoadError};

    pub(super) enum Plan {}

    impl Plan {
        pub(super) fn load(_: &[u8]) -> Result<Self, LoadError> {
            Err(LoadError::LeftOut)
        }

        pub(super) fn run(&self, _: [f32; FEATURES]) -> Result<f32, String> {
            match *self {}
        }
    }
}

#[cfg(all(test, feature = "onnx"))]
mod tests;

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::metrics::Metrics;
use onnx::Plan;

/// How many numbers a prediction is made from.
pub const FEATURES: usize = 3;

/// The model that is used if no other one is configured, as
/// `model/train.py` has made it.
const SHIPPED: &[u8] = include_bytes!("../model/linear.onnx");

static SHIPPED_PLAN: LazyLock<Result<Plan, LoadError>> =
    LazyLock::new(|| Plan::load(SHIPPED));

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the model {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not in ONNX format, or damaged.
    #[error("the model is no ONNX model: {0}")]
    Format(String),
    /// It asks for operators that the engine does not have.
    #[error("the model needs operators that are not supported: {0}")]
    Operators(String),
    /// It takes or gives something else than is needed.
    #[error("the model must make one number of {FEATURES} 32-bit floats: {0}")]
    Shape(String),
    /// The binary was built without the feature `onnx`.
    #[error("this binary was built without an engine for models")]
    LeftOut,
}

/// Why there is no prediction.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The shipped model cannot be used.
    #[error("the shipped model cannot be used")]
    Shipped(#[source] &'static LoadError),
    /// The model failed.
    #[error("the model failed: {0}")]
    Run(String),
    /// What the model gave is infinite or no number at all.
    #[error("the model gave {0}")]
    NotFinite(f32),
    /// The thread that ran the model has panicked.
    #[error("the model's run broke off")]
    Panicked,
}

enum Model {
    Shipped,
    Configured(Plan),
}

impl Model {
    fn plan(&self) -> Result<&Plan, Error> {
        match self {
            Self::Shipped => SHIPPED_PLAN.as_ref().map_err(Error::Shipped),
            Self::Configured(plan) => Ok(plan),
        }
    }
}

/// Makes predictions with one model.
pub struct Predictor {
    model: Arc<Model>,
    /// A run keeps a core busy: more at once would only slow each other down.
    runs: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl Predictor {
    /// Loads the model in a file, or takes the shipped one.
    ///
    /// # Errors
    ///
    /// [`LoadError`] says which kinds there are.
    pub fn load(
        file: Option<&Path>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, LoadError> {
        let model = match file {
            Some(path) => Model::Configured(Plan::load(&read(path)?)?),
            None if cfg!(feature = "onnx") => Model::Shipped,
            None => return Err(LoadError::LeftOut),
        };
        let cores = available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            model: Arc::new(model),
            runs: Arc::new(Semaphore::new(cores)),
            metrics,
        })
    }

    /// What the model makes of the features. They are given to it as 32-bit
    /// floats.
    ///
    /// # Errors
    ///
    /// [`Error`] says which kinds there are.
    pub async fn predict(
        &self,
        features: [f64; FEATURES],
    ) -> Result<f32, Error> {
        let permit = Arc::clone(&self.runs).acquire_owned().await;
        let model = Arc::clone(&self.model);
        let metrics = Arc::clone(&self.metrics);
        // The permit goes with the run, which goes on if nobody waits for it.
        let run = move || {
            let _permit = permit;
            let plan = model.plan()?;
            let started = Instant::now();
            let row = features.map(|it| it as f32);
            let made = catch_unwind(AssertUnwindSafe(|| plan.run(row)));
            let prediction = judged(made.map_err(|_| Error::Panicked));
            metrics.prediction(prediction.is_ok(), started.elapsed());
            prediction
        };
        let prediction = tokio::task::spawn_blocking(run).await;
        prediction.unwrap_or(Err(Error::Panicked))
    }
}

fn judged(outcome: Result<Result<f32, String>, Error>) -> Result<f32, Error> {
    let number = outcome?.map_err(Error::Run)?;
    if number.is_finite() { Ok(number) } else { Err(Error::NotFinite(number)) }
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(path)
        .map_err(|source| LoadError::Read { path: path.to_owned(), source })
}

impl std::fmt::Debug for Predictor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Predictor").finish_non_exhaustive()
    }
}
