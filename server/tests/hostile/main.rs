//! What no client of good will sends, to a whole server from the outside.
//!
//! The edge's own manners are tried in `tests/edge`; here it is what gets
//! through to the API, the contract and the store. Each test ends by looking
//! into the server's log: it must have nothing to complain of.

mod bodies;
mod filters;
mod framing;
#[expect(dead_code, reason = "the edge's tests use all of it")]
#[path = "../edge/raw.rs"]
mod raw;
mod rig;
mod targets;
