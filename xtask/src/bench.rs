//! `cargo xtask bench`: the benchmark, which is a package of its own, so that
//! nothing else compiles what it needs.

use clap::Args;

use crate::command::{cargo, run};
use crate::outcome::Outcome;

/// Measure the server side by side with its peers; see bench/README.md
///
/// With --help among the arguments behind --, the benchmark tells its own.
#[derive(Debug, Args)]
pub struct Bench {
    /// For the benchmark, such as --quick
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Bench {
    /// Builds the benchmark and runs it to its end.
    ///
    /// # Errors
    ///
    /// If cargo cannot be started.
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let build = ["run", "--release", "--locked", "--quiet"];
        let manifest = ["--manifest-path", "bench/Cargo.toml", "--"];
        run(cargo().args(build).args(manifest).args(&self.arguments))
    }
}
