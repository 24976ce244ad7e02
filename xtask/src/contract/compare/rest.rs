//! Keywords that hold one schema, or schemas by name; and logic.

use indexmap::IndexMap;

use crate::contract::compare::schemas::{Said, Task};
use crate::contract::effect::Effect;
use crate::contract::facts::{At, Conditional, Facts, Property, Rest, Schema};
use crate::contract::tree::{Mark, Node};

impl<'a> Task<'a, '_> {
    /// What is said of all that nothing else names: open, closed or a schema.
    pub(super) fn rest(
        &mut self,
        rule: &'static str,
        what: &str,
        base: &Rest<'a>,
        revision: &Rest<'a>,
    ) {
        let effect = match (base, revision) {
            (Rest::Open, Rest::Open) | (Rest::Closed(_), Rest::Closed(_)) => {
                return;
            }
            (Rest::Schema(_, a), Rest::Schema(_, b)) => {
                self.below(a.clone(), b.clone());
                return;
            }
            (Rest::Open, _) | (Rest::Schema(..), Rest::Closed(_)) => {
                Effect::Narrows
            }
            (_, Rest::Open) | (Rest::Closed(_), Rest::Schema(..)) => {
                Effect::Widens
            }
        };
        let said = Said::new(word(base), word(revision));
        let said = Said { base: at(base), revision: at(revision), ..said };
        self.say(rest_rule(rule, effect), effect, what, said);
    }

    /// Schemas by pattern or by the property they depend on.
    pub(super) fn named(
        &mut self,
        rules: (&'static str, &'static str),
        keyword: &str,
        base: &IndexMap<&'a str, Property<'a>>,
        revision: &IndexMap<&'a str, Property<'a>>,
    ) {
        for (name, property) in base {
            match revision.get(name) {
                Some(other) => {
                    let (a, b) = (&property.schema, &other.schema);
                    self.below(a.clone(), b.clone());
                }
                None => {
                    let what = format!("{keyword} for `{name}`");
                    let at = Some(property.at);
                    self.presence(rules, Effect::Narrows, &what, at, None);
                }
            }
        }
        for (name, property) in revision {
            if !base.contains_key(name) {
                let what = format!("{keyword} for `{name}`");
                let at = Some(property.at);
                self.presence(rules, Effect::Narrows, &what, None, at);
            }
        }
    }

    /// `not`, `if`, and keywords compared as they stand.
    pub(super) fn logic(&mut self) {
        let (a, b) = (self.base, self.revision);
        let (old, new) = (&a.content_schema, &b.content_schema);
        self.rest("content-schema", "`contentSchema`", old, new);
        self.nots();
        self.conditionals();
        self.opaque();
    }

    /// What a `not` excludes is not decided.
    fn nots(&mut self) {
        let (a, b) = (&self.base.nots, &self.revision.nots);
        if a.keys().eq(b.keys()) {
            return;
        }
        let gone = a.iter().find(|(text, _)| !b.contains_key(*text));
        let new = b.iter().find(|(text, _)| !a.contains_key(*text));
        let rule = match (gone, new) {
            (None, _) => "not-added",
            (_, None) => "not-removed",
            _ => "not-changed",
        };
        let text = |held: Option<(&String, &Mark)>| {
            held.map(|(text, _)| shortened(text))
        };
        let at = |held: Option<(&String, &Mark)>| held.map(|(_, at)| *at);
        let said = Said::optional(text(gone), text(new), at(gone), at(new));
        self.say(rule, Effect::Unknown, "`not`", said);
    }

    fn conditionals(&mut self) {
        let (a, b) = (&self.base.conditionals, &self.revision.conditionals);
        let rules = ("if-added", "if-removed");
        for index in 0..a.len().max(b.len()) {
            match (a.get(index), b.get(index)) {
                (Some(base), Some(revision)) => {
                    self.conditional(base, revision);
                }
                (base, revision) => self.presence(
                    rules,
                    Effect::Narrows,
                    "`if`",
                    base.map(|c| c.at),
                    revision.map(|c| c.at),
                ),
            }
        }
    }

    fn conditional(
        &mut self,
        base: &Conditional<'a>,
        revision: &Conditional<'a>,
    ) {
        if base.test.canonical() != revision.test.canonical() {
            let said =
                Said::new("one condition", "another").at(base.at, revision.at);
            self.say("if-changed", Effect::Unknown, "`if`", said);
        }
        let names = [
            ("`then`", ("then-added", "then-removed")),
            ("`else`", ("else-added", "else-removed")),
        ];
        let branches = base.branches.iter().zip(&revision.branches);
        for ((what, rules), (a, b)) in names.into_iter().zip(branches) {
            match (a, b) {
                (Some((_, a)), Some((_, b))) => {
                    self.below(a.clone(), b.clone());
                }
                (a, b) => self.presence(
                    rules,
                    Effect::Narrows,
                    what,
                    a.as_ref().map(|(at, _)| *at),
                    b.as_ref().map(|(at, _)| *at),
                ),
            }
        }
    }

    fn opaque(&mut self) {
        let (a, b) = (&self.base.opaque, &self.revision.opaque);
        let mut keywords: Vec<_> = a.keys().chain(b.keys()).copied().collect();
        keywords.sort_unstable();
        keywords.dedup();
        for keyword in keywords {
            self.verbatim(keyword, a.get(keyword), b.get(keyword));
        }
    }

    fn verbatim(
        &mut self,
        keyword: &str,
        base: Option<&At<&'a Node>>,
        revision: Option<&At<&'a Node>>,
    ) {
        let text =
            |held: Option<&At<&Node>>| held.map(|held| held.value.canonical());
        let (was, is) = (text(base), text(revision));
        if was == is {
            return;
        }
        let (rule, effect) = match keyword {
            "contentEncoding" => {
                ("content-encoding-changed", Effect::Incomparable)
            }
            "contentMediaType" => {
                ("content-media-type-changed", Effect::Incomparable)
            }
            "xml" => ("xml-changed", Effect::Incomparable),
            _ => ("unknown-keyword-changed", Effect::Unknown),
        };
        let said = Said::optional(
            was.map(|text| shortened(&text)),
            is.map(|text| shortened(&text)),
            base.map(|held| held.at),
            revision.map(|held| held.at),
        );
        self.say(rule, effect, format!("`{keyword}`"), said);
    }

    /// What is expected of the item at an index of an array.
    pub(super) fn item_at(
        facts: &Facts<'a>,
        index: usize,
        at: Mark,
    ) -> Option<Schema<'a>> {
        if let Some(item) = facts.prefix.get(index) {
            return Some(item.schema.clone());
        }
        match &facts.items {
            Rest::Schema(_, schema) => Some(schema.clone()),
            Rest::Open => Some(Schema::any(at)),
            Rest::Closed(_) => None,
        }
    }
}

fn at(rest: &Rest<'_>) -> Option<Mark> {
    match rest {
        Rest::Open => None,
        Rest::Closed(at) | Rest::Schema(at, _) => Some(*at),
    }
}

fn word(rest: &Rest<'_>) -> &'static str {
    match rest {
        Rest::Open => "open",
        Rest::Closed(_) => "closed",
        Rest::Schema(..) => "a schema",
    }
}

fn rest_rule(rule: &str, effect: Effect) -> &'static str {
    let narrows = effect == Effect::Narrows;
    match (rule, narrows) {
        ("additional-properties", true) => "additional-properties-closed",
        ("additional-properties", false) => "additional-properties-opened",
        ("unevaluated-properties", true) => "unevaluated-properties-added",
        ("unevaluated-properties", false) => "unevaluated-properties-removed",
        ("unevaluated-items", true) => "unevaluated-items-added",
        ("unevaluated-items", false) => "unevaluated-items-removed",
        ("property-names", true) => "property-names-added",
        ("property-names", false) => "property-names-removed",
        ("content-schema", true) => "content-schema-added",
        ("content-schema", false) => "content-schema-removed",
        ("contains", true) => "contains-added",
        ("contains", false) => "contains-removed",
        (_, true) => "items-added",
        (_, false) => "items-removed",
    }
}

/// A value, cut where a line would become too long.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("`{cut}...`")
}
