//! Bounds on sizes and numbers, in their tightest form.

use std::cmp::Ordering;

use crate::contract::facts::sizes::{SIZES, Size};
use crate::contract::facts::{At, Side};
use crate::contract::tree::{Entry, Mark, Node, Number};
use crate::contract::types::Types;

/// A bound on numbers: the value itself may be allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The value.
    pub value: Number,
    /// Whether the value itself is outside.
    pub exclusive: bool,
}

/// Every bound of a schema.
#[derive(Debug, Default)]
pub struct Bounds {
    /// `minimum` and `exclusiveMinimum`.
    pub lower: Option<At<Limit>>,
    /// `maximum` and `exclusiveMaximum`.
    pub upper: Option<At<Limit>>,
    /// The bounds on sizes, in the order of [`SIZES`].
    pub sizes: [Option<At<Number>>; SIZES.len()],
}

impl Bounds {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lower.is_none()
            && self.upper.is_none()
            && self.sizes.iter().all(Option::is_none)
    }

    /// Takes the bounds of a schema object in, where they are tighter.
    pub(super) fn take(&mut self, side: &Side<'_>, node: &Node) {
        for limit in limits(side, node, "minimum", "exclusiveMinimum") {
            tighten(&mut self.lower, limit, |new, old| {
                new.value > old.value
                    || (new.value == old.value && new.exclusive)
            });
        }
        for limit in limits(side, node, "maximum", "exclusiveMaximum") {
            tighten(&mut self.upper, limit, |new, old| {
                new.value < old.value
                    || (new.value == old.value && new.exclusive)
            });
        }
        for (size, held) in SIZES.iter().zip(&mut self.sizes) {
            take_size(node, size, held);
        }
    }

    /// An integer above 2 is one of at least 3.
    pub(super) fn settle(&mut self, types: Types) {
        if types.meets(Types::NUMBER)
            && types.both(Types::NUMBER) == Types::INTEGER
        {
            settle(&mut self.lower, 1);
            settle(&mut self.upper, -1);
        }
    }
}

fn settle(limit: &mut Option<At<Limit>>, step: i128) {
    if let Some(At { value, .. }) = limit
        && let (Number::Whole(n), true) = (value.value, value.exclusive)
    {
        *value = Limit {
            value: Number::Whole(n.saturating_add(step)),
            exclusive: false,
        };
    }
}

fn tighten(
    held: &mut Option<At<Limit>>,
    new: At<Limit>,
    tighter: impl Fn(Limit, Limit) -> bool,
) {
    if held.is_none_or(|old| tighter(new.value, old.value)) {
        *held = Some(new);
    }
}

/// OpenAPI 3.0 writes `exclusiveMinimum: true` beside `minimum`, JSON Schema
/// 2020-12 writes the number itself.
fn limits(
    side: &Side<'_>,
    node: &Node,
    plain: &str,
    exclusive: &str,
) -> Vec<At<Limit>> {
    let strict = side.is_3_0 && node.flag(exclusive);
    [(plain, strict), (exclusive, true)]
        .into_iter()
        .filter_map(|(keyword, exclusive)| {
            let (at, value) = number(node.entry(keyword)?)?;
            Some(At { value: Limit { value, exclusive }, at })
        })
        .collect()
}

fn number(entry: &Entry) -> Option<(Mark, Number)> {
    Some((entry.key_at, entry.node.number()?))
}

fn take_size(node: &Node, size: &Size, held: &mut Option<At<Number>>) {
    let Some((at, value)) = node.entry(size.keyword).and_then(number) else {
        return;
    };
    if size.neutral.is_some_and(|neutral| value == Number::Whole(neutral)) {
        return;
    }
    let wanted = if size.lower { Ordering::Greater } else { Ordering::Less };
    if held.is_none_or(|old| value.cmp(&old.value) == wanted) {
        *held = Some(At { value, at });
    }
}
