//! The edge, from the outside: a real one before a stand-in for the API
//! server (`inner`), or before a real dropshot server (`dropshot`).

mod bodies;
mod compression;
mod connections;
mod cors;
mod dropshot;
mod errors;
mod forwarding;
mod headers;
mod http2;
mod inner;
mod rate_limit;
mod raw;
mod record;
mod rig;
