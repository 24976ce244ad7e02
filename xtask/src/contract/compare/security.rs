//! Security: alternatives, each a set of schemes with scopes.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::compare::Comparer;
use crate::contract::compare::operations::{Operation, one_sided};
use crate::contract::effect::{Effect, Level};
use crate::contract::facts::Side;
use crate::contract::tree::{Entry, Mark, Node};

/// What makes schemes the same to a client: everything but their names.
const IDENTITY: [&str; 5] =
    ["type", "in", "name", "scheme", "openIdConnectUrl"];

/// The schemes of an alternative by identity, with scopes.
type Schemes = BTreeMap<String, BTreeSet<String>>;

/// One way to be let in.
struct Alternative {
    schemes: Schemes,
    words: String,
    at: Mark,
}

/// The rules for one scope of security, an operation's or the document's.
struct Rules {
    added: &'static str,
    removed: &'static str,
    scope_added: &'static str,
    scope_removed: &'static str,
}

const OPERATION: Rules = Rules {
    added: "api-security-added",
    removed: "api-security-removed",
    scope_added: "api-security-scope-added",
    scope_removed: "api-security-scope-removed",
};

const GLOBAL: Rules = Rules {
    added: "api-global-security-added",
    removed: "api-global-security-removed",
    scope_added: "api-global-security-scope-added",
    scope_removed: "api-global-security-scope-removed",
};

impl<'a> Comparer<'a> {
    /// Security that operations inherit is reported once.
    pub(super) fn global_security(&mut self) {
        if self.policy.drift {
            return;
        }
        let (a, b) = (&self.base.document.root, &self.revision.document.root);
        let at = (a.at, b.at);
        let (x, y) = (a.entry("security"), b.entry("security"));
        self.security(&GLOBAL, (x, y), "", at);
        self.schemes();
    }

    pub(super) fn operation_security(&mut self, operation: Operation<'a, '_>) {
        if self.policy.drift {
            return;
        }
        let (x, y) = (
            operation.base.entry("security"),
            operation.revision.entry("security"),
        );
        if x.is_none() && y.is_none() {
            return;
        }
        let (a, b) = (&self.base.document.root, &self.revision.document.root);
        let x = x.or_else(|| a.entry("security"));
        let y = y.or_else(|| b.entry("security"));
        self.security(&OPERATION, (x, y), operation.name, operation.at);
    }

    fn security(
        &mut self,
        rules: &Rules,
        (a, b): (Option<&'a Entry>, Option<&'a Entry>),
        usage: &str,
        at: (Mark, Mark),
    ) {
        let base = alternatives(&self.base, a);
        let revision = alternatives(&self.revision, b);
        let spot = (
            a.map_or(at.0, |entry| entry.key_at),
            b.map_or(at.1, |entry| entry.key_at),
        );
        match (base.is_empty(), revision.is_empty()) {
            (true, true) => {}
            (true, false) => self.guarded(rules, &revision, usage, spot),
            (false, true) => self.unguarded(rules, &base, usage, spot),
            (false, false) => {
                self.alternatives(rules, (&base, &revision), usage, spot);
            }
        }
    }

    /// Security where there was none, unless going without stays possible.
    fn guarded(
        &mut self,
        rules: &Rules,
        revision: &[Alternative],
        usage: &str,
        spot: (Mark, Mark),
    ) {
        let open = revision.iter().any(|one| one.schemes.is_empty());
        let (effect, level) = if open {
            (Effect::Widens, Level::Minor)
        } else {
            (Effect::Narrows, Level::Major)
        };
        let rule = (rules.added, effect, Some(level));
        let words = ("none".into(), list(revision));
        self.about(usage, rule, "security", words, spot);
    }

    fn unguarded(
        &mut self,
        rules: &Rules,
        base: &[Alternative],
        usage: &str,
        spot: (Mark, Mark),
    ) {
        let rule = (rules.removed, Effect::Widens, Some(Level::Minor));
        let words = (list(base), "none".into());
        self.about(usage, rule, "security", words, spot);
    }

    fn alternatives(
        &mut self,
        rules: &Rules,
        (base, revision): (&[Alternative], &[Alternative]),
        usage: &str,
        spot: (Mark, Mark),
    ) {
        let keys = |one: &Alternative| -> Vec<String> {
            one.schemes.keys().cloned().collect()
        };
        let mut taken = vec![false; revision.len()];
        let mut lone = Vec::new();
        for one in base {
            let exact = revision.iter().enumerate().position(|(i, other)| {
                taken.get(i) == Some(&false) && one.schemes == other.schemes
            });
            let found = exact.or_else(|| {
                revision.iter().enumerate().position(|(i, other)| {
                    taken.get(i) == Some(&false) && keys(one) == keys(other)
                })
            });
            let other = found.and_then(|index| revision.get(index));
            if let (Some(index), Some(other)) = (found, other) {
                if let Some(slot) = taken.get_mut(index) {
                    *slot = true;
                }
                self.scopes(rules, one, other, usage);
            } else {
                lone.push(one);
            }
        }
        for one in lone {
            let rule = (rules.removed, Effect::Narrows, Some(Level::Major));
            let what = format!("security alternative {}", one.words);
            let at = (one.at, spot.1);
            self.about(usage, rule, what, one_sided(false), at);
        }
        for (one, taken) in revision.iter().zip(taken) {
            if !taken {
                let rule = (rules.added, Effect::Widens, Some(Level::Minor));
                let what = format!("security alternative {}", one.words);
                let at = (spot.0, one.at);
                self.about(usage, rule, what, one_sided(true), at);
            }
        }
    }

    fn scopes(
        &mut self,
        rules: &Rules,
        base: &Alternative,
        revision: &Alternative,
        usage: &str,
    ) {
        let at = (base.at, revision.at);
        for (scheme, was) in &base.schemes {
            let Some(is) = revision.schemes.get(scheme) else { continue };
            for scope in was.difference(is) {
                let rule =
                    (rules.scope_removed, Effect::Widens, Some(Level::Minor));
                let what = format!("scope `{scope}`");
                self.about(usage, rule, what, one_sided(false), at);
            }
            for scope in is.difference(was) {
                let rule =
                    (rules.scope_added, Effect::Narrows, Some(Level::Major));
                let what = format!("scope `{scope}`");
                self.about(usage, rule, what, one_sided(true), at);
            }
        }
    }

    /// Schemes by name: what is declared but may be used nowhere.
    fn schemes(&mut self) {
        let find =
            |root: &'a Node| root.get("components")?.get("securitySchemes");
        let (a, b) = (
            find(&self.base.document.root),
            find(&self.revision.document.root),
        );
        let at = (self.base.document.root.at, self.revision.document.root.at);
        for name in super::operations::keys(a, b) {
            let get = |node: Option<&'a Node>| node?.entry(name);
            let (rule, what, was, is) = match (get(a), get(b)) {
                (Some(x), Some(y))
                    if x.node.canonical() == y.node.canonical() =>
                {
                    continue;
                }
                (Some(x), Some(y)) => {
                    let what = format!("security scheme `{name}`");
                    let rule = if identity(&x.node) == identity(&y.node) {
                        "api-security-component-changed"
                    } else {
                        "api-security-component-type-changed"
                    };
                    let words = ("one".into(), "another".into());
                    let rule = (rule, Effect::None, Some(Level::Minor));
                    self.about("", rule, what, words, (x.key_at, y.key_at));
                    continue;
                }
                (Some(x), None) => {
                    ("api-security-component-removed", x.key_at, false, at.1)
                }
                (None, Some(y)) => {
                    ("api-security-component-added", y.key_at, true, at.0)
                }
                (None, None) => continue,
            };
            let spots = if was { (is, what) } else { (what, is) };
            let rule = (rule, Effect::None, Some(Level::Patch));
            let what = format!("security scheme `{name}`");
            self.about("", rule, what, one_sided(was), spots);
        }
    }
}

fn alternatives(side: &Side<'_>, entry: Option<&Entry>) -> Vec<Alternative> {
    let listed = entry.map_or(&[][..], |entry| entry.node.items());
    let all: Vec<_> =
        listed.iter().map(|node| alternative(side, node)).collect();
    // `security: [{}]` demands as little as `security: []`.
    if all.iter().all(|one| one.schemes.is_empty()) { Vec::new() } else { all }
}

fn alternative(side: &Side<'_>, node: &Node) -> Alternative {
    let schemes: Schemes = node
        .entries()
        .map(|(name, entry)| {
            let scopes = entry.node.items().iter();
            let scopes = scopes.filter_map(Node::text).map(str::to_owned);
            (scheme(side, name), scopes.collect())
        })
        .collect();
    let names: Vec<_> =
        node.entries().map(|(name, _)| format!("`{name}`")).collect();
    let words =
        if names.is_empty() { "`{}`".into() } else { names.join(" and ") };
    Alternative { schemes, words, at: node.at }
}

/// What a scheme asks of a client, which its name does not say.
fn scheme(side: &Side<'_>, name: &str) -> String {
    let root = &side.document.root;
    let found = root
        .get("components")
        .and_then(|components| components.get("securitySchemes"))
        .and_then(|schemes| schemes.get(name));
    match found {
        Some(node) => identity(side.document.reach(node)),
        None => name.to_owned(),
    }
}

fn identity(node: &Node) -> String {
    let parts: Vec<_> = IDENTITY
        .iter()
        .map(|key| node.get(key).and_then(Node::text).unwrap_or_default())
        .collect();
    let flows: Vec<_> =
        node.get("flows").into_iter().flat_map(Node::entries).collect();
    let flows: BTreeSet<_> = flows.into_iter().map(|(name, _)| name).collect();
    let flows: Vec<_> = flows.into_iter().collect();
    format!("{} {}", parts.join(" ").to_lowercase(), flows.join(" "))
}

fn list(alternatives: &[Alternative]) -> String {
    let words: Vec<_> =
        alternatives.iter().map(|one| one.words.as_str()).collect();
    words.join(" or ")
}
