//! What serde and schemars need to be told to say what the contracts say.

use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{Schema, SchemaObject};
use serde::{Deserialize, Deserializer, Serialize};

/// Marks a query parameter that may be repeated, and says how often, in the
/// document that dropshot makes: it refuses arrays there.
pub(crate) const REPEATED: &str = "x-colophon-repeated";

/// Says the default of a query parameter, which dropshot drops.
pub(crate) const DEFAULT: &str = "x-colophon-default";

/// A value that is always there and may be null. An `Option` is to schemars
/// one that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Nullable<T>(pub(crate) Option<T>);

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        Self(value)
    }
}

impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn is_referenceable() -> bool {
        false
    }

    fn schema_name() -> String {
        <Option<T>>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <Option<T>>::json_schema(generator)
    }
}

/// Tells null, which clears a field, from absence, which keeps it: with
/// `#[serde(default)]` the one is `Some(None)` and the other `None`.
pub(crate) fn double_option<'de, T, D>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The schema of a query parameter that has a default: that of `T`, with the
/// default where dropshot leaves it.
pub(crate) fn with_default<T: JsonSchema + Default + Serialize>(
    generator: &mut SchemaGenerator,
) -> Schema {
    let mut schema = SchemaObject::from(T::json_schema(generator));
    // Numbers, booleans and names always serialize.
    let default = serde_json::to_value(T::default()).unwrap_or_default();
    schema.extensions.insert(DEFAULT.to_owned(), default);
    schema.into()
}

/// The schema of a query parameter of type `Vec<T>` with at most `MAX`
/// elements: that of `T`, marked.
pub(crate) fn repeated<T: JsonSchema, const MAX: u32>(
    generator: &mut SchemaGenerator,
) -> Schema {
    let mut schema = SchemaObject::from(T::json_schema(generator));
    schema.extensions.insert(REPEATED.to_owned(), MAX.into());
    schema.into()
}
