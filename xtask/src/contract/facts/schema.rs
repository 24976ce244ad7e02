//! A schema as the list of schema objects that apply together.

use crate::contract::facts::Side;
use crate::contract::resolve::{Target, component_name, reference};
use crate::contract::tree::{Mark, Node};

/// How many schema objects may apply to one value.
const MAX_LEAVES: usize = 4096;

/// The schema objects that all apply to one value.
#[derive(Clone, Debug)]
pub struct Schema<'a> {
    /// Where to point when a keyword is missing.
    pub at: Mark,
    /// Where the schema, or the reference to it, is written.
    pub written: Mark,
    /// The component's name, if the schema is a reference to one.
    pub name: Option<&'a str>,
    /// The schema objects, references followed and `allOf` opened.
    pub leaves: Vec<Leaf<'a>>,
    /// A wrapper says that `null` is allowed whatever it wraps.
    pub null: Option<Mark>,
    /// References that lead nowhere.
    pub lost: Vec<(&'a str, Mark)>,
}

/// A schema object, and the member of an `allOf` that brought it.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// The schema object.
    pub node: &'a Node,
    /// The outermost member of an `allOf` that it is part of.
    pub member: Option<&'a Node>,
}

/// What identifies a schema among those of its document.
pub type Key = (Vec<usize>, bool);

/// The address of a node: trees do not move while they are compared.
#[must_use]
pub fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

impl<'a> Schema<'a> {
    /// The schema that a node writes.
    #[must_use]
    pub fn new(side: &Side<'a>, node: &'a Node, at: Mark) -> Self {
        let mut schema = Self::any(at);
        schema.name = reference(node).map(component_name);
        schema.place(side, node);
        schema.add(side, node, None);
        schema
    }

    /// The schema that allows everything.
    #[must_use]
    pub fn any(at: Mark) -> Self {
        let (name, null) = (None, None);
        let (leaves, lost) = (Vec::new(), Vec::new());
        Self { at, written: at, name, leaves, null, lost }
    }

    /// Demands what another node writes as well.
    pub fn add_node(&mut self, side: &Side<'a>, node: &'a Node) {
        self.name = None;
        self.add(side, node, None);
    }

    /// What identifies the schema; the order of its leaves does not.
    #[must_use]
    pub fn key(&self) -> Key {
        let mut addresses: Vec<_> =
            self.leaves.iter().map(|leaf| address(leaf.node)).collect();
        addresses.sort_unstable();
        (addresses, self.null.is_some())
    }

    /// Points into the component rather than at one of its many users.
    fn place(&mut self, side: &Side<'a>, node: &'a Node) {
        if reference(node).is_some() {
            let target = side.reach(node);
            if side.is_component(target) {
                self.at = side.place(target);
            }
        }
    }

    fn add(
        &mut self,
        side: &Side<'a>,
        node: &'a Node,
        member: Option<&'a Node>,
    ) {
        let known =
            self.leaves.iter().any(|leaf| address(leaf.node) == address(node));
        if known || self.leaves.len() >= MAX_LEAVES {
            return;
        }
        if reference(node).is_some() {
            self.add_reference(side, node, member);
            return;
        }
        self.leaves.push(Leaf { node, member });
        self.open(side, node, member);
    }

    /// OpenAPI 3.0 ignores what stands beside `$ref`; 3.1 does not.
    fn add_reference(
        &mut self,
        side: &Side<'a>,
        node: &'a Node,
        member: Option<&'a Node>,
    ) {
        if !side.is_3_0 && node.map().is_some_and(|map| map.len() > 1) {
            self.leaves.push(Leaf { node, member });
            self.open(side, node, member);
        }
        match side.document.follow(node) {
            Target::Node(target) => self.add(side, target, member),
            Target::Lost(reference, at) => self.lost.push((reference, at)),
        }
    }

    /// Adds what a leaf's `allOf` holds, and the only branch of a union.
    fn open(
        &mut self,
        side: &Side<'a>,
        node: &'a Node,
        member: Option<&'a Node>,
    ) {
        for part in node.get("allOf").map_or(&[][..], Node::items) {
            self.add(side, part, Some(member.unwrap_or(part)));
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(only) = only_branch(side, node, keyword) else { continue };
            if only.null {
                self.null = Some(only.at);
            }
            self.add(side, only.node, member);
        }
    }
}

/// The only branch of a union that is not `null`.
struct Only<'a> {
    node: &'a Node,
    null: bool,
    at: Mark,
}

/// A union of one branch is that branch, `null` or not.
fn only_branch<'a>(
    side: &Side<'a>,
    node: &'a Node,
    keyword: &str,
) -> Option<Only<'a>> {
    let entry = node.entry(keyword)?;
    let branches = entry.node.items();
    let mut others = branches.iter().filter(|branch| !is_null(side, branch));
    let only = others.next().filter(|_| others.next().is_none())?;
    let null = branches.len() > 1;
    Some(Only { node: only, null, at: entry.key_at })
}

/// Whether a union's branch does no more than allow `null`.
pub(super) fn is_null<'a>(side: &Side<'a>, node: &'a Node) -> bool {
    let node = side.reach(node);
    let by_type = node.get("type").is_some_and(|kind| {
        kind.text() == Some("null")
            || matches!(kind.items(), [only] if only.text() == Some("null"))
    });
    let listed = node.get("enum").map_or(&[][..], Node::items);
    let by_value = !listed.is_empty() && listed.iter().all(Node::is_null);
    by_type || by_value || node.get("const").is_some_and(Node::is_null)
}

/// Whether a union has been opened into the leaves already.
pub(super) fn is_opened<'a>(
    side: &Side<'a>,
    node: &'a Node,
    keyword: &str,
) -> bool {
    only_branch(side, node, keyword).is_some()
}
