//! Matches paths by their shape: a variable's name is not sent.

use indexmap::IndexMap;

use crate::contract::compare::Comparer;
use crate::contract::compare::operations::Scope;
use crate::contract::effect::{Direction, Effect, Level};
use crate::contract::finding::{Difference, Rule};
use crate::contract::tree::{Entry, Mark, Node};

/// The methods an operation can have (OpenAPI 3.2 adds `query`).
pub(super) const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
    "query",
];

/// A path of one document.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    pub(super) text: &'a str,
    pub(super) at: Mark,
    pub(super) item: &'a Node,
}

impl<'a> Comparer<'a> {
    pub(super) fn paths(&mut self, progress: &mut dyn FnMut(&str)) {
        let base = by_shape(self.base.document.root.get("paths"));
        let revision = by_shape(self.revision.document.root.get("paths"));
        for (shape, path) in &base {
            progress(path.text);
            let path = self.reached(*path, true);
            match revision.get(shape) {
                Some(other) => {
                    let other = self.reached(*other, false);
                    self.path(path, other);
                }
                None => self.path_removed(path),
            }
            self.drain();
        }
        for (shape, path) in &revision {
            if !base.contains_key(shape) {
                let path = self.reached(*path, false);
                self.path_added(path);
            }
        }
    }

    fn reached(&self, path: Path<'a>, base: bool) -> Path<'a> {
        let side = if base { &self.base } else { &self.revision };
        Path { item: side.reach(path.item), ..path }
    }

    fn path(&mut self, base: Path<'a>, revision: Path<'a>) {
        if base.text != revision.text {
            self.renamed(base, revision);
        }
        let scope = Scope::default();
        for method in METHODS {
            let (a, b) = (base.item.entry(method), revision.item.entry(method));
            match (a, b) {
                (Some(a), Some(b)) => {
                    let name = scope.name(method, base.text, &a.node);
                    self.operation((base, a), (revision, b), &name, &scope);
                }
                (Some(a), None) => {
                    let name = scope.name(method, base.text, &a.node);
                    self.operation_removed(a, &name, revision.at);
                }
                (None, Some(b)) => {
                    let name = scope.name(method, revision.text, &b.node);
                    self.operation_added(b.key_at, &name, base.at);
                }
                (None, None) => {}
            }
        }
    }

    fn renamed(&mut self, base: Path<'a>, revision: Path<'a>) {
        let difference = Difference {
            rule: Rule::Whole("path-parameter-renamed"),
            effect: Effect::None,
            level: Some(Level::Patch),
            what: "path variable".into(),
            was: format!("`{}`", base.text),
            is: format!("`{}`", revision.text),
            base: base.at,
            revision: revision.at,
        };
        self.note(Direction::None, "", difference);
    }

    fn path_removed(&mut self, path: Path<'a>) {
        let operations = operations(path.item);
        let root = self.revision.document.root.entry("paths");
        let revision = root.map_or(Mark::default(), |entry| entry.key_at);
        let gone: Vec<_> = operations
            .iter()
            .map(|(_, entry)| self.removal(&entry.node, "api-path"))
            .collect();
        // The path goes as its most protected operation does.
        let Some((rule, level)) =
            gone.into_iter().max_by_key(|(_, level)| *level)
        else {
            return;
        };
        let difference = Difference {
            rule: Rule::Whole(rule),
            effect: Effect::Narrows,
            level: Some(level),
            what: format!("path `{}`", path.text),
            was: "present".into(),
            is: "absent".into(),
            base: path.at,
            revision,
        };
        let scope = Scope::default();
        for (method, entry) in operations {
            let name = scope.name(method, path.text, &entry.node);
            self.note(Direction::None, &name, difference.clone());
        }
    }

    fn path_added(&mut self, path: Path<'a>) {
        let root = self.base.document.root.entry("paths");
        let base = root.map_or(Mark::default(), |entry| entry.key_at);
        let scope = Scope::default();
        for (method, entry) in operations(path.item) {
            let name = scope.name(method, path.text, &entry.node);
            self.operation_added(entry.key_at, &name, base);
        }
    }
}

fn operations(item: &Node) -> Vec<(&'static str, &Entry)> {
    METHODS
        .into_iter()
        .filter_map(|method| Some((method, item.entry(method)?)))
        .collect()
}

/// Paths by their text without the names of their variables.
fn by_shape(paths: Option<&Node>) -> IndexMap<String, Path<'_>> {
    let mut found = IndexMap::new();
    for (text, entry) in paths.into_iter().flat_map(Node::entries) {
        if !text.starts_with("x-") {
            let at = entry.key_at;
            let path = Path { text, at, item: &entry.node };
            found.entry(shape(text)).or_insert(path);
        }
    }
    found
}

fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '{' => {
                inside = true;
                shape.push('{');
            }
            '}' => {
                inside = false;
                shape.push('}');
            }
            _ if inside => {}
            _ => shape.push(letter),
        }
    }
    shape
}

/// The names of a path's variables, in order.
pub(super) fn variables(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}
