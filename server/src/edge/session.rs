//! What happens to every request of a connection, whoever answers it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt;
use http::header::{
    CACHE_CONTROL, CONNECTION, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Version,
};
use http_body_util::Full;
use hyper::body::{Body as HttpBody, Incoming};
use hyper::service::{Service as HyperService, service_fn};
use slog::{error, warn};
use tower::BoxError;

use super::activity::Activity;
use super::compress::{self, Coding, Sent};
use super::fault::Fault;
use super::id::{self, REQUEST_ID};
use super::record::{Record, Recorded};
use super::upstream::{self, Body};
use super::{Shared, client, intake, rewrite};

static PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// For a year (RFC 6797).
const BY_TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");
const CLOSE: HeaderValue = HeaderValue::from_static("close");
const RETRY_SOON: HeaderValue = HeaderValue::from_static("1");

/// One connection's side of the edge.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) activity: Arc<Activity>,
    pub(super) peer: SocketAddr,
    /// The same, as the log tells it.
    pub(super) peer_told: Arc<str>,
    /// The peer's address, as a header tells it.
    forwarded_for: HeaderValue,
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>, peer: SocketAddr) -> Self {
        let forwarded_for = told(peer.ip().to_canonical());
        let activity = Arc::new(Activity::new());
        let peer_told = peer.to_string().into();
        Self { shared, activity, peer, peer_told, forwarded_for }
    }

    /// The address of who sent a request with these headers.
    pub(super) fn client(&self, headers: &HeaderMap) -> IpAddr {
        let trusted = &self.shared.limits.trusted_proxies;
        client::address(self.peer.ip(), headers, trusted)
    }

    /// Whether who sent a request with these headers came by TLS.
    fn is_secure(&self, headers: &HeaderMap) -> bool {
        let trusted = &self.shared.limits.trusted_proxies;
        client::is_secure(self.peer.ip(), headers, trusted)
    }

    /// A client's address for those behind the edge.
    pub(super) fn forwarded_for(&self, client: IpAddr) -> HeaderValue {
        if client == self.peer.ip().to_canonical() {
            return self.forwarded_for.clone();
        }
        told(client)
    }
}

/// An address is always a header value.
fn told(address: IpAddr) -> HeaderValue {
    HeaderValue::try_from(address.to_string())
        .unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

/// The service that answers a connection's requests.
pub(super) fn service(
    session: Session,
) -> impl HyperService<
    Request<Incoming>,
    Response = Response<
        impl HttpBody<Data: Send, Error: Into<BoxError>> + Send + 'static,
    >,
    Error = Infallible,
    Future: Send,
> {
    let session = Arc::new(session);
    service_fn(move |request| timed(Arc::clone(&session), request))
}

/// Identifies, times and records a request.
async fn timed(
    session: Arc<Session>,
    mut request: Request<Incoming>,
) -> Result<Response<Recorded<Sent>>, Infallible> {
    let started = Instant::now();
    let id = id::settle(request.headers_mut());
    let mut record = Record::open(&session, &request, &id, started);
    let coding = Coding::asked(request.headers());
    let is_secure = session.is_secure(request.headers());
    let response = answer(&session, request).await;
    let mut response = match session.shared.limits.compression {
        true => compress::apply(coding, response).await,
        false => response.map(Sent::Left),
    };
    record.answered(response.status());
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(X_FRAME_OPTIONS, DENY);
    if is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, BY_TLS_ALONE);
    }
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    headers.insert(REQUEST_ID, id);
    headers.insert(&PROCESS_TIME, seconds(started.elapsed()));
    Ok(response.map(|body| Recorded::new(body, record)))
}

/// Answers a request, come what may.
async fn answer(
    session: &Session,
    request: Request<Incoming>,
) -> Response<Body> {
    let version = request.version();
    let id = request.headers().get(REQUEST_ID).cloned();
    let origin = session.shared.cors.origin(&request);
    let mut response =
        match session.shared.cors.preflight(&request, origin.as_ref()) {
            Some(preflight) => preflight,
            None => caught(session, request)
                .await
                .unwrap_or_else(|fault| respond(fault, version, id.as_ref())),
        };
    session.shared.cors.mark(response.headers_mut(), origin);
    response
}

fn respond(
    fault: Fault,
    version: Version,
    id: Option<&HeaderValue>,
) -> Response<Body> {
    let closes = fault.closes() && version <= Version::HTTP_11;
    let mut response =
        fault.into_response(id.unwrap_or(&HeaderValue::from_static("")));
    if closes {
        response.headers_mut().insert(CONNECTION, CLOSE);
    }
    response
}

/// Turns a panic of the edge into a fault.
///
/// tower-http's layer would box every body, and does not know the request id
/// that the answer has to name.
async fn caught(
    session: &Session,
    request: Request<Incoming>,
) -> Result<Response<Body>, Fault> {
    // Polled where it is: a future that is handed on is copied each time.
    let forwarded = pin!(forward(session, request));
    let forwarded = AssertUnwindSafe(forwarded).catch_unwind();
    forwarded.await.unwrap_or_else(|panic| {
        let reason = panic.downcast_ref::<&str>().copied();
        let reason = reason.or(panic.downcast_ref().map(String::as_str));
        error!(session.shared.log, "panic in the edge"; "reason" => reason);
        Err(Fault::of(StatusCode::INTERNAL_SERVER_ERROR))
    })
}

async fn forward(
    session: &Session,
    request: Request<Incoming>,
) -> Result<Response<Body>, Fault> {
    let shared = &session.shared;
    let uri = request.uri().clone();
    let request = intake::take_in(session, request).await?;
    let response = match shared.api.answer(request, session.peer) {
        Ok(answering) => answering.await.map(Body::Left),
        // Rare, and large: it would make the whole larger.
        Err(request) => Box::pin(send(shared, request)).await?,
    };
    rewrite::settle(response, &uri, &*shared.api).await
}

/// Asks the API server over a connection.
async fn send(
    shared: &Shared,
    mut request: Request<Full<Bytes>>,
) -> Result<Response<Body>, Fault> {
    shared.secret.put(request.headers_mut());
    shared.upstream.send(request).await.map_err(|error| {
        warn!(shared.log, "no answer from the API server"; "error" => %error);
        no_answer(&error)
    })
}

/// 503 says that nothing has been done and invites to try again, so it is
/// for a request that never got inside.
fn no_answer(error: &upstream::Error) -> Fault {
    match error {
        upstream::Error::Away(_) => Fault::of(StatusCode::SERVICE_UNAVAILABLE)
            .with(http::header::RETRY_AFTER, RETRY_SOON),
        upstream::Error::Broken(_) => {
            Fault::of(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// A duration in seconds with four decimals.
fn seconds(duration: Duration) -> HeaderValue {
    let ticks = duration.as_micros() / 100;
    let text = format!("{}.{:04}", ticks / 10_000, ticks % 10_000);
    // Digits and a point are always a header value.
    HeaderValue::try_from(text)
        .unwrap_or_else(|_| HeaderValue::from_static("0.0000"))
}
