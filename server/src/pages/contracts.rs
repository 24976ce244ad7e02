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
    fn new(yaml: &'static str, contract: &contract::Contract) -> Self {
        Self {
            yaml: Fixed::plain(YAML, ASK, yaml),
            json: Fixed::plain(JSON, ASK, contract.json()),
        }
    }
}

/// Both contracts.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) v1: Contract,
    pub(super) v2: Contract,
}

impl Contracts {
    /// The contracts that are compiled in, as they were read.
    pub(super) fn new(
        v1: &contract::Contract,
        v2: &contract::Contract,
    ) -> Self {
        Self {
            v1: Contract::new(contract::V1, v1),
            v2: Contract::new(contract::V2, v2),
        }
    }
}
