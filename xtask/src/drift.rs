//! `cargo xtask drift`: the contracts against what the server's own endpoints
//! say of themselves.

mod report;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::contract::compare::{Policy, compare};
use crate::contract::effect::Effect;
use crate::contract::finding::Change;
use crate::contract::load::Document;
use crate::outcome::Outcome;

pub use report::Drifted;

/// What `--explain` prints.
const EXPLAIN: &str = include_str!("drift/explain.txt");

/// Differences without an effect on payloads that are drift all the same:
/// clients are generated from these names and defaults.
const NAMED: [&str; 4] =
    ["operation-id", "deprecated", "reactivated", "default-value"];

/// What gives the server's own document for a major version.
pub type Server<'a> = &'a dyn Fn(u64) -> anyhow::Result<Value>;

/// Compare the contracts with the server's own document.
///
/// Exit code 0: in step. 1: a difference was found. 2: could not compare.
#[derive(Args, Debug)]
pub struct Drift {
    /// The folder with v1.yaml, v2.yaml and so on.
    #[arg(long, value_name = "DIR", default_value = "openapi")]
    openapi_dir: PathBuf,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    format: DriftFormat,
    /// Say what is not compared, and why, and compare nothing.
    #[arg(long)]
    explain: bool,
}

/// How a drift report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DriftFormat {
    /// For a terminal, with the contract's lines.
    #[default]
    Human,
    /// For other programs.
    Json,
    /// Annotations on the lines of a pull request, as GitHub reads them.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Drift {
    /// Compares each contract in the folder, and writes the report.
    ///
    /// # Errors
    ///
    /// If the folder or a contract cannot be read, the server has no document
    /// for its version, or the report cannot be written.
    pub fn run(
        &self,
        server: Server<'_>,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(&str),
    ) -> anyhow::Result<Outcome> {
        if self.explain {
            out.write_all(EXPLAIN.as_bytes())?;
            return Ok(Outcome::Clean);
        }
        let mut drifted = Vec::new();
        for (major, path) in contracts(&self.openapi_dir)? {
            let contract = read(&path)?;
            let says = server(major)
                .with_context(|| format!("asking the server for v{major}"))?;
            let server = document(major, &says)?;
            drifted.push(between(contract, &server, progress));
        }
        report::write(&drifted, self.format, out)?;
        let clean = drifted.iter().all(|one| one.changes.is_empty());
        Ok(if clean { Outcome::Clean } else { Outcome::Found })
    }
}

/// What the server says of a major version, as a document to compare with.
///
/// # Errors
///
/// If it is not an OpenAPI document.
pub fn document(major: u64, says: &Value) -> anyhow::Result<Document> {
    let name = format!("server's document v{major}.json");
    let text = serde_json::to_string_pretty(says)?;
    Ok(Document::parse(&name, text)?)
}

/// Every difference between a contract and the server's document.
#[must_use]
pub fn between(
    contract: Document,
    server: &Document,
    progress: &mut dyn FnMut(&str),
) -> Drifted {
    let policy = Policy { drift: true, sunset: None };
    let changes = compare(&contract, server, policy, progress);
    let changes = report::worded(changes.into_iter().filter(counts));
    Drifted { contract, changes }
}

fn counts(change: &Change) -> bool {
    let named = NAMED.iter().any(|part| change.rule.contains(part))
        || change.rule == "path-parameter-renamed";
    change.effect != Effect::None || named
}

/// The contracts in a folder with their major versions, in order.
///
/// # Errors
///
/// If the folder cannot be read or holds none.
pub fn contracts(folder: &Path) -> anyhow::Result<Vec<(u64, PathBuf)>> {
    let reading = || format!("reading {}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        found.extend(major(&path).map(|major| (major, path)));
    }
    found.sort();
    if found.is_empty() {
        bail!("no v1.yaml, v2.yaml, ... in {}", folder.display());
    }
    Ok(found)
}

/// The major version that a file's name tells: `v2.yaml` is 2.
fn major(path: &Path) -> Option<u64> {
    let extension = path.extension()?.to_str()?;
    let known = matches!(extension, "yaml" | "yml" | "json");
    let stem = path.file_stem()?.to_str()?;
    stem.strip_prefix('v')?.parse().ok().filter(|_| known)
}

fn read(path: &Path) -> anyhow::Result<Document> {
    let name = path.display().to_string();
    let source =
        fs::read_to_string(path).with_context(|| format!("reading {name}"))?;
    Ok(Document::parse(&name, source)?)
}
