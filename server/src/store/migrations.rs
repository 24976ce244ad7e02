//! The steps that a schema is built in.

use refinery::Migration as Step;

use super::Error;

/// A step that a schema is built in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number, from 1.
    pub version: i32,
    /// What it is about.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// The number of the last of these.
pub(super) fn latest(known: &[Step]) -> i32 {
    known.iter().map(Step::version).max().unwrap_or_default()
}

/// All that are known, of a database with a schema of this number.
pub(super) fn list(
    known: &[Step],
    found: i32,
    database: &str,
) -> Result<Vec<Migration>, Error> {
    let latest = latest(known);
    if found > latest {
        let database = database.to_owned();
        return Err(Error::NewerSchema { database, found, known: latest });
    }
    let mut list: Vec<_> = known.iter().map(|it| of(it, found)).collect();
    list.sort_by_key(|it| it.version);
    Ok(list)
}

fn of(step: &Step, found: i32) -> Migration {
    let (version, name) = (step.version(), step.name().to_owned());
    Migration { version, name, applied: version <= found }
}
