//! The contracts as documents: the YAML as it is written, and as JSON.

use super::reply::{ASK, Fixed};
use crate::contract;

const YAML: &str = "application/yaml";
const JSON: &str = "application/json";

/// One contract in both notations.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) yaml: Fixed,
    pub(super) json: Fixed,
}

impl Contract {
    fn new(text: &'static str) -> Result<Self, yaml_serde::Error> {
        Ok(Self {
            yaml: Fixed::plain(YAML, ASK, text),
            json: Fixed::plain(JSON, ASK, to_json(text)?),
        })
    }
}

/// Both contracts.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) v1: Contract,
    pub(super) v2: Contract,
}

impl Contracts {
    /// Reads the contracts that are compiled in.
    ///
    /// # Errors
    ///
    /// If one is not YAML, or has a key that JSON cannot have.
    pub(super) fn load() -> Result<Self, yaml_serde::Error> {
        Ok(Self {
            v1: Contract::new(contract::V1)?,
            v2: Contract::new(contract::V2)?,
        })
    }
}

/// The same document as JSON, its keys in the order in which they are written.
fn to_json(yaml: &str) -> Result<String, yaml_serde::Error> {
    let mut document: yaml_serde::Value = yaml_serde::from_str(yaml)?;
    document.apply_merge()?;
    serde_json::to_string(&document).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_order_and_makes_keys_strings() {
        let yaml = "b: &x {200: ok}\na: {<<: *x, c: 1.50}\n";

        let json = to_json(yaml).expect("a good document");

        assert_eq!(json, r#"{"b":{"200":"ok"},"a":{"c":1.5,"200":"ok"}}"#);
    }
}
