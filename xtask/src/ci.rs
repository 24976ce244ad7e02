//! `cargo xtask ci`: what CI runs, step by step, to be run before a push.

use std::io::Write;
use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::command::{cargo, has, root, run};
use crate::outcome::Outcome;

/// A step of CI.
struct Step {
    name: &'static str,
    /// What it says it cannot do without, if that is not on this machine.
    lacks: fn() -> Option<&'static str>,
    act: fn() -> anyhow::Result<Outcome>,
}

const STEPS: [Step; 8] = [
    Step { name: "format", lacks: nothing, act: format },
    Step { name: "clippy", lacks: nothing, act: clippy },
    Step { name: "doc", lacks: nothing, act: doc },
    Step { name: "deny", lacks: cargo_deny, act: deny },
    Step { name: "lint", lacks: npx, act: lint },
    Step { name: "drift", lacks: nothing, act: drift },
    Step { name: "test", lacks: nothing, act: test },
    Step { name: "schemathesis", lacks: python, act: schemathesis },
];

/// Run what CI runs, step by step
///
/// A step that needs a tool which is not on this machine is skipped, and said
/// to be.
#[derive(Debug, Args)]
pub struct Ci {
    /// Only these steps
    #[arg(value_parser = STEPS.map(|step| step.name))]
    steps: Vec<String>,
}

/// What came of a step.
enum End {
    Passed,
    Failed,
    Skipped(&'static str),
}

impl Ci {
    /// Runs the named steps, or all, and says at the end what became of
    /// each.
    ///
    /// # Errors
    ///
    /// If nobody can be told.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Vec::new();
        for step in STEPS.iter().filter(|step| self.wants(step)) {
            writeln!(out, "== {}", step.name)?;
            out.flush()?;
            let started = Instant::now();
            let ended = step.end(out)?;
            report.push((step.name, ended, started.elapsed().as_secs()));
        }
        tell(&report, out)
    }

    fn wants(&self, step: &Step) -> bool {
        self.steps.is_empty() || self.steps.iter().any(|it| it == step.name)
    }
}

impl Step {
    fn end(&self, out: &mut dyn Write) -> anyhow::Result<End> {
        if let Some(lack) = (self.lacks)() {
            return Ok(End::Skipped(lack));
        }
        match (self.act)() {
            Ok(Outcome::Clean) => Ok(End::Passed),
            Ok(Outcome::Found) => Ok(End::Failed),
            Err(error) => {
                writeln!(out, "{error:#}")?;
                Ok(End::Failed)
            }
        }
    }
}

fn tell(
    report: &[(&str, End, u64)],
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    writeln!(out, "==")?;
    for (name, end, seconds) in report {
        let word = match end {
            End::Passed => "passed".to_owned(),
            End::Failed => "FAILED".to_owned(),
            End::Skipped(lack) => format!("SKIPPED: {lack}"),
        };
        writeln!(out, "{name:<14}{seconds:>4} s  {word}")?;
    }
    let has_failed = report.iter().any(|(_, it, _)| matches!(it, End::Failed));
    Ok(if has_failed { Outcome::Found } else { Outcome::Clean })
}

fn nothing() -> Option<&'static str> {
    None
}

fn cargo_deny() -> Option<&'static str> {
    let there = has("cargo-deny", &["--version"]);
    (!there).then_some("cargo install --locked cargo-deny")
}

fn npx() -> Option<&'static str> {
    (!has("npx", &["--version"])).then_some("it needs npx, of Node.js")
}

fn python() -> Option<&'static str> {
    let there = has("python3", &["-m", "venv", "--help"]);
    (!there).then_some("it needs python3 with venv")
}

fn format() -> anyhow::Result<Outcome> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

/// All of it, and the server once more without what can be left out.
fn clippy() -> anyhow::Result<Outcome> {
    let whole = ["--workspace", "--all-targets"].as_slice();
    let least = ["--package", "colophon-server", "--no-default-features"];
    for what in [whole, &least] {
        let mut clippy = cargo();
        clippy.args(["clippy", "--quiet"]).args(what);
        if run(clippy.args(["--", "--deny", "warnings"]))? == Outcome::Found {
            return Ok(Outcome::Found);
        }
    }
    Ok(Outcome::Clean)
}

fn doc() -> anyhow::Result<Outcome> {
    let arguments = ["doc", "--workspace", "--no-deps", "--quiet"];
    run(cargo().args(arguments).env("RUSTDOCFLAGS", "--deny warnings"))
}

/// Advisories need a database from the network, so they are a task of their
/// own for whoever has one.
fn deny() -> anyhow::Result<Outcome> {
    run(cargo().args(["deny", "check", "bans", "licenses", "sources"]))
}

/// The contracts' form, by Redocly's strict rules.
fn lint() -> anyhow::Result<Outcome> {
    let mut npx = Command::new("npx");
    npx.args(["--yes", "@redocly/cli@2.77.0", "lint", "v1.yaml", "v2.yaml"])
        .env("REDOCLY_TELEMETRY", "off")
        .current_dir(root().join("openapi"));
    run(&mut npx)
}

fn drift() -> anyhow::Result<Outcome> {
    run(cargo().args(["xtask", "drift"]))
}

fn test() -> anyhow::Result<Outcome> {
    run(cargo().args(["xtask", "test"]))
}

fn schemathesis() -> anyhow::Result<Outcome> {
    run(Command::new("bash").arg(root().join(".ci/schemathesis")))
}
