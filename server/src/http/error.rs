//! Errors on their way to clients: status, headers and words.
//!
//! ```text
//! wire     the one shape of every error, in both versions
//! refusal  what the catalogue refuses, as clients are told
//! ```

mod refusal;
mod wire;

use std::error::Error as StdError;
use std::fmt;

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::app;
use crate::contract::{self, Fault};
use crate::rate_limit::Standing;
pub(crate) use wire::Error;
use wire::{ErrorCode, ErrorDetail};

/// The seconds after which a client may try again when the service is away.
const RETRY_AFTER_S: i64 = 1;

/// An error on its way to the client: status, headers, and the body but for
/// the request id.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    faults: Vec<Fault>,
    /// Boxed, for most errors are about nothing and all are moved around.
    resource: Option<Box<(String, String)>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The seconds after which to try again.
    retry_after: Option<i64>,
    /// Why, down to the first cause, for the log alone.
    cause: Option<Box<str>>,
}

impl ApiError {
    /// With the message that the status usually has.
    pub(crate) fn of(status: StatusCode) -> Self {
        let (code, message) = usual(status);
        Self::new(status, code, message)
    }

    fn new(
        status: StatusCode,
        code: ErrorCode,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            faults: Vec::new(),
            resource: None,
            headers: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// 500, of which the client learns nothing and the log this.
    pub(crate) fn internal(cause: &dyn StdError) -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR).because(cause)
    }

    /// 400 with these words.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, message)
    }

    /// 422 with every field that is wrong.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY).with_faults(faults)
    }

    /// 428: the request must say which state it is about (RFC 6585, 3).
    pub(crate) fn precondition_required() -> Self {
        let message = "If-Match is required: send the ETag of the state that \
                       is to be replaced";
        let status = StatusCode::PRECONDITION_REQUIRED;
        Self::new(status, ErrorCode::BadRequest, message)
    }

    /// The same error in other words.
    pub(crate) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    pub(crate) fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    /// With one more header on the response.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Keeps an error and all its causes for the log.
    fn because(mut self, cause: &dyn StdError) -> Self {
        self.cause = Some(InlineErrorChain(cause).to_string().into());
        self
    }

    /// What the log is to have.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn take_headers(
        &mut self,
    ) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
        std::mem::take(&mut self.headers).into_iter()
    }

    /// The body of the response to the request of this id.
    pub(crate) fn into_wire(self, request_id: &str) -> Error {
        let (resource, resource_id) = self.resource.map(|it| *it).unzip();
        Error {
            request_id: request_id.to_owned(),
            message: self.message,
            error_code: self.code,
            errors: self.faults.into_iter().map(ErrorDetail::from).collect(),
            resource,
            resource_id,
            retry_after: self.retry_after,
        }
    }

    fn about(mut self, resource: app::Resource, id: String) -> Self {
        self.resource = Some(Box::new((resource.to_string(), id)));
        self
    }

    fn unavailable(status: StatusCode) -> Self {
        let error = Self::of(status);
        let error = error.with(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        Self { retry_after: Some(RETRY_AFTER_S), ..error }
    }

    /// 429: whoever asks stands so. The answer's headers say it too.
    pub(crate) fn too_many_requests(standing: &Standing) -> Self {
        let retry_after = Some(standing.retry_after_s());
        Self { retry_after, ..Self::of(StatusCode::TOO_MANY_REQUESTS) }
    }

    /// 410: the contract has ended. The answer's `Link` names its successor.
    pub(crate) fn gone() -> Self {
        Self::of(StatusCode::GONE)
    }

    /// 503 because the deadline has passed.
    pub(crate) fn timeout() -> Self {
        let error = Self::unavailable(StatusCode::SERVICE_UNAVAILABLE);
        let message =
            "It took too long; whether it was done in the end is not known";
        Self { code: ErrorCode::Timeout, ..error }.saying(message)
    }
}

/// A field that is wrong by a rule that the contract cannot say.
pub(crate) fn fault(loc: &[&str], msg: &str, kind: &'static str) -> Fault {
    let loc = loc.iter().map(|step| contract::Loc::Name((*step).to_owned()));
    Fault { loc: loc.collect(), msg: msg.to_owned(), kind }
}

/// The code and the words of a status when there is no more to say.
fn usual(status: StatusCode) -> (ErrorCode, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => {
            (ErrorCode::Unauthorized, "Not authenticated")
        }
        StatusCode::FORBIDDEN => (ErrorCode::Forbidden, "Not allowed"),
        StatusCode::NOT_FOUND => {
            (ErrorCode::NotFound, "Nothing is served at this path")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            (ErrorCode::BadRequest, "This path does not answer this method")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            (ErrorCode::PayloadTooLarge, "The body is too large")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            let message = "The body's media type is not accepted here";
            (ErrorCode::UnsupportedMediaType, message)
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            (ErrorCode::ValidationError, "The request has invalid fields")
        }
        StatusCode::GONE => {
            let message = "This version of the contract has ended; Link names its \
                 successor";
            (ErrorCode::NotFound, message)
        }
        StatusCode::TOO_MANY_REQUESTS => {
            (ErrorCode::RateLimitExceeded, "Too many requests")
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            let message = "The service is away for a moment; try again";
            (ErrorCode::Unavailable, message)
        }
        other if other.is_server_error() => {
            let message =
                "Something failed inside; the log has it under this request id";
            (ErrorCode::InternalServerError, message)
        }
        _ => (ErrorCode::BadRequest, "The request could not be understood"),
    }
}

/// An error and all its causes in one line.
pub(crate) struct InlineErrorChain<'a>(pub(crate) &'a dyn StdError);

impl fmt::Display for InlineErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
