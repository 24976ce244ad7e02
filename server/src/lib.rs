//! The Colophon server.
//!
//! [`start`] is what the command and the tests both call. The layers, from
//! the world inward: `edge`, `api`, `http`, `app`, `store`, `domain`; nothing
//! points back.

pub mod api;
pub mod app;
pub mod config;
pub mod contract;
pub mod domain;
pub mod edge;
mod http;
pub mod inference;
pub mod jobs;
pub mod logging;
pub mod mail;
pub mod metrics;
pub mod pages;
mod rate_limit;
mod server;
pub mod store;

pub use server::{Server, StartError, start};
