//! Answers to reads, given again for as long as they are true.
//!
//! What an operation shows depends on the request's target and on what is
//! stored: the same question gets the same answer until something is written,
//! by whichever process. What an answer says of the time makes it old; a
//! second is the least that anybody measures here.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use dropshot::Body;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use quick_cache::Equivalent;

use super::head::Head;
use super::version::version_of;
use super::{ApiError, ApiVersion, Service};
use crate::store::Kept;

/// How long an answer is given again.
const FRESH: Duration = Duration::from_secs(1);

/// What an answer is guessed to take, to lay out the cache.
const USUAL_BYTES: u64 = 4096;

/// What an answer takes besides its body, about: its headers and its place.
/// Among 14,000 small answers each took 1,230 bytes more than its body.
const OVERHEAD_BYTES: usize = 1280;

/// The answers that are kept.
pub(crate) struct AnswerCache(Option<Kept<Asked, Answered>>);

/// What was asked: the target of a request, of a version of the contract.
#[derive(PartialEq, Eq)]
struct Asked {
    version: ApiVersion,
    target: String,
}

/// The same, borrowed from a request.
struct Asking<'a> {
    version: ApiVersion,
    target: &'a str,
}

/// An answer, as everybody gets it who asks for the same.
#[derive(Clone)]
pub(super) struct Answered {
    at: Instant,
    /// What was asked for, as it is mounted.
    pub(super) operation: Arc<str>,
    headers: HeaderMap,
    body: Bytes,
}

impl AnswerCache {
    /// A cache of so many bytes; with none, no answer is kept.
    pub(crate) fn new(bytes: u64) -> Self {
        let about = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self((bytes > 0).then(|| Kept::weighing(about, bytes, weight)))
    }

    /// The answer that was given to such a request before, if its headers
    /// are as the contract has them.
    pub(super) fn known<B>(
        &self,
        service: &Service,
        request: &Request<B>,
    ) -> Option<Answered> {
        let kept = self.0.as_ref()?;
        if *request.method() != Method::GET {
            return None;
        }
        let version = version_of(request).ok()?;
        let asking = Asking { version, target: target(request.uri()) };
        let known = kept.get(&asking, service.app.store().snapshot())?;
        let (_, operation) = service.operation(&known.operation)?;
        let is_good = known.at.elapsed() < FRESH
            && operation.check_headers(request.headers()).is_ok();
        is_good.then_some(known)
    }

    /// The answer to a request whose parts are good: the one that was given
    /// before, or what `answer` gives.
    ///
    /// # Errors
    ///
    /// Those of `answer`. An error is not kept.
    pub(super) async fn answer(
        &self,
        head: Head<'_>,
        answer: impl Future<Output = Result<Response<Body>, ApiError>>,
    ) -> Result<Response<Body>, ApiError> {
        // Before the answer reads anything: it is at least as new.
        let now = head.service.app.store().snapshot();
        let (Some(kept), Some(_), Some((version, _)), true) =
            (&self.0, now, head.operation(), *head.method == Method::GET)
        else {
            return answer.await;
        };
        let asking = Asking { version, target: target(head.uri) };
        let known = kept.get(&asking, now);
        let known = known.filter(|it| it.at.elapsed() < FRESH);
        head.service.metrics.asked_cache(known.is_some());
        if let Some(known) = known {
            return Ok(known.response());
        }
        let answer = Box::pin(answer).await?;
        if answer.status() != StatusCode::OK {
            return Ok(answer);
        }
        let answered = Answered::new(head.mounted, answer).await?;
        kept.keep(asking.to_owned(), now, answered.clone());
        Ok(answered.response())
    }
}

fn weight(asked: &Asked, answered: &Answered) -> u64 {
    (asked.target.len() + answered.body.len() + OVERHEAD_BYTES) as u64
}

fn target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", |it| it.as_str())
}

impl Answered {
    async fn new(
        operation: &str,
        answer: Response<Body>,
    ) -> Result<Self, ApiError> {
        let (head, body) = answer.into_parts();
        let body = body.collect().await;
        let body = body.map_err(|it| ApiError::internal(&*it))?.to_bytes();
        let (at, operation) = (Instant::now(), operation.into());
        Ok(Self { at, operation, headers: head.headers, body })
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().clone_from(&self.headers);
        response
    }
}

impl Asking<'_> {
    fn to_owned(&self) -> Asked {
        Asked { version: self.version, target: self.target.to_owned() }
    }
}

impl Hash for Asking<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.version.hash(state);
        self.target.hash(state);
    }
}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { version, target } = self;
        Asking { version: *version, target }.hash(state);
    }
}

impl Equivalent<Asked> for Asking<'_> {
    fn equivalent(&self, asked: &Asked) -> bool {
        self.version == asked.version && self.target == asked.target
    }
}
