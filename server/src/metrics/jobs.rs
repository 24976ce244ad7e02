//! What is counted of background work.

use std::fmt::{self, Write};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::Utc;
use prometheus_client::encoding::{
    EncodeLabelSet, EncodeLabelValue, LabelValueEncoder,
};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::domain::{Job, JobDepth, JobState};

/// Upper bounds of the duration buckets in seconds: from a sum over a small
/// catalogue to a mail server that takes its time.
const DURATIONS_S: [f64; 10] =
    [0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

/// The counters of background work.
#[derive(Debug)]
pub struct JobMetrics {
    depths: Family<InState, Gauge>,
    ages: Family<InState, Gauge<f64, AtomicU64>>,
    attempts: Family<Ended, Counter>,
    durations: Family<OfKind, Histogram, fn() -> Histogram>,
}

/// How an attempt at a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobEnd {
    /// It was done.
    Done,
    /// It failed, and is tried again.
    Failed,
    /// It failed once too often, and was put aside.
    Dead,
    /// Another server took it over.
    Lost,
    /// The server stopped, and gave it back.
    GivenBack,
}

impl EncodeLabelValue for JobEnd {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> fmt::Result {
        encoder.write_str(match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Lost => "lost",
            Self::GivenBack => "given_back",
        })
    }
}

impl JobMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            depths: Family::default(),
            ages: Family::default(),
            attempts: Family::default(),
            durations: Family::new_with_constructor(|| {
                Histogram::new(DURATIONS_S)
            }),
        };
        metrics.register_queue(registry);
        metrics.register_attempts(registry);
        metrics
    }

    fn register_queue(&self, registry: &mut Registry) {
        registry.register(
            "jobs",
            "Jobs that are not done, by kind and state",
            self.depths.clone(),
        );
        registry.register_with_unit(
            "jobs_oldest_age",
            "How long ago the oldest of them was asked for",
            Unit::Seconds,
            self.ages.clone(),
        );
    }

    fn register_attempts(&self, registry: &mut Registry) {
        registry.register(
            "job_attempts",
            "Attempts at jobs, by kind and how they ended",
            self.attempts.clone(),
        );
        registry.register_with_unit(
            "job_duration",
            "How long an attempt at a job took",
            Unit::Seconds,
            self.durations.clone(),
        );
    }

    /// Says how many jobs there are; of kinds and states that are not told,
    /// there are none.
    pub fn set_depths(&self, depths: &[JobDepth]) {
        let now = Utc::now();
        for (kind, state) in kinds_and_states() {
            let found =
                depths.iter().find(|it| it.kind == kind && it.state == state);
            let label = InState { kind, state: state.as_str() };
            let count = found.map_or(0, |it| it.count);
            let age = found
                .map_or(0.0, |it| (now - it.oldest).as_seconds_f64().max(0.0));
            self.depths.get_or_create(&label).set(count);
            self.ages.get_or_create(&label).set(age);
        }
    }

    /// Counts an attempt.
    pub fn attempt(&self, kind: &'static str, end: JobEnd, took: Duration) {
        self.attempts.get_or_create(&Ended { kind, end }).inc();
        let durations = self.durations.get_or_create(&OfKind { kind });
        durations.observe(took.as_secs_f64());
    }
}

fn kinds_and_states() -> impl Iterator<Item = (&'static str, JobState)> {
    let of_kind = |kind| JobState::ALL.map(|state| (kind, state));
    Job::KINDS.into_iter().flat_map(of_kind)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    kind: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    kind: &'static str,
    end: JobEnd,
}

#[cfg(test)]
mod tests {
    use super::super::Metrics;
    use super::*;

    #[test]
    fn the_queue_is_told_by_kind_and_state_also_once_it_is_empty() {
        let metrics = Metrics::new();
        let waiting = JobDepth {
            kind: "make_report".to_owned(),
            state: JobState::Waiting,
            count: 3,
            oldest: Utc::now() - chrono::TimeDelta::seconds(90),
        };
        metrics.jobs().set_depths(&[waiting]);
        let depth = r#"jobs{kind="make_report",state="waiting"}"#;
        let text = metrics.render();
        assert!(text.contains(&format!("{depth} 3\n")), "{text}");
        let age =
            r#"jobs_oldest_age_seconds{kind="make_report",state="waiting"} 90"#;
        assert!(text.contains(age), "{text}");

        metrics.jobs().set_depths(&[]);
        let text = metrics.render();
        assert!(text.contains(&format!("{depth} 0\n")), "{text}");
    }

    #[test]
    fn attempts_are_counted_by_how_they_ended() {
        let metrics = Metrics::new();
        let took = Duration::from_millis(2);
        metrics.jobs().attempt("make_report", JobEnd::Done, took);
        metrics.jobs().attempt("make_report", JobEnd::Failed, took);
        let text = metrics.render();
        for line in [
            r#"job_attempts_total{kind="make_report",end="done"} 1"#,
            r#"job_duration_seconds_count{kind="make_report"} 2"#,
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }
}
