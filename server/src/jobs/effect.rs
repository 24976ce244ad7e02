//! What is done for each kind of job.

use super::queue::{Queue, Taken};
use crate::app::{self, App};
use crate::domain::Job;
use crate::mail::{self, Mail, Mailer};
use crate::store;

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Another server has the job by now; this one changed nothing.
    #[error("the lease has expired")]
    Lost,
    /// The server stops before the job is done.
    #[error("the server stopped")]
    CutOff,
    /// A bug.
    #[error("it panicked")]
    Panicked,
    /// What is to be done cannot be read.
    #[error("what is to be done cannot be read")]
    Payload(#[from] serde_json::Error),
    /// The catalogue failed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A mail could not be sent.
    #[error(transparent)]
    Mail(#[from] mail::Error),
    /// The queue failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What jobs are done with.
#[derive(Debug)]
pub(super) struct Effects {
    app: App,
    mailer: Mailer,
    queue: Queue,
}

impl Effects {
    pub(super) fn new(app: App, mailer: Mailer) -> Self {
        let queue = Queue::new(app.store().clone());
        Self { app, mailer, queue }
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// Does a job and removes it.
    pub(super) async fn run(
        &self,
        job: &Job,
        taken: &Taken,
    ) -> Result<(), Failure> {
        let held = &taken.held;
        let was_ours = match job {
            Job::MakeReport { report_id } => {
                self.app.report_make(report_id, held).await?
            }
            Job::WelcomeMail { username, email, .. } => {
                // A server that dies here sends it again, by the same name.
                self.mailer.send(welcome(taken, username, email)).await?;
                self.queue.finish(held).await?
            }
        };
        was_ours.then_some(()).ok_or(Failure::Lost)
    }
}

/// The mail that greets a user. Its name is the job's: its number, and when
/// it was asked for, which tells it from a job of another database.
fn welcome(taken: &Taken, username: &str, email: &str) -> Mail {
    let asked_at = taken.created_at.timestamp_micros();
    Mail {
        name: format!("job-{}.{asked_at}", taken.held.id),
        date: taken.created_at,
        to_name: username.to_owned(),
        to: email.to_owned(),
        subject: "Welcome to Colophon".to_owned(),
        text: format!(
            "Hello {username},\n\nyou have an account at Colophon, the \
             catalogue of books and models.\nSign in with the user name \
             {username}.\n"
        ),
    }
}
