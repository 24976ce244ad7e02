//! An error that is answered without asking a handler, in the contract's one
//! shape.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

use super::upstream::Body;
use crate::rate_limit::Standing;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What went wrong, in the contract's words.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    message: Cow<'static, str>,
    header: Option<(HeaderName, HeaderValue)>,
    /// Boxed, for hardly any fault has one and all are moved around.
    standing: Option<Box<Standing>>,
    closes: bool,
}

/// The contract's `Error`.
#[derive(Serialize)]
struct Wire<'a> {
    request_id: &'a str,
    message: &'a str,
    error_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<i64>,
}

impl Fault {
    /// With the message that the status usually has.
    pub(super) fn of(status: StatusCode) -> Self {
        Self::new(status, usual_message(status))
    }

    pub(super) fn new(
        status: StatusCode,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self { status, message, header: None, standing: None, closes: false }
    }

    /// 429 to a network that asks too often, and stands so.
    pub(super) fn too_many_requests(standing: Standing) -> Self {
        let standing = Some(Box::new(standing));
        Self { standing, ..Self::of(StatusCode::TOO_MANY_REQUESTS) }
    }

    /// With one more header on the response.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    /// Ends the connection after the answer, for the client is in the middle
    /// of something that will not be read.
    pub(super) fn closing(mut self) -> Self {
        self.closes = true;
        self
    }

    /// Whether the connection ends after the answer.
    pub(super) fn closes(&self) -> bool {
        self.closes
    }

    /// The response to the request of this id.
    pub(super) fn into_response(self, id: &HeaderValue) -> Response<Body> {
        let wire = Wire {
            request_id: id.to_str().unwrap_or_default(),
            message: &self.message,
            error_code: error_code(self.status),
            retry_after: self.standing.as_ref().map(|it| it.retry_after_s()),
        };
        // Three strings always serialize.
        let json = serde_json::to_vec(&wire).unwrap_or_default();
        let body = Body::Left(Full::new(Bytes::from(json)));
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response.headers_mut().extend(self.header);
        if let Some(standing) = self.standing {
            standing.mark(response.headers_mut());
        }
        response
    }
}

/// The contract's word for a status.
fn error_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Unauthorized",
        StatusCode::FORBIDDEN => "Forbidden",
        StatusCode::NOT_FOUND => "NotFound",
        StatusCode::REQUEST_TIMEOUT => "Timeout",
        StatusCode::CONFLICT => "Duplicate",
        StatusCode::PAYLOAD_TOO_LARGE => "PayloadTooLarge",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UnsupportedMediaType",
        StatusCode::UNPROCESSABLE_ENTITY => "ValidationError",
        StatusCode::TOO_MANY_REQUESTS => "RateLimitExceeded",
        StatusCode::SERVICE_UNAVAILABLE => "Unavailable",
        other if other.is_server_error() => "InternalServerError",
        _ => "BadRequest",
    }
}

/// What to say to a client of whose request nothing may be repeated.
fn usual_message(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Nothing is served at this path",
        StatusCode::METHOD_NOT_ALLOWED => {
            "This path does not answer this method"
        }
        StatusCode::REQUEST_TIMEOUT => "The body took too long to arrive",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "The body's media type is not accepted here"
        }
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::SERVICE_UNAVAILABLE => {
            "The service is away for a moment; try again"
        }
        other if other.is_server_error() => {
            "Something failed inside; the log has it under this request id"
        }
        _ => "The request could not be understood",
    }
}
