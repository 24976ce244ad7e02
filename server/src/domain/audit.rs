//! The audit log: who did what to which resource.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// That somebody did something to a resource.
///
/// Without a state before it was made, without one after it was removed.
/// Serializes to a line of `colophon audit export`. States are JSON; an event
/// that is only to be written has them as text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEvent<State = Value> {
    /// Its number, by which the log is ordered.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: `user:7`, `user:7/key:3` for an API key of theirs, `operator` for
    /// whoever runs the server, `anonymous`, or `system`.
    pub subject: String,
    /// What, as the metrics name operations: `v1.book_create`.
    pub operation: String,
    /// To what kind of thing.
    pub resource: String,
    /// To which one of that kind.
    pub resource_id: String,
    /// The id of the request, as responses and the log tell it.
    pub request_id: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// The resource before, without secrets.
    pub before: Option<State>,
    /// The resource after, without secrets.
    pub after: Option<State>,
}
