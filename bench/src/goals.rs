//! What Colophon is to reach, held against what was measured.

use crate::operation::Operation::{self, ById, Create, Invalid, Keyset, Page};
use crate::results::{Comparison, Results, Spread, short};
use crate::target::Target::{
    self, AxumSqlx, ColophonSqlite, ColophonSqliteAuth, ColophonSqliteNoCache,
    ColophonSqliteNoEdge, DropshotBare, Fastapi,
};

/// The load of all goals.
const CONNECTIONS: u16 = 32;
const SMALL: u64 = 1_000;
const LARGE: u64 = 1_000_000;

/// So many times the requests per second of a peer.
const RATIOS: [(Target, Target, Operation, f64); 12] = [
    (ColophonSqlite, Fastapi, ById, 10.0),
    (ColophonSqlite, Fastapi, Page, 8.0),
    (ColophonSqlite, Fastapi, Create, 4.0),
    (ColophonSqlite, Fastapi, Invalid, 8.0),
    (ColophonSqlite, AxumSqlx, ById, 1.3),
    (ColophonSqlite, AxumSqlx, Page, 1.5),
    (ColophonSqlite, AxumSqlx, Create, 3.0),
    (ColophonSqliteNoEdge, DropshotBare, ById, 0.75),
    // To know who asks costs a tenth at most.
    (ColophonSqliteAuth, ColophonSqlite, ById, 0.9),
    (ColophonSqliteAuth, ColophonSqlite, Page, 0.9),
    (ColophonSqliteAuth, ColophonSqlite, Create, 0.9),
    (ColophonSqliteAuth, ColophonSqlite, Invalid, 0.9),
];

/// A goal, the number that was measured for it, and whether that reaches it.
#[derive(Debug)]
pub(crate) struct Goal {
    pub(crate) text: String,
    pub(crate) measured: String,
    /// None where there is no goal, and the number is worth knowing.
    pub(crate) met: Option<bool>,
}

/// All goals that the results say something of.
pub(crate) fn all(results: &Results) -> Vec<Goal> {
    let mut goals: Vec<_> =
        RATIOS.iter().filter_map(|goal| ratio(results, *goal)).collect();
    for target in [ColophonSqlite, ColophonSqliteNoCache] {
        let flat = |operation| flat(results, operation, target);
        goals.extend([ById, Keyset].into_iter().filter_map(flat));
    }
    goals.extend(exact_total(results));
    goals.extend(search(results));
    goals.extend(memory(results));
    goals.extend(ready(results));
    goals.extend(client(results));
    goals.extend(login(results));
    goals.extend(results.comparisons.iter().flat_map(comparison));
    goals
}

/// Judged by the median of the rounds, with the fewest books measured.
fn ratio(
    results: &Results,
    (ours, peer, operation, wanted): (Target, Target, Operation, f64),
) -> Option<Goal> {
    let books = results.cells.iter().map(|cell| cell.books).min()?;
    let ours = results.cell(books, operation, CONNECTIONS, ours)?;
    let theirs = results.cell(books, operation, CONNECTIONS, peer)?;
    let Spread { min, median, max } = ours.ratio(theirs)?;
    Some(Goal {
        text: format!(
            "{}, {}, {} books: {wanted} times {}",
            operation.title(),
            ours.target.name(),
            short(books),
            peer.name()
        ),
        measured: format!("{median:.2} ({min:.2} to {max:.2})"),
        met: Some(median >= wanted),
    })
}

fn p50_us(
    results: &Results,
    books: u64,
    operation: Operation,
    target: Target,
) -> Option<f64> {
    let cell = results.cell(books, operation, CONNECTIONS, target)?;
    cell.median(|sample| sample.p50_us)
}

/// With the answers that are kept, as the server is by default, and without
/// them: then each read asks the database.
fn flat(
    results: &Results,
    operation: Operation,
    target: Target,
) -> Option<Goal> {
    let large = p50_us(results, LARGE, operation, target)?;
    let times = large / p50_us(results, SMALL, operation, target)?;
    Some(Goal {
        text: format!(
            "{}, {}: p50 at 1m books within 1.5 times of 1k",
            operation.title(),
            target.name()
        ),
        measured: format!("{times:.2}"),
        met: Some(times <= 1.5),
    })
}

/// A page of contract v1 tells how many books there are in all.
fn exact_total(results: &Results) -> Option<Goal> {
    let large = p50_us(results, LARGE, Page, ColophonSqlite)?;
    let times = large / p50_us(results, SMALL, Page, ColophonSqlite)?;
    Some(Goal {
        text: "page of 20 with its exact total: p50 at 1m books".into(),
        measured: format!("{:.1} ms, {times:.1} times that at 1k", large / 1e3),
        met: None,
    })
}

/// One search at a time: at 32 it is the queue that would be measured.
fn search(results: &Results) -> Option<Goal> {
    let cell = results.cell(LARGE, Operation::Search, 1, ColophonSqlite)?;
    let ms = cell.median(|sample| sample.p50_us)? / 1e3;
    Some(Goal {
        text: "text search at 1m books, 1 connection: p50 under 20 ms".into(),
        measured: format!("{ms:.1} ms"),
        met: Some(ms < 20.0),
    })
}

fn memory(results: &Results) -> Vec<Goal> {
    let Some(books) = results.starts.iter().map(|s| s.books).max() else {
        return Vec::new();
    };
    let idle = results.start(books, ColophonSqlite).map(|s| s.idle_kib);
    let load = results.peak_kib(books, CONNECTIONS, ColophonSqlite);
    // MB are millions of bytes.
    let megabytes = |kib: u64| kib as f64 * 1024.0 / 1e6;
    let goal = |what: &str, kib: u64, most: f64| Goal {
        text: format!("{what}, {} books: under {most} MB", short(books)),
        measured: format!("{:.0} MB", megabytes(kib)),
        met: Some(megabytes(kib) < most),
    };
    let mapping = |own: u64, goal: Goal| {
        let own = megabytes(own);
        let measured = format!("{}, {own:.0} its own", goal.measured);
        Goal { measured, ..goal }
    };
    [
        idle.map(|kib| goal("memory when idle", kib, 40.0)),
        load.map(|(kib, own)| {
            mapping(own, goal("memory under 32 connections", kib, 120.0))
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn ready(results: &Results) -> Option<Goal> {
    let books = results.starts.iter().map(|s| s.books).max()?;
    let start = results.start(books, ColophonSqlite)?;
    let ms = Spread::of(start.ready_ms.iter().copied())?;
    Some(Goal {
        text: format!(
            "start to first answer, {} books: under 200 ms",
            short(books)
        ),
        measured: format!("{:.0} ms", ms.median),
        met: Some(ms.median < 200.0),
    })
}

fn client(results: &Results) -> Option<Goal> {
    let rounds = results.client.iter();
    let ratio = Spread::of(rounds.map(|it| it.generated_us / it.raw_us))?;
    Some(Goal {
        text: "a call of the generated client: at most 1.15 times the time of \
               the same request by hand"
            .into(),
        measured: format!(
            "{:.2} ({:.2} to {:.2})",
            ratio.median, ratio.min, ratio.max
        ),
        met: Some(ratio.median <= 1.15),
    })
}

/// Judged by the median of the rounds.
fn login(results: &Results) -> Option<Goal> {
    let rounds = results.login.iter();
    let unknown = Spread::of(rounds.clone().map(|it| it.unknown_us))?;
    let wrong = Spread::of(rounds.clone().map(|it| it.wrong_us))?;
    let ratio = Spread::of(rounds.map(|it| it.unknown_us / it.wrong_us))?;
    Some(Goal {
        text: "a login of an unknown user: within 5 % of the time of a wrong \
               password"
            .into(),
        measured: format!(
            "{:.3} ({:.3} to {:.3}), {:.1} ms and {:.1} ms",
            ratio.median,
            ratio.min,
            ratio.max,
            unknown.median / 1e3,
            wrong.median / 1e3
        ),
        met: Some((0.95..=1.05).contains(&ratio.median)),
    })
}

/// The versions between which one change breaks clients: a request body that
/// is removed.
const ONE_BREAK: (&str, &str) = ("23.0.0", "23.0.2");

fn comparison(comparison: &Comparison) -> Vec<Goal> {
    let Comparison { base, revision, breaking, .. } = comparison;
    let what = format!("`xtask diff` of octokit {base} and {revision}");
    let Some(seconds) = Spread::of(comparison.seconds.iter().copied()) else {
        return Vec::new();
    };
    let mb = comparison.peak_kib as f64 * 1024.0 / 1e6;
    let one = (*base, *revision) == ONE_BREAK;
    vec![
        Goal {
            text: format!("{what}: under 2 s"),
            measured: format!("{:.2} s", seconds.median),
            met: Some(seconds.median < 2.0),
        },
        Goal {
            text: format!("{what}: under 600 MB"),
            measured: format!("{mb:.0} MB"),
            met: Some(mb < 600.0),
        },
        Goal {
            text: format!(
                "{what}: breaking changes{}",
                if one { ", 1" } else { "" }
            ),
            measured: breaking.to_string(),
            met: one.then_some(*breaking == 1),
        },
    ]
}
