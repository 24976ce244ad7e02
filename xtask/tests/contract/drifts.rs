//! What drift is to say of an edit that is made in the contract itself.

use xtask::contract::tree::{Map, Node, Number};

use crate::edits::{Change, Edit};

impl Edit {
    /// Whether drift is to report it. By `drift --explain` a header counts if
    /// both sides have it, and a range says nothing beside a code within it.
    pub(crate) fn drifts(&self, root: &Node) -> bool {
        let Change::Remove(name) = &self.change else { return self.noticed };
        match self.kind() {
            "headers" => false,
            "responses" if name.ends_with("XX") => {
                let (_, responses) = self.held(root, 0);
                let code = |(code, _): (&str, _)| {
                    code != name && code.get(..1) == name.get(..1)
                };
                !responses.entries().any(code)
            }
            _ => self.noticed,
        }
    }

    /// The lines that a finding may stand at; 0 is anywhere. What was taken
    /// out has no line of its own any more: only what held it has one.
    pub(crate) fn lines_left(&self, root: &Node) -> Vec<u32> {
        match &self.change {
            Change::Remove(name) => self.lines_without(name, root),
            Change::RemoveItem(index) => self.lines_without_item(*index, root),
            Change::Set(key, _) if self.says_nothing(root, key) => {
                self.lines(root, 0)
            }
            Change::Push(_) if self.line != 0 => self.lines(root, 0),
            Change::Set(..) | Change::Push(_) | Change::Reverse => {
                vec![self.line]
            }
        }
    }

    fn lines_without(&self, name: &str, root: &Node) -> Vec<u32> {
        let (_, held) = self.held(root, 0);
        match self.kind() {
            // A code that is left out is covered by its range.
            "responses" => {
                let range = name.get(..1).map(|first| format!("{first}XX"));
                let entry = range.and_then(|range| held.entry(&range));
                entry.map_or_else(
                    || self.lines(root, 0),
                    |entry| vec![entry.key_at.line],
                )
            }
            // A schema in an `allOf` is a part of the one that holds it.
            "properties" if self.key(2) == "allOf" => self.lines(root, 3),
            "properties" => self.lines(root, 1),
            _ => self.lines(root, 0),
        }
    }

    fn lines_without_item(&self, index: usize, root: &Node) -> Vec<u32> {
        let (_, list) = self.held(root, 0);
        let (_, holder) = self.held(root, 1);
        match self.kind() {
            // The property is what became optional.
            "required" => {
                let name = list.items().get(index).and_then(Node::text);
                let property =
                    name.and_then(|name| holder.get("properties")?.entry(name));
                property.map_or_else(
                    || self.lines(root, 1),
                    |entry| vec![entry.key_at.line],
                )
            }
            // A parameter of a path is one of each of its operations.
            "parameters" => {
                let operations = holder.map().into_iter().flat_map(Map::values);
                let below = operations.map(|entry| entry.key_at.line);
                self.lines(root, 1).into_iter().chain(below).collect()
            }
            _ => self.lines(root, 0),
        }
    }

    /// Whether the value set is a bound of nothing, as good as none.
    fn says_nothing(&self, root: &Node, key: &str) -> bool {
        let edited = self.made(root);
        let (_, node) = self.held(&edited, 0);
        let value = node.get(key).and_then(Node::number);
        matches!(key, "minLength" | "minItems" | "minProperties")
            && value == Some(Number::Whole(0))
    }

    /// The key under which the edited object or list stands.
    fn kind(&self) -> &str {
        self.key(0)
    }

    /// The key of what stands some steps above it.
    fn key(&self, above: usize) -> &str {
        self.way.iter().rev().nth(above).map_or("", String::as_str)
    }

    /// The lines of the key and the start of what was edited, or of what
    /// stands some steps above.
    fn lines(&self, root: &Node, above: usize) -> Vec<u32> {
        let (key, node) = self.held(root, above);
        vec![key, node.at.line]
    }

    fn held<'a>(&self, root: &'a Node, above: usize) -> (u32, &'a Node) {
        let steps = self.way.len().saturating_sub(above);
        let start = (root.at.line, root);
        self.way.iter().take(steps).fold(start, |(_, node), step| {
            match (node.entry(step), step.parse::<usize>()) {
                (Some(entry), _) => (entry.key_at.line, &entry.node),
                (None, Ok(index)) => {
                    let item = node.items().get(index).expect("an item");
                    (item.at.line, item)
                }
                (None, Err(_)) => panic!("{step} leads nowhere"),
            }
        })
    }
}
