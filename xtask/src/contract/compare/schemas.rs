//! Compares the facts of two schemas.

use crate::contract::compare::{Comparer, PairId, Stand};
use crate::contract::effect::{Direction, Effect, Level};
use crate::contract::facts::{Facts, Schema};
use crate::contract::finding::{Difference, Rule};
use crate::contract::tree::Mark;
use crate::contract::types::Types;

/// How many unions may be matched inside one another.
const MAX_NESTING: usize = 48;

/// A pair while it is compared.
pub(super) struct Task<'a, 'c> {
    pub(super) comparer: &'c mut Comparer<'a>,
    pub(super) id: PairId,
    pub(super) stand: Stand,
    pub(super) base: &'c Facts<'a>,
    pub(super) revision: &'c Facts<'a>,
    pub(super) schemas: (&'c Schema<'a>, &'c Schema<'a>),
    /// The types that both allow: keywords about others say nothing.
    pub(super) common: Types,
}

/// Something one side has and the other has not, or both.
pub(super) struct Said {
    pub(super) was: String,
    pub(super) is: String,
    pub(super) base: Option<Mark>,
    pub(super) revision: Option<Mark>,
}

impl<'a> Comparer<'a> {
    /// Compares a pair, unless that has been begun.
    pub(super) fn settle(&mut self, id: PairId) {
        let Some(pair) = self.pairs.get_mut(id).filter(|pair| !pair.begun)
        else {
            return;
        };
        pair.begun = true;
        let stand = pair.stand;
        let (a, b) = (pair.base.clone(), pair.revision.clone());
        let base = Facts::of(&self.base, &a);
        let revision = Facts::of(&self.revision, &b);
        let common = base.types.value.both(revision.types.value);
        let mut task = Task {
            comparer: self,
            id,
            stand,
            base: &base,
            revision: &revision,
            schemas: (&a, &b),
            common,
        };
        task.run();
    }
}

impl<'a> Task<'a, '_> {
    fn run(&mut self) {
        if self.nothing_is_valid() || self.lost() {
            return;
        }
        if self.comparer.nesting > MAX_NESTING {
            self.too_deep();
            return;
        }
        if self.wrapped() {
            return;
        }
        self.types();
        self.scalars();
        if self.common.meets(Types::OBJECT) {
            self.objects();
        }
        if self.common.meets(Types::ARRAY) {
            self.arrays();
        }
        self.unions();
        self.logic();
        self.annotations();
    }

    /// Who sends what is compared.
    pub(super) fn direction(&self) -> Direction {
        self.stand.place.direction()
    }

    /// Compares two schemas below these.
    pub(super) fn below(
        &mut self,
        base: Schema<'a>,
        revision: Schema<'a>,
    ) -> PairId {
        self.below_at(base, revision, self.stand)
    }

    pub(super) fn below_at(
        &mut self,
        base: Schema<'a>,
        revision: Schema<'a>,
        stand: Stand,
    ) -> PairId {
        let below = self.comparer.pair(base, revision, stand);
        self.link(below);
        below
    }

    /// Counts a pair's differences among this one's.
    pub(super) fn link(&mut self, below: PairId) {
        if let Some(pair) = self.comparer.pairs.get_mut(self.id) {
            pair.below.push(below);
        }
    }

    /// Notes a difference whose rule's id says where it was found.
    pub(super) fn say(
        &mut self,
        rule: &'static str,
        effect: Effect,
        what: impl Into<String>,
        said: Said,
    ) {
        self.say_as(Rule::After(rule), effect, None, what, said);
    }

    pub(super) fn say_as(
        &mut self,
        rule: Rule,
        effect: Effect,
        level: Option<Level>,
        what: impl Into<String>,
        said: Said,
    ) {
        let (effect, level) = if self.stand.muted {
            (Effect::None, Some(Level::Patch))
        } else {
            (effect, level)
        };
        let difference = Difference {
            rule,
            effect,
            level,
            what: what.into(),
            was: said.was,
            is: said.is,
            base: said.base.unwrap_or(self.schemas.0.at),
            revision: said.revision.unwrap_or(self.schemas.1.at),
        };
        if let Some(pair) = self.comparer.pairs.get_mut(self.id) {
            pair.differences.push(difference);
        }
    }

    /// Notes what only the revision has, or only the base.
    pub(super) fn presence(
        &mut self,
        rules: (&'static str, &'static str),
        effect_of_adding: Effect,
        what: &str,
        base: Option<Mark>,
        revision: Option<Mark>,
    ) {
        let (rule, effect) = match (base, revision) {
            (None, Some(_)) => (rules.0, effect_of_adding),
            (Some(_), None) => (rules.1, effect_of_adding.reversed()),
            _ => return,
        };
        self.say(rule, effect, what, Said::presence(base, revision));
    }

    fn nothing_is_valid(&mut self) -> bool {
        let (base, revision) = (self.base.never, self.revision.never);
        let effect = match (base, revision) {
            (None, None) => return false,
            (Some(_), Some(_)) => return true,
            (None, Some(_)) => Effect::Narrows,
            (Some(_), None) => Effect::Widens,
        };
        let said = Said {
            was: allowed(base).into(),
            is: allowed(revision).into(),
            base,
            revision,
        };
        self.say("type-changed", effect, "what is valid", said);
        true
    }

    /// A reference out of the document is compared by its text alone.
    fn lost(&mut self) -> bool {
        let (base, revision) = (&self.base.lost, &self.revision.lost);
        if base.keys().eq(revision.keys()) {
            return false;
        }
        let (base, revision) = (base.clone(), revision.clone());
        let list = |lost: &std::collections::BTreeMap<&str, Mark>| {
            let names: Vec<_> =
                lost.keys().map(|name| format!("`{name}`")).collect();
            if names.is_empty() { "absent".into() } else { names.join(", ") }
        };
        let said = Said {
            was: list(&base),
            is: list(&revision),
            base: base.values().next().copied(),
            revision: revision.values().next().copied(),
        };
        let what = "reference that leads out of the document";
        self.say("reference-changed", Effect::Unknown, what, said);
        true
    }

    fn too_deep(&mut self) {
        let said = Said::new("nested", "nested too deeply to compare");
        self.say("nested-too-deeply", Effect::Unknown, "schema", said);
    }

    /// What has no effect on payloads but is worth a line.
    fn annotations(&mut self) {
        let (a, b) = (self.base, self.revision);
        if a.deprecated.is_some() != b.deprecated.is_some() {
            let rules = ("deprecated", "reactivated");
            let level = Some(Level::Minor);
            self.flag(rules, "`deprecated`", level, a.deprecated, b.deprecated);
        }
        if a.read_only.is_some() != b.read_only.is_some() {
            let rules = ("became-read-only", "became-not-read-only");
            self.flag(rules, "`readOnly`", None, a.read_only, b.read_only);
        }
        if a.write_only.is_some() != b.write_only.is_some() {
            let rules = ("became-write-only", "became-not-write-only");
            self.flag(rules, "`writeOnly`", None, a.write_only, b.write_only);
        }
        self.default();
        self.discriminator();
    }

    fn flag(
        &mut self,
        (set, cleared): (&'static str, &'static str),
        what: &str,
        level: Option<Level>,
        base: Option<Mark>,
        revision: Option<Mark>,
    ) {
        let rule = if revision.is_some() { set } else { cleared };
        let said = Said::presence(base, revision);
        self.say_as(Rule::After(rule), Effect::None, level, what, said);
    }

    /// What is assumed for an absent value changes no payload's validity; it
    /// changes what leaving the value out means.
    fn default(&mut self) {
        let (a, b) = (self.base.default, self.revision.default);
        let text = |at: &crate::contract::facts::At<_>| {
            let node: &crate::contract::tree::Node = at.value;
            node.canonical()
        };
        let (was, is) = (a.as_ref().map(text), b.as_ref().map(text));
        if was == is {
            return;
        }
        let rule = match (&was, &is) {
            (None, _) => "default-value-added",
            (_, None) => "default-value-removed",
            _ => "default-value-changed",
        };
        let level = match self.direction() {
            Direction::Request => Level::Minor,
            Direction::Response | Direction::None => Level::Patch,
        };
        let said = Said::optional(was, is, a.map(|a| a.at), b.map(|b| b.at));
        let rule = Rule::After(rule);
        self.say_as(rule, Effect::None, Some(level), "`default`", said);
    }

    fn discriminator(&mut self) {
        let (a, b) = (self.base.discriminator, self.revision.discriminator);
        let text = |d: crate::contract::facts::At<
            &'a crate::contract::tree::Node,
        >| d.value.canonical();
        if a.map(text) == b.map(text) {
            return;
        }
        let rule = match (a, b) {
            (None, _) => "discriminator-added",
            (_, None) => "discriminator-removed",
            _ => "discriminator-changed",
        };
        let (was, is) = (a.map(|_| "one".into()), b.map(|_| "another".into()));
        let said = Said::optional(was, is, a.map(|a| a.at), b.map(|b| b.at));
        self.say(rule, Effect::None, "`discriminator`", said);
    }
}

fn allowed(never: Option<Mark>) -> &'static str {
    if never.is_some() { "nothing" } else { "something" }
}

impl Said {
    /// Two texts, pointing at the schemas.
    pub(super) fn new(was: impl Into<String>, is: impl Into<String>) -> Self {
        let (was, is) = (was.into(), is.into());
        Self { was, is, base: None, revision: None }
    }

    /// The same, pointing at something in both.
    pub(super) fn at(self, base: Mark, revision: Mark) -> Self {
        Self { base: Some(base), revision: Some(revision), ..self }
    }

    /// Present where there is a place, absent where there is none.
    pub(super) fn presence(base: Option<Mark>, revision: Option<Mark>) -> Self {
        let word = |at: Option<Mark>| {
            if at.is_some() { "present" } else { "absent" }.to_owned()
        };
        Self { was: word(base), is: word(revision), base, revision }
    }

    /// A value on each side, or its absence.
    pub(super) fn optional(
        was: Option<String>,
        is: Option<String>,
        base: Option<Mark>,
        revision: Option<Mark>,
    ) -> Self {
        let word = |value: Option<String>| {
            value.unwrap_or_else(|| "absent".to_owned())
        };
        Self { was: word(was), is: word(is), base, revision }
    }
}
