//! What was measured, and what follows from it.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::target::Target;

/// One measurement: a target under one load for some seconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sample {
    /// Right answers in a second.
    pub(crate) requests_per_second: f64,
    /// Half of the answers took at most so long. None if there was none.
    pub(crate) p50_us: Option<f64>,
    /// All but one in a hundred took at most so long.
    pub(crate) p99_us: Option<f64>,
    /// What the server's threads spent for an answer.
    pub(crate) cpu_us: Option<f64>,
    /// What the load's threads spent for an answer.
    pub(crate) load_cpu_us: Option<f64>,
    /// The most memory that the server had meanwhile.
    pub(crate) peak_kib: u64,
    /// What it had at the end, without files that it maps.
    pub(crate) own_kib: u64,
    /// Wrong statuses and broken connections, the warm-up's included.
    pub(crate) failures: u64,
}

/// All measurements of a target under one load.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) books: u64,
    pub(crate) operation: Operation,
    pub(crate) connections: u16,
    pub(crate) target: Target,
    /// In the order of the rounds.
    pub(crate) samples: Vec<Sample>,
}

/// How a target starts with so many books.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Start {
    pub(crate) books: u64,
    pub(crate) target: Target,
    /// From the start of the process to its first right answer, each time.
    pub(crate) ready_ms: Vec<f64>,
    /// Its memory a second after that.
    pub(crate) idle_kib: u64,
}

/// A comparison of two large contracts.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    /// The version before.
    pub(crate) base: &'static str,
    /// The version after.
    pub(crate) revision: &'static str,
    /// From the start of the process to its end, each time.
    pub(crate) seconds: Vec<f64>,
    /// The most memory that it had in any round.
    pub(crate) peak_kib: u64,
    /// Changes that break clients.
    pub(crate) breaking: usize,
}

/// A book asked for many times in both ways: the medians.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ClientRound {
    /// Through the generated client.
    pub(crate) generated_us: f64,
    /// Written by hand.
    pub(crate) raw_us: f64,
}

/// Bad logins in turns: the medians.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct LoginRound {
    /// With a name that no user has.
    pub(crate) unknown_us: f64,
    /// With a user's name and another password.
    pub(crate) wrong_us: f64,
}

/// A number that was measured several times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// None without numbers.
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<_> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let low = sorted.get((sorted.len() - 1) / 2)?;
        let high = sorted.get(sorted.len() / 2)?;
        Some(Self { min, median: f64::midpoint(*low, *high), max })
    }
}

impl Cell {
    /// Right answers in a second.
    pub(crate) fn rate(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().map(|s| s.requests_per_second))
    }

    /// The median of what only samples with an answer have.
    pub(crate) fn median(
        &self,
        number: impl Fn(&Sample) -> Option<f64>,
    ) -> Option<f64> {
        Spread::of(self.samples.iter().filter_map(number)).map(|s| s.median)
    }

    /// The most memory in any round.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.samples.iter().map(|s| s.peak_kib).max().unwrap_or(0)
    }

    /// The same without files that it maps, at the end of any round.
    pub(crate) fn own_kib(&self) -> u64 {
        self.samples.iter().map(|s| s.own_kib).max().unwrap_or(0)
    }

    /// Wrong answers in all rounds.
    pub(crate) fn failures(&self) -> u64 {
        self.samples.iter().map(|s| s.failures).sum()
    }

    /// How many times as fast this is as another, round by round. None if the
    /// other never answered.
    pub(crate) fn ratio(&self, other: &Self) -> Option<Spread> {
        let rounds = self.samples.iter().zip(&other.samples);
        Spread::of(
            rounds
                .filter(|(_, b)| b.requests_per_second > 0.0)
                .map(|(a, b)| a.requests_per_second / b.requests_per_second),
        )
    }
}

/// Everything that was measured.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Vec<(String, String)>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) client: Vec<ClientRound>,
    pub(crate) login: Vec<LoginRound>,
    pub(crate) starts: Vec<Start>,
    pub(crate) cells: Vec<Cell>,
}

impl Results {
    pub(crate) fn cell(
        &self,
        books: u64,
        operation: Operation,
        connections: u16,
        target: Target,
    ) -> Option<&Cell> {
        self.cells.iter().find(|cell| {
            cell.books == books
                && cell.operation == operation
                && cell.connections == connections
                && cell.target == target
        })
    }

    pub(crate) fn start(&self, books: u64, target: Target) -> Option<&Start> {
        self.starts.iter().find(|s| s.books == books && s.target == target)
    }

    /// The most memory that a target had under a load of so many connections,
    /// whatever was asked; the other number is without files that it maps.
    pub(crate) fn peak_kib(
        &self,
        books: u64,
        connections: u16,
        target: Target,
    ) -> Option<(u64, u64)> {
        let cells = self.cells.iter().filter(|cell| {
            cell.books == books
                && cell.connections == connections
                && cell.target == target
        });
        let each = cells.map(|cell| (cell.peak_kib(), cell.own_kib()));
        each.reduce(|(a, b), (c, d)| (a.max(c), b.max(d)))
    }
}

/// Numbers of books as people write them: `1k`, `1m`.
pub(crate) fn short(books: u64) -> String {
    match books {
        n if n % 1_000_000 == 0 => format!("{}m", n / 1_000_000),
        n if n % 1_000 == 0 => format!("{}k", n / 1_000),
        n => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).expect("numbers");
        assert_eq!(spread, Spread { min: 1.0, median: 2.5, max: 4.0 });
        assert_eq!(Spread::of([]), None);
    }
}
