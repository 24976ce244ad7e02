//! The schema of a PostgreSQL database, which any number of servers may want
//! to bring up to date at once.

use std::sync::Arc;

use tokio_postgres::Client;

use super::connect::Address;
use crate::store::{Error, Migration, migrations};

/// What servers that change the schema of one database wait for: a number of
/// our own, see
/// <https://www.postgresql.org/docs/current/explicit-locking.html>.
const LOCK: &str = "SELECT pg_advisory_lock(5503124587133894)";

/// A change of the schema that waits longer for another server, or for a
/// statement that uses a table, gives up: behind it everybody waits.
const PATIENCE: &str = "SET lock_timeout = '60s'";

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

/// Brings the schema up to date, unless it is newer than this server.
pub(super) async fn migrate(address: &Address) -> Result<(), Error> {
    let mut client = address.connect().await?;
    check_encoding(address, &client).await?;
    if is_current(address, &client).await? {
        return Ok(());
    }
    client.batch_execute(PATIENCE).await?;
    // It is let go of with the connection.
    client.batch_execute(LOCK).await?;
    if is_current(address, &client).await? {
        return Ok(());
    }
    ensure_text_search(address, &client).await?;
    embedded::migrations::runner()
        .set_grouped(true)
        .run_async(&mut client)
        .await
        .map_err(|error| Error::Migration(Arc::new(error)))?;
    Ok(())
}

/// The migrations that this server knows, and which the database has.
pub(super) async fn list(address: &Address) -> Result<Vec<Migration>, Error> {
    let found = version(&address.connect().await?).await?;
    migrations::list(
        embedded::migrations::runner().get_migrations(),
        found,
        address.name(),
    )
}

/// The number of the last migration that is known.
pub(super) fn latest() -> i32 {
    migrations::latest(embedded::migrations::runner().get_migrations())
}

async fn is_current(address: &Address, client: &Client) -> Result<bool, Error> {
    let found = version(client).await?;
    let known = latest();
    if found > known {
        let database = address.name().to_owned();
        return Err(Error::NewerSchema { database, found, known });
    }
    Ok(found == known)
}

/// The version of the schema in the database; 0 if there is none.
async fn version(client: &Client) -> Result<i32, Error> {
    let table = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    if !client.query_one(table, &[]).await?.try_get(0)? {
        return Ok(0);
    }
    let latest =
        "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history";
    Ok(client.query_one(latest, &[]).await?.try_get(0)?)
}

async fn check_encoding(
    address: &Address,
    client: &Client,
) -> Result<(), Error> {
    let row = client.query_one("SHOW server_encoding", &[]).await?;
    let encoding: String = row.try_get(0)?;
    if encoding != "UTF8" {
        let database = address.name().to_owned();
        return Err(Error::Encoding { database, encoding });
    }
    Ok(())
}

/// Adds the extension for text search, which whoever may create a schema in
/// the database may do, unless somebody has done so.
async fn ensure_text_search(
    address: &Address,
    client: &Client,
) -> Result<(), Error> {
    let add = "CREATE EXTENSION IF NOT EXISTS pg_trgm";
    client.batch_execute(add).await.map_err(|error| Error::Extension {
        database: address.name().to_owned(),
        source: Arc::new(error),
    })
}
