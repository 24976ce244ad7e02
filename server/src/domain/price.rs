//! Money and percentages, exact: whole hundredths, never floating point.

use serde::{Deserialize, Serialize};

/// How far a number may lie from a whole number of hundredths, in
/// hundredths, to be taken for it: what binary floating point adds to a
/// decimal on its way through JSON.
const TOLERANCE: f64 = 1e-6;

/// An amount of money in hundredths of its currency's unit.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Price(i64);

impl Price {
    /// The amount of so many hundredths.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The amount in hundredths.
    pub fn minor(self) -> i64 {
        self.0
    }

    /// The amount nearest to a decimal that has at most two places.
    pub fn from_decimal(amount: f64) -> Self {
        Self((amount * 100.0).round() as i64)
    }

    /// The smallest amount that is not below `bound`.
    pub fn at_least(bound: f64) -> Self {
        Self((bound * 100.0 - TOLERANCE).ceil() as i64)
    }

    /// The largest amount that is not above `bound`.
    pub fn at_most(bound: f64) -> Self {
        Self((bound * 100.0 + TOLERANCE).floor() as i64)
    }

    /// The part of this price that is left when `cost` is taken off, in
    /// percent with two decimal places; negative when sold below cost.
    /// `None` if the price is nothing.
    pub fn margin(self, cost: Self) -> Option<f64> {
        let left = (self.0 - cost.0) as f64;
        let hundredths = (left * 10_000.0 / self.0 as f64).round();
        (self.0 != 0).then_some(hundredths / 100.0)
    }

    /// What is left of this price when so many percent are taken off, to the
    /// nearest hundredth, and half a hundredth upwards.
    pub fn discounted(self, discount: Percent) -> Self {
        let kept = i128::from(Percent::WHOLE.0 - discount.0);
        let whole = i128::from(Percent::WHOLE.0);
        let minor = (i128::from(self.0) * kept + whole / 2).div_euclid(whole);
        Self(i64::try_from(minor).unwrap_or(i64::MAX))
    }

    /// The amount as a decimal: the nearest double, which JSON writes with
    /// two places at most.
    pub fn to_decimal(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// A percentage in hundredths of a percent, 0 to 10000.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Percent(i64);

impl Percent {
    /// All of something.
    const WHOLE: Self = Self(10_000);

    /// So many hundredths of a percent.
    pub fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// The percentage in hundredths of a percent.
    pub fn hundredths(self) -> i64 {
        self.0
    }

    /// The percentage nearest to a decimal that has at most two places.
    pub fn from_decimal(percent: f64) -> Self {
        Self((percent * 100.0).round() as i64)
    }

    /// The percentage as a decimal.
    pub fn to_decimal(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// A currency code of ISO 4217: three capital letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(String);

impl Currency {
    /// The currency of this code, which the contract has checked.
    pub fn from_code(code: String) -> Self {
        Self(code)
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl Default for Currency {
    /// The US dollar, which all prices of contract v1 are in.
    fn default() -> Self {
        Self("USD".to_owned())
    }
}
