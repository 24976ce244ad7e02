//! The lines of a document's text.

use std::ops::Range;

use crate::contract::load::Document;

/// A line that is longer is not shown: it is a document without line breaks.
const LONGEST: usize = 400;

/// Where the lines of a document begin.
#[derive(Debug)]
pub struct Lines<'a> {
    document: &'a Document,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines.
    #[must_use]
    pub fn new(document: &'a Document) -> Self {
        let breaks = document.source.match_indices('\n');
        let starts =
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { document, starts }
    }

    /// A line by its number, from one; `None` if there is none or it is too
    /// long to show.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<&'a str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let start = *self.starts.get(index)?;
        let line = self.document.source.get(start..)?.lines().next()?;
        (line.len() <= LONGEST && !line.is_empty()).then_some(line)
    }
}

/// The bytes of the word that begins at a column (from one, in characters).
pub(super) fn word(line: &str, column: u32) -> Range<usize> {
    let skipped = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let start = line
        .char_indices()
        .nth(skipped)
        .map_or(line.len().saturating_sub(1), |(at, _)| at);
    let rest = line.get(start..).unwrap_or_default();
    let quoted = rest.starts_with(['"', '\'']);
    let end = if quoted {
        rest.char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '"' | '\''))
            .map_or(rest.len(), |(at, _)| at + 1)
    } else {
        rest.find([' ', ':', ',']).unwrap_or(rest.len()).max(1)
    };
    start..(start + end).min(line.len())
}
