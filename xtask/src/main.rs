//! The tasks of the project: `cargo xtask --help`.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::bench::Bench;
use xtask::ci::Ci;
use xtask::diff::Diff;
#[cfg(feature = "server")]
use xtask::drift::Drift;
use xtask::fuzz::Fuzz;
use xtask::outcome::{COULD_NOT_CHECK, Outcome};
use xtask::semver::Semver;
use xtask::test::Test;

/// How much stack the comparison may use, in bytes: contracts nest deeply.
const STACK_BYTES: usize = 256 << 20;

/// The tasks of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Diff(Diff),
    #[cfg(feature = "server")]
    Drift(Drift),
    Semver(Semver),
    Test(Test),
    Fuzz(Fuzz),
    Bench(Bench),
    Ci(Ci),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let task = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || run(&cli.task));
    let ended = match task {
        Ok(thread) => thread.join(),
        Err(error) => Ok(Err(error.into())),
    };
    match ended {
        Ok(Ok(outcome)) => outcome.into(),
        Ok(Err(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::from(COULD_NOT_CHECK)
        }
        Err(_) => ExitCode::from(COULD_NOT_CHECK),
    }
}

fn run(task: &Task) -> anyhow::Result<Outcome> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut progress = progress();
    let outcome = match task {
        Task::Diff(task) => task.run(&mut out, &mut progress),
        #[cfg(feature = "server")]
        Task::Drift(task) => task.run(&server, &mut out, &mut progress),
        Task::Semver(task) => task.run(&mut out, &mut progress),
        Task::Test(task) => task.run(&mut out),
        Task::Fuzz(task) => task.run(),
        Task::Bench(task) => task.run(),
        Task::Ci(task) => task.run(&mut out),
    }?;
    out.flush()?;
    Ok(outcome)
}

/// What the server's endpoints say of themselves.
#[cfg(feature = "server")]
fn server(major: u64) -> anyhow::Result<serde_json::Value> {
    Ok(colophon_server::api::openapi_document(major)?)
}

/// Says on a terminal which path is being compared, and wipes it at the end.
fn progress() -> impl FnMut(&str) {
    let shown = io::stderr().is_terminal();
    let mut count = 0_usize;
    move |what| {
        count += 1;
        if shown && count.is_multiple_of(64) {
            eprint!("\r\x1b[Kcomparing {what}\r");
        }
    }
}
