//! The engine, judged by tables of cases and by laws.

mod documents;
mod drifts;
mod edits;
mod fuzz;
mod hostile;
mod laws;
mod mutation;
mod policies;
mod real;
mod sarif;
mod schemas;
mod semver;
mod support;
