//! How long Colophon takes to refuse a login: as long for a name that nobody
//! has as for a wrong password, or the time would tell which names there are.

use std::time::Instant;

use anyhow::{Context, ensure};

use crate::account::{USERNAME, login};
use crate::cli::Plan;
use crate::http::Connection;
use crate::process::Server;
use crate::results::{LoginRound, Spread};
use crate::target::Target;
use crate::workshop::Workshop;

const ROUNDS: usize = 20;
/// Logins of each kind in a round; each costs a hash of a password, which is
/// made to take long.
const PAIRS: usize = 25;
/// As long as [`USERNAME`].
const NOBODY: &str = "ghost";
const WRONG: &str = "not the password";

/// Starts Colophon and tries to sign in, in both ways in turns.
///
/// # Errors
///
/// If Colophon does not start, or answers with anything but 401.
pub(crate) async fn measure(
    plan: &Plan,
    shop: &Workshop,
) -> anyhow::Result<Vec<LoginRound>> {
    let books = plan.sizes.iter().min().copied().context("no size")?;
    let target = Target::ColophonSqliteAuth;
    target.prepare(shop, books).await?;
    let server = target.start(shop, books).await?;
    let rounds = rounds(&server).await?;
    server.stop().await?;
    Ok(rounds)
}

async fn rounds(server: &Server) -> anyhow::Result<Vec<LoginRound>> {
    let mut connection = Connection::open(server.address).await?;
    let requests = [login(NOBODY, WRONG), login(USERNAME, WRONG)];
    // Not measured: the first ones find nothing warm.
    round(&mut connection, &requests).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(round(&mut connection, &requests).await?);
    }
    Ok(rounds)
}

/// Each kind is the first of every other pair.
async fn round(
    connection: &mut Connection,
    requests: &[Vec<u8>; 2],
) -> anyhow::Result<LoginRound> {
    let mut times = [Vec::new(), Vec::new()];
    for pair in 0..PAIRS {
        for place in [pair % 2, (pair + 1) % 2] {
            let sent = Instant::now();
            let status = connection.status(&requests[place]).await?;
            times[place].push(sent.elapsed().as_secs_f64() * 1e6);
            ensure!(status == 401, "a bad login is answered with {status}");
        }
    }
    let [unknown_us, wrong_us] = times.map(Spread::of);
    Ok(LoginRound {
        unknown_us: unknown_us.context("no pairs")?.median,
        wrong_us: wrong_us.context("no pairs")?.median,
    })
}
