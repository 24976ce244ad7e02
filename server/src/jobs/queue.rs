//! What the store keeps of jobs: taking them, and ending them.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use futures::FutureExt;
use uuid::Uuid;

use crate::domain::{JobDepth, JobState, QueuedJob};
use crate::store::jobs::{self, Due, Held, Outcome};
use crate::store::{Error, Store, Tx, reports};

/// Why a job is put aside that servers began and never ended.
const ABANDONED: &str = "each server that began it was gone before its end";

/// The queue of jobs in a database.
#[derive(Clone, Debug)]
pub struct Queue {
    store: Store,
}

/// On which terms jobs are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) lease: Duration,
    pub(super) max_attempts: i64,
}

/// A job that was begun.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) held: Held,
    /// What is to be done, in JSON.
    pub(super) payload: String,
    /// Which attempt this is, from 1.
    pub(super) attempt: i64,
    pub(super) created_at: DateTime<Utc>,
}

/// How an attempt ended that did not get the job done.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// It is tried again after so long.
    Again(Duration, String),
    /// It is put aside.
    Aside(String),
    /// It is given back.
    Back,
}

impl Queue {
    /// The queue in this database.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The jobs of a state, or all; the first thousand by their numbers.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn list(
        &self,
        state: Option<JobState>,
    ) -> Result<Vec<QueuedJob>, Error> {
        self.store.read(move |tx| jobs::list(tx, state).boxed()).await
    }

    /// When the next job may be begun.
    pub(super) async fn next_due(
        &self,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        self.store.read(|tx| jobs::next_due(tx).boxed()).await
    }

    /// Begins the job that has waited longest.
    pub(super) async fn take(
        &self,
        terms: Terms,
    ) -> Result<Option<Taken>, Error> {
        self.store.write(move |tx| take(tx, terms, now()).boxed()).await
    }

    /// Prolongs a lease from now on, and says whether it still held.
    pub(super) async fn renew(
        &self,
        held: &Held,
        lease: Duration,
    ) -> Result<bool, Error> {
        let held = held.clone();
        self.store
            .write(move |tx| {
                async move { jobs::renew(tx, &held, later(now(), lease)).await }
                    .boxed()
            })
            .await
    }

    /// Removes a job that is done, and says whether the lease still held.
    pub(super) async fn finish(&self, held: &Held) -> Result<bool, Error> {
        let held = held.clone();
        self.store
            .write(move |tx| {
                async move { jobs::finish(tx, &held).await }.boxed()
            })
            .await
    }

    /// Ends an attempt that did not get the job done, and says whether the
    /// lease still held.
    pub(super) async fn give_up(
        &self,
        held: &Held,
        end: End,
    ) -> Result<bool, Error> {
        let held = held.clone();
        self.store
            .write(move |tx| {
                async move { give_up(tx, &held, &end, now()).await }.boxed()
            })
            .await
    }

    /// How many jobs there are, by kind and state.
    pub(super) async fn depths(&self) -> Result<Vec<JobDepth>, Error> {
        self.store.read(|tx| jobs::depths(tx).boxed()).await
    }

    /// Removes reports that were asked for, and jobs that were put aside,
    /// longer ago than this.
    pub(super) async fn sweep(&self, kept: TimeDelta) -> Result<u64, Error> {
        let before = now() - kept;
        self.store
            .write(move |tx| {
                async move {
                    let reports = reports::forget(tx, before).await?;
                    Ok(reports + jobs::forget(tx, before).await?)
                }
                .boxed()
            })
            .await
    }
}

/// Begins the job that has waited longest. One that was begun too often, and
/// never ended, is put aside: it may be what kills servers.
pub(super) async fn take(
    tx: &mut Tx,
    terms: Terms,
    now: DateTime<Utc>,
) -> Result<Option<Taken>, Error> {
    while let Some(due) = jobs::due(tx, now).await? {
        if due.attempts < terms.max_attempts {
            return begin(tx, due, later(now, terms.lease)).await.map(Some);
        }
        let lease = due.lease.unwrap_or_default();
        let held = Held { id: due.id, lease };
        let buried = Outcome::Buried { now, error: ABANDONED };
        if !jobs::give_up(tx, &held, buried).await? {
            break;
        }
    }
    Ok(None)
}

async fn begin(
    tx: &mut Tx,
    due: Due,
    until: DateTime<Utc>,
) -> Result<Taken, Error> {
    let held = Held { id: due.id, lease: Uuid::new_v4().to_string() };
    jobs::begin(tx, &held, until).await?;
    let Due { payload, attempts, created_at, .. } = due;
    Ok(Taken { held, payload, attempt: attempts + 1, created_at })
}

async fn give_up(
    tx: &mut Tx,
    held: &Held,
    end: &End,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let outcome = match end {
        End::Again(wait, error) => {
            Outcome::Postponed { until: later(now, *wait), error }
        }
        End::Aside(error) => Outcome::Buried { now, error },
        End::Back => Outcome::Released { now },
    };
    jobs::give_up(tx, held, outcome).await
}

/// The time as it is stored: to the microsecond.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

fn later(time: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait)
        .ok()
        .and_then(|wait| time.checked_add_signed(wait))
        .unwrap_or(time)
}
