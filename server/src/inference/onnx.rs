//! The engine: tract.

use std::collections::BTreeSet;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::{Factoid, InferenceFact};
use tract_onnx::tract_hir::ops::unimpl::UnimplementedOp;

use super::{FEATURES, LoadError};

/// A model made ready to run.
pub(super) struct Plan(Arc<TypedRunnableModel>);

impl Plan {
    /// Reads a model of one input and one output.
    pub(super) fn load(mut bytes: &[u8]) -> Result<Self, LoadError> {
        let model = tract_onnx::onnx()
            .model_for_read(&mut bytes)
            .map_err(|error| LoadError::Format(told(&error)))?;
        refuse_unknown_operators(&model)?;
        let plan = with_input(model)
            .and_then(InferenceModel::into_optimized)
            .map_err(|error| LoadError::Shape(told(&error)))?;
        check_output(&plan)?;
        plan.into_runnable()
            .map(Self)
            .map_err(|error| LoadError::Shape(told(&error)))
    }

    pub(super) fn run(&self, row: [f32; FEATURES]) -> Result<f32, String> {
        let row = Tensor::from_shape(&[1, FEATURES], &row);
        let answer = row
            .and_then(|row| self.0.run(tvec!(row.into())))
            .map_err(|error| told(&error))?;
        let first = answer.first().ok_or("it gave nothing")?;
        let numbers = first.to_plain_array_view::<f32>();
        let numbers = numbers.map_err(|error| told(&error))?;
        numbers.iter().next().copied().ok_or_else(|| "it gave nothing".into())
    }
}

/// tract reads a model with operators that it does not have, and stumbles over
/// them later without naming all.
fn refuse_unknown_operators(model: &InferenceModel) -> Result<(), LoadError> {
    let unknown: BTreeSet<_> = model
        .nodes()
        .iter()
        .filter(|node| node.op_is::<UnimplementedOp>())
        .map(|node| operator(&node.op.name()))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = unknown.into_iter().collect();
    Err(LoadError::Operators(names.join(", ")))
}

/// The name in `Unimplemented(NAME)`.
fn operator(told: &str) -> String {
    let name = told.strip_prefix("Unimplemented(");
    let name = name.and_then(|name| name.strip_suffix(')'));
    name.unwrap_or(told).to_owned()
}

/// The model with a row of features as its input, if it takes one.
fn with_input(mut model: InferenceModel) -> TractResult<InferenceModel> {
    let inputs = model.input_outlets()?.len();
    if inputs != 1 {
        return Err(TractError::msg(format!("it takes {inputs} inputs")));
    }
    let wanted = InferenceFact::dt_shape(f32::datum_type(), [1, FEATURES]);
    let fact = model.input_fact(0)?.unify(&wanted)?;
    model.set_input_fact(0, fact)?;
    Ok(model)
}

/// Refuses a model that does not answer one 32-bit float.
fn check_output(model: &TypedModel) -> Result<(), LoadError> {
    let fact = model.output_fact(0);
    let fact = fact.map_err(|error| LoadError::Shape(told(&error)))?;
    let is_number = fact.datum_type == f32::datum_type()
        && fact.shape.volume() == 1.to_dim();
    if is_number {
        return Ok(());
    }
    Err(LoadError::Shape(format!("it gives {fact:?}")))
}

/// An error and its causes in one line, without a backtrace.
fn told(error: &TractError) -> String {
    format!("{error:#}")
}
