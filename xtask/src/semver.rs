//! `cargo xtask semver`: whether `info.version` took the step its contract
//! needs.

mod base;
mod write;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::contract::compare::{Policy, compare, worst};
use crate::contract::effect::Level;
use crate::contract::finding::Change;
use crate::contract::load::Document;
use crate::contract::step::{Verdict, is_released};
use crate::drift::contracts;
use crate::input;
use crate::outcome::Outcome;

/// Check that each contract's version took the step its changes need.
///
/// Exit code 0: it did. 1: it did not, or a released major was broken. 2:
/// could not compare.
#[derive(Args, Debug)]
pub struct Semver {
    /// The commit to compare with. Default: where this branch left the main
    /// branch.
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// The folder with v1.yaml, v2.yaml and so on.
    #[arg(long, value_name = "DIR", default_value = "openapi")]
    openapi_dir: PathBuf,
    /// Write the least version that is large enough into each contract, and
    /// its changes into the Contract section of CHANGELOG.md.
    #[arg(long)]
    write: bool,
}

/// A contract compared with its earlier self.
struct Compared {
    path: PathBuf,
    revision: Document,
    released: bool,
    changes: Vec<Change>,
    verdict: Verdict,
}

impl Semver {
    /// Compares each contract with its earlier self.
    ///
    /// # Errors
    ///
    /// If there is no base to compare with, a contract cannot be read, or
    /// something cannot be written.
    pub fn run(
        &self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(&str),
    ) -> anyhow::Result<Outcome> {
        let base = base::commit(self.base.as_deref())?;
        let mut outcome = Outcome::Clean;
        for (_, path) in contracts(&self.openapi_dir)? {
            let Some(compared) = compared(&base, path, progress, out)? else {
                continue;
            };
            if self.write {
                write::version(&compared, out)?;
                write::changelog(Path::new("CHANGELOG.md"), &compared, out)?;
            }
            if judge(&compared, self.write, out)? == Outcome::Found {
                outcome = Outcome::Found;
            }
        }
        Ok(outcome)
    }
}

fn compared(
    base: &str,
    path: PathBuf,
    progress: &mut dyn FnMut(&str),
    out: &mut dyn Write,
) -> anyhow::Result<Option<Compared>> {
    let name = path.display().to_string();
    let revision = Document::parse(&name, input::text(&name)?)?;
    let Some(text) = base::file(base, &path)? else {
        writeln!(out, "{name}: new since {base}")?;
        return Ok(None);
    };
    let before = Document::parse(&format!("{base}:{name}"), text)?;
    let changes = compare(&before, &revision, Policy::default(), progress);
    let verdict = Verdict::new(&before, &revision, worst(&changes));
    let released = is_released(&before);
    Ok(Some(Compared { path, revision, released, changes, verdict }))
}

/// Says whether the step was large enough, and which changes ask for it.
fn judge(
    compared: &Compared,
    written: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Compared { revision, released, changes, verdict, .. } = compared;
    let name = &revision.name;
    let required = verdict.required.as_deref().unwrap_or("a version");
    let actual = verdict.actual.as_deref().unwrap_or("none");
    let broken = *released && verdict.level == Level::Major;
    if broken {
        writeln!(
            out,
            "{name}: a released contract must not break its clients; what \
             breaks them belongs in the next major's contract"
        )?;
    }
    let small = verdict.enough != Some(true) && !written;
    let level = verdict.level.name();
    if small {
        writeln!(out, "{name}: {level} changes need {required}, not {actual}")?;
    } else {
        writeln!(out, "{name}: {level} changes, {required} is enough")?;
    }
    if broken || small {
        for change in changes.iter().filter(|c| c.level == verdict.level) {
            let line = change.revision.line;
            writeln!(out, "  {name}:{line}: {}", change.message)?;
        }
    }
    Ok(if broken || small { Outcome::Found } else { Outcome::Clean })
}
