//! Numbers as JSON means them: `1.0` is an integer, and 39.99 a multiple of
//! 0.01.

use jsonschema::{Keyword, ValidationError};
use serde_json::{Number, Value};

/// How far a quotient may lie from a whole number to be taken for it: what
/// binary floating point adds to a decimal on its way through JSON.
const TOLERANCE: f64 = 1e-6;

/// The same, as a part of the quotient.
const RELATIVE_TOLERANCE: f64 = 1e-14;

/// 2 to the power of 63: the first float above all that fit in an `i64`.
const I64_END: f64 = 9_223_372_036_854_775_808.0;

/// Writes each number without a fraction as an integer, for serde takes no
/// float for one, though JSON Schema does (2020-12 core, 4.2.1).
pub(super) fn write_whole_as_integer(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = whole(number) {
                *number = whole.into();
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(write_whole_as_integer);
        }
        Value::Object(fields) => {
            fields.values_mut().for_each(write_whole_as_integer);
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn whole(number: &Number) -> Option<i64> {
    if !number.is_f64() {
        return None;
    }
    number
        .as_f64()
        .filter(|float| float.fract() == 0.0)
        .filter(|float| (-I64_END..I64_END).contains(float))
        .map(|float| float as i64)
}

/// `multipleOf`: exact between integers, tolerant of binary floating point
/// between decimals.
pub(super) struct MultipleOf {
    divisor: Number,
}

impl MultipleOf {
    pub(super) fn new(divisor: &Number) -> Self {
        Self { divisor: divisor.clone() }
    }

    fn divides(&self, number: &Number) -> bool {
        match (number.as_i128(), self.divisor.as_i128()) {
            (Some(number), Some(divisor)) => {
                number.checked_rem(divisor).is_none_or(|rest| rest == 0)
            }
            _ => self.divides_nearly(number),
        }
    }

    fn divides_nearly(&self, number: &Number) -> bool {
        let (Some(number), Some(divisor)) =
            (number.as_f64(), self.divisor.as_f64())
        else {
            return false;
        };
        let quotient = number / divisor;
        let whole = quotient.round();
        // What is nearly nothing is not nothing: a price of 5e-324 is above
        // 0, and must not become one of 0.
        let vanishes = whole == 0.0 && number != 0.0;
        let distance = (quotient - whole).abs();
        !vanishes
            && distance < TOLERANCE.max(quotient.abs() * RELATIVE_TOLERANCE)
    }
}

impl<'i> Keyword<'i> for MultipleOf {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(value) {
            return Ok(());
        }
        Err(ValidationError::custom(self.divisor.to_string()))
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        value.as_number().is_none_or(|number| self.divides(number))
    }
}
