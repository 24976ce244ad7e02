//! Says changes to people and machines.

mod github;
mod human;
mod json;
mod markdown;
mod sarif;
mod source;

use std::io::{self, Write};

use crate::contract::client::ClientChange;
use crate::contract::effect::Level;
use crate::contract::finding::Change;
use crate::contract::load::Document;
use crate::contract::step::Verdict;

pub use human::snippet;
pub use source::Lines;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, with the lines in question.
    #[default]
    Human,
    /// For other programs.
    Json,
    /// For a pull request.
    Markdown,
    /// Annotations on the lines of a pull request, as GitHub reads them.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// Everything a report says.
#[derive(Debug)]
pub struct Report<'a> {
    /// The contract before.
    pub base: &'a Document,
    /// The contract after.
    pub revision: &'a Document,
    /// What changed, worst first.
    pub changes: &'a [Change],
    /// What that asks of the version.
    pub verdict: &'a Verdict,
    /// What users of the generated client must change, if that was asked.
    pub client: Option<&'a [ClientChange]>,
    /// Lines about waivers.
    pub waivers: &'a [String],
}

impl Report<'_> {
    /// Writes the report.
    ///
    /// # Errors
    ///
    /// What the writer returns.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Human => human::write(self, out),
            Format::Json => json::write(self, out),
            Format::Markdown => markdown::write(self, out),
            Format::Github => github::write(self, out),
            Format::Sarif => sarif::write(self.changes, out),
        }
    }

    /// How many changes have a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.changes.iter().filter(|change| change.level == level).count()
    }

    /// One sentence: how many changes, and whether the version says so.
    #[must_use]
    pub fn summary(&self) -> String {
        let counts = [Level::Major, Level::Minor, Level::Patch]
            .map(|level| format!("{} {}", self.count(level), level.name()))
            .join(", ");
        let Verdict { required, actual, enough, .. } = self.verdict;
        let unknown = "an unknown version".to_owned();
        let required = required.as_ref().unwrap_or(&unknown);
        let actual = actual.as_ref().unwrap_or(&unknown);
        let judged = match enough {
            Some(true) => "large enough",
            Some(false) => "too small a step",
            None => "not comparable",
        };
        format!(
            "{counts}; the revision must be at least {required} and is \
             {actual}: {judged}"
        )
    }
}

pub use github::annotation;
pub use sarif::write as write_sarif;
