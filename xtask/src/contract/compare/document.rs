//! What is said once for a whole document.

use crate::contract::compare::Comparer;
use crate::contract::compare::operations::Scope;
use crate::contract::effect::{Direction, Effect, Level};
use crate::contract::finding::{Difference, Rule};
use crate::contract::tree::{Entry, Mark, Node, Value};

/// Parts of a document without an effect on the wire, and their rules.
const WORDS: [(&str, &str); 5] = [
    ("info", "info-changed"),
    ("servers", "servers-changed"),
    ("tags", "tags-changed"),
    ("externalDocs", "words-changed"),
    ("jsonSchemaDialect", "words-changed"),
];

/// The rule for a document that says the same in another way.
const REWRITTEN: &str = "document-rewritten";

impl Comparer<'_> {
    /// Compares everything that operations do not hold, then them.
    pub(super) fn document(&mut self, progress: &mut dyn FnMut(&str)) {
        self.global_security();
        self.paths(progress);
        self.webhooks();
        if self.policy.drift {
            return;
        }
        for (keyword, rule) in WORDS {
            self.words(keyword, rule);
        }
        self.drain();
        self.rewritten();
    }

    fn words(&mut self, keyword: &str, rule: &'static str) {
        let (base, revision) =
            (&self.base.document.root, &self.revision.document.root);
        let (a, b) = (base.entry(keyword), revision.entry(keyword));
        if text(a) == text(b) {
            return;
        }
        let at = |entry: Option<&Entry>, root: &Node| {
            entry.map_or(root.at, |entry| entry.key_at)
        };
        let word = |entry: Option<&Entry>, word: &str| {
            entry.map_or("absent", |_| word).to_owned()
        };
        let (was, is) = (word(a, "one"), word(b, "another"));
        let difference = Difference {
            rule: Rule::Whole(rule),
            effect: Effect::None,
            level: Some(Level::Patch),
            what: format!("`{keyword}`"),
            was,
            is,
            base: at(a, base),
            revision: at(b, revision),
        };
        self.note(Direction::None, "", difference);
    }

    /// A document that differs in words or order alone.
    fn rewritten(&mut self) {
        let silent = self.found.is_empty()
            && self.pairs.iter().all(|pair| pair.differences.is_empty());
        let (base, revision) =
            (&self.base.document.root, &self.revision.document.root);
        if !silent {
            return;
        }
        if let Some((was, is)) = first_difference(base, revision) {
            let difference = Difference {
                rule: Rule::Whole(REWRITTEN),
                effect: Effect::None,
                level: Some(Level::Patch),
                what: "words, order or names".into(),
                was: "one".into(),
                is: "another".into(),
                base: was,
                revision: is,
            };
            self.note(Direction::None, "", difference);
        }
    }

    fn webhooks(&mut self) {
        let (base, revision) =
            (&self.base.document.root, &self.revision.document.root);
        let scope = Scope { prefix: "webhook ".into(), mirrored: true };
        let rules = ("webhook-added", "webhook-removed");
        self.named_items(
            base.get("webhooks"),
            revision.get("webhooks"),
            rules,
            &scope,
            (base.at, revision.at),
        );
    }
}

/// A part's text, `info.version` apart: that is judged by what changed.
fn text(entry: Option<&Entry>) -> Option<String> {
    let mut node = entry?.node.clone();
    if let Value::Map(map) = &mut node.value {
        map.shift_remove("version");
    }
    Some(node.canonical())
}

/// Where two trees first differ, order included.
fn first_difference(a: &Node, b: &Node) -> Option<(Mark, Mark)> {
    let mut others = b.entries();
    for (key, entry) in a.entries() {
        match others.next() {
            // Its words are compared apart, its version is not a change.
            Some(("info", _)) if key == "info" => {}
            Some((other, found)) if other == key => {
                let below = first_difference(&entry.node, &found.node);
                if below.is_some() {
                    return below;
                }
            }
            Some((_, found)) => return Some((entry.key_at, found.key_at)),
            None => return Some((entry.key_at, b.at)),
        }
    }
    if let Some((_, found)) = others.next() {
        return Some((a.at, found.key_at));
    }
    first_item(a, b)
}

fn first_item(a: &Node, b: &Node) -> Option<(Mark, Mark)> {
    if a.items().len() != b.items().len() {
        return Some((a.at, b.at));
    }
    let leaf = a.items().is_empty() && a.map().is_none();
    if leaf || a.map().is_none() != b.map().is_none() {
        return (a.in_order() != b.in_order()).then_some((a.at, b.at));
    }
    a.items().iter().zip(b.items()).find_map(|(a, b)| first_difference(a, b))
}
