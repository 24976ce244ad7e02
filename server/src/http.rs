//! Between dropshot and the catalogue: the one place that knows dropshot's
//! inside.
//!
//! ```text
//! version   which contract version a request asks for
//! head      what is known of a request before any of it is checked
//! mount     every operation under its paths, with HEAD and OPTIONS
//! routes    which methods a path answers
//! cache     answers to reads, given again while they are true
//! auth      who asks, and whether they may
//! extract   path, query, headers and body, checked against the contract
//! inside    requests that the edge hands over in this process
//! kit       `serve`, the one function that every operation passes
//! reply     what goes back, with its headers
//! error     every error in the contract's one shape
//! token     page tokens and cursors
//! document  what dropshot says of the endpoints, for `cargo xtask drift`
//! ```

mod auth;
mod cache;
mod document;
mod error;
mod extract;
mod head;
mod inside;
mod kit;
mod mount;
mod pages;
mod reply;
mod routes;
mod schema;
mod service;
mod token;
mod version;

pub(crate) use cache::AnswerCache;
pub(crate) use document::document;
pub(crate) use error::{ApiError, Error, InlineErrorChain, fault};
pub(crate) use extract::{Body, Headers, Path, Query, RuledBody, Rules};
pub(crate) use inside::{Contexts, Inside};
pub(crate) use kit::{Answer, Call, Reading, serve, serve_kept};
pub(crate) use mount::{Endpoint, MountError, Mounted, mount};
pub(crate) use reply::{
    Counted, Created, CreatedTagged, Located, LocatedTagged, PageHeaders,
    Paged, Slice, Tag, Tagged,
};
pub(crate) use routes::Routes;
pub(crate) use schema::{Nullable, double_option, repeated, with_default};
pub(crate) use service::{Contracts, Rq, Service, Settings};
pub(crate) use token::Tokens;
pub(crate) use version::{ApiVersion, Negotiation};
