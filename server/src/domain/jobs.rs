//! Jobs: work that is done after the write that asks for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is to be done. Whatever a job needs stands in it, so that it means
/// the same however late it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Make a report that was asked for.
    MakeReport {
        /// Which one.
        report_id: String,
    },
    /// Greet a new user by mail.
    WelcomeMail {
        /// Who it is.
        user_id: i64,
        /// What the user is called.
        username: String,
        /// Where the mail goes.
        email: String,
    },
}

impl Job {
    /// The kinds of jobs that this server can do. One that a newer server
    /// has asked for is left to it.
    pub const KINDS: [&'static str; 2] = ["make_report", "welcome_mail"];

    /// Its kind, as the queue and the metrics name it.
    pub fn kind(&self) -> &'static str {
        let [make_report, welcome_mail] = Self::KINDS;
        match self {
            Self::MakeReport { .. } => make_report,
            Self::WelcomeMail { .. } => welcome_mail,
        }
    }
}

/// Where a job stands. One that is done is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It will be begun, at once or after a while.
    Waiting,
    /// A server is at it.
    Running,
    /// It failed too often: a dead letter, which nobody will try again until
    /// somebody says so.
    Dead,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Running, Self::Dead];

    /// Its name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A job in the queue, without what it is about: that may be somebody's
/// address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedJob {
    /// Its number, never given again.
    pub id: i64,
    /// One of [`Job::KINDS`], or what a newer server has asked for.
    pub kind: String,
    /// Where it stands.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: i64,
    /// When it may be begun; while it runs, when whoever does it counts as
    /// gone.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// How many jobs of a kind are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobDepth {
    /// The kind.
    pub kind: String,
    /// The state.
    pub state: JobState,
    /// How many.
    pub count: i64,
    /// When the first of them was asked for.
    pub oldest: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_stored_with_the_name_of_its_kind() {
        for job in [
            Job::MakeReport { report_id: "r".to_owned() },
            Job::WelcomeMail {
                user_id: 1,
                username: "ann".to_owned(),
                email: "ann@example.com".to_owned(),
            },
        ] {
            let stored = serde_json::to_value(&job).expect("JSON");
            assert_eq!(stored["kind"], job.kind());
            let read: Job = serde_json::from_value(stored).expect("a job");
            assert_eq!(read, job);
        }
    }
}
