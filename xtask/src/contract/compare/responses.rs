//! Responses by status, and their headers.

use crate::contract::compare::Comparer;
use crate::contract::compare::operations::{Operation, keys, one_sided};
use crate::contract::effect::{Direction, Effect, Level, Place};
use crate::contract::facts::Schema;
use crate::contract::tree::{Entry, Mark, Node};

impl<'a> Comparer<'a> {
    pub(super) fn responses(&mut self, operation: Operation<'a, '_>) {
        let a = operation.base.get("responses");
        let b = operation.revision.get("responses");
        for status in keys(a, b) {
            let (x, y) = (at_status(a, status), at_status(b, status));
            match (x, y) {
                (Some(x), Some(y)) => self.response(operation, status, x, y),
                (Some(x), None) => {
                    self.status_gone(operation, status, x, b);
                }
                (None, Some(y)) => self.status_new(operation, status, y, a),
                (None, None) => {}
            }
        }
    }

    /// A status that goes may be covered by a range that stays.
    fn status_gone(
        &mut self,
        operation: Operation<'a, '_>,
        status: &str,
        entry: &'a Entry,
        revision: Option<&'a Node>,
    ) {
        let range = at_status(revision, &range(status));
        let covering = range.or_else(|| {
            at_status(revision, "default").filter(|_| !is_success(status))
        });
        let covered = covering.is_some();
        if let Some(cover) = covering {
            self.response(operation, status, entry, cover);
            if self.policy.drift && range.is_some() {
                return;
            }
        }
        if self.policy.drift
            && is_range(status)
            && has_in_range(revision, status)
        {
            return;
        }
        // dropshot declares one success; a redirect or 304 is written beside.
        if self.policy.drift && status.starts_with('3') {
            return;
        }
        let (rule, level) = if is_success(status) && !covered {
            ("response-success-status-removed", Level::Major)
        } else {
            ("response-non-success-status-removed", Level::Minor)
        };
        let spot = operation.spots("responses").1;
        let other = covering.map_or(spot, |entry| entry.key_at);
        self.status(operation, (rule, level), status, (entry.key_at, other));
    }

    fn status_new(
        &mut self,
        operation: Operation<'a, '_>,
        status: &str,
        entry: &'a Entry,
        base: Option<&'a Node>,
    ) {
        let covering = at_status(base, &range(status)).or_else(|| {
            at_status(base, "default").filter(|_| !is_success(status))
        });
        if let Some(cover) = covering {
            self.response(operation, status, cover, entry);
        }
        if self.policy.drift && is_range(status) && has_in_range(base, status) {
            return;
        }
        let rule = if is_success(status) {
            "response-success-status-added"
        } else {
            "response-non-success-status-added"
        };
        let spot = operation.spots("responses").0;
        let other = covering.map_or(spot, |entry| entry.key_at);
        self.status(
            operation,
            (rule, Level::Minor),
            status,
            (other, entry.key_at),
        );
    }

    fn status(
        &mut self,
        operation: Operation<'a, '_>,
        (rule, level): (&'static str, Level),
        status: &str,
        at: (Mark, Mark),
    ) {
        let added = rule.ends_with("added");
        let effect = if added { Effect::Widens } else { Effect::Narrows };
        let direction = operation.scope.place(Place::ResponseBody).direction();
        let rule = (rule, effect, Some(level));
        let what = format!("status `{status}`");
        let words = one_sided(added);
        self.sent(direction, operation.name, rule, what, words, at);
    }

    fn response(
        &mut self,
        operation: Operation<'a, '_>,
        status: &str,
        base: &'a Entry,
        revision: &'a Entry,
    ) {
        let a = self.base.reach(&base.node);
        let b = self.revision.reach(&revision.node);
        let usage = format!("{}, response {status}", operation.name);
        let place = operation.scope.place(Place::ResponseBody);
        let spot = |node: &Node, at: Mark| {
            node.entry("content").map_or(at, |entry| entry.key_at)
        };
        let at = (spot(a, base.key_at), spot(b, revision.key_at));
        self.contents((a.get("content"), b.get("content")), place, &usage, at);
        self.headers(operation, (a, b), &usage, (base.key_at, revision.key_at));
        if !self.policy.drift {
            self.links((a, b), &usage, (base.key_at, revision.key_at));
        }
    }

    /// Where links lead is advice; nobody must follow it.
    fn links(&mut self, (a, b): (&Node, &Node), usage: &str, at: (Mark, Mark)) {
        let text = |node: &Node| node.get("links").map(Node::canonical);
        if text(a) == text(b) {
            return;
        }
        let rule = ("response-links-changed", Effect::None, Some(Level::Patch));
        let words = ("one".into(), "another".into());
        self.sent(Direction::Response, usage, rule, "`links`", words, at);
    }

    fn headers(
        &mut self,
        operation: Operation<'a, '_>,
        (a, b): (&'a Node, &'a Node),
        usage: &str,
        at: (Mark, Mark),
    ) {
        let (a, b) = (a.get("headers"), b.get("headers"));
        for name in keys(a, b) {
            let (x, y) = (header(a, name), header(b, name));
            match (x, y) {
                (Some(x), Some(y)) => {
                    if x.0 == name {
                        self.header(operation, name, (x.1, y.1), usage);
                    }
                }
                _ if name.eq_ignore_ascii_case("content-type") => {}
                _ if self.policy.drift => {}
                (Some(x), None) => {
                    self.header_gone(operation, name, x.1, usage, at.1);
                }
                (None, Some(y)) => {
                    self.header_new(operation, name, y.1, usage, at.0);
                }
                (None, None) => {}
            }
        }
    }

    fn header_gone(
        &mut self,
        operation: Operation<'a, '_>,
        name: &str,
        entry: &'a Entry,
        usage: &str,
        other: Mark,
    ) {
        let required = self.base.reach(&entry.node).flag("required");
        let rule = if required {
            "required-response-header-removed"
        } else {
            "optional-response-header-removed"
        };
        let place = operation.scope.place(Place::ResponseHeader);
        let rule = (rule, Effect::Widens, Some(Level::Major));
        let what = format!("response header `{name}`");
        let at = (entry.key_at, other);
        let words = one_sided(false);
        self.sent(place.direction(), usage, rule, what, words, at);
    }

    fn header_new(
        &mut self,
        operation: Operation<'a, '_>,
        name: &str,
        entry: &'a Entry,
        usage: &str,
        other: Mark,
    ) {
        let place = operation.scope.place(Place::ResponseHeader);
        let rule =
            ("response-header-added", Effect::Narrows, Some(Level::Minor));
        let what = format!("response header `{name}`");
        let at = (other, entry.key_at);
        self.sent(place.direction(), usage, rule, what, one_sided(true), at);
    }

    fn header(
        &mut self,
        operation: Operation<'a, '_>,
        name: &str,
        (base, revision): (&'a Entry, &'a Entry),
        usage: &str,
    ) {
        let a = self.base.reach(&base.node);
        let b = self.revision.reach(&revision.node);
        let place = operation.scope.place(Place::ResponseHeader);
        let at = (self.base.place(a), self.revision.place(b));
        let usage = format!("{usage}, header `{name}`");
        self.header_flags(name, (a, b), place, &usage, at);
        let schema = |side, node: &'a Node| {
            let entry = node.entry("schema")?;
            Some(Schema::new(side, &entry.node, entry.key_at))
        };
        let x = schema(&self.base, a);
        let y = schema(&self.revision, b);
        match (x, y) {
            (Some(x), Some(y)) => self.root(x, y, place, &usage),
            (None, None) => {
                let contents = (a.get("content"), b.get("content"));
                self.contents(contents, place, &usage, at);
            }
            _ => {
                let rule = (
                    "response-header-serialization-changed",
                    Effect::Incomparable,
                    None,
                );
                let words = ("one".into(), "another".into());
                let what = format!("form of response header `{name}`");
                self.sent(place.direction(), &usage, rule, what, words, at);
            }
        }
    }

    fn header_flags(
        &mut self,
        name: &str,
        (a, b): (&Node, &Node),
        place: Place,
        usage: &str,
        at: (Mark, Mark),
    ) {
        let spot = |node: &Node, keyword: &str, at| {
            node.entry(keyword).map_or(at, |entry| entry.key_at)
        };
        let direction = place.direction();
        let what = format!("response header `{name}`");
        let (was, is) = (a.flag("required"), b.flag("required"));
        if was != is {
            let (rule, effect) = if is {
                ("response-header-became-required", Effect::Narrows)
            } else {
                ("response-header-became-optional", Effect::Widens)
            };
            let word = |required: bool| {
                if required { "required" } else { "optional" }.to_owned()
            };
            let at = (spot(a, "required", at.0), spot(b, "required", at.1));
            let rule = (rule, effect, None);
            let words = (word(was), word(is));
            self.sent(direction, usage, rule, what.as_str(), words, at);
        }
        let (was, is) = (a.flag("deprecated"), b.flag("deprecated"));
        if was != is {
            let rule = if is {
                "response-header-deprecated"
            } else {
                "response-header-reactivated"
            };
            let rule = (rule, Effect::None, Some(Level::Minor));
            let what = format!("`deprecated` of {what}");
            self.sent(direction, usage, rule, what, one_sided(is), at);
        }
    }
}

/// A response by status; ranges are written `4XX` or `4xx`.
fn at_status<'a>(
    responses: Option<&'a Node>,
    status: &str,
) -> Option<&'a Entry> {
    let responses = responses?;
    let found = responses.entry(status);
    found.or_else(|| {
        responses
            .entries()
            .find(|(other, _)| other.eq_ignore_ascii_case(status))
            .map(|(_, entry)| entry)
    })
}

fn header<'a>(
    headers: Option<&'a Node>,
    name: &str,
) -> Option<(&'a str, &'a Entry)> {
    let mut entries = headers?.entries();
    entries.find(|(other, _)| other.eq_ignore_ascii_case(name))
}

fn range(status: &str) -> String {
    status.get(..1).map(|first| format!("{first}XX")).unwrap_or_default()
}

fn is_range(status: &str) -> bool {
    status.get(1..).is_some_and(|rest| rest.eq_ignore_ascii_case("xx"))
}

fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Whether a side names a status of a range.
fn has_in_range(responses: Option<&Node>, range: &str) -> bool {
    responses.into_iter().flat_map(Node::entries).any(|(status, _)| {
        status.get(..1) == range.get(..1) && !is_range(status)
    })
}
