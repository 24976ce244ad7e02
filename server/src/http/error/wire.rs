//! The one shape of every error, in both versions.

use std::fmt;

use dropshot::{ErrorStatusCode, HttpError, HttpResponseError};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ApiError;
use crate::contract::{self, Fault};

/// What every error response holds.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Error {
    /// The id of the request, also in `X-Request-ID` and in the log.
    #[schemars(length(min = 1, max = 128))]
    pub(crate) request_id: String,
    /// What went wrong, for people.
    pub(crate) message: String,
    /// What went wrong, for programs.
    pub(crate) error_code: ErrorCode,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) errors: Vec<ErrorDetail>,
    /// The kind of thing that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(crate) resource: Option<String>,
    /// Which one of that kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(crate) resource_id: Option<String>,
    /// The seconds after which to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64", range(min = 0, max = 31536000))]
    pub(crate) retry_after: Option<i64>,
}

/// One field that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorDetail {
    /// Where: the part of the request, then names and indices from the
    /// outside in.
    loc: Vec<ErrorLocation>,
    /// What is wrong, for people.
    msg: String,
    /// What is wrong, in Pydantic's words.
    #[serde(rename = "type")]
    kind: String,
}

/// A step on the way to a field.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ErrorLocation {
    /// Into a member of this name.
    Name(String),
    /// Into the element at this index.
    Index(#[schemars(range(min = 0, max = 9007199254740991_i64))] i64),
}

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) enum ErrorCode {
    /// There is no such thing.
    NotFound,
    /// Another record has this value.
    Duplicate,
    /// The request cannot be understood, or breaks a rule.
    BadRequest,
    /// Fields of the request are wrong; `errors` names them all.
    ValidationError,
    /// Who asks is not known.
    Unauthorized,
    /// Who asks may not.
    Forbidden,
    /// Too many requests.
    RateLimitExceeded,
    /// The body is too large.
    PayloadTooLarge,
    /// The body's media type is not accepted.
    UnsupportedMediaType,
    /// The service is away for a moment.
    Unavailable,
    /// It took too long.
    Timeout,
    /// A bug, or something broken inside.
    InternalServerError,
}

impl From<Fault> for ErrorDetail {
    fn from(fault: Fault) -> Self {
        let loc = fault.loc.into_iter().map(ErrorLocation::from).collect();
        Self { loc, msg: fault.msg, kind: fault.kind.to_owned() }
    }
}

impl From<contract::Loc> for ErrorLocation {
    fn from(step: contract::Loc) -> Self {
        match step {
            contract::Loc::Name(name) => Self::Name(name),
            contract::Loc::Index(index) => {
                Self::Index(i64::try_from(index).unwrap_or(i64::MAX))
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl HttpResponseError for Error {
    fn status_code(&self) -> ErrorStatusCode {
        ErrorStatusCode::INTERNAL_SERVER_ERROR
    }
}

impl From<HttpError> for Error {
    /// What dropshot itself finds wrong behind its router is a bug of ours.
    fn from(_: HttpError) -> Self {
        ApiError::of(StatusCode::INTERNAL_SERVER_ERROR).into_wire("")
    }
}
