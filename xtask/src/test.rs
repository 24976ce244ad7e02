//! `cargo xtask test`: all tests of all packages.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::process::Command;

use clap::Args;

use crate::command::{cargo, has, run};
use crate::outcome::Outcome;
use crate::postgres;

/// Where the tests find a PostgreSQL server.
const POSTGRES: &str = "COLOPHON_TEST_POSTGRES";

/// Run all tests, on SQLite and, where it is installed, on PostgreSQL
///
/// PostgreSQL is started for the tests, in a temporary folder, and stopped
/// behind them; set COLOPHON_TEST_POSTGRES to use a server of yours.
#[derive(Debug, Args)]
pub struct Test {
    /// For the test runner, such as a part of a test's name; then they are
    /// run once, and the tests in the documentation are left out
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Test {
    /// Runs every test, then the integration tests on the other database,
    /// then the tests in the documentation.
    ///
    /// # Errors
    ///
    /// If a runner cannot be started, or PostgreSQL is there and does not
    /// start.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let postgres = Postgres::start(out)?;
        look_for_browser(out)?;
        let mut all = runner(&["--workspace"], out)?;
        if let Some(postgres) = &postgres {
            all.env(POSTGRES, postgres.url());
        }
        let tests = run(all.args(&self.arguments))?;
        if tests == Outcome::Found || !self.arguments.is_empty() {
            return Ok(tests);
        }
        if postgres.is_some() && on_sqlite(out)? == Outcome::Found {
            return Ok(Outcome::Found);
        }
        run(cargo().args(["test", "--workspace", "--doc"]))
    }
}

/// A PostgreSQL server for the tests.
enum Postgres {
    /// Somebody named one.
    Named(OsString),
    /// Ours, as long as this lives.
    Started(postgres::Postgres),
}

impl Postgres {
    fn start(out: &mut dyn Write) -> anyhow::Result<Option<Self>> {
        if let Some(url) = env::var_os(POSTGRES) {
            return Ok(Some(Self::Named(url)));
        }
        if !postgres::is_installed() {
            writeln!(
                out,
                "SKIPPED: PostgreSQL is not installed, so nothing is tested \
                 on it; Debian has it as the package postgresql"
            )?;
            return Ok(None);
        }
        Ok(Some(Self::Started(postgres::Postgres::start()?)))
    }

    fn url(&self) -> OsString {
        match self {
            Self::Named(url) => url.clone(),
            Self::Started(server) => server.url().into(),
        }
    }
}

/// Says which tests do nothing where there is no browser to drive.
fn look_for_browser(out: &mut dyn Write) -> anyhow::Result<()> {
    if !has("chromedriver", &["--version"]) {
        writeln!(
            out,
            "SKIPPED: chromedriver is not installed, so no browser opens the \
             documentation; Debian has it as the package chromium-driver"
        )?;
    }
    Ok(())
}

/// The integration tests once more, which ran on PostgreSQL.
fn on_sqlite(out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let only = ["--package", "colophon-server", "--test", "integration"];
    run(runner(&only, out)?.env_remove(POSTGRES))
}

/// cargo-nextest where it is installed, else cargo's own runner.
fn runner(which: &[&str], out: &mut dyn Write) -> anyhow::Result<Command> {
    let mut command = cargo();
    if has("cargo-nextest", &["nextest", "--version"]) {
        command.args(["nextest", "run"]);
    } else {
        writeln!(out, "cargo-nextest is not installed: cargo test runs them")?;
        command.arg("test");
        let all = which.contains(&"--workspace");
        command.args(all.then_some("--all-targets"));
    }
    command.args(which).arg("--no-fail-fast");
    out.flush()?;
    Ok(command)
}
