//! What the generated client costs beside a request written by hand: the
//! client's own benchmark, against a server with few books.

use anyhow::Context;

use crate::cli::Plan;
use crate::results::ClientRound;
use crate::target::Target;
use crate::workshop::Workshop;

/// Starts Colophon and lets the client's benchmark ask it.
///
/// # Errors
///
/// If one of both cannot be built, or fails.
pub(crate) async fn measure(
    plan: &Plan,
    shop: &Workshop,
) -> anyhow::Result<Vec<ClientRound>> {
    let books = plan.sizes.iter().min().copied().context("no size")?;
    let target = Target::ColophonSqlite;
    target.prepare(shop, books).await?;
    let server = target.start(shop, books).await?;
    let printed = shop.client_cost(&format!("http://{}", server.address))?;
    server.stop().await?;
    serde_json::from_str(&printed).with_context(|| printed.clone())
}
