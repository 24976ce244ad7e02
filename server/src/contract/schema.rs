//! A schema, compiled.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use super::document::{LoadError, Node};
use super::fault::{Fault, Faults, Loc};
use super::number::MultipleOf;
use super::translate::{Direction, Translation, translate};
use super::wording;

/// The most values that a body may hold for each of its faults to be looked
/// for. The validator keeps every error in memory, some hundred times what a
/// client sends for it, so of a larger body only the first fault is told.
const MAX_DIAGNOSED: usize = 20_000;

/// A compiled schema, for one direction.
#[derive(Debug)]
pub(super) struct Schema {
    validator: Validator,
    /// Where each property name first stands in the document.
    ranks: HashMap<String, usize>,
}

/// Compiles each schema once, however many operations use it.
#[derive(Default)]
pub(super) struct Schemas(HashMap<(String, Direction), Arc<Schema>>);

impl Schemas {
    pub(super) fn compile(
        &mut self,
        node: &Node,
        direction: Direction,
    ) -> Result<Arc<Schema>, LoadError> {
        let node = node.resolve()?;
        let key = (node.place().to_owned(), direction);
        if let Some(schema) = self.0.get(&key) {
            return Ok(Arc::clone(schema));
        }
        let schema = Arc::new(Schema::compile(&node, direction)?);
        self.0.insert(key, Arc::clone(&schema));
        Ok(schema)
    }
}

impl Schema {
    fn compile(node: &Node, direction: Direction) -> Result<Self, LoadError> {
        let Translation { schema, names } = translate(node, direction)?;
        let validator = options().build(&schema).map_err(|error| {
            let place = error.schema_path().as_str();
            node.refuse(format!("it cannot be executed: {error} ({place})"))
        })?;
        let mut ranks = HashMap::new();
        for name in names {
            let rank = ranks.len();
            ranks.entry(name).or_insert(rank);
        }
        Ok(Self { validator, ranks })
    }

    pub(super) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Everything that is wrong with a value that is not valid and stands at
    /// `at`, in the document's order; at least one fault.
    pub(super) fn faults(&self, value: &Value, at: &[Loc]) -> Vec<Fault> {
        let mut faults = Faults::default();
        let mut left = MAX_DIAGNOSED;
        if is_larger(value, &mut left) {
            let error = self.validator.validate(value).err();
            error.iter().for_each(|error| {
                wording::tell(error, value, at, &mut faults);
            });
        } else {
            let mut errors: Vec<_> =
                self.validator.iter_errors(value).collect();
            errors.sort_by_key(wording::may_follow_from_others);
            for error in errors {
                wording::tell(&error, value, at, &mut faults);
            }
        }
        self.sorted(faults, at)
    }

    fn sorted(&self, mut faults: Faults, at: &[Loc]) -> Vec<Fault> {
        if faults.is_empty() {
            let problem = "it is not what the contract asks for";
            faults.push(Fault::value(at.to_vec(), problem));
        }
        self.in_order(faults.into_vec())
    }

    /// Faults in the document's order.
    pub(super) fn in_order(&self, mut faults: Vec<Fault>) -> Vec<Fault> {
        faults.sort_by_cached_key(|fault| self.rank(&fault.loc));
        faults
    }

    fn rank(&self, loc: &[Loc]) -> Vec<usize> {
        loc.iter()
            .map(|step| match step {
                Loc::Name(name) => {
                    self.ranks.get(name).copied().unwrap_or(usize::MAX)
                }
                Loc::Index(index) => *index,
            })
            .collect()
    }
}

fn options<'i>() -> jsonschema::ValidationOptions<'i> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        // Linear in what a client sends, whatever the pattern.
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_format("byte", |text: &str| STANDARD.decode(text).is_ok())
        .with_keyword("multipleOf", |_, divisor, _| {
            let divisor = divisor.as_number().cloned();
            let divisor = divisor.unwrap_or_else(|| 1.into());
            Ok(Box::new(MultipleOf::new(&divisor)))
        })
}

/// Whether a value is made of more than `left` values.
fn is_larger(value: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return true };
    *left = rest;
    match value {
        Value::Array(items) => items.iter().any(|item| is_larger(item, left)),
        Value::Object(fields) => {
            fields.values().any(|field| is_larger(field, left))
        }
        _ => false,
    }
}
