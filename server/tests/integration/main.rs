//! The whole server through its clients, over TCP.
//!
//! Each test starts a server of its own. The server holds each answer against
//! the contract, and so do the requests by hand in `ask.rs`, from outside.

mod access;
mod ask;
mod audit;
mod bad_bodies;
mod bad_parameters;
mod bad_values;
mod contract;
mod data;
mod faults;
mod forge;
mod headers;
mod kept;
mod lifecycle;
mod limits;
mod methods;
mod model;
mod negotiation;
mod pages;
#[path = "../../src/store/testing/postgres.rs"]
mod postgres;
#[path = "../durability/process.rs"]
mod process;
mod promise;
mod server;
mod through_client;
mod tokens;
mod two_servers;

mod v1_authors;
mod v1_bulk;
mod v1_changes;
mod v1_cursor;
mod v1_events;
mod v1_items;
mod v1_list;
mod v1_models;
mod v1_predictions;
mod v1_products;
mod v1_reports;
mod v1_reviews;
mod v1_users;
mod v1_views;
mod v2_books;
mod v2_conditions;
mod v2_list;
mod versions;
mod waits;

use server::TestServer;
