//! Compares contracts by their effect on the set of valid payloads.
//!
//! Four steps, a module each: [`load`] reads YAML or JSON into a [`tree`] that
//! knows its lines; [`facts`] merges a schema's references and `allOf` into
//! one list of constraints; [`compare`] finds the effect of each difference;
//! [`effect`] derives the level from effect and direction. [`report`] says it
//! to people and machines.

pub mod client;
pub mod compare;
pub mod effect;
pub mod facts;
pub mod finding;
pub mod load;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod step;
pub mod tree;
pub mod types;
pub mod waiver;
