//! What a call through the generated client costs beside the same request
//! written by hand: one after the other, over one connection each.
//!
//! `cargo bench -p colophon-client --bench cost -- ORIGIN` asks a server that
//! has books, and prints the median time of each kind in each round, in
//! microseconds, as JSON; `cargo xtask bench` reads that.

use std::time::Instant;

use anyhow::ensure;
use colophon_client::v1::types::Book;
use colophon_client::{reqwest, v1};
use serde_json::json;

const ROUNDS: usize = 20;
/// Of each kind, in a round.
const CALLS: usize = 150;
/// The books that are asked for: 1 and so on.
const BOOKS: i64 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Some(origin) = std::env::args().skip(1).find(|it| !is_flag(it)) else {
        println!("skipped: no origin of a server is given");
        return Ok(());
    };
    let address = format!("{}/api/v1", origin.trim_end_matches('/'));
    let by_hand = reqwest::Client::new();
    let client = v1::Client::new_with_client(&address, by_hand.clone());
    // What is only done once is not measured.
    round(&client, &by_hand, &address).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let (generated, raw) = round(&client, &by_hand, &address).await?;
        rounds.push(json!({ "generated_us": generated, "raw_us": raw }));
    }
    println!("{}", serde_json::Value::from(rounds));
    Ok(())
}

/// Cargo passes `--bench`.
fn is_flag(argument: &str) -> bool {
    argument.starts_with('-')
}

/// The medians of both kinds. They take turns, so that a machine that is busy
/// with something else slows both.
async fn round(
    client: &v1::Client,
    by_hand: &reqwest::Client,
    address: &str,
) -> anyhow::Result<(f64, f64)> {
    let (mut generated, mut raw) = (Vec::new(), Vec::new());
    for id in (1..=BOOKS).cycle().take(CALLS) {
        let begin = Instant::now();
        let book = client.book_view().book_id(id).send().await?.into_inner();
        generated.push(begin.elapsed());

        let begin = Instant::now();
        let same = view(by_hand, address, id).await?;
        raw.push(begin.elapsed());
        ensure!(book == same, "two answers for book {id}");
    }
    let median = |mut times: Vec<std::time::Duration>| {
        times.sort();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        middle.as_secs_f64() * 1e6
    };
    Ok((median(generated), median(raw)))
}

/// The request as somebody without the client would write it.
async fn view(
    client: &reqwest::Client,
    address: &str,
    id: i64,
) -> anyhow::Result<Book> {
    let answer = client.get(format!("{address}/books/{id}")).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}
