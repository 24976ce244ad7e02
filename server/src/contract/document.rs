//! The document as a tree whose nodes know their place.

use std::fmt::Display;

use yaml_serde::Value as Yaml;

/// How many references may lead to references before that counts as a loop.
const MAX_HOPS: usize = 16;

/// The place of a document's root, as it is told.
const DOCUMENT: &str = "the document";

/// Something in a contract that cannot be executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct LoadError {
    place: String,
    problem: String,
}

fn unreadable(error: impl Display) -> LoadError {
    LoadError { place: DOCUMENT.to_owned(), problem: error.to_string() }
}

/// A parsed document.
pub(super) struct Document(Yaml);

/// A value in a document.
#[derive(Clone)]
pub(super) struct Node<'d> {
    document: &'d Yaml,
    value: &'d Yaml,
    place: String,
}

impl Document {
    pub(super) fn parse(yaml: &str) -> Result<Self, LoadError> {
        let mut root: Yaml = yaml_serde::from_str(yaml).map_err(unreadable)?;
        root.apply_merge().map_err(unreadable)?;
        Ok(Self(root))
    }

    /// A document in JSON: to read it takes no list of events, which YAML's
    /// reader makes first.
    pub(super) fn from_json(json: &str) -> Result<Self, LoadError> {
        serde_json::from_str(json).map(Self).map_err(unreadable)
    }

    /// The same document as JSON, its keys in the order in which they are
    /// written.
    pub(super) fn json(&self) -> Result<String, LoadError> {
        serde_json::to_string(&self.0)
            .map_err(|error| self.root().refuse(error.to_string()))
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node { document: &self.0, value: &self.0, place: String::new() }
    }
}

impl<'d> Node<'d> {
    /// The keys from the root, joined by dots.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn refuse(&self, problem: impl Into<String>) -> LoadError {
        let place = match self.place.as_str() {
            "" => DOCUMENT,
            place => place,
        };
        LoadError { place: place.to_owned(), problem: problem.into() }
    }

    fn child(&self, key: &str, value: &'d Yaml) -> Self {
        let place = match self.place.as_str() {
            "" => key.to_owned(),
            place => format!("{place}.{key}"),
        };
        Self { document: self.document, value, place }
    }

    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    /// What the document has under `key` at its top.
    pub(super) fn of_root(&self, key: &str) -> Option<Self> {
        self.top().get(key)
    }

    fn top(&self) -> Self {
        let document = self.document;
        Self { document, value: document, place: String::new() }
    }

    pub(super) fn required(&self, key: &str) -> Result<Self, LoadError> {
        self.get(key).ok_or_else(|| self.refuse(format!("`{key}` is missing")))
    }

    /// What a mapping holds, in the document's order; nothing for anything
    /// else. Keys that are numbers (status codes) are taken as text.
    pub(super) fn entries(&self) -> Vec<(String, Self)> {
        let mapping = self.value.as_mapping().into_iter().flatten();
        mapping
            .map(|(key, value)| {
                let key = match key {
                    Yaml::String(key) => key.clone(),
                    Yaml::Number(key) => key.to_string(),
                    _ => String::new(),
                };
                let child = self.child(&key, value);
                (key, child)
            })
            .collect()
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, LoadError> {
        let items = self.value.as_sequence();
        let items = items.ok_or_else(|| self.refuse("it must be a list"))?;
        let children = items.iter().enumerate();
        Ok(children.map(|(i, item)| self.child(&i.to_string(), item)).collect())
    }

    pub(super) fn text(&self) -> Result<&'d str, LoadError> {
        self.value.as_str().ok_or_else(|| self.refuse("it must be a string"))
    }

    /// The boolean under `key`; `false` without.
    pub(super) fn flag(&self, key: &str) -> Result<bool, LoadError> {
        let Some(node) = self.get(key) else { return Ok(false) };
        let flag = node.value.as_bool();
        flag.ok_or_else(|| node.refuse("it must be true or false"))
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    pub(super) fn json(&self) -> Result<serde_json::Value, LoadError> {
        serde_json::to_value(self.value)
            .map_err(|error| self.refuse(error.to_string()))
    }

    /// Refuses a mapping that holds anything but these keys and extensions.
    pub(super) fn only(&self, keys: &[&str]) -> Result<(), LoadError> {
        if !self.value.is_mapping() {
            return Err(self.refuse("it must be a mapping"));
        }
        let unknown = self.entries().into_iter().find(|(key, _)| {
            !key.starts_with("x-") && !keys.contains(&key.as_str())
        });
        match unknown {
            Some((_, node)) => Err(node.refuse("unknown keyword")),
            None => Ok(()),
        }
    }

    /// What the node's `$ref` names, if it is a reference.
    pub(super) fn reference(&self) -> Result<Option<Self>, LoadError> {
        let Some(node) = self.get("$ref") else { return Ok(None) };
        self.only(&["$ref", "description", "summary"])?;
        let text = node.text()?;
        let nowhere = || node.refuse(format!("{text} leads nowhere"));
        let pointer = text.strip_prefix("#/").ok_or_else(nowhere)?;
        pointer
            .split('/')
            .try_fold(self.top(), |node, key| node.get(key))
            .map(Some)
            .ok_or_else(nowhere)
    }

    /// The node itself or, through all references, what it stands for.
    pub(super) fn resolve(&self) -> Result<Self, LoadError> {
        let mut node = self.clone();
        for _ in 0..MAX_HOPS {
            match node.reference()? {
                Some(target) => node = target,
                None => return Ok(node),
            }
        }
        Err(self.refuse("its references run in a circle"))
    }
}
