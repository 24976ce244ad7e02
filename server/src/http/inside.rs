//! Requests that the edge hands over in this process.
//!
//! dropshot answers what comes over a connection. What the edge has taken in
//! is whole and understood, so writing it to a socket and parsing it again
//! would only cost time: more than all that comes after. dropshot's router
//! and handlers can be called from here. What cannot be made here is the
//! context that a handler takes, for dropshot alone makes one, for a request
//! that came over a connection. So contexts are kept and used again. As long
//! as none is at rest, as for the first requests, a request goes over a
//! connection, and its context comes to rest here when it is done.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use dropshot::{Body, HttpError, RequestInfo};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use scopeguard::ScopeGuard;

use super::cache::Answered;
use super::head::Head;
use super::kit::lead;
use super::version::version_of;
use super::{Routes, Rq};
use crate::domain::Principal;
use crate::edge::{Answering, Api};

/// The most contexts that rest at once. Each that rests is about a kilobyte.
const MAX_RESTING: usize = 1024;

/// Contexts that no request uses.
#[derive(Default)]
pub(crate) struct Contexts(Mutex<Vec<Rq>>);

/// A context that goes to rest when it is dropped, whether the request has
/// been answered, its client has left, or its handler has panicked.
pub(super) type Lent = ScopeGuard<Rq, fn(Rq)>;

/// A context as handlers hold it.
pub(super) fn lent(rq: Rq) -> Lent {
    scopeguard::guard(rq, rest)
}

/// Keeps a context for another request, if there is an edge to bring one.
fn rest(mut rq: Rq) {
    let Some(contexts) = rq.context().contexts.upgrade() else { return };
    // What the request said is not kept.
    rq.request = RequestInfo::new(&Request::new(()), nobody());
    let mut resting = contexts.0.lock().unwrap_or_else(PoisonError::into_inner);
    if resting.len() < MAX_RESTING {
        resting.push(rq);
    }
}

fn nobody() -> SocketAddr {
    (Ipv4Addr::UNSPECIFIED, 0).into()
}

impl Contexts {
    fn wake(&self) -> Option<Rq> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    #[cfg(test)]
    pub(crate) fn resting(&self) -> usize {
        self.0.lock().expect("no panic").len()
    }
}

/// The API server, as the edge sees it.
pub(crate) struct Inside {
    pub(crate) routes: Arc<Routes>,
    /// Held here alone: contexts hold the server, so the server must not
    /// hold them.
    pub(crate) contexts: Arc<Contexts>,
}

impl Api for Inside {
    fn allowed_methods(&self, path: &str) -> Option<Vec<Method>> {
        self.routes.allowed_methods(path)
    }

    fn answer(
        &self,
        request: Request<Full<Bytes>>,
        peer: SocketAddr,
    ) -> Result<Answering, Request<Full<Bytes>>> {
        match self.contexts.wake() {
            Some(rq) => Ok(answering(lent(rq), request, peer)),
            None => Err(request),
        }
    }
}

/// The answer that is known, or what comes of asking.
fn answering(
    rq: Lent,
    request: Request<Full<Bytes>>,
    peer: SocketAddr,
) -> Answering {
    match rq.context().answers.known(rq.context(), &request) {
        Some(known) => Box::pin(again(rq, request, peer, known)),
        None => Box::pin(answer(rq, request, peer)),
    }
}

/// Gives a known answer to whoever may have it: no route has to be found for
/// that, and nothing checked that was checked when the answer was made.
async fn again(
    rq: Lent,
    request: Request<Full<Bytes>>,
    peer: SocketAddr,
    known: Answered,
) -> Response<Full<Bytes>> {
    let head = Head {
        service: rq.context(),
        mounted: &known.operation,
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
        peer,
        own_id: "",
    };
    let answer = async |_: &Principal| {
        head.service.metrics.asked_cache(true);
        Ok(known.response())
    };
    whole(lead(head, answer).await).await
}

/// What dropshot does with a request that has come over a connection.
async fn answer(
    rq: Lent,
    request: Request<Full<Bytes>>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    let reads_head = request.method() == Method::HEAD;
    let response = match handle(rq, request.map(Body::wrap), peer).await {
        Ok(response) => response,
        // The edge gives it the contract's shape, and an id.
        Err(error) => error.into_response(""),
    };
    let response = whole(response).await;
    if reads_head { head_of(response) } else { response }
}

async fn handle(
    mut rq: Lent,
    request: Request<Body>,
    peer: SocketAddr,
) -> Result<Response<Body>, HttpError> {
    let version = version_of(&request)?.semver();
    let path = request.uri().path().into();
    let method = request.method();
    let found = rq.server.router.lookup_route(method, path, Some(&version))?;
    rq.endpoint = found.endpoint;
    rq.request = RequestInfo::new(&request, peer);
    let rq = ScopeGuard::into_inner(rq);
    let answer = found.handler.handle_request(rq, request).await;
    // Operations answer their own errors; see `Reply`.
    answer.map_err(|_| HttpError::for_internal_error(String::new()))
}

/// The response with its body in one piece, as it is in memory anyway.
async fn whole(response: Response<Body>) -> Response<Full<Bytes>> {
    let (head, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => Response::from_parts(head, Full::new(body.to_bytes())),
        // Bodies are made of bytes, which do not fail.
        Err(_) => {
            let mut failed = Response::default();
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failed
        }
    }
}

/// The answer to `HEAD`, which tells the length of a body that is not there.
fn head_of(response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    use http::header::CONTENT_LENGTH;
    use hyper::body::Body as _;

    let (mut head, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact().filter(|it| *it > 0) {
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(head, Full::default())
}
