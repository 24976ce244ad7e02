//! Changes that a team has decided to accept, each with a reason and an end.

use chrono::NaiveDate;

use crate::contract::finding::Change;
use crate::contract::load::{LoadError, tree};
use crate::contract::tree::{Mark, Node};

/// A decision to accept some changes.
#[derive(Debug)]
pub struct Waiver {
    /// The rule it is about.
    pub rule: String,
    /// The locations it is about; `*` stands for anything.
    pub location: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: NaiveDate,
    /// Where it stands in its file.
    pub at: Mark,
}

/// What waivers did to a list of changes.
#[derive(Debug, Default)]
pub struct Waived {
    /// The changes that none of them accepts.
    pub left: Vec<Change>,
    /// How many were accepted.
    pub accepted: usize,
    /// One line for each waiver that is unused or has expired.
    pub complaints: Vec<String>,
}

/// Reads a file of waivers: a list under `waivers`, each with `rule`,
/// `location`, `reason` and `expires` (`YYYY-MM-DD`).
///
/// # Errors
///
/// [`LoadError`] if the text is not YAML or JSON, or an entry lacks a field.
pub fn read(name: &str, source: &str) -> Result<Vec<Waiver>, LoadError> {
    let root = tree(name, source)?;
    let listed = root.get("waivers").map_or(&[][..], Node::items);
    listed
        .iter()
        .map(|node| {
            waiver(node).map_err(|field| LoadError::Text {
                name: name.into(),
                at: node.at,
                problem: format!("a waiver without a usable `{field}`"),
            })
        })
        .collect()
}

fn waiver(node: &Node) -> Result<Waiver, &'static str> {
    let field = |key: &'static str| {
        let text = node.get(key).and_then(Node::text).unwrap_or_default();
        if text.is_empty() { Err(key) } else { Ok(text.to_owned()) }
    };
    Ok(Waiver {
        rule: field("rule")?,
        location: field("location")?,
        reason: field("reason")?,
        expires: field("expires")?.parse().map_err(|_| "expires")?,
        at: node.at,
    })
}

/// Takes the accepted changes out, and complains of waivers that do nothing.
#[must_use]
pub fn apply(
    name: &str,
    waivers: &[Waiver],
    changes: Vec<Change>,
    today: NaiveDate,
) -> Waived {
    let mut used = vec![false; waivers.len()];
    let mut waived = Waived::default();
    for change in changes {
        let by = waivers.iter().position(|waiver| {
            waiver.expires >= today && waiver.accepts(&change)
        });
        match by.and_then(|index| used.get_mut(index)) {
            Some(slot) => {
                *slot = true;
                waived.accepted += 1;
            }
            None => waived.left.push(change),
        }
    }
    for (waiver, used) in waivers.iter().zip(used) {
        waived.complaints.extend(waiver.complaint(name, used, today));
    }
    waived
}

impl Waiver {
    fn accepts(&self, change: &Change) -> bool {
        self.rule == change.rule && glob(&self.location, &change.location)
    }

    fn complaint(
        &self,
        name: &str,
        used: bool,
        today: NaiveDate,
    ) -> Option<String> {
        let problem = match (self.expires < today, used) {
            (true, _) => format!("expired on {}", self.expires),
            (false, false) => "is used by no change".to_owned(),
            (false, true) => return None,
        };
        let (line, rule) = (self.at.line, &self.rule);
        Some(format!("{name}:{line}: the waiver of {rule} {problem}"))
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|p| text.strip_prefix(p)) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}
