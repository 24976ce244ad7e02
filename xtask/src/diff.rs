//! `cargo xtask diff`: what changed between two contracts, and whom it breaks.

use std::io::Write;

use anyhow::{Context, bail};
use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum};

use crate::contract::compare::{Policy, compare, worst};
use crate::contract::finding::Change;
use crate::contract::load::Document;
use crate::contract::report::{Format, Report};
use crate::contract::step::Verdict;
use crate::contract::{client, rules, waiver};
use crate::input;
use crate::outcome::Outcome;

/// Compare two contracts.
///
/// Exit code 0: nothing to fail on. 1: found. 2: could not compare.
#[derive(Args, Debug)]
pub struct Diff {
    /// The contract before: a file, or `git-ref:path`.
    #[arg(required_unless_present = "explain")]
    base: Option<String>,
    /// The contract after: a file, or `git-ref:path`.
    #[arg(required_unless_present = "explain")]
    revision: Option<String>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// What ends with exit code 1.
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
    /// Say as well what users of the generated client must change.
    #[arg(long)]
    client: bool,
    /// Let a deprecated operation go, at the price of a minor step, once its
    /// `x-sunset` date has passed.
    #[arg(long)]
    sunset: bool,
    /// A file of accepted changes: rule, location, reason and expiry of each.
    #[arg(long, value_name = "FILE")]
    waivers: Option<String>,
    /// Explain a rule and compare nothing.
    #[arg(long, value_name = "RULE")]
    explain: Option<String>,
}

/// What ends with exit code 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A change that breaks clients.
    #[default]
    Breaking,
    /// Any change.
    Any,
    /// Nothing.
    Never,
}

impl Diff {
    /// Compares, and writes the report.
    ///
    /// # Errors
    ///
    /// If a contract or the waivers cannot be read, or the report not
    /// written.
    pub fn run(
        &self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(&str),
    ) -> anyhow::Result<Outcome> {
        if let Some(rule) = &self.explain {
            let text = rules::explain(rule)
                .with_context(|| format!("there is no rule `{rule}`"))?;
            writeln!(out, "{text}")?;
            return Ok(Outcome::Clean);
        }
        let (Some(base), Some(revision)) = (&self.base, &self.revision) else {
            bail!("two contracts are needed");
        };
        let (base, revision) = both(base, revision)?;
        let today = Utc::now().date_naive();
        let policy =
            Policy { drift: false, sunset: self.sunset.then_some(today) };
        let changes = compare(&base, &revision, policy, progress);
        let (changes, complaints) = self.waive(changes, today)?;
        self.report(&base, &revision, &changes, &complaints, out)?;
        Ok(self.outcome(&changes))
    }

    fn waive(
        &self,
        changes: Vec<Change>,
        today: NaiveDate,
    ) -> anyhow::Result<(Vec<Change>, Vec<String>)> {
        let Some(file) = &self.waivers else { return Ok((changes, vec![])) };
        let text = input::text(file)?;
        let waivers = waiver::read(file, &text)?;
        let waived = waiver::apply(file, &waivers, changes, today);
        Ok((waived.left, waived.complaints))
    }

    fn report(
        &self,
        base: &Document,
        revision: &Document,
        changes: &[Change],
        waivers: &[String],
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let verdict = Verdict::new(base, revision, worst(changes));
        let client =
            self.client.then(|| client::changes(base, revision, changes));
        let report = Report {
            base,
            revision,
            changes,
            verdict: &verdict,
            client: client.as_deref(),
            waivers,
        };
        report.write(self.format, out).context("writing the report")
    }

    fn outcome(&self, changes: &[Change]) -> Outcome {
        let found = match self.fail_on {
            FailOn::Breaking => changes.iter().any(Change::is_breaking),
            FailOn::Any => !changes.is_empty(),
            FailOn::Never => false,
        };
        if found { Outcome::Found } else { Outcome::Clean }
    }
}

/// Reads both contracts at once: large ones take a moment each.
fn both(base: &str, revision: &str) -> anyhow::Result<(Document, Document)> {
    std::thread::scope(|scope| {
        let base = scope.spawn(|| input::contract(base));
        let revision = input::contract(revision);
        let base = match base.join() {
            Ok(base) => base,
            Err(_) => bail!("reading the base stopped short"),
        };
        Ok((base?, revision?))
    })
}
