#![doc = "The Colophon server."]

pub mod config;
pub mod contract;
pub mod edge;
pub mod logging;
pub mod metrics;
pub mod pages;
