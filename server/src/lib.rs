#![doc = "The Colophon server."]

pub mod config;
pub mod metrics;
