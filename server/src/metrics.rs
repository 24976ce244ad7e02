//! What is counted, and how `/metrics` tells it.
//!
//! A label is an operation id of the contracts, never a path: a client could
//! make up any number of paths.

mod jobs;

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use prometheus_client::encoding::{
    EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text,
};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

pub use jobs::{JobEnd, JobMetrics};

/// The media type of [`Metrics::render`].
pub const MEDIA_TYPE: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the duration buckets in seconds: from a read by key to
/// just over the default deadline of a handler.
const DURATIONS_S: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// The server's counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    operations: RwLock<HashMap<Operation, Histogram>>,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    cache: Family<Cached, Counter>,
    predictions: Family<Predicted, Histogram, fn() -> Histogram>,
    jobs: JobMetrics,
}

impl Metrics {
    /// Counters at zero; the process's start time is now.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let jobs = JobMetrics::register(&mut registry);
        let mut metrics = Self {
            registry,
            jobs,
            operations: RwLock::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| {
                Histogram::new(DURATIONS_S)
            }),
            in_flight: Gauge::default(),
            cache: Family::default(),
            predictions: Family::new_with_constructor(|| {
                Histogram::new(DURATIONS_S)
            }),
        };
        metrics.register_requests();
        metrics.register_predictions();
        register_process(&mut metrics.registry);
        metrics
    }

    /// Counts an answered request of an operation, by its id.
    ///
    /// After an operation's first request this allocates nothing.
    pub fn request(&self, operation: &str, status: u16, duration: Duration) {
        let (operation, durations) = self.operation(operation);
        durations.observe(duration.as_secs_f64());
        self.requests.get_or_create(&Answered { operation, status }).inc();
    }

    /// Counts a request as under way for as long as the guard lives.
    pub fn in_flight(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a read whose answer was looked for among those kept.
    pub fn asked_cache(&self, was_there: bool) {
        let outcome = if was_there { "hit" } else { "miss" };
        self.cache.get_or_create(&Cached { outcome }).inc();
    }

    /// Counts a run of the model for predictions, without the wait for its
    /// turn and without loading the model.
    pub fn prediction(&self, succeeded: bool, duration: Duration) {
        let outcome = if succeeded { "ok" } else { "failed" };
        let durations = self.predictions.get_or_create(&Predicted { outcome });
        durations.observe(duration.as_secs_f64());
    }

    /// What is counted of background work.
    pub fn jobs(&self) -> &JobMetrics {
        &self.jobs
    }

    /// All of it as OpenMetrics text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }

    /// The label and the histogram of an operation, made at its first request.
    fn operation(&self, id: &str) -> (Operation, Histogram) {
        let known = self
            .operations
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get_key_value(id)
            .map(|(label, durations)| (label.clone(), durations.clone()));
        known.unwrap_or_else(|| self.first(id))
    }

    fn first(&self, id: &str) -> (Operation, Histogram) {
        let label = Operation(id.into());
        let asked = Asked { operation: label.clone() };
        let durations = self.durations.get_or_create_owned(&asked);
        self.operations
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(label.clone(), durations.clone());
        (label, durations)
    }

    fn register_requests(&mut self) {
        self.registry.register(
            "http_requests",
            "Answered requests, by operation and status",
            self.requests.clone(),
        );
        self.registry.register(
            "http_answer_cache",
            "Reads whose answer was looked for among those kept, by outcome",
            self.cache.clone(),
        );
        self.registry.register_with_unit(
            "http_request_duration",
            "How long an operation took to answer",
            Unit::Seconds,
            self.durations.clone(),
        );
        self.registry.register(
            "http_requests_in_flight",
            "Requests under way",
            self.in_flight.clone(),
        );
    }

    fn register_predictions(&mut self) {
        self.registry.register_with_unit(
            "prediction_duration",
            "How long the model for predictions ran, by what came of it",
            Unit::Seconds,
            self.predictions.clone(),
        );
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn register_process(registry: &mut Registry) {
    registry.register(
        "colophon_build",
        "Which Colophon this is",
        Info::new([("version", env!("CARGO_PKG_VERSION"))]),
    );
    let start: Gauge = Gauge::default();
    start.set(chrono::Utc::now().timestamp());
    registry.register_with_unit(
        "process_start_time",
        "When the process began, since 1970-01-01 UTC",
        Unit::Seconds,
        start,
    );
}

/// A request under way; dropping it ends the count.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// An operation id, shared so that a request need not copy it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Operation(Arc<str>);

impl std::borrow::Borrow<str> for Operation {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl EncodeLabelValue for Operation {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> fmt::Result {
        encoder.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    operation: Operation,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: Operation,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Cached {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Predicted {
    outcome: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_operation_and_status() {
        let metrics = Metrics::new();
        metrics.request("book_view", 200, Duration::from_millis(2));
        metrics.request("book_view", 200, Duration::from_millis(30));
        metrics.request("book_view", 404, Duration::from_millis(1));

        let text = metrics.render();

        for line in [
            r#"http_requests_total{operation="book_view",status="200"} 2"#,
            r#"http_requests_total{operation="book_view",status="404"} 1"#,
            r#"http_request_duration_seconds_count{operation="book_view"} 3"#,
            r#"http_request_duration_seconds_bucket{le="0.0025",operation="book_view"} 2"#,
            "# TYPE http_requests_in_flight gauge",
            "# EOF",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_the_cache_had_is_counted() {
        let metrics = Metrics::new();
        for was_there in [true, false, true] {
            metrics.asked_cache(was_there);
        }
        let text = metrics.render();
        let count = |outcome: &str, count: u8| {
            format!("http_answer_cache_total{{outcome=\"{outcome}\"}} {count}")
        };
        assert!(text.contains(&count("hit", 2)), "{text}");
        assert!(text.contains(&count("miss", 1)), "{text}");
    }

    #[test]
    fn build_and_start_are_told() {
        let text = Metrics::new().render();

        let version = env!("CARGO_PKG_VERSION");
        let build = format!("colophon_build_info{{version=\"{version}\"}} 1");
        assert!(text.contains(&build), "{text}");
        assert!(text.contains("process_start_time_seconds 1"), "{text}");
    }

    #[test]
    fn in_flight_falls_when_the_request_ends() {
        let metrics = Metrics::new();
        let guard = metrics.in_flight();
        assert!(metrics.render().contains("http_requests_in_flight 1"));
        drop(guard);
        assert!(metrics.render().contains("http_requests_in_flight 0"));
    }
}
