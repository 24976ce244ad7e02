//! `cargo xtask test`: all tests of all packages.

use std::io::Write;
use std::process::Command;

use clap::Args;

use crate::command::{cargo, has, run};
use crate::outcome::Outcome;

/// Run all tests, with cargo-nextest where it is installed
#[derive(Debug, Args)]
pub struct Test {
    /// For the test runner, such as a part of a test's name; then the tests in
    /// the documentation are left out
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Test {
    /// Runs every test, and then those in the documentation, which nextest
    /// does not know.
    ///
    /// # Errors
    ///
    /// If the runner cannot be started.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut runner = runner(out)?;
        let tests = run(runner.args(&self.arguments))?;
        if tests == Outcome::Found || !self.arguments.is_empty() {
            return Ok(tests);
        }
        run(cargo().args(["test", "--workspace", "--doc"]))
    }
}

fn runner(out: &mut dyn Write) -> anyhow::Result<Command> {
    let mut command = cargo();
    if has("cargo-nextest", &["nextest", "--version"]) {
        command.args(["nextest", "run", "--workspace"]);
    } else {
        writeln!(out, "cargo-nextest is not installed: cargo test runs them")?;
        command.args(["test", "--workspace", "--all-targets"]);
    }
    out.flush()?;
    Ok(command)
}
