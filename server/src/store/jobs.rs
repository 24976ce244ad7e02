//! The queue of jobs.
//!
//! A job is taken for a limited time, under a lease. Whatever is done to it
//! then asks for the lease, so that a server that was thought gone and comes
//! back changes nothing.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{
    Asterisk, Expr, ExprTrait, Func, LockBehavior, LockType, Order, Query,
    SelectStatement, UpdateStatement, Value,
};

use super::schema::Jobs;
use super::statement::Template;
use super::{Columns, Error, Statement, Tx};
use crate::domain::{Job, JobDepth, JobState, QueuedJob};

/// The most jobs that a list shows.
const LISTED: u64 = 1000;

/// The right to do a job and to say what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The job.
    pub(crate) id: i64,
    /// The value that only its holder knows.
    pub(crate) lease: String,
}

/// A job that may be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Its number.
    pub(crate) id: i64,
    /// What is to be done, in JSON.
    pub(crate) payload: String,
    /// How often it was begun before.
    pub(crate) attempts: i64,
    /// Whoever was at it and has not been heard of since.
    pub(crate) lease: Option<String>,
    /// When it was asked for.
    pub(crate) created_at: DateTime<Utc>,
}

/// What becomes of a job that is not done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// It is tried again, not before a point in time.
    Postponed { until: DateTime<Utc>, error: &'a str },
    /// It is given back, as if it had not been begun.
    Released { now: DateTime<Utc> },
    /// Nobody tries it again.
    Buried { now: DateTime<Utc>, error: &'a str },
}

/// Adds a job, in the transaction of the write that asks for it.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    job: &Job,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    static ENQUEUE: LazyLock<Template> = LazyLock::new(|| {
        use Jobs::*;
        let columns = [Kind, Payload, State, Attempts, DueAt, CreatedAt];
        Template::insert(Table, columns, Id)
    });
    let values = vec![
        job.kind().into(),
        serde_json::to_string(job)?.into(),
        JobState::Waiting.as_str().into(),
        0_i64.into(),
        now.timestamp_micros().into(),
        now.timestamp_micros().into(),
    ];
    tx.insert(&ENQUEUE.with(tx.dialect(), values)).await
}

/// When the next job that this server knows may be begun.
pub(crate) async fn next_due(
    tx: &mut Tx,
) -> Result<Option<DateTime<Utc>>, Error> {
    static NEXT: LazyLock<Template> =
        LazyLock::new(|| Template::of(known().column(Jobs::DueAt)));
    let mut values = kinds();
    values.push(1_u64.into());
    let statement = NEXT.with(tx.dialect(), values);
    tx.fetch_first(&statement, |row| row.time()).await
}

/// The job that may be begun and has waited longest. On a database with
/// several servers it is locked, and one that another server is taking is
/// passed over.
pub(crate) async fn due(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<Due>, Error> {
    static DUE: LazyLock<Template> = LazyLock::new(|| {
        use Jobs::*;
        Template::of(
            known()
                .columns([Id, Payload, Attempts, Lease, CreatedAt])
                .and_where(Expr::col(DueAt).lte(0))
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked),
        )
    });
    let mut values = kinds();
    values.extend([now.timestamp_micros().into(), 1_u64.into()]);
    tx.fetch_first(&DUE.with(tx.dialect(), values), |row| {
        Ok(Due {
            id: row.integer()?,
            payload: row.text()?,
            attempts: row.integer()?,
            lease: row.maybe_text()?,
            created_at: row.time()?,
        })
    })
    .await
}

/// Jobs that somebody will do, of kinds that this server can do, the most
/// urgent first. Its values are [`kinds`], then what is added, then a limit.
fn known() -> SelectStatement {
    Query::select()
        .from(Jobs::Table)
        .and_where(Expr::col(Jobs::DueAt).is_not_null())
        .and_where(Expr::col(Jobs::Kind).is_in(Job::KINDS))
        .order_by(Jobs::DueAt, Order::Asc)
        .order_by(Jobs::Id, Order::Asc)
        .limit(0)
        .to_owned()
}

fn kinds() -> Vec<Value> {
    Job::KINDS.map(Value::from).into()
}

/// Begins a job that is due, for as long as the lease lasts.
pub(crate) async fn begin(
    tx: &mut Tx,
    held: &Held,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    static BEGIN: LazyLock<Template> = LazyLock::new(|| {
        use Jobs::*;
        Template::of(
            Query::update()
                .table(Table)
                .values([
                    (State, Expr::val("")),
                    (DueAt, Expr::val(0)),
                    (Lease, Expr::val("")),
                    (Attempts, Expr::col(Attempts).add(1)),
                ])
                .and_where(Expr::col(Id).eq(0)),
        )
    });
    let values = vec![
        JobState::Running.as_str().into(),
        until.timestamp_micros().into(),
        held.lease.as_str().into(),
        1_i64.into(),
        held.id.into(),
    ];
    tx.execute(&BEGIN.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Prolongs a lease, and says whether it still held.
pub(crate) async fn renew(
    tx: &mut Tx,
    held: &Held,
    until: DateTime<Utc>,
) -> Result<bool, Error> {
    static RENEW: LazyLock<Template> = LazyLock::new(|| {
        let values = [(Jobs::DueAt, Expr::val(0))];
        Template::of(of_holder(Query::update().values(values)))
    });
    let until = until.timestamp_micros();
    let values = vec![until.into(), held.id.into(), held.lease.as_str().into()];
    Ok(tx.execute(&RENEW.with(tx.dialect(), values)).await? > 0)
}

/// Removes a job that is done, and says whether it was still its holder's to
/// do. Belongs in the transaction of what the job has done.
pub(crate) async fn finish(tx: &mut Tx, held: &Held) -> Result<bool, Error> {
    static FINISH: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::delete()
                .from_table(Jobs::Table)
                .and_where(Expr::col(Jobs::Id).eq(0))
                .and_where(Expr::col(Jobs::Lease).eq("")),
        )
    });
    let values = vec![held.id.into(), held.lease.as_str().into()];
    Ok(tx.execute(&FINISH.with(tx.dialect(), values)).await? > 0)
}

/// Ends an attempt that did not get the job done, and says whether it was
/// still its holder's.
pub(crate) async fn give_up(
    tx: &mut Tx,
    held: &Held,
    outcome: Outcome<'_>,
) -> Result<bool, Error> {
    static GIVE_UP: LazyLock<Template> = LazyLock::new(|| {
        use Jobs::*;
        let values = [
            (State, Expr::val("")),
            (DueAt, Expr::val(0)),
            (Error, Expr::val("")),
            (EndedAt, Expr::val(0)),
            (Attempts, Expr::col(Attempts).sub(0)),
            (Lease, Expr::val("")),
        ];
        Template::of(of_holder(Query::update().values(values)))
    });
    let mut values = outcome.values();
    let nobody = None::<String>;
    let lease = held.lease.as_str();
    values.extend([nobody.into(), held.id.into(), lease.into()]);
    Ok(tx.execute(&GIVE_UP.with(tx.dialect(), values)).await? > 0)
}

impl Outcome<'_> {
    /// State, when it is due, error, when it ended, and attempts that do not
    /// count.
    fn values(self) -> Vec<Value> {
        let (state, due_at, error, ended_at, uncounted) = match self {
            Self::Postponed { until, error } => {
                (JobState::Waiting, Some(until), Some(error), None, 0_i64)
            }
            Self::Released { now } => {
                (JobState::Waiting, Some(now), None, None, 1)
            }
            Self::Buried { now, error } => {
                (JobState::Dead, None, Some(error), Some(now), 0)
            }
        };
        let time =
            |it: Option<DateTime<Utc>>| it.map(|it| it.timestamp_micros());
        vec![
            state.as_str().into(),
            time(due_at).into(),
            error.map(str::to_owned).into(),
            time(ended_at).into(),
            uncounted.into(),
        ]
    }
}

fn of_holder(update: &mut UpdateStatement) -> &UpdateStatement {
    update
        .table(Jobs::Table)
        .and_where(Expr::col(Jobs::Id).eq(0))
        .and_where(Expr::col(Jobs::Lease).eq(""))
}

/// Has a dead letter tried anew.
pub(crate) async fn retry(
    tx: &mut Tx,
    id: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let query = Query::update()
        .table(Jobs::Table)
        .values([
            (Jobs::State, Expr::val(JobState::Waiting.as_str())),
            (Jobs::DueAt, Expr::val(now.timestamp_micros())),
            (Jobs::Attempts, Expr::val(0_i64)),
            (Jobs::EndedAt, Expr::val(None::<i64>)),
        ])
        .and_where(Expr::col(Jobs::Id).eq(id))
        .to_owned();
    tx.execute(&Statement::build(tx.dialect(), &query)).await?;
    Ok(())
}

/// The dead letter of this number.
pub(crate) async fn find_dead(
    tx: &mut Tx,
    id: i64,
) -> Result<Option<QueuedJob>, Error> {
    let query = queued()
        .and_where(Expr::col(Jobs::Id).eq(id))
        .and_where(Expr::col(Jobs::State).eq(JobState::Dead.as_str()))
        .to_owned();
    tx.fetch_first(&Statement::build(tx.dialect(), &query), read).await
}

/// The first thousand jobs of a state, or of all, the first asked for first.
pub(crate) async fn list(
    tx: &mut Tx,
    state: Option<JobState>,
) -> Result<Vec<QueuedJob>, Error> {
    let of_state = state.map(|it| Expr::col(Jobs::State).eq(it.as_str()));
    let query = queued()
        .cond_where(sea_query::Condition::all().add_option(of_state))
        .order_by(Jobs::Id, Order::Asc)
        .limit(LISTED)
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), read).await
}

fn queued() -> SelectStatement {
    use Jobs::*;
    Query::select()
        .columns([Id, Kind, State, Attempts, DueAt, CreatedAt, Error])
        .from(Table)
        .to_owned()
}

/// From a row of [`queued`].
fn read(row: &mut Columns<'_>) -> Result<QueuedJob, Error> {
    Ok(QueuedJob {
        id: row.integer()?,
        kind: row.text()?,
        state: row.parsed(JobState::from_name)?,
        attempts: row.integer()?,
        due_at: row.maybe_time()?,
        created_at: row.time()?,
        error: row.maybe_text()?,
    })
}

/// How many jobs there are, by kind and state.
pub(crate) async fn depths(tx: &mut Tx) -> Result<Vec<JobDepth>, Error> {
    let query = Query::select()
        .columns([Jobs::Kind, Jobs::State])
        .expr(Func::count(Expr::col(Asterisk)))
        .expr(Func::min(Expr::col(Jobs::CreatedAt)))
        .from(Jobs::Table)
        .group_by_columns([Jobs::Kind, Jobs::State])
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), |row| {
        Ok(JobDepth {
            kind: row.text()?,
            state: row.parsed(JobState::from_name)?,
            count: row.integer()?,
            oldest: row.time()?,
        })
    })
    .await
}

/// Removes the jobs that were given up before a point in time.
pub(crate) async fn forget(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<u64, Error> {
    let old = Expr::col(Jobs::EndedAt).lt(before.timestamp_micros());
    let query =
        Query::delete().from_table(Jobs::Table).and_where(old).to_owned();
    tx.execute(&Statement::build(tx.dialect(), &query)).await
}
