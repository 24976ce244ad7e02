//! Properties, and what is said about all of them.

use std::collections::BTreeMap;

use crate::contract::compare::Stand;
use crate::contract::compare::schemas::{Said, Task};
use crate::contract::effect::{Direction, Effect, Level, Place};
use crate::contract::facts::{Facts, Property, Rest, Schema, Side};
use crate::contract::finding::Rule;
use crate::contract::tree::{Mark, Node};

/// A property on one side.
struct Side1<'f, 'a> {
    facts: &'f Facts<'a>,
    schema: &'f Schema<'a>,
    name: &'a str,
}

impl<'a> Task<'a, '_> {
    pub(super) fn objects(&mut self) {
        let (a, b) = (self.base, self.revision);
        for (name, property) in &a.properties {
            match b.properties.get(name) {
                Some(other) => self.kept(name, property, other),
                None => self.removed(name, property),
            }
        }
        for (name, property) in &b.properties {
            if !a.properties.contains_key(name) {
                self.added(name, property);
            }
        }
        self.required_only();
        self.rest(
            "additional-properties",
            "`additionalProperties`",
            &a.additional,
            &b.additional,
        );
        self.rest(
            "unevaluated-properties",
            "`unevaluatedProperties`",
            &a.unevaluated_properties,
            &b.unevaluated_properties,
        );
        self.rest(
            "property-names",
            "`propertyNames`",
            &a.property_names,
            &b.property_names,
        );
        self.named(
            ("pattern-property-added", "pattern-property-removed"),
            "`patternProperties`",
            &a.pattern_properties,
            &b.pattern_properties,
        );
        self.named(
            ("dependent-schema-added", "dependent-schema-removed"),
            "`dependentSchemas`",
            &a.dependent_schemas,
            &b.dependent_schemas,
        );
        self.dependent_required();
    }

    fn kept(
        &mut self,
        name: &'a str,
        base: &Property<'a>,
        revision: &Property<'a>,
    ) {
        let (a, b) = (base.schema.clone(), revision.schema.clone());
        let unsent = (
            self.unsent(&self.comparer.base, &a),
            self.unsent(&self.comparer.revision, &b),
        );
        let muted = self.stand.muted || unsent.0 || unsent.1;
        self.requiredness(name, (base.at, revision.at), muted);
        let stand = Stand { muted, ..self.stand };
        self.below_at(a, b, stand);
    }

    /// Whether a property is never sent in this direction.
    fn unsent(&self, side: &Side<'a>, schema: &Schema<'a>) -> bool {
        let keyword = match self.direction() {
            Direction::Request => "readOnly",
            Direction::Response | Direction::None => "writeOnly",
        };
        let place = self.stand.place;
        let body = matches!(place, Place::RequestBody | Place::ResponseBody);
        let _ = side;
        body && schema.leaves.iter().any(|leaf| leaf.node.flag(keyword))
    }

    fn requiredness(&mut self, name: &str, at: (Mark, Mark), muted: bool) {
        let base = self.base.required.get(name).copied();
        let revision = self.revision.required.get(name).copied();
        let (rule, effect) = match (base, revision) {
            (None, Some(_)) => ("became-required", Effect::Narrows),
            (Some(_), None) => ("became-optional", Effect::Widens),
            _ => return,
        };
        let word = |required: bool| {
            if required { "required" } else { "optional" }
        };
        let said = Said::new(word(base.is_some()), word(revision.is_some()))
            .at(base.unwrap_or(at.0), revision.unwrap_or(at.1));
        let rule = Rule::Whole(self.property_rule(rule));
        let (effect, level) = if muted {
            (Effect::None, Some(Level::Patch))
        } else {
            (effect, None)
        };
        self.say_as(rule, effect, level, format!("`{name}`"), said);
    }

    fn property_rule(&self, rule: &'static str) -> &'static str {
        match (self.stand.place, rule) {
            (Place::RequestBody, "became-required") => {
                "request-property-became-required"
            }
            (Place::RequestBody, _) => "request-property-became-optional",
            (Place::ResponseBody, "became-required") => {
                "response-property-became-required"
            }
            (Place::ResponseBody, _) => "response-property-became-optional",
            (Place::Parameter, "became-required") => {
                "request-parameter-property-became-required"
            }
            (Place::Parameter, _) => {
                "request-parameter-property-became-optional"
            }
            (Place::ResponseHeader, "became-required") => {
                "response-header-property-became-required"
            }
            (Place::ResponseHeader, _) => {
                "response-header-property-became-optional"
            }
        }
    }

    fn removed(&mut self, name: &'a str, property: &Property<'a>) {
        let required = self.base.required.contains_key(name);
        let muted = self.unsent(&self.comparer.base, &property.schema);
        let side = Side1 { facts: self.revision, schema: self.schemas.0, name };
        let said = Said::presence(Some(property.at), None);
        let what = format!("property `{name}`");
        if muted {
            self.unnoticed("request-property-removed", what, said);
        } else if self.is_whole_member(&side) {
            self.say("all-of-removed", Effect::Widens, what, said);
        } else if self.direction() == Direction::Request {
            let closed = !self.revision.additional.is_open()
                && matches!(self.revision.additional, Rest::Closed(_));
            let effect = if closed { Effect::Narrows } else { Effect::Unknown };
            let rule = Rule::Whole("request-property-removed");
            self.say_as(rule, effect, None, what, said);
        } else {
            let rule = if required {
                "response-required-property-removed"
            } else {
                "response-optional-property-removed"
            };
            let level = Some(Level::Major);
            let rule = Rule::Whole(rule);
            self.say_as(rule, Effect::Widens, level, what, said);
        }
    }

    fn added(&mut self, name: &'a str, property: &Property<'a>) {
        let required = self.revision.required.contains_key(name);
        let muted = self.unsent(&self.comparer.revision, &property.schema);
        let side = Side1 { facts: self.base, schema: self.schemas.1, name };
        let said = Said::presence(None, Some(property.at));
        let what = format!("property `{name}`");
        let request = self.direction() == Direction::Request;
        if muted {
            self.unnoticed("new-read-only-property", what, said);
        } else if request && required {
            let rule = Rule::Whole("new-required-request-property");
            self.say_as(rule, Effect::Narrows, None, what, said);
        } else if self.is_whole_member(&side) {
            self.say("all-of-added", Effect::Narrows, what, said);
        } else {
            self.added_optional(required, what, said);
        }
    }

    /// A new property that nobody must send, or that the server sends.
    fn added_optional(&mut self, required: bool, what: String, said: Said) {
        let request = self.direction() == Direction::Request;
        let rule = match (request, required) {
            (true, _) => "new-optional-request-property",
            (false, true) => "response-required-property-added",
            (false, false) => "response-optional-property-added",
        };
        let effect = if request { Effect::Widens } else { Effect::Narrows };
        let level = Some(Level::Minor);
        self.say_as(Rule::Whole(rule), effect, level, what, said);
    }

    fn unnoticed(&mut self, rule: &'static str, what: String, said: Said) {
        let level = Some(Level::Patch);
        self.say_as(Rule::Whole(rule), Effect::None, level, what, said);
    }

    /// Whether a property came with a whole member of an `allOf` that the
    /// other side, which has an `allOf` too, knows nothing of.
    fn is_whole_member(&self, side: &Side1<'_, 'a>) -> bool {
        let member = side.schema.leaves.iter().find(|leaf| {
            leaf.node
                .get("properties")
                .is_some_and(|p| p.get(side.name).is_some())
        });
        let Some(member) = member.and_then(|leaf| leaf.member) else {
            return false;
        };
        let both = [self.schemas.0, self.schemas.1].iter().all(|schema| {
            schema.leaves.iter().any(|leaf| leaf.member.is_some())
        });
        let alone = side
            .schema
            .leaves
            .iter()
            .filter(|leaf| leaf.member.is_some_and(|m| std::ptr::eq(m, member)))
            .flat_map(|leaf| leaf.node.get("properties"))
            .flat_map(Node::entries)
            .all(|(name, _)| !side.facts.properties.contains_key(name));
        both && alone
    }

    /// Names that are required without being described.
    fn required_only(&mut self) {
        let (a, b) = (self.base, self.revision);
        let known = |name: &str| {
            a.properties.contains_key(name) || b.properties.contains_key(name)
        };
        let mut names: Vec<_> = a
            .required
            .keys()
            .chain(b.required.keys())
            .filter(|name| !known(name))
            .copied()
            .collect();
        names.sort_unstable();
        names.dedup();
        let at = (self.schemas.0.at, self.schemas.1.at);
        for name in names {
            self.requiredness(name, at, false);
        }
        self.removed_but_required();
    }

    /// A property that is described on one side only may still be required
    /// on the other.
    fn removed_but_required(&mut self) {
        let (a, b) = (self.base, self.revision);
        let lost: Vec<_> = b
            .required
            .keys()
            .filter(|name| {
                a.properties.contains_key(*name)
                    && !b.properties.contains_key(*name)
            })
            .copied()
            .collect();
        let at = (self.schemas.0.at, self.schemas.1.at);
        for name in lost {
            self.requiredness(name, at, false);
        }
    }

    fn dependent_required(&mut self) {
        let flatten = |facts: &Facts<'a>| {
            let mut pairs = BTreeMap::new();
            for (name, asked) in &facts.dependent_required {
                for (other, at) in asked {
                    pairs.insert((*name, *other), *at);
                }
            }
            pairs
        };
        let (a, b) = (flatten(self.base), flatten(self.revision));
        let rules = ("dependent-required-added", "dependent-required-removed");
        for (pair, at) in &a {
            if !b.contains_key(pair) {
                let what = format!("`{}` needing `{}`", pair.0, pair.1);
                self.presence(rules, Effect::Narrows, &what, Some(*at), None);
            }
        }
        for (pair, at) in &b {
            if !a.contains_key(pair) {
                let what = format!("`{}` needing `{}`", pair.0, pair.1);
                self.presence(rules, Effect::Narrows, &what, None, Some(*at));
            }
        }
    }
}
