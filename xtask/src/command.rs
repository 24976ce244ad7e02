//! Running other programs: cargo, and the tools that a machine may lack.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::outcome::Outcome;

/// The cargo that runs us.
pub fn cargo() -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// Whether a program is there and does this.
pub fn has(program: &str, arguments: &[&str]) -> bool {
    let asked = Command::new(program).args(arguments).output();
    asked.is_ok_and(|output| output.status.success())
}

/// Runs a command to its end; what it says goes where ours goes.
///
/// # Errors
///
/// If it cannot be started; the error names it.
pub fn run(command: &mut Command) -> anyhow::Result<Outcome> {
    let status =
        command.status().with_context(|| format!("cannot run {command:?}"))?;
    Ok(if status.success() { Outcome::Clean } else { Outcome::Found })
}
