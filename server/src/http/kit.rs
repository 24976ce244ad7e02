//! The one function that every operation passes.
//!
//! A request's way through it: find out who asks and whether they may, check
//! what came in, let the handler act, all within the deadline; dress the
//! answer, count it. Whoever asks too often is told so before what they ask
//! is looked at.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
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
use super::head::Head;
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
        let value = input.take()?;
        let head = Head::of(call.0);
        let answer = async {
            let mut response = written(act(Reading(call), value).await?)?;
            dress(head, response.headers_mut());
            Ok(response)
        };
        head.service.answers.answer(head, answer).await
    })
    .await
}

fn written(answer: impl HttpResponse) -> Result<Response<Body>, ApiError> {
    answer.to_result().map_err(|error| ApiError::internal(&error))
}

/// Leads a request to the handler that answers it, and the answer out.
async fn pass<R, F>(rq: Rq, answer: F) -> Answer<R>
where
    R: HttpResponse,
    F: AsyncFnOnce(Call<'_>) -> Result<Response<Body>, ApiError>,
{
    let rq = lent(rq);
    let head = Head::of(&rq);
    let answer = async |principal: &Principal| {
        let app = acting(head, principal);
        answer(Call(&rq, &app, principal)).await
    };
    Ok(Reply::new(lead(head, answer).await))
}

/// Leads a request to what answers it, and the answer out.
pub(super) async fn lead<F>(head: Head<'_>, answer: F) -> Response<Body>
where
    F: AsyncFnOnce(&Principal) -> Result<Response<Body>, ApiError>,
{
    let metrics = &head.service.metrics;
    let started = Instant::now();
    let _under_way = metrics.in_flight();
    let mut standing = None;
    let outcome = {
        // Polled where it is: a future that is handed on is copied each time.
        let act = pin!(async {
            let principal = let_in(head, &mut standing).await?;
            answer(&principal).await
        });
        in_time(head.service, act).await
    };
    let response = outcome.unwrap_or_else(|error| failed(head, error));
    let mut response = settle(head, response).await;
    if let Some(Ok(standing) | Err(standing)) = standing {
        standing.mark(response.headers_mut());
    }
    let status = response.status().as_u16();
    metrics.request(head.mounted, status, started.elapsed());
    response
}

/// Who asks, if they may. Puts into `standing` how much more they may ask for.
async fn let_in(
    head: Head<'_>,
    standing: &mut Option<Result<Standing, Standing>>,
) -> Result<Principal, ApiError> {
    check_life(head)?;
    let principal = auth::admit(head).await?;
    *standing = count(head, &principal);
    match standing {
        Some(Err(over)) => Err(ApiError::too_many_requests(over)),
        Some(Ok(_)) | None => Ok(principal),
    }
}

/// The answer that tells an error, which the log is told too.
fn failed(head: Head<'_>, error: ApiError) -> Response<Body> {
    tell(head, &error);
    refuse(error, head.request_id())
}

/// Refuses what is asked of a contract that has ended.
fn check_life(head: Head<'_>) -> Result<(), ApiError> {
    let Some(end) = head.service.settings.v1_ends_at else { return Ok(()) };
    match head.operation() {
        Some((ApiVersion::V1, _)) if Utc::now() >= end => Err(ApiError::gone()),
        _ => Ok(()),
    }
}

/// Where whoever asks stands with this request, if anybody counts: a user with
/// all their requests, others with all of their network's. `Err` is one too
/// many.
fn count(
    head: Head<'_>,
    principal: &Principal,
) -> Option<Result<Standing, Standing>> {
    let rate = head.service.settings.rate.as_ref()?;
    Some(match principal.user_id() {
        Some(user) => rate.check(("user", user)),
        None => rate.check(("network", head.address().map(network))),
    })
}

/// The catalogue for whoever asks. Who only reads leaves no record.
fn acting<'a>(head: Head<'a>, principal: &Principal) -> Cow<'a, App> {
    let app = &head.service.app;
    if head.method.is_safe() {
        return Cow::Borrowed(app);
    }
    Cow::Owned(app.acting_for(Actor {
        subject: principal.subject.to_string(),
        operation: head.mounted.to_owned(),
        request_id: Some(head.request_id().to_owned()),
        address: head.address(),
    }))
}

/// Waits for the handler until the deadline, and takes a panic for a failure.
async fn in_time<R>(
    service: &Service,
    act: Pin<&mut impl Future<Output = Result<R, ApiError>>>,
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
fn tell(head: Head<'_>, error: &ApiError) {
    let Some(cause) = error.cause() else { return };
    let log = &head.service.log;
    let operation = head.mounted;
    let request_id = head.request_id();
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        warn!(log, "the store is away"; "operation" => operation,
            "request_id" => request_id, "error" => cause);
    } else {
        error!(log, "an operation failed"; "operation" => operation,
            "request_id" => request_id, "error" => cause);
    }
}

/// Gives a response what depends on the request, and holds it against the
/// contract if that is wanted.
async fn settle(
    head: Head<'_>,
    mut response: Response<Body>,
) -> Response<Body> {
    let service = head.service;
    let Some((_, operation)) = head.operation() else { return response };
    if is_known(head, &response) {
        response = not_modified(response);
    }
    dress(head, response.headers_mut());
    // The edge and dropshot write the same one; the contract promises it.
    if let Ok(id) = HeaderValue::from_str(head.request_id()) {
        response.headers_mut().insert(&REQUEST_ID, id);
    }
    if service.settings.verify_responses {
        response = verified(head, operation, response).await;
    }
    marked(head, response)
}

/// Tells the edge that an answer is ours.
pub(super) fn marked(
    head: Head<'_>,
    mut response: Response<Body>,
) -> Response<Body> {
    if head.service.settings.has_edge {
        response.headers_mut().insert(ANSWER_HEADER, OURS);
    }
    response
}

/// Whether the client has what the response shows (RFC 9110, 13.1.2).
fn is_known(head: Head<'_>, response: &Response<Body>) -> bool {
    let reads = matches!(*head.method, Method::GET | Method::HEAD);
    let Some(tag) = response.headers().get(ETAG).filter(|_| reads) else {
        return false;
    };
    let Ok(tag) = tag.to_str() else { return false };
    let sent = head.headers.get_all(IF_NONE_MATCH).iter();
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

/// Dresses a response in what all of its version wear, once: says until when
/// v1 is there, and where its successor is.
fn dress(head: Head<'_>, headers: &mut HeaderMap) {
    let is_v1 = matches!(head.operation(), Some((ApiVersion::V1, _)));
    if !is_v1 || headers.contains_key(&DEPRECATION) {
        return;
    }
    let settings = &head.service.settings;
    headers.insert(&DEPRECATION, settings.deprecation.clone());
    headers.insert(&SUNSET, settings.sunset.clone());
    let routes = &head.service.routes;
    let path = routes.successor(head.mounted, head.uri.path());
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
    head: Head<'_>,
    operation: &Operation,
    response: Response<Body>,
) -> Response<Body> {
    let log = &head.service.log;
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        warn!(log, "a response broke off"; "operation" => operation.id());
        return refuse(broken(), head.request_id());
    };
    let breaches =
        operation.check_response(parts.status, &parts.headers, &body);
    if breaches.is_empty() {
        return Response::from_parts(parts, body.into());
    }
    error!(log, "a response breaks the contract";
        "operation" => operation.id(), "status" => parts.status.as_u16(),
        "breaches" => breaches.join("; "), "request_id" => head.request_id());
    refuse(broken(), head.request_id())
}

fn broken() -> ApiError {
    ApiError::of(StatusCode::INTERNAL_SERVER_ERROR)
        .saying("The response breaks the contract; the log says where")
}
