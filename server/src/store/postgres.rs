//! PostgreSQL: any number of servers on one database, each with a pool of
//! connections.
//!
//! A unit of work runs in a transaction of its own at the level REPEATABLE
//! READ: it sees one state, and PostgreSQL refuses it if another has changed
//! since what it changes. Together with the unique indexes, and with locks
//! on the few rows that a unit of work relies on and does not change, that is
//! all that they rely on; one that is refused is run again.

mod connect;
mod schema;
mod session;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Client, Pool, PoolError, TimeoutType};
use slog::{Logger, debug};
use tokio::sync::RwLock;

use super::tx::{Columns, Work};
use super::{Error, Migration, Statement, Tx};
use crate::config;
use connect::Address;
pub(super) use session::Session;

/// How often a unit of work is tried before the client is told to come back.
const MAX_TRIES: u32 = 16;

/// The longest wait before the second try; before each further one it is so
/// much longer.
const MAX_PAUSE: Duration = Duration::from_millis(2);

const READ: &str =
    "START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

const WRITE: &str =
    "START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ WRITE";

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub(super) struct Postgres {
    pool: Pool,
    /// Its address without the password.
    name: Arc<str>,
    /// Whoever uses the database reads this; to close it is to write it.
    used: Arc<RwLock<()>>,
    log: Logger,
}

impl Postgres {
    /// Connects to the database and brings its schema up to date.
    pub(super) async fn open(
        config: &config::Database,
        log: Logger,
    ) -> Result<Self, Error> {
        let timeout = Duration::from_millis(config.acquire_timeout_ms);
        let address = Address::parse(&config.url, timeout)?;
        schema::migrate(&address).await?;
        let pool = address.pool(config.max_connections, timeout)?;
        let name = address.name().into();
        Ok(Self { pool, name, used: Arc::default(), log })
    }

    pub(super) async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.run(WRITE, work).await
    }

    pub(super) async fn read<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.run(READ, work).await
    }

    pub(super) async fn lookup<T>(
        &self,
        statement: &Statement,
        read: fn(&mut Columns<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let _used = self.used.read().await;
        let mut session = Session::without_transaction(self.client().await?);
        session.fetch_first(statement, read).await
    }

    /// Finishes what is under way, and closes every connection.
    pub(super) async fn close(&self) {
        let _all = self.used.write().await;
        self.pool.close();
    }

    /// Runs a unit of work in a task of its own: what has begun is finished,
    /// whether or not somebody still waits for it.
    async fn run<T, E, W>(&self, begin: &'static str, work: W) -> Result<T, E>
    where
        W: Work<T, E>,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let database = self.clone();
        let task = tokio::spawn(async move {
            let _used = database.used.read().await;
            database.run_until_settled(begin, work).await
        });
        task.await.map_err(|_| Error::Panicked)?
    }

    async fn run_until_settled<T, E, W>(
        &self,
        begin: &'static str,
        work: W,
    ) -> Result<T, E>
    where
        W: Work<T, E>,
        E: From<Error>,
    {
        let mut tries = 1;
        loop {
            let session = Session::new(self.client().await?, begin);
            let outcome = attempt(session, work.clone()).await;
            if !outcome.in_conflict || tries >= MAX_TRIES {
                return outcome.result;
            }
            debug!(self.log, "trying again"; "tries" => tries);
            tokio::time::sleep(pause(tries)).await;
            tries += 1;
        }
    }

    async fn client(&self) -> Result<Client, Error> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Closed => Error::Closed,
            PoolError::Timeout(TimeoutType::Wait) => Error::Busy,
            PoolError::Backend(error) => self.away(Some(error)),
            PoolError::Timeout(_)
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => self.away(None),
        })
    }

    fn away(&self, error: Option<tokio_postgres::Error>) -> Error {
        let database = self.name.to_string();
        Error::Connect { database, source: error.map(Arc::new) }
    }
}

/// How a unit of work ended.
struct Outcome<T, E> {
    result: Result<T, E>,
    /// Whether it was refused because of what others did meanwhile.
    in_conflict: bool,
}

/// Runs a unit of work once and ends its transaction.
async fn attempt<T, E, W>(session: Session, work: W) -> Outcome<T, E>
where
    W: Work<T, E>,
    E: From<Error>,
{
    let mut tx = Tx::Postgres(session);
    let result = work(&mut tx).await;
    let Tx::Postgres(mut session) = tx else {
        let result = Err(Error::Panicked.into());
        return Outcome { result, in_conflict: false };
    };
    let ended = session.end(result.is_ok()).await.map_err(E::from);
    let in_conflict = session.in_conflict();
    Outcome { result: result.and_then(|it| ended.map(|()| it)), in_conflict }
}

/// A wait of random length, so that those who were in each other's way do not
/// meet again.
fn pause(tries: u32) -> Duration {
    let random = f64::from(uuid::Uuid::new_v4().as_fields().0);
    (MAX_PAUSE * tries).mul_f64(random / f64::from(u32::MAX))
}

/// The migrations that the server knows, and which of them the database has.
pub(super) async fn migrations(
    config: &config::Database,
) -> Result<Vec<Migration>, Error> {
    let timeout = Duration::from_millis(config.acquire_timeout_ms);
    schema::list(&Address::parse(&config.url, timeout)?).await
}

/// The number of the last migration that the server knows.
pub(super) fn latest_migration() -> i32 {
    schema::latest()
}
