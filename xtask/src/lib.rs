//! The checks that keep contract, server and client together.
//!
//! [`contract`] is the engine: it loads two OpenAPI documents, compares what
//! they accept, and says what a difference means to a client. [`diff`],
//! [`drift`] and [`semver`] are the tasks that ask it. All output goes to a
//! writer that the caller brings, so a test reads what a person reads.

pub mod bench;
pub mod ci;
pub mod command;
pub mod contract;
pub mod diff;
pub mod drift;
pub mod fuzz;
pub mod input;
pub mod outcome;
mod postgres;
pub mod semver;
pub mod test;
