#![doc = "The Colophon server."]

pub mod app;
pub mod config;
pub mod contract;
pub mod domain;
pub mod edge;
pub mod logging;
pub mod metrics;
pub mod pages;
pub mod store;
