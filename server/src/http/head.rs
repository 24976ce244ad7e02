//! What is known of a request before any of it is checked.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, Method, Uri};

use super::{ApiVersion, Rq, Service};
use crate::contract::Operation;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The head of a request for an operation, and where the request comes from.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) service: &'a Service,
    /// The operation, as it is mounted.
    pub(super) mounted: &'a str,
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    /// The connection's other end.
    pub(super) peer: SocketAddr,
    /// The id that the request has if no edge gives it one.
    pub(super) own_id: &'a str,
}

impl<'a> Head<'a> {
    pub(super) fn of(rq: &'a Rq) -> Self {
        Self {
            service: rq.context(),
            mounted: &rq.endpoint.operation_id,
            method: rq.request.method(),
            uri: rq.request.uri(),
            headers: rq.request.headers(),
            peer: rq.request.remote_addr(),
            own_id: &rq.request_id,
        }
    }

    /// The operation, and the version of the contract that it is of.
    pub(super) fn operation(self) -> Option<(ApiVersion, &'a Operation)> {
        self.service.operation(self.mounted)
    }

    /// Where the request comes from, as the edge tells; without an edge, the
    /// connection's other end.
    pub(super) fn address(self) -> Option<IpAddr> {
        if !self.service.settings.has_edge {
            return Some(self.peer.ip().to_canonical());
        }
        let told = self.headers.get(&FORWARDED_FOR)?;
        told.to_str().ok()?.parse().ok()
    }

    /// The id that the edge has given the request; without an edge,
    /// dropshot's.
    pub(super) fn request_id(self) -> &'a str {
        let from_edge = self.headers.get(&REQUEST_ID);
        from_edge
            .filter(|_| self.service.settings.has_edge)
            .and_then(|id| id.to_str().ok())
            .unwrap_or(self.own_id)
    }
}
