//! Measures Colophon beside servers that offer the same API: `bench/README.md`
//! says how, and how to read what comes out.

mod account;
mod agree;
mod cli;
mod client;
mod goals;
mod http;
mod load;
mod login;
mod machine;
mod octokit;
mod operation;
mod plot;
mod postgres;
mod process;
mod report;
mod results;
mod rows;
mod run;
mod target;
mod workshop;

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let plan = cli::Args::parse().plan()?;
    // Servers are killed when what owns them is dropped.
    tokio::select! {
        done = run::run(&plan) => done,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("stopped"),
    }
}
