//! Writes the next version, and what changed, where people look for it.

use std::fs;
use std::io::Write;
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
    let text = fs::read_to_string(path).unwrap_or_default();
    fs::write(path, merged(&text, &entries))
        .with_context(|| format!("writing {}", path.display()))?;
    writeln!(out, "{}: Contract section written", path.display())?;
    Ok(())
}

fn entry(name: &str, change: &Change) -> String {
    let level = change.level.name();
    format!("- {name}, {level}: {}", change.message)
}

/// A changelog with entries added to its Contract section, which is made if
/// there is none. Entries that are there already are not repeated.
fn merged(text: &str, entries: &[String]) -> String {
    let text = with_heading(text, UNRELEASED, None);
    let text = with_heading(&text, CONTRACT, Some(UNRELEASED));
    let new: Vec<_> = entries
        .iter()
        .filter(|entry| !text.lines().any(|line| line == entry.as_str()))
        .map(String::as_str)
        .collect();
    let Some((before, after)) = text.split_once(CONTRACT) else {
        return text;
    };
    let after = after.trim_start_matches('\n');
    format!("{before}{CONTRACT}\n\n{}\n{after}", new.join("\n"))
}

fn with_heading(text: &str, heading: &str, under: Option<&str>) -> String {
    let section = match under.and_then(|under| text.split_once(under)) {
        Some((_, rest)) => rest.split("\n## ").next().unwrap_or(rest),
        None => text,
    };
    if section.contains(heading) {
        return text.to_owned();
    }
    let (before, after) = match under {
        Some(under) => match text.split_once(under) {
            Some((before, after)) => (format!("{before}{under}"), after),
            None => (String::new(), text),
        },
        None => first_heading(text),
    };
    format!("{before}\n{heading}\n{after}")
}

/// The text before the first release, and the rest.
fn first_heading(text: &str) -> (String, &str) {
    match text.find("\n## ") {
        Some(at) => {
            let (before, after) = text.split_at(at + 1);
            (before.to_owned(), after)
        }
        None => (text.to_owned(), ""),
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
    fn only_the_version_s_line_is_replaced() {
        let text = "a: 1.0.0\nversion: 1.0.0\nb: 1.0.0\n";

        let replaced = replaced(text, 2, "1.0.0", "1.1.0");

        assert_eq!(replaced, "a: 1.0.0\nversion: 1.1.0\nb: 1.0.0\n");
    }
}
