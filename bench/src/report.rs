//! The results as a page of Markdown.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use crate::goals;
use crate::operation::Operation;
use crate::results::{Cell, Results, Spread, short};
use crate::target::Target;

const HEAD: &str = "# How fast Colophon is, beside others

`cargo xtask bench` wrote this page; [README.md](README.md) says how it
measures and how to read it. Numbers are medians of the rounds, and what stands
in brackets is the lowest and the highest round. They compare with each other,
not with those of another machine.
";

/// The page. `image` is the name of the plot beside it.
///
/// # Errors
///
/// If formatting fails, which text does not.
pub(crate) fn markdown(
    results: &Results,
    image: &str,
) -> Result<String, fmt::Error> {
    let mut page = HEAD.to_owned();
    machine(&mut page, results)?;
    goals(&mut page, results)?;
    if results.cells.is_empty() {
        return Ok(page);
    }
    writeln!(page, "\n![Requests per second by operation]({image})")?;
    ratios(&mut page, results)?;
    starts(&mut page, results)?;
    cells(&mut page, results)?;
    Ok(page)
}

fn machine(page: &mut String, results: &Results) -> fmt::Result {
    writeln!(page, "\n| | |\n|---|---|")?;
    for (name, value) in &results.machine {
        writeln!(page, "| {name} | {value} |")?;
    }
    Ok(())
}

fn goals(page: &mut String, results: &Results) -> fmt::Result {
    let goals = goals::all(results);
    if goals.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## Goals\n\nWith 32 connections where none are named.\n"
    )?;
    writeln!(page, "| goal | measured | met |\n|---|---:|---|")?;
    for goal in goals {
        let met = match goal.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "no goal",
        };
        writeln!(page, "| {} | {} | {met} |", goal.text, goal.measured)?;
    }
    Ok(())
}

/// The targets that were measured and are, or are not, Colophon.
fn targets(results: &Results, colophon: bool) -> BTreeSet<Target> {
    let targets = results.cells.iter().map(|cell| cell.target);
    targets.filter(|t| t.is_colophon() == colophon).collect()
}

fn ratios(page: &mut String, results: &Results) -> fmt::Result {
    let peers = targets(results, false);
    for ours in targets(results, true) {
        if peers.is_empty() {
            return Ok(());
        }
        writeln!(page, "\n## {} is so many times as fast\n", ours.name())?;
        write!(page, "| books | operation | connections |")?;
        peers.iter().try_for_each(|p| write!(page, " {} |", p.name()))?;
        write!(page, "\n|---:|---|---:|")?;
        peers.iter().try_for_each(|_| write!(page, "---:|"))?;
        writeln!(page)?;
        for cell in results.cells.iter().filter(|c| c.target == ours) {
            ratio_row(page, results, cell, &peers)?;
        }
    }
    Ok(())
}

fn ratio_row(
    page: &mut String,
    results: &Results,
    cell: &Cell,
    peers: &BTreeSet<Target>,
) -> fmt::Result {
    let Cell { books, operation, connections, .. } = *cell;
    write!(
        page,
        "| {} | {} | {connections} |",
        short(books),
        operation.title()
    )?;
    for peer in peers {
        let ratio = results
            .cell(books, operation, connections, *peer)
            .and_then(|other| cell.ratio(other));
        match ratio {
            Some(Spread { min, median, max }) => {
                write!(page, " **{median:.2}** ({min:.2} to {max:.2}) |")?;
            }
            None => write!(page, " |")?,
        }
    }
    writeln!(page)
}

fn starts(page: &mut String, results: &Results) -> fmt::Result {
    writeln!(
        page,
        "\n## Start and memory\n\n\
         | books | target | start to first answer | idle | under 32 \
         connections | without mapped files |\n\
         |---:|---|---:|---:|---:|---:|"
    )?;
    for start in &results.starts {
        let ready = Spread::of(start.ready_ms.iter().copied());
        let load = results.peak_kib(start.books, 32, start.target);
        writeln!(
            page,
            "| {} | {} | {:.0} ms | {} | {} | {} |",
            short(start.books),
            start.target.name(),
            ready.map_or(f64::NAN, |ready| ready.median),
            megabytes(start.idle_kib),
            load.map(|(all, _)| megabytes(all)).unwrap_or_default(),
            load.map(|(_, own)| megabytes(own)).unwrap_or_default()
        )?;
    }
    Ok(())
}

fn cells(page: &mut String, results: &Results) -> fmt::Result {
    let mut heading = None;
    for cell in &results.cells {
        let wanted = (cell.books, cell.operation);
        if heading != Some(wanted) {
            heading = Some(wanted);
            table_head(page, cell.books, cell.operation)?;
        }
        cell_row(page, cell)?;
    }
    Ok(())
}

fn table_head(
    page: &mut String,
    books: u64,
    operation: Operation,
) -> fmt::Result {
    writeln!(
        page,
        "\n## {} books, {}\n\n\
         | connections | target | requests / s | p50 | p99 | CPU / request \
         | load's CPU / request | peak memory | failures |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|---:|",
        short(books),
        operation.title()
    )
}

fn cell_row(page: &mut String, cell: &Cell) -> fmt::Result {
    let rate = cell.rate().map_or_else(String::new, |rate| {
        let Spread { min, median, max } = rate;
        format!("**{}** ({} to {})", count(median), count(min), count(max))
    });
    let time = |micros: Option<f64>| {
        micros.map_or_else(|| "none done".to_owned(), duration)
    };
    writeln!(
        page,
        "| {} | {} | {rate} | {} | {} | {} | {} | {} | {} |",
        cell.connections,
        cell.target.name(),
        time(cell.median(|sample| sample.p50_us)),
        time(cell.median(|sample| sample.p99_us)),
        time(cell.median(|sample| sample.cpu_us)),
        time(cell.median(|sample| sample.load_cpu_us)),
        megabytes(cell.peak_kib()),
        cell.failures()
    )
}

fn megabytes(kib: u64) -> String {
    format!("{:.1} MB", kib as f64 * 1024.0 / 1e6)
}

fn duration(micros: f64) -> String {
    match micros {
        us if us < 10.0 => format!("{us:.1} µs"),
        us if us < 1e3 => format!("{us:.0} µs"),
        us if us < 1e5 => format!("{:.1} ms", us / 1e3),
        us if us < 1e6 => format!("{:.0} ms", us / 1e3),
        us => format!("{:.1} s", us / 1e6),
    }
}

/// A number with commas between thousands, as in 12,345.
pub(crate) fn count(number: f64) -> String {
    if number < 100.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let places = digits.len();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (places - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(0.0), "0.0");
        assert_eq!(count(123.4), "123");
        assert_eq!(count(1_234.0), "1,234");
        assert_eq!(count(12_345_678.0), "12,345,678");
    }

    #[test]
    fn times_have_the_unit_that_reads_best() {
        assert_eq!(duration(7.25), "7.2 µs");
        assert_eq!(duration(730.0), "730 µs");
        assert_eq!(duration(1_540.0), "1.5 ms");
        assert_eq!(duration(2_500_000.0), "2.5 s");
    }
}
