//! The results as a picture: a panel for each operation, a bar for each target
//! and number of books.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use crate::operation::Operation;
use crate::report::count;
use crate::results::{Cell, Results, short};
use crate::target::Target;

const WIDTH: usize = 980;
const COLUMNS: usize = 2;
const MARGIN: usize = 20;
const HEAD: usize = 56;
/// From one bar to the next.
const STEP: usize = 17;
const BAR: usize = 12;
/// A heading within a panel.
const LINE: usize = 22;
/// Room for the names of targets, and for numbers behind bars.
const NAMES: usize = 158;
const NUMBERS: usize = 62;
const PANEL: usize = (WIDTH - (COLUMNS + 1) * MARGIN) / COLUMNS;
const LONGEST: usize = PANEL - NAMES - NUMBERS;

/// The picture, as SVG.
///
/// # Errors
///
/// If formatting fails, which text does not.
pub(crate) fn svg(results: &Results) -> Result<String, fmt::Error> {
    let connections = connections(results);
    let panels = panels(results, connections);
    let rows: Vec<_> = panels.chunks(COLUMNS).collect();
    let heights: Vec<_> = rows
        .iter()
        .map(|row| row.iter().map(Panel::height).max().unwrap_or(0))
        .collect();
    let height = HEAD + heights.iter().sum::<usize>() + MARGIN;
    let mut svg = String::new();
    open(&mut svg, height, connections)?;
    let mut y = HEAD;
    for (row, height) in rows.iter().zip(&heights) {
        for (column, panel) in row.iter().enumerate() {
            panel.draw(&mut svg, MARGIN + column * (PANEL + MARGIN), y)?;
        }
        y += height;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// 32 where that was measured, for the goals are about it.
fn connections(results: &Results) -> u16 {
    let all: BTreeSet<_> =
        results.cells.iter().map(|c| c.connections).collect();
    let usual = all.get(&32).or(all.first());
    usual.copied().unwrap_or(0)
}

fn open(svg: &mut String, height: usize, connections: u16) -> fmt::Result {
    let s = if connections == 1 { "" } else { "s" };
    writeln!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="{WIDTH}" height="{height}" fill="#fff"/>
<text x="{MARGIN}" y="26" font-size="17" font-weight="600">Requests per second, {connections} connection{s}</text>
<text x="{MARGIN}" y="44" fill="#666">More is better. Each panel has its own scale; thin lines reach from the lowest to the highest round.</text>"##
    )
}

/// An operation's bars, in groups by number of books.
struct Panel<'a> {
    operation: Operation,
    groups: Vec<(u64, Vec<&'a Cell>)>,
}

fn panels(results: &Results, connections: u16) -> Vec<Panel<'_>> {
    let operations: BTreeSet<_> =
        results.cells.iter().map(|cell| cell.operation).collect();
    let sizes: BTreeSet<_> =
        results.cells.iter().map(|cell| cell.books).collect();
    let group = |operation, books| {
        let cells = results.cells.iter().filter(|cell| {
            cell.operation == operation
                && cell.books == books
                && cell.connections == connections
        });
        (books, cells.collect())
    };
    operations
        .into_iter()
        .map(|operation| Panel {
            operation,
            groups: sizes.iter().map(|n| group(operation, *n)).collect(),
        })
        .collect()
}

impl Panel<'_> {
    fn height(&self) -> usize {
        let groups = self.groups.iter();
        LINE + groups.map(|(_, cells)| LINE + cells.len() * STEP).sum::<usize>()
            + MARGIN
    }

    /// The highest number, for the longest bar.
    fn top(&self) -> f64 {
        let cells = self.groups.iter().flat_map(|(_, cells)| cells);
        let rates = cells.filter_map(|cell| Some(cell.rate()?.max));
        rates.fold(f64::MIN_POSITIVE, f64::max)
    }

    fn draw(&self, svg: &mut String, x: usize, y: usize) -> fmt::Result {
        let title = self.operation.title();
        writeln!(
            svg,
            r#"<text x="{x}" y="{}" font-size="14" font-weight="600">{title}</text>"#,
            y + 14
        )?;
        let mut y = y + LINE;
        for (books, cells) in &self.groups {
            let books = short(*books);
            writeln!(
                svg,
                r##"<text x="{x}" y="{}" fill="#666">{books} books</text>"##,
                y + 14
            )?;
            y += LINE;
            for cell in cells {
                bar(svg, cell, self.top(), x, y)?;
                y += STEP;
            }
        }
        Ok(())
    }
}

fn bar(
    svg: &mut String,
    cell: &Cell,
    top: f64,
    x: usize,
    y: usize,
) -> fmt::Result {
    let Some(rate) = cell.rate() else { return Ok(()) };
    let length = |number: f64| number / top * LONGEST as f64;
    let start = x + NAMES;
    let at = |number: f64| start as f64 + length(number);
    let middle = y as f64 + BAR as f64 / 2.0;
    let baseline = y + BAR - 2;
    writeln!(
        svg,
        r##"<text x="{}" y="{baseline}" text-anchor="end">{}</text>
<rect x="{start}" y="{y}" width="{:.1}" height="{BAR}" fill="{}"/>
<path d="M{:.1} {middle}H{:.1}" stroke="#222" fill="none"/>
<text x="{:.1}" y="{baseline}">{}</text>"##,
        start - 8,
        cell.target.name(),
        length(rate.median),
        colour(cell.target),
        at(rate.min),
        at(rate.max),
        at(rate.max) + 6.0,
        count(rate.median)
    )
}

/// Told apart by people who do not see colours alike as well: Okabe and Ito,
/// "Color Universal Design", 2008.
fn colour(target: Target) -> &'static str {
    match target {
        Target::ColophonSqlite => "#0072b2",
        Target::ColophonSqliteAuth => "#d55e00",
        Target::ColophonSqliteNoCache => "#000000",
        Target::ColophonSqliteNoEdge => "#56b4e9",
        Target::ColophonPostgres => "#cc79a7",
        Target::Fastapi => "#009e73",
        Target::AxumSqlx => "#e69f00",
        Target::DropshotBare => "#999999",
    }
}
