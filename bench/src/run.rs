//! A whole run, from the first build to the report.

use std::fs;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;

use crate::agree::{self, Running};
use crate::cli::{Part, Plan};
use crate::load::Load;
use crate::operation::{Operation, Work};
use crate::process::Server;
use crate::results::{Cell, Results, Start, short};
use crate::target::Target;
use crate::workshop::Workshop;
use crate::{client, login, machine, octokit, plot, report};

/// A target that starts faster is started three times.
const FAST_START: Duration = Duration::from_secs(1);
/// After the start, before memory is read.
const IDLE: Duration = Duration::from_secs(1);

/// Measures everything in the plan and writes the report.
///
/// # Errors
///
/// If a target cannot be built or started, or answers differently.
pub(crate) async fn run(plan: &Plan) -> anyhow::Result<()> {
    let shop = Workshop::open(plan)?;
    let page = page(plan, &shop)?;
    let mut results = Results {
        machine: machine::describe(plan, &shop),
        ..Results::default()
    };
    if plan.has(Part::Contracts) {
        results.comparisons = octokit::measure(plan, &shop).await?;
    }
    if plan.has(Part::Client) {
        results.client = client::measure(plan, &shop).await?;
    }
    if plan.has(Part::Login) {
        results.login = login::measure(plan, &shop).await?;
    }
    write(&page, &results)?;
    let sizes = plan.has(Part::Servers).then_some(&plan.sizes);
    for books in sizes.into_iter().flatten() {
        measure_size(plan, &shop, *books, &mut results).await?;
        // What there is after each size is worth keeping.
        write(&page, &results)?;
    }
    Ok(())
}

async fn measure_size(
    plan: &Plan,
    shop: &Workshop,
    books: u64,
    results: &mut Results,
) -> anyhow::Result<()> {
    let holds = |target: &&Target| target.holds(books);
    let targets: Vec<_> = plan.targets.iter().filter(holds).collect();
    for target in &targets {
        target
            .prepare(shop, books)
            .await
            .with_context(|| format!("preparing {}", target.name()))?;
    }
    let mut running = Vec::new();
    for target in targets {
        let (server, start) = start(*target, shop, books).await?;
        results.starts.push(start);
        running.push(with_work(*target, server, plan, books).await?);
    }
    eprintln!("{} books: comparing answers", short(books));
    agree::check(&running, &plan.operations).await?;
    for operation in &plan.operations {
        for connections in &plan.connections {
            let cells =
                measure_load(plan, &running, books, *operation, *connections)
                    .await?;
            results.cells.extend(cells);
        }
    }
    for one in running {
        one.server.stop().await.context(one.target.name())?;
    }
    Ok(())
}

/// Starts a target, more than once if that is quick, and keeps the last.
async fn start(
    target: Target,
    shop: &Workshop,
    books: u64,
) -> anyhow::Result<(Server, Start)> {
    let mut server = target.start(shop, books).await?;
    let mut ready = vec![server.ready];
    while server.ready < FAST_START && ready.len() < 3 {
        server.stop().await?;
        server = target.start(shop, books).await?;
        ready.push(server.ready);
    }
    sleep(IDLE).await;
    let idle_kib = server.usage()?.rss_kib;
    let ready_ms = ready.iter().map(|r| r.as_secs_f64() * 1e3).collect();
    eprintln!(
        "{} books: {} is ready after {:.0} ms",
        short(books),
        target.name(),
        server.ready.as_secs_f64() * 1e3
    );
    Ok((server, Start { books, target, ready_ms, idle_kib }))
}

async fn with_work(
    target: Target,
    server: Server,
    plan: &Plan,
    books: u64,
) -> anyhow::Result<Running> {
    let mut works = Vec::new();
    for operation in &plan.operations {
        if target.offers(*operation) {
            let work = Work::new(*operation, books, &server).await?;
            works.push((*operation, Arc::new(work)));
        }
    }
    Ok(Running { target, server, works })
}

/// All rounds of one load; the targets take turns in each.
async fn measure_load(
    plan: &Plan,
    running: &[Running],
    books: u64,
    operation: Operation,
    connections: u16,
) -> anyhow::Result<Vec<Cell>> {
    let offering: Vec<_> = running
        .iter()
        .filter_map(|one| Some((one, one.work(operation)?.clone())))
        .collect();
    let empty = |target| Cell {
        books,
        operation,
        connections,
        target,
        samples: Vec::new(),
    };
    let mut cells: Vec<_> =
        offering.iter().map(|(one, _)| empty(one.target)).collect();
    for _ in 0..plan.rounds {
        for ((one, work), cell) in offering.iter().zip(&mut cells) {
            let load = Load {
                work: work.clone(),
                connections: connections.into(),
                warm_up: plan.warm_up(),
                length: plan.length,
            };
            let sample = load.measure(&one.server).await;
            cell.samples.push(sample.context(one.target.name())?);
        }
    }
    cells.iter().for_each(tell);
    Ok(cells)
}

fn tell(cell: &Cell) {
    eprintln!(
        "{:>5} books  {:<20} {:>3} connections  {:<24} {:>9.0} / s",
        short(cell.books),
        cell.operation.title(),
        cell.connections,
        cell.target.name(),
        cell.rate().map_or(0.0, |rate| rate.median)
    );
}

/// The path of the report, whose folder is made.
fn page(plan: &Plan, shop: &Workshop) -> anyhow::Result<PathBuf> {
    let page = match &plan.output {
        Some(path) => absolute(path)?,
        None => shop.bench.join("RESULTS.md"),
    };
    let folder = page.parent().context("--output names no file")?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    Ok(page)
}

/// Writes the report, and the plot and the raw results beside it.
fn write(page: &Path, results: &Results) -> anyhow::Result<()> {
    let stem = page.file_stem().context("--output names no file")?;
    let name = stem.to_string_lossy().to_lowercase();
    let image = format!("{name}.svg");
    let json = serde_json::to_string_pretty(results)? + "\n";
    fs::write(page, report::markdown(results, &image)?)?;
    fs::write(page.with_file_name(&image), plot::svg(results)?)?;
    fs::write(page.with_file_name(format!("{name}.json")), json)?;
    eprintln!("written: {}", page.display());
    Ok(())
}
