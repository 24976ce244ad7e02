//! Writes the next version, and what changed, where people look for it.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;

use super::Compared;
use crate::contract::effect::Level;
use crate::contract::finding::Change;
use crate::contract::step::version_node;

/// The heading under which unreleased changes are gathered.
const UNRELEASED: &str = "## Unreleased";

/// The heading under it for what clients notice.
const CONTRACT: &str = "### Contract";

/// Writes the least version that is large enough into a contract, unless it
/// has such a version already.
pub(super) fn version(
    compared: &Compared,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let verdict = &compared.verdict;
    let (Some(required), Some(node)) =
        (&verdict.required, version_node(&compared.revision))
    else {
        return Ok(());
    };
    if verdict.enough == Some(true) {
        return Ok(());
    }
    let actual = verdict.actual.as_deref().unwrap_or_default();
    let text = replaced(
        &compared.revision.source,
        usize::try_from(node.at.line)?,
        actual,
        required,
    );
    let path = &compared.path;
    fs::write(path, text)
        .with_context(|| format!("writing {}", path.display()))?;
    writeln!(out, "{}: {actual} is now {required}", path.display())?;
    Ok(())
}

/// The text with a version replaced on one line, counted from one.
fn replaced(text: &str, line: usize, from: &str, to: &str) -> String {
    text.split_inclusive('\n')
        .enumerate()
        .map(|(index, held)| {
            if index + 1 == line {
                held.replacen(from, to, 1)
            } else {
                held.to_owned()
            }
        })
        .collect()
}

/// Adds what clients notice to a changelog.
pub(super) fn changelog(
    path: &Path,
    compared: &Compared,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let name = compared.path.file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    let entries: Vec<_> = compared
        .changes
        .iter()
        .filter(|change| change.level >= Level::Minor)
        .map(|change| entry(&name, change))
        .collect();
    if entries.is_empty() {
        return Ok(());
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            let reading = format!("reading {}", path.display());
            return Err(error).context(reading);
        }
    };
    fs::write(path, merged(&text, &entries))
        .with_context(|| format!("writing {}", path.display()))?;
    writeln!(out, "{}: Contract section written", path.display())?;
    Ok(())
}

fn entry(name: &str, change: &Change) -> String {
    let level = change.level.name();
    format!("- {name}, {level}: {}", change.message)
}

/// A changelog with entries added to the Contract section of what is not
/// released yet, which is made if there is none. Entries that are there
/// already are not repeated.
fn merged(text: &str, entries: &[String]) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let is_new = |entry: &&str| !lines.contains(entry);
    let new: Vec<_> =
        entries.iter().map(String::as_str).filter(is_new).collect();
    if new.is_empty() {
        return text.to_owned();
    }
    let (at, heading) = place(&lines);
    let follows = lines.get(at).is_some_and(|line| line.starts_with('#'));
    let block = heading.into_iter().chain(new).chain(follows.then_some(""));
    let _ = lines.splice(at..at, block.collect::<Vec<_>>());
    lines.join("\n") + "\n"
}

/// Before which line entries go, and the headings that they need there.
fn place(lines: &[&str]) -> (usize, Vec<&'static str>) {
    let is_release = |line: &&str| line.starts_with("## ");
    let Some(unreleased) = lines.iter().position(|it| *it == UNRELEASED) else {
        let first = lines.iter().position(&is_release);
        let headings = vec![UNRELEASED, "", CONTRACT, ""];
        return (first.unwrap_or(lines.len()), headings);
    };
    let below = lines.iter().skip(unreleased + 1);
    let length = below.clone().take_while(|it| !is_release(it)).count();
    let mut section = below.take(length);
    match section.position(|it| *it == CONTRACT) {
        // Behind the heading and the blank line below it.
        Some(contract) => {
            let blank = usize::from(section.next() == Some(&""));
            (unreleased + contract + 2 + blank, Vec::new())
        }
        None => {
            let at = unreleased + 1 + length;
            let is_open = lines.get(at - 1).is_some_and(|it| !it.is_empty());
            let gap = is_open.then_some("");
            (at, gap.into_iter().chain([CONTRACT, ""]).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_join_the_contract_section_once() {
        let text = "# Changelog\n\n## 1.0.0\n\n- First.\n";
        let entries = ["- v2, minor: a".to_owned()];

        let once = merged(text, &entries);
        let twice = merged(&once, &entries);

        let expected = "## Unreleased\n\n### Contract\n\n- v2, minor: a\n";
        assert!(once.contains(expected), "{once}");
        assert_eq!(once.matches("- v2, minor: a").count(), 1);
        assert_eq!(twice.matches("- v2, minor: a").count(), 1);
        assert!(once.ends_with("## 1.0.0\n\n- First.\n"), "{once}");
    }

    #[test]
    fn entries_go_to_what_is_not_released_yet() {
        let entries = ["- v2, minor: b".to_owned()];
        for (text, expected) in [
            ("", "## Unreleased\n\n### Contract\n\n- v2, minor: b\n"),
            (
                "## Unreleased\n\n### Added\n\n- x\n\n## 1\n\n### Contract\n",
                "## Unreleased\n\n### Added\n\n- x\n\n### Contract\n\n\
                 - v2, minor: b\n\n## 1\n\n### Contract\n",
            ),
            (
                "## Unreleased\n\n### Contract\n\n- a\n\n## 1\n",
                "## Unreleased\n\n### Contract\n\n- v2, minor: b\n- a\n\n\
                 ## 1\n",
            ),
        ] {
            assert_eq!(merged(text, &entries), expected);
        }
    }

    #[test]
    fn only_the_version_s_line_is_replaced() {
        let text = "a: 1.0.0\nversion: 1.0.0\nb: 1.0.0\n";

        let replaced = replaced(text, 2, "1.0.0", "1.1.0");

        assert_eq!(replaced, "a: 1.0.0\nversion: 1.1.0\nb: 1.0.0\n");
    }
}
