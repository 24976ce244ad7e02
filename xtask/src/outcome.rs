//! How a task ended, as an exit code.

use std::process::ExitCode;

/// What a check found. That it could not be made is an error instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing that it was told to fail on: exit code 0.
    Clean,
    /// Something: exit code 1.
    Found,
}

/// The exit code of a check that could not be made.
pub const COULD_NOT_CHECK: u8 = 2;

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::Found => Self::from(1),
        }
    }
}
