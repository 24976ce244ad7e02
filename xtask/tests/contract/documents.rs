//! Cases about whole documents, in both directions.

use xtask::contract::compare::worst;
use xtask::contract::finding::Change;
use xtask::contract::tree::{Node, Number, Value};

use crate::support::{changes, listed, tables, text, verdict};

/// The lines that stand before a case's text.
const HEAD: u32 = 2;

/// A case in one direction.
struct Trial<'a> {
    name: String,
    base: String,
    revision: String,
    level: &'a str,
    rule: Option<&'a str>,
    at: [Option<u32>; 2],
}

#[test]
fn every_change_of_a_document_has_its_level_rule_and_line() {
    let mut judged = 0;
    let mut complaints = Vec::new();
    for (file, cases) in tables("cases/documents") {
        for case in cases.items() {
            for trial in trials(&file, case) {
                judged += 1;
                complaints.extend(trial.complaint());
            }
        }
    }
    verdict("documents", judged, &complaints);
}

fn trials<'a>(file: &str, case: &'a Node) -> Vec<Trial<'a>> {
    let name = text(case, "name").expect("a name");
    let base = full(case, "base");
    let revision = full(case, "revision");
    let at = case.get("at").map_or(&[][..], Node::items);
    let at = [0, 1].map(|index| line(at.get(index)));
    let there = Trial {
        name: format!("{file}: {name}"),
        base: base.clone(),
        revision: revision.clone(),
        level: text(case, "level").expect("a level"),
        rule: text(case, "rule"),
        at,
    };
    let back = case.get("back").map(|back| Trial {
        name: format!("{file}: {name} back"),
        base: revision,
        revision: base,
        level: text(back, "level").expect("a level"),
        rule: text(back, "rule"),
        at: [at[1], at[0]],
    });
    std::iter::once(there).chain(back).collect()
}

fn full(case: &Node, key: &str) -> String {
    let version = text(case, "openapi").unwrap_or("3.0.3");
    let body = text(case, key).expect("a document");
    format!("openapi: {version}\ninfo: {{title: T, version: 1.0.0}}\n{body}")
}

fn line(node: Option<&Node>) -> Option<u32> {
    match node?.value {
        Value::Number(Number::Whole(n)) => u32::try_from(n).ok(),
        _ => None,
    }
}

impl Trial<'_> {
    fn complaint(&self) -> Option<String> {
        let changes = changes(&self.base, &self.revision);
        let problem = self.problem(&changes)?;
        Some(format!("{}: {problem}\n{}", self.name, listed(&changes)))
    }

    fn problem(&self, changes: &[Change]) -> Option<String> {
        let got = worst(changes).name();
        if got != self.level {
            return Some(format!("is {got} rather than {}", self.level));
        }
        let rule = self.rule?;
        let mut found = changes.iter().filter(|c| c.rule == rule);
        let Some(change) = found.next() else {
            return Some(format!("lacks {rule}"));
        };
        if found.next().is_some_and(|other| other.message == change.message) {
            return Some(format!("has {rule} twice"));
        }
        let lines = [change.base.line, change.revision.line];
        let wrong = self.at.iter().zip(lines).any(|(wanted, line)| {
            wanted.is_some_and(|wanted| wanted + HEAD != line)
        });
        wrong.then(|| format!("{lines:?} are not {:?} after {HEAD}", self.at))
    }
}
