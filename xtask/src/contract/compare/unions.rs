//! Matches the branches of unions, so that only what is left over counts.

use crate::contract::compare::Stand;
use crate::contract::compare::schemas::{Said, Task};
use crate::contract::effect::Effect;
use crate::contract::facts::{At, Facts, Schema, Union};
use crate::contract::types::Types;

/// Below this, two branches are not two versions of one.
const ALIKE: f64 = 0.5;

/// Which branches of the base become which of the revision.
type Matches = Vec<(usize, usize)>;

impl<'a> Task<'a, '_> {
    /// Compares the unions of both sides, in order.
    pub(super) fn unions(&mut self) {
        let (a, b) = (&self.base.unions, &self.revision.unions);
        for index in 0..a.len().max(b.len()) {
            match (a.get(index), b.get(index)) {
                (Some(base), Some(revision)) => self.union(base, revision),
                (None, Some(union)) => self.whole(union, true),
                (Some(union), None) => self.whole(union, false),
                (None, None) => {}
            }
        }
    }

    /// A union that one side lacks is one more demand on the other.
    fn whole(&mut self, union: &Union<'a>, added: bool) {
        let keyword = union.keyword;
        let at = Some(keyword.at);
        let (base, revision) = if added { (None, at) } else { (at, None) };
        let rules = ("all-of-added", "all-of-removed");
        let what = format!("`{}`", keyword.value);
        self.presence(rules, Effect::Narrows, &what, base, revision);
    }

    fn union(&mut self, base: &Union<'a>, revision: &Union<'a>) {
        let matches = self.matched(&base.branches, &revision.branches);
        for (a, b) in &matches {
            if let (Some(a), Some(b)) =
                (base.branches.get(*a), revision.branches.get(*b))
            {
                self.below(a.clone(), b.clone());
            }
        }
        for (index, branch) in base.branches.iter().enumerate() {
            if !matches.iter().any(|(a, _)| *a == index) {
                self.branch(branch, base.keyword, revision.keyword, false);
            }
        }
        for (index, branch) in revision.branches.iter().enumerate() {
            if !matches.iter().any(|(_, b)| *b == index) {
                self.branch(branch, revision.keyword, base.keyword, true);
            }
        }
        self.exclusive(base, revision);
    }

    /// A branch that is on one side only.
    fn branch(
        &mut self,
        branch: &Schema<'a>,
        keyword: At<&'static str>,
        other: At<&'static str>,
        added: bool,
    ) {
        let rule = match (keyword.value, added) {
            ("oneOf", true) => "one-of-added",
            ("oneOf", false) => "one-of-removed",
            (_, true) => "any-of-added",
            (_, false) => "any-of-removed",
        };
        let name = branch.name.map(|name| format!(" `{name}`"));
        let what = format!(
            "branch{} of `{}`",
            name.unwrap_or_default(),
            keyword.value
        );
        if added {
            let said =
                Said::new("absent", "present").at(other.at, branch.written);
            self.say(rule, Effect::Widens, what, said);
        } else {
            let said =
                Said::new("present", "absent").at(branch.written, other.at);
            self.say(rule, Effect::Narrows, what, said);
        }
    }

    /// `oneOf` refuses what two branches allow; `anyOf` does not. Between
    /// branches that share no type or tag there is no difference.
    fn exclusive(&mut self, base: &Union<'a>, revision: &Union<'a>) {
        let (a, b) = (base.keyword, revision.keyword);
        if a.value == b.value || self.disjoint(base) {
            return;
        }
        let (rule, effect) = match b.value {
            "oneOf" => ("any-of-became-one-of", Effect::Narrows),
            _ => ("one-of-became-any-of", Effect::Widens),
        };
        let word = |at: At<&str>| format!("`{}`", at.value);
        let said = Said::new(word(a), word(b)).at(a.at, b.at);
        self.say(rule, effect, "union", said);
    }

    fn disjoint(&self, union: &Union<'a>) -> bool {
        let facts: Vec<_> = union
            .branches
            .iter()
            .map(|branch| Facts::of(&self.comparer.base, branch))
            .collect();
        facts.iter().enumerate().all(|(index, one)| {
            facts.iter().skip(index + 1).all(|other| apart(one, other))
        })
    }

    /// One side is a union and the other is not: the lone schema is a union
    /// of one branch, if the union demands nothing besides.
    pub(super) fn wrapped(&mut self) -> bool {
        match (self.base.unions.as_slice(), self.revision.unions.as_slice()) {
            ([], [union]) if is_only_union(self.revision) => {
                let lone = [self.schemas.0.clone()];
                self.wrap(&lone, &union.branches, union.keyword, true)
            }
            ([union], []) if is_only_union(self.base) => {
                let lone = [self.schemas.1.clone()];
                self.wrap(&union.branches, &lone, union.keyword, false)
            }
            _ => false,
        }
    }

    fn wrap(
        &mut self,
        base: &[Schema<'a>],
        revision: &[Schema<'a>],
        keyword: At<&'static str>,
        added: bool,
    ) -> bool {
        let matches = self.matched(base, revision);
        let Some((a, b)) = matches.first() else { return false };
        if let (Some(a), Some(b)) = (base.get(*a), revision.get(*b)) {
            self.below(a.clone(), b.clone());
        }
        let many = if added { revision } else { base };
        let kept = if added { *b } else { *a };
        let lone = At {
            value: "schema",
            at: if added { self.schemas.0.at } else { self.schemas.1.at },
        };
        for (index, branch) in many.iter().enumerate() {
            if index != kept {
                self.branch(branch, keyword, lone, added);
            }
        }
        self.null();
        true
    }

    /// Pairs branches: equal ones, then those with the same tag, then the
    /// same component name, then the most alike.
    fn matched(&mut self, a: &[Schema<'a>], b: &[Schema<'a>]) -> Matches {
        let mut matches = Matches::new();
        self.comparer.nesting += 1;
        self.match_equal(a, b, &mut matches, true);
        self.match_equal(a, b, &mut matches, false);
        self.comparer.nesting -= 1;
        if matches.len() < a.len().min(b.len()) {
            self.match_alike(a, b, &mut matches);
        }
        matches
    }

    fn match_equal(
        &mut self,
        a: &[Schema<'a>],
        b: &[Schema<'a>],
        matches: &mut Matches,
        named: bool,
    ) {
        for (i, base) in a.iter().enumerate() {
            if matches.iter().any(|(known, _)| *known == i) {
                continue;
            }
            for (j, revision) in b.iter().enumerate() {
                let taken = matches.iter().any(|(_, known)| *known == j);
                let same_name =
                    base.name.is_some() && base.name == revision.name;
                if !taken
                    && (!named || same_name)
                    && self.is_equal(base, revision)
                {
                    matches.push((i, j));
                    break;
                }
            }
        }
    }

    fn is_equal(&mut self, a: &Schema<'a>, b: &Schema<'a>) -> bool {
        if self.comparer.nesting > MAX_TRIALS {
            return false;
        }
        let stand = Stand { muted: false, ..self.stand };
        let id = self.comparer.pair(a.clone(), b.clone(), stand);
        self.comparer.effect(id) == Effect::None
    }

    fn match_alike(
        &mut self,
        a: &[Schema<'a>],
        b: &[Schema<'a>],
        matches: &mut Matches,
    ) {
        let base: Vec<_> =
            a.iter().map(|s| Facts::of(&self.comparer.base, s)).collect();
        let revision: Vec<_> =
            b.iter().map(|s| Facts::of(&self.comparer.revision, s)).collect();
        let mut scored = Vec::new();
        for (i, (one, x)) in a.iter().zip(&base).enumerate() {
            for (j, (other, y)) in b.iter().zip(&revision).enumerate() {
                scored.push((score(one, other, x, y), i, j));
            }
        }
        scored.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        for (score, i, j) in scored {
            let taken = matches.iter().any(|(a, b)| *a == i || *b == j);
            if score >= ALIKE && !taken {
                matches.push((i, j));
            }
        }
    }
}

/// How many unions inside one another are tried for equality.
const MAX_TRIALS: usize = 24;

/// How much two branches look like versions of one: a shared tag outdoes a
/// shared name, which outdoes shared properties.
fn score(a: &Schema<'_>, b: &Schema<'_>, x: &Facts<'_>, y: &Facts<'_>) -> f64 {
    let (tag, other) = (tags(x), tags(y));
    if tag.iter().any(|tag| other.contains(tag)) {
        return 4.0;
    }
    let contradict =
        tag.iter().any(|(name, _)| other.iter().any(|(n, _)| n == name));
    if contradict {
        return 0.0;
    }
    let likeness = likeness(x, y);
    if a.name.is_some() && a.name == b.name {
        return 2.0 + likeness;
    }
    likeness
}

/// Properties that may have one value only, as serde writes a tag; and the
/// only property there is, as serde writes a variant without one.
fn tags<'a>(facts: &Facts<'a>) -> Vec<(&'a str, String)> {
    let tag = |schema: &Schema<'_>| {
        schema.leaves.iter().find_map(|leaf| {
            let listed = leaf.node.get("enum").map(|list| list.items());
            let only = match listed {
                Some([only]) => Some(only),
                _ => leaf.node.get("const"),
            };
            only.map(crate::contract::tree::Node::canonical)
        })
    };
    let mut tags: Vec<_> = facts
        .properties
        .iter()
        .filter_map(|(name, property)| Some((*name, tag(&property.schema)?)))
        .collect();
    if let (Some((name, _)), 1) =
        (facts.properties.first(), facts.properties.len())
        && tags.is_empty()
        && facts.required.contains_key(name)
    {
        tags.push(("", (*name).to_owned()));
    }
    tags
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of properties are small"
)]
fn likeness(x: &Facts<'_>, y: &Facts<'_>) -> f64 {
    if !x.types.value.meets(y.types.value) {
        return 0.0;
    }
    let object = x.types.value.both(y.types.value).meets(Types::OBJECT);
    let all = x.properties.len().max(y.properties.len());
    if !object || all == 0 {
        return if x.types.value == y.types.value { 1.0 } else { 0.5 };
    }
    let shared =
        x.properties.keys().filter(|name| y.properties.contains_key(*name));
    shared.count() as f64 / all as f64
}

/// Whether no value satisfies both, as far as types and tags tell.
fn apart(x: &Facts<'_>, y: &Facts<'_>) -> bool {
    let (a, b) = (tags(x), tags(y));
    let tagged = a.iter().any(|(name, tag)| {
        !name.is_empty()
            && b.iter().any(|(other, value)| other == name && value != tag)
    });
    tagged || !x.types.value.meets(y.types.value)
}

/// Whether a schema demands a union and, at most, a type around it.
fn is_only_union(facts: &Facts<'_>) -> bool {
    facts.unions.len() == 1
        && facts.properties.is_empty()
        && facts.required.is_empty()
        && facts.values.is_none()
        && facts.bounds.is_empty()
        && facts.format.is_none()
        && facts.nots.is_empty()
        && facts.conditionals.is_empty()
}
