//! The lattice of types and formats: what is contained in what.

use crate::contract::effect::Effect;

/// The JSON types that a schema allows, `null` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Types(u8);

impl Types {
    /// No type at all.
    pub const EMPTY: Self = Self(0);
    /// Booleans.
    pub const BOOLEAN: Self = Self(1);
    /// Whole numbers.
    pub const INTEGER: Self = Self(2);
    /// Numbers; integers are among them.
    pub const NUMBER: Self = Self(2 | 4);
    /// Strings.
    pub const STRING: Self = Self(8);
    /// Arrays.
    pub const ARRAY: Self = Self(16);
    /// Objects.
    pub const OBJECT: Self = Self(32);
    /// Every type.
    pub const ALL: Self = Self(63);

    /// The type with this name; `None` for `null` and unknown names.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    /// The types in both.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The types in either.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types of `self` that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the two have a type in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no type is left.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether values are one word of text in a URL.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        !self.meets(Self::ARRAY.either(Self::OBJECT))
    }

    /// How many types a person would count.
    #[must_use]
    pub fn count(self) -> usize {
        self.names().len()
    }

    /// The names, as a schema would list them.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let number = Self::NUMBER.without(self).is_empty();
        [
            ("boolean", self.meets(Self::BOOLEAN)),
            ("integer", self.meets(Self::INTEGER) && !number),
            ("number", number),
            ("string", self.meets(Self::STRING)),
            ("array", self.meets(Self::ARRAY)),
            ("object", self.meets(Self::OBJECT)),
        ]
        .into_iter()
        .filter_map(|(name, held)| held.then_some(name))
        .collect()
    }
}

impl std::fmt::Display for Types {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.names().as_slice() {
            [] => out.write_str("nothing"),
            _ if *self == Self::ALL => out.write_str("anything"),
            names => out.write_str(&names.join(" or ")),
        }
    }
}

/// The effect of a set of types becoming another, where everything that is
/// not an array or object is also a string if `text` is set.
#[must_use]
pub fn compare_types(base: Types, revision: Types, text: bool) -> Effect {
    let (base, revision) =
        if text { (spread(base), spread(revision)) } else { (base, revision) };
    contained(
        base.without(revision).is_empty(),
        revision.without(base).is_empty(),
    )
}

fn spread(types: Types) -> Types {
    let scalars = Types::NUMBER.either(Types::BOOLEAN);
    if types.meets(Types::STRING) { types.either(scalars) } else { types }
}

fn contained(base_in_revision: bool, revision_in_base: bool) -> Effect {
    match (base_in_revision, revision_in_base) {
        (true, true) => Effect::None,
        (true, false) => Effect::Widens,
        (false, true) => Effect::Narrows,
        (false, false) => Effect::Incomparable,
    }
}

/// The effect of a format becoming another, both about the same type.
#[must_use]
pub fn compare_formats(base: Option<&str>, revision: Option<&str>) -> Effect {
    match (base, revision) {
        (a, b) if a == b => Effect::None,
        (None, Some(_)) => Effect::Narrows,
        (Some(_), None) => Effect::Widens,
        (Some(a), Some(b)) => compare_named(a, b),
        (None, None) => Effect::None,
    }
}

fn compare_named(base: &str, revision: &str) -> Effect {
    match (range(base), range(revision)) {
        (Some(a), Some(b)) => {
            contained(b.0 <= a.0 && a.1 <= b.1, a.0 <= b.0 && b.1 <= a.1)
        }
        _ => match (base, revision) {
            ("float", "double") => Effect::Widens,
            ("double", "float") => Effect::Narrows,
            _ => Effect::Incomparable,
        },
    }
}

/// The integers that a format holds: OpenAPI's registry of formats.
fn range(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        _ => return None,
    })
}

/// Whether a format says something about the values at all. `password` is a
/// hint for forms.
#[must_use]
pub fn is_format_checked(format: &str) -> bool {
    format != "password"
}

/// The format, if it is about numbers rather than strings.
#[must_use]
pub fn is_numeric_format(format: &str) -> bool {
    range(format).is_some() || matches!(format, "float" | "double" | "decimal")
}
