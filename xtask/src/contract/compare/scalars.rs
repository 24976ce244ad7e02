//! Types, formats, listed values, bounds and patterns.

use std::collections::BTreeMap;

use crate::contract::compare::schemas::{Said, Task};
use crate::contract::effect::{Direction, Effect};
use crate::contract::facts::sizes;
use crate::contract::facts::{At, Facts, Limit};
use crate::contract::tree::{Mark, Number};
use crate::contract::types::{
    Types, compare_formats, compare_types, is_numeric_format,
};

impl Task<'_, '_> {
    /// Types and `null`.
    pub(super) fn types(&mut self) {
        let (a, b) = (self.base.types, self.revision.types);
        let text = self.stand.place.is_text();
        let effect = compare_types(a.value, b.value, text);
        let effect = if text { self.in_text(effect) } else { effect };
        if a.value != b.value && effect != Effect::None {
            let said =
                Said::new(with_format(self.base), with_format(self.revision))
                    .at(a.at, b.at);
            let rule = self.type_rule(effect);
            self.say(rule, effect, "type", said);
        }
        self.null();
    }

    /// Every scalar is a string in a URL, but not one of every form.
    fn in_text(&self, effect: Effect) -> Effect {
        let shaped = |facts: &Facts<'_>| {
            facts.format.is_some()
                || !facts.patterns.is_empty()
                || facts.values.is_some()
        };
        let (a, b) = (self.base.types.value, self.revision.types.value);
        match effect {
            Effect::Widens
                if b.meets(Types::STRING)
                    && !a.meets(Types::STRING)
                    && shaped(self.revision) =>
            {
                Effect::Incomparable
            }
            Effect::Narrows
                if a.meets(Types::STRING)
                    && !b.meets(Types::STRING)
                    && shaped(self.base) =>
            {
                Effect::Incomparable
            }
            _ => effect,
        }
    }

    fn type_rule(&self, effect: Effect) -> &'static str {
        let lists = self.base.types.value.count() > 1
            || self.revision.types.value.count() > 1;
        let all = self.base.types.value == Types::ALL
            || self.revision.types.value == Types::ALL;
        match effect {
            Effect::Widens if lists && !all => "list-of-types-widened",
            Effect::Narrows if lists && !all => "list-of-types-narrowed",
            Effect::Widens => "type-generalized",
            Effect::Narrows => "type-specialized",
            Effect::None | Effect::Incomparable | Effect::Unknown => {
                "type-changed"
            }
        }
    }

    pub(super) fn null(&mut self) {
        let (a, b) = (self.base, self.revision);
        let untyped =
            a.types.value == Types::ALL || b.types.value == Types::ALL;
        let covered = untyped && a.types.value != b.types.value;
        if a.null.value == b.null.value || covered {
            return;
        }
        let (rule, effect) = if b.null.value {
            ("became-nullable", Effect::Widens)
        } else {
            ("became-not-nullable", Effect::Narrows)
        };
        let word = |null: bool| if null { "allowed" } else { "refused" };
        let said = Said::new(word(a.null.value), word(b.null.value))
            .at(a.null.at, b.null.at);
        self.say(rule, effect, "`null`", said);
    }

    /// Everything about values that are not arrays or objects.
    pub(super) fn scalars(&mut self) {
        self.values();
        self.format();
        self.limits();
        self.sizes();
        if self.common.meets(Types::NUMBER) {
            self.multiples();
        }
        if self.common.meets(Types::STRING) {
            self.patterns();
        }
    }

    fn values(&mut self) {
        let (a, b) = (self.base, self.revision);
        match (&a.values, &b.values) {
            (None, None) => {}
            (None, Some(_)) => self.became_listed(Effect::Narrows),
            (Some(_), None) => self.became_listed(Effect::Widens),
            (Some(base), Some(revision)) => {
                self.listed(base, revision);
            }
        }
    }

    fn became_listed(&mut self, effect: Effect) {
        if self.common.is_empty() {
            return;
        }
        let (a, b) = (self.base, self.revision);
        let listed = if effect == Effect::Narrows { b } else { a };
        let rule = match (listed.values_at.value, effect) {
            ("const", Effect::Narrows) => "const-added",
            ("const", _) => "const-removed",
            (_, Effect::Narrows) => "became-enum",
            _ => "became-not-enum",
        };
        let list = |facts: &Facts<'_>| facts.values.as_ref().map(names);
        let at = |facts: &Facts<'_>| {
            facts.values.as_ref().map(|_| facts.values_at.at)
        };
        let said = Said::optional(list(a), list(b), at(a), at(b));
        self.say(rule, effect, "list of values", said);
    }

    fn listed(
        &mut self,
        base: &BTreeMap<String, Mark>,
        revision: &BTreeMap<String, Mark>,
    ) {
        let constant = self.base.values_at.value == "const"
            && self.revision.values_at.value == "const";
        if constant && base.keys().ne(revision.keys()) {
            let said = Said::new(names(base), names(revision))
                .at(self.base.values_at.at, self.revision.values_at.at);
            self.say("const-changed", Effect::Incomparable, "`const`", said);
            return;
        }
        let (was_at, is_at) =
            (self.base.values_at.at, self.revision.values_at.at);
        for (value, at) in base {
            if !revision.contains_key(value) {
                let said = Said::new("present", "absent").at(*at, is_at);
                let what = format!("value `{}`", bare(value));
                self.say("enum-value-removed", Effect::Narrows, what, said);
            }
        }
        for (value, at) in revision {
            if !base.contains_key(value) {
                let said = Said::new("absent", "present").at(was_at, *at);
                let what = format!("value `{}`", bare(value));
                self.say("enum-value-added", Effect::Widens, what, said);
            }
        }
    }

    /// A number's format beside another type's says nothing about the other.
    fn format(&mut self) {
        let common = self.common;
        let about = |format: &At<&str>| {
            if is_numeric_format(format.value) {
                common.meets(Types::NUMBER)
            } else {
                common.meets(Types::STRING.either(Types::NUMBER))
            }
        };
        let a = self.base.format.filter(about);
        let b = self.revision.format.filter(about);
        let effect = compare_formats(a.map(|a| a.value), b.map(|b| b.value));
        if effect == Effect::None || self.is_another_number() {
            return;
        }
        let rule = match effect {
            Effect::Widens => "type-generalized",
            Effect::Narrows => "type-specialized",
            Effect::None | Effect::Incomparable | Effect::Unknown => {
                "type-changed"
            }
        };
        let name = |format: Option<At<&str>>| {
            format.map(|format| format!("`{}`", format.value))
        };
        let said =
            Said::optional(name(a), name(b), a.map(|a| a.at), b.map(|b| b.at));
        self.say(rule, effect, "`format`", said);
    }

    /// An integer of any width that becomes a number, or the reverse, has
    /// been judged by its type.
    fn is_another_number(&self) -> bool {
        let number = |facts: &Facts<'_>| {
            facts.types.value.both(Types::NUMBER) == Types::NUMBER
        };
        number(self.base) != number(self.revision)
    }

    fn limits(&mut self) {
        if !self.common.meets(Types::NUMBER) {
            return;
        }
        let (a, b) = (&self.base.bounds, &self.revision.bounds);
        self.limit(a.lower, b.lower, true);
        self.limit(a.upper, b.upper, false);
    }

    fn limit(
        &mut self,
        base: Option<At<Limit>>,
        revision: Option<At<Limit>>,
        lower: bool,
    ) {
        let order = |limit: Limit| {
            let strict = i8::from(limit.exclusive);
            (limit.value, if lower { strict } else { -strict })
        };
        let (a, b) =
            (base.map(|a| order(a.value)), revision.map(|b| order(b.value)));
        let exclusive = [base, revision]
            .iter()
            .flatten()
            .any(|limit| limit.value.exclusive);
        let (rule, what) = match (lower, exclusive) {
            (true, false) => ("min", "`minimum`"),
            (true, true) => ("exclusive-min", "`exclusiveMinimum`"),
            (false, false) => ("max", "`maximum`"),
            (false, true) => ("exclusive-max", "`exclusiveMaximum`"),
        };
        let Some((verb, effect)) = moved(a, b, lower) else { return };
        let text = |limit: At<Limit>| {
            let bound = if limit.value.exclusive { " exclusive" } else { "" };
            format!("{}{bound}", limit.value.value)
        };
        let said = Said::optional(
            base.map(text),
            revision.map(text),
            base.map(|a| a.at),
            revision.map(|b| b.at),
        );
        self.say(sizes::rule(rule, verb), effect, what, said);
    }

    fn sizes(&mut self) {
        let pairs =
            self.base.bounds.sizes.iter().zip(&self.revision.bounds.sizes);
        let pairs: Vec<_> = sizes::SIZES
            .iter()
            .zip(pairs)
            .filter(|(size, _)| size.types.meets(self.common))
            .filter(|(size, _)| {
                !size.rule.ends_with("contains") || self.has_contains()
            })
            .map(|(size, (a, b))| (size, *a, *b))
            .collect();
        for (size, a, b) in pairs {
            self.size(size, a, b);
        }
    }

    /// Bounds on what is contained mean nothing without `contains`.
    fn has_contains(&self) -> bool {
        !self.base.contains.is_open() && !self.revision.contains.is_open()
    }

    fn size(
        &mut self,
        size: &'static sizes::Size,
        base: Option<At<Number>>,
        revision: Option<At<Number>>,
    ) {
        // `minContains: 0` demands less than its absence, which means one.
        let fill = |held: Option<At<Number>>| match (held, size.rule) {
            (None, "min-contains") => Some(Number::Whole(1)),
            (held, _) => held.map(|held| held.value),
        };
        let moved = moved(fill(base), fill(revision), size.lower);
        let Some((verb, effect)) = moved else { return };
        let said = Said::optional(
            base.map(|a| a.value.to_string()),
            revision.map(|b| b.value.to_string()),
            base.map(|a| a.at),
            revision.map(|b| b.at),
        );
        let rule = sizes::rule(size.rule, verb);
        self.say(rule, effect, format!("`{}`", size.keyword), said);
    }

    fn multiples(&mut self) {
        let (a, b) = (&self.base.multiples, &self.revision.multiples);
        let covered = |these: &[At<Number>], others: &[At<Number>]| {
            these
                .iter()
                .all(|n| others.iter().any(|m| m.value.is_multiple_of(n.value)))
        };
        // Every demand of one side follows from the other's.
        let effect = match (covered(a, b), covered(b, a)) {
            (true, true) => return,
            (true, false) => Effect::Narrows,
            (false, true) => Effect::Widens,
            (false, false) => Effect::Incomparable,
        };
        let rule = match (a.is_empty(), b.is_empty(), self.direction()) {
            (true, _, _) => "multiple-of-set",
            (_, true, _) => "multiple-of-unset",
            (_, _, Direction::Request) if effect == Effect::Widens => {
                "multiple-of-generalized"
            }
            (_, _, Direction::Response) if effect == Effect::Narrows => {
                "multiple-of-specialized"
            }
            _ => "multiple-of-changed",
        };
        let text = |list: &[At<Number>]| {
            let texts: Vec<_> =
                list.iter().map(|n| n.value.to_string()).collect();
            (!texts.is_empty()).then(|| texts.join(" and "))
        };
        let first = |list: &[At<Number>]| list.first().map(|n| n.at);
        let said = Said::optional(text(a), text(b), first(a), first(b));
        self.say(rule, effect, "`multipleOf`", said);
    }

    fn patterns(&mut self) {
        let (a, b) = (&self.base.patterns, &self.revision.patterns);
        let gone: Vec<_> =
            a.iter().filter(|(p, _)| !b.contains_key(*p)).collect();
        let new: Vec<_> =
            b.iter().filter(|(p, _)| !a.contains_key(*p)).collect();
        let (rule, effect) = match (gone.is_empty(), new.is_empty()) {
            (true, true) => return,
            (true, false) => ("pattern-added", Effect::Narrows),
            (false, true) => ("pattern-removed", Effect::Widens),
            (false, false) => ("pattern-changed", Effect::Unknown),
        };
        let text = |list: &[(&&str, &Mark)]| {
            list.first().map(|(pattern, _)| format!("`{pattern}`"))
        };
        let at = |list: &[(&&str, &Mark)]| list.first().map(|(_, at)| **at);
        let said = Said::optional(text(&gone), text(&new), at(&gone), at(&new));
        self.say(rule, effect, "`pattern`", said);
    }
}

/// How a bound moved, in a rule's words, and with which effect.
fn moved<T: Ord>(
    base: Option<T>,
    revision: Option<T>,
    lower: bool,
) -> Option<(sizes::Verb, Effect)> {
    use sizes::Verb;
    let (verb, tighter) = match (base, revision) {
        (None, None) => return None,
        (None, Some(_)) => (Verb::Set, true),
        (Some(_), None) => (Verb::Unset, false),
        (Some(a), Some(b)) if a < b => (Verb::Increased, lower),
        (Some(a), Some(b)) if a > b => (Verb::Decreased, !lower),
        _ => return None,
    };
    Some((verb, if tighter { Effect::Narrows } else { Effect::Widens }))
}

fn with_format(facts: &Facts<'_>) -> String {
    match facts.format {
        Some(format) => format!("{} ({})", facts.types.value, format.value),
        None => facts.types.value.to_string(),
    }
}

fn names(values: &BTreeMap<String, Mark>) -> String {
    let names: Vec<_> =
        values.keys().map(|value| format!("`{}`", bare(value))).collect();
    names.join(", ")
}

/// A string as it is, any other value as JSON.
fn bare(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value)
}
