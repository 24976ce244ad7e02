//! The contracts of GitHub's API, 12 MB each: how long `xtask diff` takes for
//! two of them, and how much memory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::cli::Plan;
use crate::process::Usage;
use crate::results::Comparison;
use crate::workshop::Workshop;

/// npm's package of the contracts, and the file that is compared.
pub(crate) const PACKAGE: &str = "@octokit/openapi";
pub(crate) const FILE: &str = "package/generated/api.github.com.json";
/// The versions that are compared.
const PAIRS: [(&str, &str); 2] = [("22.0.0", "23.0.0"), ("23.0.0", "23.0.2")];
/// How often memory is read.
const INTERVAL: Duration = Duration::from_millis(1);

/// Compares each pair, as often as there are rounds.
///
/// # Errors
///
/// If a contract cannot be had, or the comparison fails.
pub(crate) async fn measure(
    plan: &Plan,
    shop: &Workshop,
) -> anyhow::Result<Vec<Comparison>> {
    let mut comparisons = Vec::new();
    for (base, revision) in PAIRS {
        let files = [shop.octokit(base)?, shop.octokit(revision)?];
        let mut comparison = Comparison {
            base,
            revision,
            seconds: Vec::new(),
            peak_kib: 0,
            breaking: 0,
        };
        for _ in 0..plan.rounds {
            compare(shop, &files, &mut comparison).await?;
        }
        comparisons.push(comparison);
    }
    Ok(comparisons)
}

async fn compare(
    shop: &Workshop,
    files: &[PathBuf; 2],
    comparison: &mut Comparison,
) -> anyhow::Result<()> {
    let report = shop.scratch().join("diff.json");
    let mut command = Command::new(shop.xtask());
    command.arg("diff").args(files);
    command.args(["--format=json", "--fail-on=never"]);
    command.stdin(Stdio::null()).stdout(File::create(&report)?);
    let begin = Instant::now();
    let child = command.kill_on_drop(true).spawn().context("xtask")?;
    let peak_kib = peak_kib(child).await?;
    comparison.seconds.push(begin.elapsed().as_secs_f64());
    comparison.peak_kib = comparison.peak_kib.max(peak_kib);
    comparison.breaking = breaking(&report)?;
    Ok(())
}

/// The most memory that a program had, when it has ended; what it takes in
/// its last millisecond may be missed.
async fn peak_kib(mut child: Child) -> anyhow::Result<u64> {
    let process = child.id().context("no process id")?.to_string();
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "xtask diff ended with {status}");
            return Ok(peak);
        }
        let usage = Usage::of(&process);
        peak = usage.map_or(peak, |usage| usage.peak_kib.max(peak));
        sleep(INTERVAL).await;
    }
}

fn breaking(report: &Path) -> anyhow::Result<usize> {
    let report: Value = serde_json::from_reader(File::open(report)?)?;
    let changes = report["changes"].as_array().context("no changes")?;
    Ok(changes.iter().filter(|change| change["level"] == "major").count())
}
