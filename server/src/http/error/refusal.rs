//! What the catalogue refuses, as clients are told.

use http::StatusCode;

use super::{ApiError, ErrorCode, fault};
use crate::app;
use crate::contract::Fault;
use crate::http::auth;

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

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
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
