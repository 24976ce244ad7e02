//! Request bodies and media types.

use crate::contract::compare::Comparer;
use crate::contract::compare::operations::{Operation, keys, one_sided};
use crate::contract::compare::rest::shortened;
use crate::contract::effect::{Direction, Effect, Level, Place};
use crate::contract::facts::Schema;
use crate::contract::tree::{Entry, Mark, Node};

/// A media type on each side, and what they are called.
type Media<'a> = ((&'a str, &'a Entry), (&'a str, &'a Entry));

impl<'a> Comparer<'a> {
    pub(super) fn request_body(&mut self, operation: Operation<'a, '_>) {
        let find = |node: &'a Node| node.entry("requestBody");
        let (a, b) = (find(operation.base), find(operation.revision));
        match (a, b) {
            (None, None) => {}
            (Some(a), Some(b)) => self.body(operation, a, b),
            (None, Some(b)) => self.body_added(operation, b),
            (Some(a), None) => self.body_removed(operation, a),
        }
    }

    fn body_added(&mut self, operation: Operation<'a, '_>, body: &'a Entry) {
        let required = self.revision.reach(&body.node).flag("required");
        let (rule, effect) = if required {
            ("request-body-added-required", Effect::Narrows)
        } else {
            ("request-body-added-optional", Effect::Widens)
        };
        let place = operation.scope.place(Place::RequestBody);
        let level = match place.direction() {
            Direction::Request => None,
            Direction::Response | Direction::None => Some(Level::Minor),
        };
        let at = (operation.at.0, body.key_at);
        let rule = (rule, effect, level);
        let words = one_sided(true);
        let direction = place.direction();
        let what = "request body";
        self.sent(direction, operation.name, rule, what, words, at);
    }

    fn body_removed(&mut self, operation: Operation<'a, '_>, body: &'a Entry) {
        let place = operation.scope.place(Place::RequestBody);
        let at = (body.key_at, operation.at.1);
        let rule =
            ("request-body-removed", Effect::Unknown, Some(Level::Major));
        let words = one_sided(false);
        let direction = place.direction();
        let what = "request body";
        self.sent(direction, operation.name, rule, what, words, at);
    }

    fn body(
        &mut self,
        operation: Operation<'a, '_>,
        base: &'a Entry,
        revision: &'a Entry,
    ) {
        let a = self.base.reach(&base.node);
        let b = self.revision.reach(&revision.node);
        let place = operation.scope.place(Place::RequestBody);
        let spot = |node: &Node, keyword: &str, at: Mark| {
            node.entry(keyword).map_or(at, |entry| entry.key_at)
        };
        let (was, is) = (a.flag("required"), b.flag("required"));
        if was != is {
            let (rule, effect) = if is {
                ("request-body-became-required", Effect::Narrows)
            } else {
                ("request-body-became-optional", Effect::Widens)
            };
            let word = |required: bool| {
                if required { "required" } else { "optional" }.to_owned()
            };
            let at = (
                spot(a, "required", base.key_at),
                spot(b, "required", revision.key_at),
            );
            let rule = (rule, effect, None);
            let words = (word(was), word(is));
            let direction = place.direction();
            let what = "request body";
            self.sent(direction, operation.name, rule, what, words, at);
        }
        let usage = format!("{}, request body", operation.name);
        let at = (
            spot(a, "content", base.key_at),
            spot(b, "content", revision.key_at),
        );
        let contents = (a.get("content"), b.get("content"));
        self.contents(contents, place, &usage, at);
    }

    /// Compares media types, by name, then by what covers what.
    pub(super) fn contents(
        &mut self,
        (a, b): (Option<&'a Node>, Option<&'a Node>),
        place: Place,
        usage: &str,
        at: (Mark, Mark),
    ) {
        let find = |node: Option<&'a Node>, name: &str| {
            node.into_iter()
                .flat_map(Node::entries)
                .find(|(other, _)| normal(other) == normal(name))
        };
        let mut left = (Vec::new(), Vec::new());
        for name in keys(a, b) {
            match (find(a, name), find(b, name)) {
                (Some(a), Some(b)) => {
                    if a.0 == name {
                        self.media((a, b), place, usage);
                    }
                }
                (Some(a), None) => left.0.push(a),
                (None, Some(b)) => left.1.push(b),
                (None, None) => {}
            }
        }
        for base in left.0 {
            let kin = left.1.iter().position(|(name, _)| {
                covers(name, base.0) || covers(base.0, name)
            });
            match kin {
                Some(index) => {
                    let revision = left.1.swap_remove(index);
                    self.media_renamed((base, revision), place, usage);
                }
                None => self.media_type(base, false, place, usage, at.1),
            }
        }
        for revision in left.1 {
            self.media_type(revision, true, place, usage, at.0);
        }
    }

    /// The client names a media type in either direction, so one that goes
    /// breaks it and one that comes does not.
    fn media_type(
        &mut self,
        (name, entry): (&str, &Entry),
        added: bool,
        place: Place,
        usage: &str,
        other: Mark,
    ) {
        let request = matches!(place, Place::RequestBody | Place::Parameter);
        let (rule, effect, level) = match (request, added) {
            (true, true) => {
                ("request-body-media-type-added", Effect::Widens, Level::Minor)
            }
            (true, false) => (
                "request-body-media-type-removed",
                Effect::Narrows,
                Level::Major,
            ),
            (false, true) => {
                ("response-media-type-added", Effect::Widens, Level::Minor)
            }
            (false, false) => {
                ("response-media-type-removed", Effect::Narrows, Level::Major)
            }
        };
        let at =
            if added { (other, entry.key_at) } else { (entry.key_at, other) };
        let rule = (rule, effect, Some(level));
        let what = format!("media type `{name}`");
        let words = one_sided(added);
        self.sent(place.direction(), usage, rule, what, words, at);
    }

    fn media_renamed(&mut self, media: Media<'a>, place: Place, usage: &str) {
        let ((was, a), (is, b)) = media;
        let widens = covers(is, was);
        let request = place.direction() == Direction::Request;
        let (rule, effect) = match (request, widens) {
            (true, true) => {
                ("request-body-media-type-generalized", Effect::Widens)
            }
            (true, false) => {
                ("request-body-media-type-specialized", Effect::Narrows)
            }
            (false, true) => {
                ("response-media-type-name-generalized", Effect::Widens)
            }
            (false, false) => {
                ("response-media-type-name-specialized", Effect::Narrows)
            }
        };
        let words = (format!("`{was}`"), format!("`{is}`"));
        let rule = (rule, effect, None);
        let at = (a.key_at, b.key_at);
        let direction = place.direction();
        self.sent(direction, usage, rule, "media type", words, at);
        self.media(media, place, usage);
    }

    fn media(&mut self, media: Media<'a>, place: Place, usage: &str) {
        let ((name, a), (_, b)) = media;
        let usage = format!("{usage}, {name}");
        self.media_schema((a, b), "schema", place, &usage);
        self.media_schema((a, b), "itemSchema", place, &usage);
        self.encoding(a, b, place, &usage);
    }

    fn media_schema(
        &mut self,
        (a, b): (&'a Entry, &'a Entry),
        keyword: &str,
        place: Place,
        usage: &str,
    ) {
        let (x, y) = (a.node.entry(keyword), b.node.entry(keyword));
        let (rule, effect) = match (x, y) {
            (None, None) => return,
            (Some(x), Some(y)) => {
                let base = Schema::new(&self.base, &x.node, x.key_at);
                let revision = Schema::new(&self.revision, &y.node, y.key_at);
                self.root(base, revision, place, usage);
                return;
            }
            (None, Some(_)) => ("schema-added", Effect::Narrows),
            (Some(_), None) => ("schema-removed", Effect::Widens),
        };
        let request = place.direction() == Direction::Request;
        let rule = match (request, rule) {
            (true, "schema-added") => "request-body-media-type-schema-added",
            (true, _) => "request-body-media-type-schema-removed",
            (false, "schema-added") => "response-body-media-type-schema-added",
            (false, _) => "response-body-media-type-schema-removed",
        };
        let at = (
            x.map_or(a.key_at, |x| x.key_at),
            y.map_or(b.key_at, |y| y.key_at),
        );
        let words = one_sided(y.is_some());
        let rule = (rule, effect, None);
        let what = format!("`{keyword}`");
        self.sent(place.direction(), usage, rule, what, words, at);
    }

    /// How the parts of a form or multipart body are written.
    fn encoding(
        &mut self,
        a: &'a Entry,
        b: &'a Entry,
        place: Place,
        usage: &str,
    ) {
        let (x, y) = (a.node.entry("encoding"), b.node.entry("encoding"));
        let text = |entry: Option<&Entry>| {
            entry
                .map(|entry| entry.node.canonical())
                .filter(|text| text != "{}")
        };
        let (was, is) = (text(x), text(y));
        if was == is {
            return;
        }
        let word = |text: Option<String>| {
            text.map_or("absent".to_owned(), |text| shortened(&text))
        };
        let at = (
            x.map_or(a.key_at, |x| x.key_at),
            y.map_or(b.key_at, |y| y.key_at),
        );
        let rule = ("media-type-encoding-changed", Effect::Incomparable, None);
        let words = (word(was), word(is));
        self.sent(place.direction(), usage, rule, "`encoding`", words, at);
    }
}

/// A media type in lower case, its parameters in order.
fn normal(name: &str) -> String {
    let mut parts: Vec<_> =
        name.split(';').map(|part| part.trim().to_lowercase()).collect();
    if let Some(parameters) = parts.get_mut(1..) {
        parameters.sort();
    }
    parts.join(";")
}

/// Whether everything of the second media type is of the first.
fn covers(general: &str, special: &str) -> bool {
    let (general, special) = (normal(general), normal(special));
    let (kind, parameters) = general.split_once(';').unwrap_or((&general, ""));
    let (other, others) = special.split_once(';').unwrap_or((&special, ""));
    let kinds = match kind.strip_suffix('*') {
        Some("*/") => true,
        Some(prefix) => other.starts_with(prefix),
        None => kind == other,
    };
    let held = |wanted: &str| others.split(';').any(|held| held == wanted);
    kinds && parameters.split(';').all(|p| p.is_empty() || held(p))
}
