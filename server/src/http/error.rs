//! Errors as clients see them: one shape for all, in both versions.

use std::error::Error as StdError;
use std::fmt;

use dropshot::{ErrorStatusCode, HttpError, HttpResponseError};
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::auth;
use crate::app;
use crate::contract::{self, Fault};
use crate::rate_limit::Standing;

/// The seconds after which a client may try again when the service is away.
const RETRY_AFTER_S: i64 = 1;

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

impl From<app::Error> for ApiError {
    /// Names every variant, so a new one does not compile until it has a
    /// status.
    fn from(error: app::Error) -> Self {
        let message = capitalised(&error.to_string());
        match error {
            app::Error::NotFound { resource, id } => {
                Self::of(StatusCode::NOT_FOUND)
                    .saying(not_found(resource, &id))
                    .about(resource, id)
            }
            app::Error::Duplicate { resource, field, value, holder } => {
                let taken = taken(resource, field, &value, &holder);
                Self::new(StatusCode::CONFLICT, ErrorCode::Duplicate, taken)
                    .about(resource, holder)
            }
            app::Error::NotYours { resource, id } => {
                let words = format!("{} is not yours", named(resource, &id));
                Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, words)
                    .about(resource, id)
            }
            app::Error::InUse { resource, id, users } => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::BadRequest,
                format!("{} has {users}", named(resource, &id)),
            )
            .about(resource, id),
            app::Error::LastAdmin { id } => {
                Self::new(StatusCode::CONFLICT, ErrorCode::BadRequest, message)
                    .about(app::Resource::User, id.to_string())
            }
            app::Error::Rule { field, message } => Self::bad_request(message)
                .with_faults(vec![broken_rule(field, message)]),
            app::Error::Dangling { field, resource } => {
                Self::invalid(vec![dangling(field, resource)])
            }
            app::Error::NothingToChange => {
                Self::bad_request("No fields provided for update")
            }
            app::Error::Stale { resource, id } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                ErrorCode::BadRequest,
                message,
            )
            .about(resource, id),
            app::Error::NoModel => {
                Self::unavailable(StatusCode::SERVICE_UNAVAILABLE)
                    .saying(message)
            }
            app::Error::Prediction(cause) => Self::internal(&cause),
            app::Error::KeyReused => Self::invalid(vec![key_reused()]),
            app::Error::BadLogin => auth::challenge().saying(message),
            app::Error::BadToken => auth::invalid_token(),
            app::Error::Forbidden { scope } => {
                auth::insufficient_scope(scope.as_str())
            }
            app::Error::Crypto(cause) => Self::internal(&cause),
            app::Error::Unavailable(cause) => {
                Self::unavailable(StatusCode::SERVICE_UNAVAILABLE)
                    .because(&cause)
            }
            app::Error::Internal(cause) => Self::internal(&cause),
        }
    }
}

fn not_found(resource: app::Resource, id: &str) -> String {
    match resource {
        app::Resource::Model => "Model not found in registry".to_owned(),
        app::Resource::Item => "Item not found".to_owned(),
        app::Resource::Report => "Report not found".to_owned(),
        app::Resource::ApiKey => "API key not found".to_owned(),
        app::Resource::SigningKey => "Signing key not found".to_owned(),
        app::Resource::Book
        | app::Resource::Author
        | app::Resource::Product
        | app::Resource::Event
        | app::Resource::Review
        | app::Resource::User
        | app::Resource::Job => {
            format!("{} not found", named(resource, id))
        }
    }
}

/// A thing by its id, at the start of a sentence.
fn named(resource: app::Resource, id: &str) -> String {
    capitalised(&format!("{resource} with ID {id}"))
}

fn taken(
    resource: app::Resource,
    field: &str,
    value: &str,
    holder: &str,
) -> String {
    let field = if field == "isbn" { "ISBN" } else { field };
    capitalised(&format!("{field} {value} is taken by {resource} {holder}"))
}

fn broken_rule(field: &str, message: &str) -> Fault {
    fault(&["body", field], message, "value_error")
}

fn dangling(field: &str, resource: app::Resource) -> Fault {
    let loc: Vec<_> = ["body"].into_iter().chain(field.split('.')).collect();
    fault(&loc, &format!("There is no such {resource}"), "value_error")
}

fn key_reused() -> Fault {
    let message = "The key was used with another request";
    fault(&["header", "idempotency-key"], message, "idempotency_key_reused")
}

/// A field that is wrong by a rule that the contract cannot say.
pub(crate) fn fault(loc: &[&str], msg: &str, kind: &'static str) -> Fault {
    let loc = loc.iter().map(|step| contract::Loc::Name((*step).to_owned()));
    Fault { loc: loc.collect(), msg: msg.to_owned(), kind }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;

    #[test]
    fn why_something_failed_is_for_the_log_alone() {
        let failed = store::Error::Unreadable { column: 7 };
        let words = failed.to_string();

        let error = ApiError::from(app::Error::Internal(failed));

        assert_eq!(error.cause(), Some(words.as_str()));
        let wire = serde_json::to_string(&error.into_wire("id"));
        assert!(!wire.expect("JSON").contains(&words));
    }
}
