//! `cargo xtask fuzz`: the fuzz tests of the contract checks, for long.

use clap::Args;

use crate::command::{cargo, run};
use crate::outcome::Outcome;

/// How long each fuzz test goes on, in seconds; the tests read it.
const SECONDS: &str = "COLOPHON_FUZZ_SECONDS";

/// Attack the contract checks with random and with damaged contracts
///
/// An input that crashes them, hangs them or breaks a law is kept in a file,
/// which the last lines of the output name.
#[derive(Debug, Args)]
pub struct Fuzz {
    /// So long, in minutes: the reader and the comparison at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    minutes: u32,
}

impl Fuzz {
    /// Runs the fuzz tests.
    ///
    /// # Errors
    ///
    /// If cargo cannot be started.
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let seconds = u64::from(self.minutes) * 60;
        // The profile of the tests, which finds arithmetic that overflows.
        let tests = ["test", "--package=xtask", "--test=contract", "fuzz::"];
        let show = ["--", "--nocapture", "--test-threads=2"];
        run(cargo().args(tests).args(show).env(SECONDS, seconds.to_string()))
    }
}
