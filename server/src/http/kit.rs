//! The one function that every operation passes.
//!
//! A request's way through it: find out who asks and whether they may, check
//! what came in, let the handler act, all within the deadline; dress the
//! answer, count it. Whoever asks too often is told so before what they ask
//! is looked at.

use std::borrow::Cow;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use chrono::Utc;
use dropshot::{Body, HttpResponse};
use futures::FutureExt;
use http::header::{ETAG, IF_NONE_MATCH, LINK};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri,
};
use http_body_util::BodyExt;
use slog::{error, warn};

use super::extract::Input;
use super::inside::lent;
use super::reply::{Reply, refuse};
use super::routes::segments;
use super::{ApiError, ApiVersion, Error, Rq, Service, Tokens, auth};
use crate::app::{Actor, App};
use crate::contract::Operation;
use crate::domain::Principal;
use crate::edge::ANSWER_HEADER;
use crate::rate_limit::{Standing, network};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
static SUNSET: HeaderName = HeaderName::from_static("sunset");
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

const OURS: HeaderValue = HeaderValue::from_static("1");

/// What a handler gives back. It is `Ok` for errors too: see [`Reply`].
pub(crate) type Answer<R> = Result<Reply<R>, Error>;

/// What a handler acts with.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a>(&'a Rq, &'a App, &'a Principal);

impl<'a> Call<'a> {
    /// The catalogue, which knows who acts on it.
    pub(crate) fn app(self) -> &'a App {
        self.1
    }

    /// Who asks, and what they may do beyond what the operation needs.
    pub(crate) fn principal(self) -> &'a Principal {
        self.2
    }

    /// What makes and reads page tokens.
    pub(crate) fn tokens(self) -> &'a Tokens {
        &self.0.context().tokens
    }

    /// The request's target: path and query.
    pub(crate) fn uri(self) -> &'a Uri {
        self.0.request.uri()
    }

    /// The path of something in another list of the same contract. Of the
    /// request's path, the last so many segments are the operation's own.
    pub(crate) fn beside(
        self,
        own: usize,
        list: &str,
        id: impl std::fmt::Display,
    ) -> String {
        let all: Vec<&str> = segments(self.uri().path()).collect();
        let base = all.iter().take(all.len().saturating_sub(own));
        let base: String = base.map(|it| format!("/{it}")).collect();
        format!("{base}/{list}/{id}")
    }

    /// The path of something below the request's path.
    pub(crate) fn below(self, id: impl std::fmt::Display) -> String {
        format!("{}/{id}", self.uri().path().trim_end_matches('/'))
    }
}

/// What a handler reads with. What it shows is the same for everybody.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a>(Call<'a>);

impl<'a> Reading<'a> {
    /// See [`Call::app`].
    pub(crate) fn app(self) -> &'a App {
        self.0.app()
    }

    /// See [`Call::tokens`].
    pub(crate) fn tokens(self) -> &'a Tokens {
        self.0.tokens()
    }

    /// See [`Call::uri`].
    pub(crate) fn uri(self) -> &'a Uri {
        self.0.uri()
    }
}

/// Lets a handler act on what came in, and makes a response of what comes of
/// it, come what may.
pub(crate) async fn serve<I, R, F>(rq: Rq, input: I, act: F) -> Answer<R>
where
    I: Input,
    R: HttpResponse,
    F: AsyncFnOnce(Call<'_>, I::Value) -> Result<R, ApiError>,
{
    pass(rq, async |call| written(act(call, input.take()?).await?)).await
}

/// The same for a handler that only reads, and whose answer, while nothing is
/// written, may be given to whoever asks the same and may do so.
pub(crate) async fn serve_kept<I, R, F>(rq: Rq, input: I, act: F) -> Answer<R>
where
    I: Input,
    R: HttpResponse,
    F: AsyncFnOnce(Reading<'_>, I::Value) -> Result<R, ApiError>,
{
    pass(rq, async |call| {
        let answer =
            async { written(act(Reading(call), input.take()?).await?) };
        call.0.context().answers.answer(call.0, answer).await
    })
    .await
}

fn written(answer: impl HttpResponse) -> Result<Response<Body>, ApiError> {
    answer.to_result().map_err(|error| ApiError::internal(&error))
}

/// Leads a request to what answers it, and the answer out.
async fn pass<R, F>(rq: Rq, answer: F) -> Answer<R>
where
    R: HttpResponse,
    F: AsyncFnOnce(Call<'_>) -> Result<Response<Body>, ApiError>,
{
    let rq = lent(rq);
    let service = rq.context();
    let started = Instant::now();
    let _under_way = service.metrics.in_flight();
    let mut standing = None;
    let outcome = in_time(service, async {
        check_life(&rq)?;
        let principal = auth::admit(&rq).await?;
        standing = count(&rq, &principal);
        if let Some(Err(standing)) = &standing {
            return Err(ApiError::too_many_requests(standing));
        }
        let app = acting(&rq, &principal);
        answer(Call(&rq, &app, &principal)).await
    });
    let response = outcome.await.unwrap_or_else(|error| {
        tell(&rq, &error);
        refuse(error, request_id(&rq))
    });
    let mut response = settle(&rq, response).await;
    if let Some(Ok(standing) | Err(standing)) = standing {
        standing.mark(response.headers_mut());
    }
    let status = response.status().as_u16();
    let operation = &rq.endpoint.operation_id;
    service.metrics.request(operation, status, started.elapsed());
    Ok(Reply::new(response))
}

/// Refuses what is asked of a contract that has ended.
fn check_life(rq: &Rq) -> Result<(), ApiError> {
    let service = rq.context();
    let Some(end) = service.settings.v1_ends_at else { return Ok(()) };
    match service.operation(&rq.endpoint.operation_id) {
        Some((ApiVersion::V1, _)) if Utc::now() >= end => Err(ApiError::gone()),
        _ => Ok(()),
    }
}

/// Where whoever asks stands with this request, if anybody counts: a user with
/// all their requests, others with all of their network's. `Err` is one too
/// many.
fn count(rq: &Rq, principal: &Principal) -> Option<Result<Standing, Standing>> {
    let rate = rq.context().settings.rate.as_ref()?;
    Some(match principal.user_id() {
        Some(user) => rate.check(("user", user)),
        None => rate.check(("network", address(rq).map(network))),
    })
}

/// The catalogue for whoever asks. Who only reads leaves no record.
fn acting<'a>(rq: &'a Rq, principal: &Principal) -> Cow<'a, App> {
    let app = &rq.context().app;
    if rq.request.method().is_safe() {
        return Cow::Borrowed(app);
    }
    Cow::Owned(app.acting_for(Actor {
        subject: principal.subject.to_string(),
        operation: rq.endpoint.operation_id.clone(),
        request_id: Some(request_id(rq).to_owned()),
        address: address(rq),
    }))
}

/// Where the request comes from, as the edge tells; without an edge, the
/// connection's other end.
fn address(rq: &Rq) -> Option<IpAddr> {
    if !rq.context().settings.has_edge {
        return Some(rq.request.remote_addr().ip().to_canonical());
    }
    let told = rq.request.headers().get(&FORWARDED_FOR)?;
    told.to_str().ok()?.parse().ok()
}

/// The id that the edge has given the request; without an edge, dropshot's.
pub(super) fn request_id(rq: &Rq) -> &str {
    let has_edge = rq.context().settings.has_edge;
    let from_edge = rq.request.headers().get(&REQUEST_ID);
    from_edge
        .filter(|_| has_edge)
        .and_then(|id| id.to_str().ok())
        .unwrap_or(&rq.request_id)
}

/// Waits for the handler until the deadline, and takes a panic for a failure.
async fn in_time<R>(
    service: &Service,
    act: impl Future<Output = Result<R, ApiError>>,
) -> Result<R, ApiError> {
    let limit: Duration = service.settings.handler_timeout;
    let act = AssertUnwindSafe(act).catch_unwind();
    match tokio::time::timeout(limit, act).await {
        Ok(Ok(outcome)) => outcome,
        // The panic hook has logged what it said.
        Ok(Err(_)) => Err(ApiError::of(StatusCode::INTERNAL_SERVER_ERROR)),
        Err(_) => Err(ApiError::timeout()),
    }
}

/// Logs what the client is not told: why something failed inside.
fn tell(rq: &Rq, error: &ApiError) {
    let Some(cause) = error.cause() else { return };
    let log = &rq.context().log;
    let operation = &rq.endpoint.operation_id;
    let request_id = request_id(rq);
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        warn!(log, "the store is away"; "operation" => operation,
            "request_id" => request_id, "error" => cause);
    } else {
        error!(log, "an operation failed"; "operation" => operation,
            "request_id" => request_id, "error" => cause);
    }
}

/// Dresses a response in what all of its version wear, and holds it against
/// the contract if that is wanted.
async fn settle(rq: &Rq, mut response: Response<Body>) -> Response<Body> {
    let service = rq.context();
    let Some((version, operation)) =
        service.operation(&rq.endpoint.operation_id)
    else {
        return response;
    };
    if is_known(rq, &response) {
        response = not_modified(response);
    }
    if version == ApiVersion::V1 {
        deprecate(rq, response.headers_mut());
    }
    // The edge and dropshot write the same one; the contract promises it.
    if let Ok(id) = HeaderValue::from_str(request_id(rq)) {
        response.headers_mut().insert(&REQUEST_ID, id);
    }
    if service.settings.verify_responses {
        response = verified(rq, operation, response).await;
    }
    marked(rq, response)
}

/// Tells the edge that an answer is ours.
pub(super) fn marked(rq: &Rq, mut response: Response<Body>) -> Response<Body> {
    if rq.context().settings.has_edge {
        response.headers_mut().insert(ANSWER_HEADER, OURS);
    }
    response
}

/// Whether the client has what the response shows (RFC 9110, 13.1.2).
fn is_known(rq: &Rq, response: &Response<Body>) -> bool {
    let reads = matches!(*rq.request.method(), Method::GET | Method::HEAD);
    let Some(tag) = response.headers().get(ETAG).filter(|_| reads) else {
        return false;
    };
    let Ok(tag) = tag.to_str() else { return false };
    let sent = rq.request.headers().get_all(IF_NONE_MATCH).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim())
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn not_modified(mut response: Response<Body>) -> Response<Body> {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = Body::empty();
    response.headers_mut().remove(http::header::CONTENT_TYPE);
    response
}

/// Says until when v1 is there, and where its successor is.
fn deprecate(rq: &Rq, headers: &mut HeaderMap) {
    let service = rq.context();
    let settings = &service.settings;
    headers.insert(&DEPRECATION, settings.deprecation.clone());
    headers.insert(&SUNSET, settings.sunset.clone());
    let operation = &rq.endpoint.operation_id;
    let path = service.routes.successor(operation, rq.request.uri().path());
    let link = format!("<{path}>; rel=\"successor-version\"");
    let link = match headers.get(LINK).and_then(|it| it.to_str().ok()) {
        Some(pages) => format!("{pages}, {link}"),
        None => link,
    };
    // A path that was routed is visible ASCII, and so is a header value.
    if let Ok(link) = HeaderValue::from_str(&link) {
        headers.insert(LINK, link);
    }
}

/// The response, if it keeps the contract; else a 500, and the log has why.
async fn verified(
    rq: &Rq,
    operation: &Operation,
    response: Response<Body>,
) -> Response<Body> {
    let log = &rq.context().log;
    let (head, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        warn!(log, "a response broke off"; "operation" => operation.id());
        return refuse(broken(), request_id(rq));
    };
    let breaches = operation.check_response(head.status, &head.headers, &body);
    if breaches.is_empty() {
        return Response::from_parts(head, body.into());
    }
    error!(log, "a response breaks the contract";
        "operation" => operation.id(), "status" => head.status.as_u16(),
        "breaches" => breaches.join("; "), "request_id" => request_id(rq));
    refuse(broken(), request_id(rq))
}

fn broken() -> ApiError {
    ApiError::of(StatusCode::INTERNAL_SERVER_ERROR)
        .saying("The response breaks the contract; the log says where")
}
