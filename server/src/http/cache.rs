//! Answers to reads, given again for as long as they are true.
//!
//! What an operation shows depends on the request's target and on what is
//! stored: the same question gets the same answer until something is written,
//! by whichever process. What an answer says of the time makes it old; a
//! second is the least that anybody measures here.

use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dropshot::Body;
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::BodyExt;
use quick_cache::Equivalent;

use super::{ApiError, Rq};
use crate::store::{Kept, Snapshot};

/// How long an answer is given again.
const FRESH: Duration = Duration::from_secs(1);

/// What an answer is guessed to take, to lay out the cache.
const USUAL_BYTES: u64 = 4096;

/// What an answer takes besides its body, about: its headers and its place.
const OVERHEAD_BYTES: usize = 512;

/// The answers that are kept.
pub(crate) struct AnswerCache(Option<Kept<Asked, Answered>>);

/// What was asked: an operation, and the target of the request.
#[derive(PartialEq, Eq)]
struct Asked {
    operation: String,
    target: String,
}

/// The same, borrowed from a request.
struct Asking<'a> {
    operation: &'a str,
    target: &'a str,
}

/// An answer, before it is dressed for one client.
#[derive(Clone)]
struct Answered {
    at: Instant,
    headers: HeaderMap,
    body: Bytes,
}

impl AnswerCache {
    /// A cache of so many bytes; with none, no answer is kept.
    pub(crate) fn new(bytes: u64) -> Self {
        let about = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self((bytes > 0).then(|| Kept::weighing(about, bytes, weight)))
    }

    /// The answer to a request: the one that was given before, or what
    /// `answer` gives.
    ///
    /// # Errors
    ///
    /// Those of `answer`. An error is not kept.
    pub(super) async fn answer(
        &self,
        rq: &Rq,
        answer: impl Future<Output = Result<Response<Body>, ApiError>>,
    ) -> Result<Response<Body>, ApiError> {
        let asking = Asking::of(rq);
        // Before the answer reads anything: it is at least as new.
        let now = rq.context().app.store().snapshot();
        let (Some(kept), Some(_), true) =
            (&self.0, now, *rq.request.method() == Method::GET)
        else {
            return answer.await;
        };
        let known = kept.get(&asking, now);
        let known = known.filter(|it| it.at.elapsed() < FRESH);
        rq.context().metrics.asked_cache(known.is_some());
        if let Some(known) = known {
            return Ok(known.response());
        }
        let answer = Box::pin(answer).await?;
        keep(kept, asking, now, answer).await
    }
}

/// Keeps an answer that shows something, and gives it back.
async fn keep(
    kept: &Kept<Asked, Answered>,
    asking: Asking<'_>,
    seen: Option<Snapshot>,
    answer: Response<Body>,
) -> Result<Response<Body>, ApiError> {
    if answer.status() != StatusCode::OK {
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(|it| ApiError::internal(&*it))?;
    let answered = Answered {
        at: Instant::now(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    kept.keep(asking.to_owned(), seen, answered.clone());
    Ok(answered.response())
}

fn weight(asked: &Asked, answered: &Answered) -> u64 {
    let texts = asked.operation.len() + asked.target.len();
    (texts + answered.body.len() + OVERHEAD_BYTES) as u64
}

impl Answered {
    fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.headers_mut() = self.headers;
        response
    }
}

impl<'a> Asking<'a> {
    fn of(rq: &'a Rq) -> Self {
        let target = rq.request.uri().path_and_query();
        Self {
            operation: &rq.endpoint.operation_id,
            target: target.map_or("", |it| it.as_str()),
        }
    }

    fn to_owned(&self) -> Asked {
        Asked {
            operation: self.operation.to_owned(),
            target: self.target.to_owned(),
        }
    }
}

impl Hash for Asking<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operation.hash(state);
        self.target.hash(state);
    }
}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { operation, target } = self;
        Asking { operation, target }.hash(state);
    }
}

impl Equivalent<Asked> for Asking<'_> {
    fn equivalent(&self, asked: &Asked) -> bool {
        self.operation == asked.operation && self.target == asked.target
    }
}
