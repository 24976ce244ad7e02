//! Whether targets answer the same: what answers differently does different
//! work, and is not compared.

use std::fmt::Write;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::http::{self, Answer, Connection};
use crate::operation::{Operation, Work};
use crate::process::Server;
use crate::target::Target;

/// Requests of each operation whose answers are compared.
const SAMPLES: usize = 50;

/// A target that runs, and its requests by operation.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) target: Target,
    pub(crate) server: Server,
    pub(crate) works: Vec<(Operation, std::sync::Arc<Work>)>,
}

impl Running {
    /// The requests of an operation, if it offers that.
    pub(crate) fn work(
        &self,
        operation: Operation,
    ) -> Option<&std::sync::Arc<Work>> {
        let find = |(o, _): &&(Operation, _)| *o == operation;
        self.works.iter().find(find).map(|(_, work)| work)
    }
}

/// Sends the same requests to all targets and compares the answers.
///
/// # Errors
///
/// With both answers, if two differ, or with the one that has another status
/// than it should.
pub(crate) async fn check(
    running: &[Running],
    operations: &[Operation],
) -> anyhow::Result<()> {
    for operation in operations {
        let mut reference = None;
        for one in running {
            let Some(work) = one.work(*operation) else { continue };
            let answers = answers(one, work)
                .await
                .with_context(|| told(*operation, one.target))?;
            let (target, expected) =
                reference.get_or_insert_with(|| (one.target, answers.clone()));
            if let Some(difference) = compare(expected, &answers) {
                bail!(
                    "{}: the answers differ (- {}, + {})\n{difference}",
                    operation.title(),
                    target.name(),
                    one.target.name()
                );
            }
        }
    }
    Ok(())
}

fn told(operation: Operation, target: Target) -> String {
    format!("{} from {}", operation.title(), target.name())
}

/// Each request's path and its answer, lines of text.
async fn answers(
    one: &Running,
    work: &Work,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut connection = Connection::open(one.server.address).await?;
    let mut answers = Vec::new();
    let mut scratch = Vec::new();
    for place in 0..SAMPLES {
        let request = work.request(place, &mut scratch);
        let answer = connection.answer(request).await?;
        answers.push((http::told(request), lines(&answer, work)?));
    }
    Ok(answers)
}

fn lines(answer: &Answer, work: &Work) -> anyhow::Result<String> {
    let body = normal(answer.json(work.expected)?);
    let media_type = answer.content_type.split(';').next().unwrap_or_default();
    let body = serde_json::to_string_pretty(&body)?;
    Ok(format!("{} {media_type}\n{body}", answer.status))
}

/// The first difference, as a diff has it.
fn compare(
    expected: &[(String, String)],
    found: &[(String, String)],
) -> Option<String> {
    let ((request, expected), (_, found)) =
        expected.iter().zip(found).find(|((_, a), (_, b))| a != b)?;
    // Cursors differ from server to server, and requests with them.
    let mut diff = format!("  {request}\n");
    let (mut a, mut b) = (expected.lines(), found.lines());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Some(diff),
            (Some(same), Some(also)) if same == also => {}
            (a, b) => {
                for (sign, line) in [("-", a), ("+", b)] {
                    if let Some(line) = line {
                        writeln!(diff, "{sign} {line}").ok()?;
                    }
                }
            }
        }
    }
}

/// A body without what is each server's own: instants, ids of requests, the
/// text of cursors, the order of faults, and whether 10 is written 10.0.
fn normal(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().filter_map(member).collect::<Map<_, _>>(),
        ),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(normal).collect())
        }
        Value::Number(number) => number.as_f64().into(),
        other => other,
    }
}

fn member((name, value): (String, Value)) -> Option<(String, Value)> {
    let value = match name.as_str() {
        "created_at" | "request_id" => return None,
        "next_cursor" | "prev_cursor" => value.is_string().into(),
        "errors" => sorted(normal(value)),
        _ => normal(value),
    };
    Some((name, value))
}

fn sorted(value: Value) -> Value {
    let Value::Array(mut items) = value else { return value };
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_a_servers_own_makes_no_difference() {
        let one = json!({
            "request_id": "a", "next_cursor": "x", "total": 1,
            "items": [{ "created_at": "2026", "price": 10 }],
            "errors": [{ "loc": ["b"] }, { "loc": ["a"] }],
        });
        let other = json!({
            "request_id": "b", "next_cursor": "y", "total": 1,
            "items": [{ "created_at": "2027", "price": 10.0 }],
            "errors": [{ "loc": ["a"] }, { "loc": ["b"] }],
        });
        assert_eq!(normal(one), normal(other));
    }

    #[test]
    fn another_price_makes_a_difference() {
        let one = normal(json!({ "items": [{ "price": 9.5 }] }));
        let other = normal(json!({ "items": [{ "price": 9.51 }] }));
        assert_ne!(one, other);
    }

    #[test]
    fn a_difference_is_shown_line_by_line() {
        let expected = [("GET /a".to_owned(), "200\n{\n1\n}".to_owned())];
        let found = [("GET /a".to_owned(), "200\n{\n2\n}".to_owned())];
        let diff = compare(&expected, &found).expect("a difference");
        assert_eq!(diff, "  GET /a\n- 1\n+ 2\n");
        assert_eq!(compare(&expected, &expected), None);
    }
}
