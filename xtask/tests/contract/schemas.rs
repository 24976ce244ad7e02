//! Cases about one schema: each is tried wherever a schema can stand, and in
//! both directions.

use xtask::contract::compare::worst;
use xtask::contract::effect::{Direction, Effect, Level};
use xtask::contract::finding::Change;
use xtask::contract::tree::{Node, Number, Value};

use crate::support::{changes, listed, tables, text, verdict};

/// Components that cases refer to.
const COMPONENTS: &str = "\
components:
  schemas:
    Text: {type: string, maxLength: 20}
    Words: {type: string, maxLength: 20}
    Cat: &cat
      type: object
      required: [name, kind]
      properties:
        name: {type: string}
        kind: {type: string, enum: [cat]}
        lives: {type: integer}
    Katze: *cat
    Pet: *cat
    Dog:
      type: object
      required: [name, kind]
      properties:
        name: {type: string}
        kind: {type: string, enum: [dog]}
        bark: {type: string}
    Bird:
      type: object
      required: [name, kind]
      properties:
        name: {type: string}
        kind: {type: string, enum: [bird]}
        wings: {type: integer}
";

/// Where a case's schema stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    RequestBody,
    RequestProperty,
    ResponseBody,
    ResponseProperty,
    Parameter,
    Header,
}

use Place::{
    Header, Parameter, RequestBody, RequestProperty, ResponseBody,
    ResponseProperty,
};

impl Place {
    fn all(name: &str) -> &'static [Self] {
        match name {
            "text" => &[Parameter, Header],
            "body" => {
                &[RequestBody, RequestProperty, ResponseBody, ResponseProperty]
            }
            _ => &[
                RequestBody,
                RequestProperty,
                ResponseBody,
                ResponseProperty,
                Parameter,
                Header,
            ],
        }
    }

    fn direction(self) -> Direction {
        match self {
            RequestBody | RequestProperty | Parameter => Direction::Request,
            ResponseBody | ResponseProperty | Header => Direction::Response,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            RequestBody => "request-body",
            RequestProperty => "request-property",
            ResponseBody => "response-body",
            ResponseProperty => "response-property",
            Parameter => "request-parameter",
            Header => "response-header",
        }
    }

    /// A document with a schema at this place, and the line before it.
    fn document(self, version: &str, schema: &str) -> (String, u32) {
        let head = format!(
            "openapi: {version}\ninfo: {{title: T, version: 1.0.0}}\npaths:\n  \
             /things:\n    post:\n{}",
            self.lead()
        );
        let line = u32::try_from(head.lines().count()).expect("a few lines");
        let indent = head
            .lines()
            .last()
            .map_or(0, |line| line.len() - line.trim_start().len() + 2);
        let schema: String = schema
            .lines()
            .map(|line| format!("{}{line}\n", " ".repeat(indent)))
            .collect();
        let tail = match self {
            RequestBody | RequestProperty | Parameter => {
                "      responses: {'204': {description: Done.}}\n"
            }
            ResponseBody | ResponseProperty | Header => "",
        };
        (format!("{head}{schema}{tail}{COMPONENTS}"), line)
    }

    fn lead(self) -> &'static str {
        match self {
            RequestBody => {
                "      requestBody:\n        content:\n          \
                 application/json:\n            schema:\n"
            }
            RequestProperty => {
                "      requestBody:\n        content:\n          \
                 application/json:\n            schema:\n              type: \
                 object\n              properties:\n                value:\n"
            }
            ResponseBody => {
                "      responses:\n        '200':\n          description: \
                 Done.\n          content:\n            application/json:\n   \
                 \x20          schema:\n"
            }
            ResponseProperty => {
                "      responses:\n        '200':\n          description: \
                 Done.\n          content:\n            application/json:\n   \
                 \x20          schema:\n                type: object\n        \
                 \x20       properties:\n                  value:\n"
            }
            Parameter => {
                "      parameters:\n      - name: value\n        in: query\n   \
                 \x20    schema:\n"
            }
            Header => {
                "      responses:\n        '200':\n          description: \
                 Done.\n          headers:\n            X-Value:\n            \
                 \x20 schema:\n"
            }
        }
    }
}

/// A case, in one place and one direction.
struct Trial<'a> {
    name: String,
    place: Place,
    base: &'a str,
    revision: &'a str,
    version: &'a str,
    effect: Effect,
    level: Option<Level>,
    rule: Option<String>,
    at: [Option<u32>; 2],
}

#[test]
fn every_change_of_a_schema_has_its_level_rule_and_line() {
    let mut judged = 0;
    let mut complaints = Vec::new();
    for (file, cases) in tables("cases/schemas") {
        for case in cases.items() {
            for trial in trials(&file, case) {
                judged += 1;
                complaints.extend(trial.complaint());
            }
        }
    }
    assert!(judged >= 400, "only {judged} cases");
    verdict("schemas", judged, &complaints);
}

fn trials<'a>(file: &str, case: &'a Node) -> Vec<Trial<'a>> {
    let name = text(case, "name").expect("a name");
    let places = Place::all(text(case, "where").unwrap_or("body"));
    let places = places.iter().copied();
    places
        .flat_map(|place| [(place, false), (place, true)])
        .map(|(place, back)| {
            let way = if back { " back" } else { "" };
            let name = format!("{file}: {name}, {place:?}{way}");
            trial(name, case, place, back)
        })
        .collect()
}

fn trial<'a>(
    name: String,
    case: &'a Node,
    place: Place,
    back: bool,
) -> Trial<'a> {
    let effect = effect(text(case, "effect").expect("an effect"));
    let base = text(case, "base").expect("a base");
    let revision = text(case, "revision").expect("a revision");
    let direction = place.direction();
    let at = case.get("at").map_or(&[][..], Node::items);
    let at = [0, 1].map(|index| line(at.get(index)));
    let level = by_direction(case, "level", direction).map(|l| level(&l));
    let key = if back && case.get("back").is_some() { "back" } else { "rule" };
    let rule = by_direction(case, key, direction)
        .map(|rule| rule_id(place, direction, &rule));
    Trial {
        name,
        place,
        base: if back { revision } else { base },
        revision: if back { base } else { revision },
        version: text(case, "openapi").unwrap_or("3.0.3"),
        effect: if back { effect.reversed() } else { effect },
        level,
        rule,
        at: if back { [at[1], at[0]] } else { at },
    }
}

fn rule_id(place: Place, direction: Direction, rule: &str) -> String {
    let side = match direction {
        Direction::Request => "request",
        Direction::Response | Direction::None => "response",
    };
    match rule.strip_prefix("WHOLE ") {
        Some(rest) => format!("{side}-{rest}"),
        None => format!("{}-{rule}", place.prefix()),
    }
}

/// A text, or one for each direction.
fn by_direction(
    case: &Node,
    key: &str,
    direction: Direction,
) -> Option<String> {
    let node = case.get(key)?;
    let side = match direction {
        Direction::Request => "request",
        Direction::Response | Direction::None => "response",
    };
    let node = node.get(side).unwrap_or(node);
    node.text().map(str::to_owned)
}

fn line(node: Option<&Node>) -> Option<u32> {
    match node?.value {
        Value::Number(Number::Whole(n)) => u32::try_from(n).ok(),
        _ => None,
    }
}

fn effect(name: &str) -> Effect {
    match name {
        "none" => Effect::None,
        "narrows" => Effect::Narrows,
        "widens" => Effect::Widens,
        "incomparable" => Effect::Incomparable,
        "unknown" => Effect::Unknown,
        other => panic!("no effect is called {other}"),
    }
}

fn level(name: &str) -> Level {
    [Level::None, Level::Patch, Level::Minor, Level::Major]
        .into_iter()
        .find(|level| level.name() == name)
        .unwrap_or_else(|| panic!("no level is called {name}"))
}

impl Trial<'_> {
    /// What is wrong with what the engine says, if anything.
    fn complaint(&self) -> Option<String> {
        let (base, above) = self.place.document(self.version, self.base);
        let (revision, _) = self.place.document(self.version, self.revision);
        let changes = changes(&base, &revision);
        let problem = self.problem(&changes, above)?;
        Some(format!("{}: {problem}\n{}", self.name, listed(&changes)))
    }

    fn problem(&self, changes: &[Change], above: u32) -> Option<String> {
        let wanted = self
            .level
            .unwrap_or_else(|| self.effect.level(self.place.direction()));
        let got = worst(changes);
        let silent = self.effect == Effect::None && self.level.is_none();
        if silent {
            let loud = got > Level::Patch;
            return loud.then(|| "has no effect".to_owned());
        }
        if got != wanted {
            return Some(format!(
                "is {} rather than {}",
                got.name(),
                wanted.name()
            ));
        }
        let rule = self.rule.as_ref()?;
        // Below a body's root the same rules are about properties.
        let below = rule.replacen("-body-", "-property-", 1);
        let named = |rule: &str| changes.iter().find(|c| c.rule == rule);
        let Some(change) = named(rule).or_else(|| named(&below)) else {
            return Some(format!("lacks {rule}"));
        };
        if change.effect != self.effect {
            return Some(format!("{rule} is {:?}", change.effect));
        }
        let lines = [change.base.line, change.revision.line];
        let wrong = self.at.iter().zip(lines).any(|(wanted, line)| {
            wanted.is_some_and(|wanted| wanted + above != line)
        });
        wrong.then(|| format!("{lines:?} are not {:?} after {above}", self.at))
    }
}
