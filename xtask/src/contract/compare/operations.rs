//! Compares two operations.

use chrono::NaiveDate;

use crate::contract::compare::Comparer;
use crate::contract::compare::paths::{METHODS, Path};
use crate::contract::effect::{Direction, Effect, Level, Place};
use crate::contract::finding::{Difference, Rule};
use crate::contract::tree::{Entry, Mark, Node};

/// How deep callbacks of callbacks are followed.
const MAX_CALLBACKS: usize = 3;

/// Whose operations are compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// What stands before an operation's name.
    pub(super) prefix: String,
    /// The server sends the requests.
    pub(super) mirrored: bool,
}

impl Scope {
    /// How an operation is called: method, path and id.
    pub(super) fn name(
        &self,
        method: &str,
        path: &str,
        operation: &Node,
    ) -> String {
        let method = method.to_uppercase();
        let id = operation.get("operationId").and_then(Node::text);
        let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
        format!("{}{method} {path}{id}", self.prefix)
    }

    /// Where a message of the operation stands.
    pub(super) fn place(&self, place: Place) -> Place {
        if self.mirrored { place.mirrored() } else { place }
    }
}

/// Two operations that are compared.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a, 'n> {
    pub(super) base: &'a Node,
    pub(super) revision: &'a Node,
    pub(super) at: (Mark, Mark),
    pub(super) paths: (Path<'a>, Path<'a>),
    pub(super) name: &'n str,
    pub(super) scope: &'n Scope,
}

impl Operation<'_, '_> {
    /// Points at a keyword of the operation, or at the operation.
    pub(super) fn spots(&self, keyword: &str) -> (Mark, Mark) {
        let at = |node: &Node, otherwise| {
            node.entry(keyword).map_or(otherwise, |entry| entry.key_at)
        };
        (at(self.base, self.at.0), at(self.revision, self.at.1))
    }
}

impl<'a> Comparer<'a> {
    pub(super) fn operation(
        &mut self,
        base: (Path<'a>, &'a Entry),
        revision: (Path<'a>, &'a Entry),
        name: &str,
        scope: &Scope,
    ) {
        let operation = Operation {
            base: &base.1.node,
            revision: &revision.1.node,
            at: (base.1.key_at, revision.1.key_at),
            paths: (base.0, revision.0),
            name,
            scope,
        };
        self.identity(operation);
        self.deprecation(operation);
        self.parameters(operation);
        self.request_body(operation);
        self.responses(operation);
        self.operation_security(operation);
        self.callbacks(operation);
        if !self.policy.drift {
            self.tags(operation);
        }
    }

    /// The operation's id: a name to generated clients, nothing on the wire.
    fn identity(&mut self, operation: Operation<'a, '_>) {
        let id = |node: &'a Node| node.get("operationId").and_then(Node::text);
        let (a, b) = (id(operation.base), id(operation.revision));
        if a == b {
            return;
        }
        let rule = match (a, b) {
            (None, _) => "api-operation-id-added",
            (_, None) => "api-operation-id-removed",
            _ => "api-operation-id-changed",
        };
        let spots = operation.spots("operationId");
        let word = |id: Option<&str>| {
            id.map_or("absent".into(), |id| format!("`{id}`"))
        };
        self.about(
            operation.name,
            (rule, Effect::None, Some(Level::Patch)),
            "`operationId`",
            (word(a), word(b)),
            spots,
        );
    }

    fn deprecation(&mut self, operation: Operation<'a, '_>) {
        let (a, b) = (
            operation.base.flag("deprecated"),
            operation.revision.flag("deprecated"),
        );
        if a == b {
            return;
        }
        let sunset = operation.revision.get("x-sunset").is_some();
        let rule = match (b, sunset) {
            (false, _) => "endpoint-reactivated",
            (true, false) => "endpoint-deprecated",
            (true, true) => "endpoint-deprecated-with-sunset",
        };
        let word =
            |set: bool| if set { "present" } else { "absent" }.to_owned();
        self.about(
            operation.name,
            (rule, Effect::None, Some(Level::Minor)),
            "`deprecated`",
            (word(a), word(b)),
            operation.spots("deprecated"),
        );
    }

    fn tags(&mut self, operation: Operation<'a, '_>) {
        let list =
            |node: &'a Node| node.get("tags").map_or(&[][..], Node::items);
        let (a, b) = (list(operation.base), list(operation.revision));
        let has = |list: &[Node], tag: &Node| {
            list.iter().any(|other| other.text() == tag.text())
        };
        let spots = operation.spots("tags");
        let level = Some(Level::Patch);
        for tag in a.iter().filter(|tag| !has(b, tag)) {
            let rule = ("api-tag-removed", Effect::None, level);
            let words = ("present".into(), "absent".into());
            let what = format!("tag `{}`", tag.text().unwrap_or_default());
            self.about(operation.name, rule, what, words, (tag.at, spots.1));
        }
        for tag in b.iter().filter(|tag| !has(a, tag)) {
            let rule = ("api-tag-added", Effect::None, level);
            let words = ("absent".into(), "present".into());
            let what = format!("tag `{}`", tag.text().unwrap_or_default());
            self.about(operation.name, rule, what, words, (spots.0, tag.at));
        }
    }

    fn callbacks(&mut self, operation: Operation<'a, '_>) {
        let depth = operation.scope.prefix.matches("callback").count();
        if depth >= MAX_CALLBACKS {
            return;
        }
        let (a, b) = (
            operation.base.get("callbacks"),
            operation.revision.get("callbacks"),
        );
        let names = keys(a, b);
        for name in names {
            let find = |node: Option<&'a Node>| node?.entry(name);
            let scope = Scope {
                prefix: format!("{} callback `{name}` ", operation.name),
                mirrored: !operation.scope.mirrored,
            };
            let (x, y) = (find(a), find(b));
            let reach = |entry: Option<&'a Entry>, base: bool| {
                let side = if base { &self.base } else { &self.revision };
                entry.map(|entry| side.reach(&entry.node))
            };
            let (x, y) = (reach(x, true), reach(y, false));
            let rules = ("api-callback-added", "api-callback-removed");
            self.named_items(x, y, rules, &scope, operation.at);
        }
    }

    /// Path items by name: webhooks, and the expressions of a callback.
    pub(super) fn named_items(
        &mut self,
        base: Option<&'a Node>,
        revision: Option<&'a Node>,
        rules: (&'static str, &'static str),
        scope: &Scope,
        at: (Mark, Mark),
    ) {
        for name in keys(base, revision) {
            let find = |node: Option<&'a Node>| node?.entry(name);
            match (find(base), find(revision)) {
                (Some(a), Some(b)) => self.item(name, a, b, scope),
                (Some(a), None) => {
                    let rule = (rules.1, Effect::Narrows, Some(Level::Major));
                    let words = ("present".into(), "absent".into());
                    let what = format!("{}`{name}`", scope.prefix);
                    self.about("", rule, what, words, (a.key_at, at.1));
                }
                (None, Some(b)) => {
                    let rule = (rules.0, Effect::Widens, Some(Level::Minor));
                    let words = ("absent".into(), "present".into());
                    let what = format!("{}`{name}`", scope.prefix);
                    self.about("", rule, what, words, (at.0, b.key_at));
                }
                (None, None) => {}
            }
        }
    }

    fn item(
        &mut self,
        name: &'a str,
        a: &'a Entry,
        b: &'a Entry,
        scope: &Scope,
    ) {
        let path = |entry: &'a Entry, item| Path {
            text: name,
            at: entry.key_at,
            item,
        };
        let base = path(a, self.base.reach(&a.node));
        let revision = path(b, self.revision.reach(&b.node));
        for method in METHODS {
            let pair = (base.item.entry(method), revision.item.entry(method));
            match pair {
                (Some(a), Some(b)) => {
                    let name = scope.name(method, name, &a.node);
                    self.operation((base, a), (revision, b), &name, scope);
                }
                (Some(a), None) => {
                    let name = scope.name(method, name, &a.node);
                    self.operation_removed(a, &name, revision.at);
                }
                (None, Some(b)) => {
                    let name = scope.name(method, name, &b.node);
                    self.operation_added(b.key_at, &name, base.at);
                }
                (None, None) => {}
            }
        }
    }

    pub(super) fn operation_added(&mut self, at: Mark, name: &str, base: Mark) {
        let rule = ("endpoint-added", Effect::Widens, Some(Level::Minor));
        let words = ("absent".into(), "present".into());
        self.about(name, rule, format!("operation {name}"), words, (base, at));
    }

    pub(super) fn operation_removed(
        &mut self,
        entry: &Entry,
        name: &str,
        revision: Mark,
    ) {
        let (rule, level) = self.removal(&entry.node, "api");
        let rule = (rule, Effect::Narrows, Some(level));
        let words = ("present".into(), "absent".into());
        let at = (entry.key_at, revision);
        self.about(name, rule, format!("operation {name}"), words, at);
    }

    /// The rule and level of a removal: a sunset that has passed is honoured
    /// if the policy says so.
    pub(super) fn removal(
        &self,
        operation: &Node,
        kind: &str,
    ) -> (&'static str, Level) {
        let sunset = operation.get("x-sunset").and_then(Node::text);
        let date = sunset.and_then(|text| text.get(..10)?.parse().ok());
        let passed = self.policy.sunset.is_some_and(|today| {
            date.is_some_and(|date: NaiveDate| date <= today)
        });
        let path = kind == "api-path";
        match (operation.flag("deprecated"), date.is_some(), passed) {
            (true, true, true) if path => {
                ("api-path-removed-with-deprecation", Level::Minor)
            }
            (true, true, true) => {
                ("api-removed-with-deprecation", Level::Minor)
            }
            (true, true, false) if path => {
                ("api-path-removed-before-sunset", Level::Major)
            }
            (true, true, false) => ("api-removed-before-sunset", Level::Major),
            _ if path => ("api-path-removed-without-deprecation", Level::Major),
            _ => ("api-removed-without-deprecation", Level::Major),
        }
    }

    /// Notes a difference about an operation rather than a message.
    pub(super) fn about(
        &mut self,
        usage: &str,
        rule: (&'static str, Effect, Option<Level>),
        what: impl Into<String>,
        words: (String, String),
        at: (Mark, Mark),
    ) {
        self.sent(Direction::None, usage, rule, what, words, at);
    }

    /// Notes a difference about a message, outside its schemas.
    pub(super) fn sent(
        &mut self,
        direction: Direction,
        usage: &str,
        (rule, effect, level): (&'static str, Effect, Option<Level>),
        what: impl Into<String>,
        (was, is): (String, String),
        (base, revision): (Mark, Mark),
    ) {
        let difference = Difference {
            rule: Rule::Whole(rule),
            effect,
            level,
            what: what.into(),
            was,
            is,
            base,
            revision,
        };
        self.note(direction, usage, difference);
    }
}

/// A thing that is there on one side only, in a message's words.
pub(super) fn one_sided(added: bool) -> (String, String) {
    let words = ("present".to_owned(), "absent".to_owned());
    if added { (words.1, words.0) } else { words }
}

/// The keys of two objects, each once, in order.
pub(super) fn keys<'a>(
    a: Option<&'a Node>,
    b: Option<&'a Node>,
) -> Vec<&'a str> {
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in [a, b].into_iter().flatten().flat_map(Node::entries) {
        if !key.starts_with("x-") && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
