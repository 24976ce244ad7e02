//! Contracts named on the command line: a file, or `git-ref:path`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::contract::load::Document;

/// Reads a contract from a file or, as `git-ref:path`, from a commit.
///
/// # Errors
///
/// If there is no such file or commit, or the text is not a contract.
pub fn contract(argument: &str) -> anyhow::Result<Document> {
    let source = text(argument)?;
    Ok(Document::parse(argument, source)?)
}

/// Reads a file, or a file of a commit as `git-ref:path`.
///
/// # Errors
///
/// If there is no such file, it is not UTF-8, or Git does not have it.
pub fn text(argument: &str) -> anyhow::Result<String> {
    let path = Path::new(argument);
    match argument.split_once(':') {
        Some((reference, file)) if !path.exists() => at(reference, file),
        _ => {
            let bytes = std::fs::read(path)
                .with_context(|| format!("reading {argument}"))?;
            String::from_utf8(bytes)
                .with_context(|| format!("{argument} is not UTF-8"))
        }
    }
}

/// The text of a file at a commit.
///
/// # Errors
///
/// If Git does not have the commit or the file.
pub fn at(reference: &str, file: &str) -> anyhow::Result<String> {
    git(&["show", &format!("{reference}:{file}")]).with_context(|| {
        format!("reading {file} at {reference} (no such file here either)")
    })
}

/// What a Git command prints.
///
/// # Errors
///
/// If Git is missing or the command fails; the error is what Git said.
pub fn git(arguments: &[&str]) -> anyhow::Result<String> {
    let output =
        Command::new("git").args(arguments).output().context("running git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git {}: {}", arguments.join(" "), said.trim());
    }
    String::from_utf8(output.stdout).context("git printed no UTF-8")
}
