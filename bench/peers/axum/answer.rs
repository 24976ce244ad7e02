//! What can go wrong, and the one body that says so.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::wire::{Error, ErrorDetail};

/// An answer other than the expected one.
pub(crate) enum Failure {
    NotFound(i64),
    Taken(String),
    NeedsPrefix,
    BadCursor,
    Invalid(Vec<ErrorDetail>),
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotFound(id) => not_found(id),
            Self::Taken(isbn) => {
                let message = format!("Book with ISBN {isbn} already exists");
                plain(StatusCode::CONFLICT, "Duplicate", message)
            }
            Self::NeedsPrefix => bad_request(
                "A price above 1000 needs an ISBN that starts with 978",
            ),
            Self::BadCursor => bad_request("Invalid cursor format"),
            Self::Invalid(errors) => invalid(errors),
            Self::Database(error) => {
                eprintln!("database: {error}");
                let message = "Something failed inside".to_owned();
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                plain(status, "InternalServerError", message)
            }
        };
        (status, Json(error)).into_response()
    }
}

fn plain(
    status: StatusCode,
    error_code: &'static str,
    message: String,
) -> (StatusCode, Error) {
    let error = Error {
        request_id: Uuid::new_v4().to_string(),
        message,
        error_code,
        errors: Vec::new(),
        resource: None,
        resource_id: None,
    };
    (status, error)
}

fn bad_request(message: &str) -> (StatusCode, Error) {
    plain(StatusCode::BAD_REQUEST, "BadRequest", message.to_owned())
}

fn not_found(id: i64) -> (StatusCode, Error) {
    let message = format!("Book with ID {id} not found");
    let (status, error) = plain(StatusCode::NOT_FOUND, "NotFound", message);
    let resource_id = Some(id.to_string());
    (status, Error { resource: Some("book"), resource_id, ..error })
}

fn invalid(errors: Vec<ErrorDetail>) -> (StatusCode, Error) {
    let message = "The request has invalid fields".to_owned();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, error) = plain(status, "ValidationError", message);
    (status, Error { errors, ..error })
}
