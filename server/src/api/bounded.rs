//! Wire values whose bounds are in their types, so that dropshot's document
//! says them. The contract's validators are what enforces them.

use schemars::schema::{
    InstanceType, NumberValidation, Schema, SchemaObject, StringValidation,
};
use serde::{Deserialize, Serialize};

/// The largest integer that every JSON reader keeps exactly: 2^53 - 1 (RFC
/// 8259, 6).
pub(crate) const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// No bound on a text's length.
pub(crate) const ANY: u32 = u32::MAX;

/// Text of `MIN` to `MAX` characters without U+0000.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<const MIN: u32, const MAX: u32>(pub(crate) String);

/// A whole number from `MIN` to `MAX`, in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Long<const MIN: i64, const MAX: i64>(pub(crate) i64);

/// The same, `DEFAULT` where it is absent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LongOr<const MIN: i64, const MAX: i64, const DEFAULT: i64>(
    pub(crate) i64,
);

/// A whole number from `MIN` to `MAX`, in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Int<const MIN: i32, const MAX: i32>(pub(crate) i32);

/// The id of what the server numbers.
pub(crate) type Id = Long<1, MAX_SAFE>;

/// How many there are.
pub(crate) type Count = Long<0, MAX_SAFE>;

/// Pages of a book.
pub(crate) type PageCount = Int<1, { i32::MAX }>;

/// A year of publication.
pub(crate) type Year = Int<1000, 2030>;

/// Implements `JsonSchema` without a component of its own.
macro_rules! inline_schema {
    ([$($generics:tt)*] $type:ty, $name:expr, $schema:expr) => {
        impl<$($generics)*> ::schemars::JsonSchema for $type {
            fn is_referenceable() -> bool {
                false
            }

            fn schema_name() -> String {
                $name.to_owned()
            }

            fn json_schema(
                _: &mut ::schemars::r#gen::SchemaGenerator,
            ) -> ::schemars::schema::Schema {
                $schema
            }
        }
    };
}
pub(crate) use inline_schema;

inline_schema!(
    [const MIN: u32, const MAX: u32] Text<MIN, MAX>,
    "Text",
    text(MIN, MAX, r"^[^\x00]*$")
);

inline_schema!(
    [const MIN: i64, const MAX: i64] Long<MIN, MAX>,
    "Long",
    integer("int64", MIN as f64, MAX as f64)
);

inline_schema!(
    [const MIN: i64, const MAX: i64, const DEFAULT: i64]
    LongOr<MIN, MAX, DEFAULT>,
    "LongOr",
    integer("int64", MIN as f64, MAX as f64)
);

inline_schema!(
    [const MIN: i32, const MAX: i32] Int<MIN, MAX>,
    "Int",
    integer("int32", f64::from(MIN), f64::from(MAX))
);

/// Declares a kind of text that has a pattern.
macro_rules! patterned {
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) String);

        $crate::api::bounded::inline_schema!(
            [] $name,
            stringify!($name),
            $crate::api::bounded::text($min, $max, $pattern)
        );
    };
}
pub(crate) use patterned;

/// Declares a kind of decimal number: its bounds, whether the lower one is
/// excluded, and what it is a multiple of.
macro_rules! range {
    ($(#[$doc:meta])* $name:ident, $($field:ident: $value:expr),* $(,)?) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq,
            ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) f64);

        $crate::api::bounded::inline_schema!(
            [] $name,
            stringify!($name),
            $crate::api::bounded::number(
                ::schemars::schema::NumberValidation {
                    $($field: Some($value),)*
                    ..::schemars::schema::NumberValidation::default()
                }
            )
        );
    };
}
pub(crate) use range;

range!(
    /// What something sells for.
    Amount, exclusive_minimum: 0.0, maximum: 10_000.0, multiple_of: 0.01
);
range!(
    /// What something was bought for.
    Cost, minimum: 0.0, maximum: 10_000.0, multiple_of: 0.01
);
range!(
    /// A part of a whole.
    Percentage, minimum: 0.0, maximum: 100.0, multiple_of: 0.01
);
range!(
    /// What is left of a price, in percent; negative when sold below cost.
    Margin, maximum: 100.0, multiple_of: 0.01
);
range!(
    /// A bound on prices in a query.
    PriceBound, minimum: 0.0
);
range!(
    /// Millions of parameters.
    Millions, exclusive_minimum: 0.0
);

/// The schema of a text.
pub(crate) fn text(min: u32, max: u32, pattern: &str) -> Schema {
    let bounds = StringValidation {
        min_length: (min > 0).then_some(min),
        max_length: (max < ANY).then_some(max),
        pattern: Some(pattern.to_owned()),
    };
    let mut schema = of_type(InstanceType::String);
    schema.string = Some(Box::new(bounds));
    schema.into()
}

fn integer(format: &str, min: f64, max: f64) -> Schema {
    let bounds = NumberValidation {
        minimum: Some(min),
        maximum: Some(max),
        ..NumberValidation::default()
    };
    let mut schema = of_type(InstanceType::Integer);
    schema.format = Some(format.to_owned());
    schema.number = Some(Box::new(bounds));
    schema.into()
}

pub(crate) fn number(bounds: NumberValidation) -> Schema {
    let mut schema = of_type(InstanceType::Number);
    schema.format = Some("double".to_owned());
    schema.number = Some(Box::new(bounds));
    schema.into()
}

fn of_type(kind: InstanceType) -> SchemaObject {
    SchemaObject { instance_type: Some(kind.into()), ..Default::default() }
}

impl<const MIN: i64, const MAX: i64, const DEFAULT: i64> Default
    for LongOr<MIN, MAX, DEFAULT>
{
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<const MIN: i64, const MAX: i64> From<i64> for Long<MIN, MAX> {
    fn from(number: i64) -> Self {
        Self(number)
    }
}
