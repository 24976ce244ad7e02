//! Gives each difference its rule, location, level and users.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::contract::compare::{Comparer, Found, PairId};
use crate::contract::effect::Effect;
use crate::contract::facts::Side;
use crate::contract::finding::{Change, Parts, Position, Rule, fingerprint};
use crate::contract::tree::Mark;

/// How many users of a component are listed.
const MAX_USERS: usize = 200;

type Pointers = HashMap<Mark, String>;

impl Comparer<'_> {
    /// Every change, worst first, then by place.
    pub(super) fn place(mut self) -> Vec<Change> {
        self.collect();
        let base =
            pointers(&self.base, self.found.keys().map(|f| f.difference.base));
        let revision = pointers(
            &self.revision,
            self.found.keys().map(|f| f.difference.revision),
        );
        let mut changes: Vec<_> = self
            .found
            .iter()
            .map(|(found, users)| self.change(found, users, &base, &revision))
            .collect();
        changes.sort_by(|a, b| {
            (b.level, a.base.line, &a.location, &a.rule, &a.message).cmp(&(
                a.level,
                b.base.line,
                &b.location,
                &b.rule,
                &b.message,
            ))
        });
        changes
    }

    /// Adds the differences of every pair that an operation reaches.
    fn collect(&mut self) {
        let mut users: HashMap<PairId, Vec<String>> = HashMap::new();
        let roots = std::mem::take(&mut self.roots);
        let mut reached = HashSet::new();
        for (root, _) in &roots {
            self.reach(*root, &mut reached);
        }
        let above = self.above(&reached);
        let differing: Vec<_> = reached
            .into_iter()
            .filter(|id| {
                self.pairs.get(*id).is_some_and(|p| !p.differences.is_empty())
            })
            .collect();
        let mut usages: HashMap<PairId, Vec<&str>> = HashMap::new();
        for (root, usage) in &roots {
            usages.entry(*root).or_default().push(usage);
        }
        for id in &differing {
            users.insert(*id, users_of(*id, &above, &usages));
        }
        self.add_all(&differing, &users);
    }

    fn add_all(
        &mut self,
        differing: &[PairId],
        users: &HashMap<PairId, Vec<String>>,
    ) {
        let mut sorted = differing.to_vec();
        sorted.sort_unstable();
        for id in sorted {
            let Some(pair) = self.pairs.get(id) else { continue };
            let place = Some((pair.stand.place, pair.root));
            let direction = pair.stand.place.direction();
            for difference in pair.differences.clone() {
                let found = Found { difference, direction, place };
                for user in users.get(&id).into_iter().flatten() {
                    self.used(found.clone(), user);
                }
            }
        }
    }

    fn reach(&self, root: PairId, reached: &mut HashSet<PairId>) {
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            if reached.insert(id)
                && let Some(pair) = self.pairs.get(id)
            {
                waiting.extend(&pair.below);
            }
        }
    }

    fn above(&self, reached: &HashSet<PairId>) -> HashMap<PairId, Vec<PairId>> {
        let mut above: HashMap<PairId, Vec<PairId>> = HashMap::new();
        for id in reached {
            for below in self.pairs.get(*id).into_iter().flat_map(|p| &p.below)
            {
                above.entry(*below).or_default().push(*id);
            }
        }
        above
    }

    fn change(
        &self,
        found: &Found,
        users: &[String],
        base: &Pointers,
        revision: &Pointers,
    ) -> Change {
        let difference = &found.difference;
        let rule = rule_id(found);
        let added = difference.was == "absent";
        let nowhere = String::from("#");
        let in_base = base.get(&difference.base).unwrap_or(&nowhere);
        let in_revision =
            revision.get(&difference.revision).unwrap_or(&nowhere);
        let location = if added { in_revision } else { in_base }.clone();
        let parts = Parts {
            what: with_subject(&difference.what, &location),
            was: difference.was.clone(),
            is: difference.is.clone(),
        };
        let message = message(&parts, difference.effect);
        let level = difference
            .level
            .unwrap_or_else(|| difference.effect.level(found.direction));
        let direction = found.direction;
        Change {
            fingerprint: fingerprint(&[&rule, &location, &message]),
            rule,
            level,
            effect: difference.effect,
            direction,
            location,
            message,
            base: position(&self.base, difference.base),
            revision: position(&self.revision, difference.revision),
            used_by: users.to_vec(),
            parts,
        }
    }
}

/// The operations that reach a pair.
fn users_of(
    id: PairId,
    above: &HashMap<PairId, Vec<PairId>>,
    usages: &HashMap<PairId, Vec<&str>>,
) -> Vec<String> {
    let mut seen = HashSet::from([id]);
    let mut waiting = VecDeque::from([id]);
    let mut users = Vec::new();
    while let Some(id) = waiting.pop_front() {
        for usage in usages.get(&id).into_iter().flatten() {
            users.push((*usage).to_owned());
        }
        for up in above.get(&id).into_iter().flatten() {
            if seen.insert(*up) {
                waiting.push_back(*up);
            }
        }
    }
    users.sort();
    users.dedup();
    users.truncate(MAX_USERS);
    users
}

fn pointers(side: &Side<'_>, marks: impl Iterator<Item = Mark>) -> Pointers {
    let marks: HashSet<_> = marks.collect();
    if marks.is_empty() {
        return Pointers::new();
    }
    side.document.pointers(&marks)
}

fn position(side: &Side<'_>, mark: Mark) -> Position {
    Position {
        file: side.document.name.clone(),
        line: mark.line.max(1),
        column: mark.column.max(1),
    }
}

fn rule_id(found: &Found) -> String {
    match (&found.difference.rule, found.place) {
        (Rule::After(rest), Some((place, root))) => {
            format!("{}-{rest}", place.prefix(root))
        }
        (Rule::Whole(id) | Rule::After(id), _) => (*id).to_owned(),
    }
}

/// Adds the property or parameter that a location is about.
fn with_subject(what: &str, location: &str) -> String {
    let parts: Vec<_> = location.split('/').collect();
    let named = parts.iter().rposition(|part| *part == "properties");
    let name = named.and_then(|index| parts.get(index + 1));
    match name {
        Some(name) if !what.contains(&format!("`{name}`")) => {
            format!("{what} of `{}`", unescape(name))
        }
        _ => what.to_owned(),
    }
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn message(parts: &Parts, effect: Effect) -> String {
    let Parts { what, was, is } = parts;
    let undecided = match effect {
        Effect::Unknown => " (its effect cannot be decided)",
        _ => "",
    };
    match (was.as_str(), is.as_str()) {
        ("absent", "present") => format!("{what} was added{undecided}"),
        ("present", "absent") => format!("{what} was removed{undecided}"),
        _ => format!("{what}: {was} became {is}{undecided}"),
    }
}
