//! Items.

use crate::contract::compare::schemas::{Said, Task};
use crate::contract::effect::Effect;

impl Task<'_, '_> {
    pub(super) fn arrays(&mut self) {
        let (a, b) = (self.base, self.revision);
        self.rest("items", "`items`", &a.items, &b.items);
        self.rest(
            "unevaluated-items",
            "`unevaluatedItems`",
            &a.unevaluated_items,
            &b.unevaluated_items,
        );
        self.rest("contains", "`contains`", &a.contains, &b.contains);
        self.prefix();
        let rules = ("unique-items-set", "unique-items-unset");
        let effect = Effect::Narrows;
        self.presence(rules, effect, "`uniqueItems`", a.unique, b.unique);
    }

    /// Each position is compared with what the other side expects there.
    fn prefix(&mut self) {
        let (a, b) = (self.base, self.revision);
        let (was, is) = (self.schemas.0.at, self.schemas.1.at);
        for index in 0..a.prefix.len().max(b.prefix.len()) {
            let base = Self::item_at(a, index, was);
            let revision = Self::item_at(b, index, is);
            let at = (
                a.prefix.get(index).map(|item| item.at),
                b.prefix.get(index).map(|item| item.at),
            );
            let (rule, effect) = match (base, revision) {
                (Some(base), Some(revision)) => {
                    self.below(base, revision);
                    continue;
                }
                (None, None) => continue,
                (None, Some(_)) => ("prefix-items-added", Effect::Widens),
                (Some(_), None) => ("prefix-items-removed", Effect::Narrows),
            };
            let said = Said::presence(at.0, at.1);
            self.say(rule, effect, format!("item {index}"), said);
        }
    }
}
