//! What to measure.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use clap::{Parser, ValueEnum};

use crate::operation::Operation;
use crate::target::Target;

/// What a run measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// `xtask diff` on two contracts of 12 MB, from npm
    Contracts,
    /// The generated client beside requests written by hand
    Client,
    /// How long a bad login takes, of a user and of nobody
    Login,
    /// The servers
    Servers,
}

impl Part {
    const ALL: [Self; 4] =
        [Self::Contracts, Self::Client, Self::Login, Self::Servers];
}

/// Measure Colophon beside servers that offer the same API
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", max_term_width = 80)]
pub(crate) struct Args {
    /// What to measure; all that follows is about the servers
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES",
        default_values_t = Part::ALL)]
    parts: Vec<Part>,

    /// The servers to measure
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES",
        default_values_t = Target::ALL)]
    targets: Vec<Target>,

    /// How many books there are: whole numbers, with `k` or `m` behind them
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS",
        value_parser = size, default_values_t = [1_000, 100_000, 1_000_000],
        hide_default_value = true)]
    sizes: Vec<u64>,

    /// How many connections send requests at the same time
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS",
        value_parser = clap::value_parser!(u16).range(1..=4096),
        default_values_t = [1, 32, 256])]
    connections: Vec<u16>,

    /// What is asked for
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES",
        default_values_t = Operation::ALL)]
    operations: Vec<Operation>,

    /// How long each measurement takes, in seconds, after a warm-up of a third
    /// of that
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0)]
    seconds: f64,

    /// How often each measurement is made; the targets take turns
    #[arg(long, value_name = "NUMBER", default_value_t = 3,
        value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,

    /// Take three minutes: a thousand books, 32 connections, two rounds of a
    /// second
    #[arg(long, conflicts_with_all =
        ["sizes", "connections", "seconds", "rounds"])]
    quick: bool,

    /// Write the report here; the plot and the raw results get the same name
    /// with `.svg` and `.json`, in lower case [default: bench/RESULTS.md]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Measure this binary of Colophon [default: build it]
    #[arg(long, value_name = "FILE")]
    colophon: Option<PathBuf>,
}

/// What to measure, checked.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) parts: Vec<Part>,
    pub(crate) targets: Vec<Target>,
    /// Numbers of books.
    pub(crate) sizes: Vec<u64>,
    pub(crate) connections: Vec<u16>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) length: Duration,
    pub(crate) rounds: u16,
    pub(crate) output: Option<PathBuf>,
    pub(crate) colophon: Option<PathBuf>,
}

impl Args {
    /// # Errors
    ///
    /// If a number makes no sense.
    pub(crate) fn plan(self) -> anyhow::Result<Plan> {
        ensure!(
            (0.1..=600.0).contains(&self.seconds),
            "--seconds takes 0.1 to 600"
        );
        let plan = Plan {
            parts: self.parts,
            targets: self.targets,
            sizes: self.sizes,
            connections: self.connections,
            operations: self.operations,
            length: Duration::from_secs_f64(self.seconds),
            rounds: self.rounds,
            output: self.output,
            colophon: self.colophon,
        };
        Ok(if self.quick { plan.quick() } else { plan })
    }
}

impl Plan {
    fn quick(self) -> Self {
        Self {
            sizes: vec![1_000],
            connections: vec![32],
            length: Duration::from_secs(1),
            rounds: 2,
            ..self
        }
    }

    /// Whether something is to be measured.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// Whether servers are to be measured, and this is one of them.
    pub(crate) fn serves(&self, is: impl Fn(Target) -> bool) -> bool {
        self.has(Part::Servers) && self.targets.iter().any(|it| is(*it))
    }

    /// How long a target is under load before it is measured.
    pub(crate) fn warm_up(&self) -> Duration {
        self.length / 3
    }
}

fn size(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    let (digits, unit) = match lower.as_bytes().last() {
        Some(b'k') => (&lower[..lower.len() - 1], 1_000),
        Some(b'm') => (&lower[..lower.len() - 1], 1_000_000),
        _ => (lower.as_str(), 1),
    };
    let number: u64 = digits.parse().map_err(|_| "not a number")?;
    let size = number.saturating_mul(unit);
    // Fewer would leave nothing to page through.
    if (100..=10_000_000).contains(&size) {
        Ok(size)
    } else {
        Err("from 100 to 10m books can be measured".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_may_have_a_unit() {
        assert_eq!(size("1k"), Ok(1_000));
        assert_eq!(size("2M"), Ok(2_000_000));
        assert_eq!(size("750"), Ok(750));
        assert!(size("").is_err());
        assert!(size("k").is_err());
        assert!(size("99999999999999999999m").is_err());
        assert!(size("99").is_err());
    }
}
