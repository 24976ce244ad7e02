#![doc = "The Colophon server."]

pub mod config;
