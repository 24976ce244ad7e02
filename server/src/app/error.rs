//! What can go wrong in the catalogue.

use std::fmt;

use super::CryptoError;
use crate::domain::Scope;
use crate::{inference, store};

/// A kind of thing that the catalogue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A book.
    Book,
    /// An author.
    Author,
    /// A model.
    Model,
    /// An item.
    Item,
    /// A book as a shop shows it.
    Product,
    /// An event.
    Event,
    /// A review.
    Review,
    /// A user.
    User,
    /// An API key.
    ApiKey,
    /// A key that signs tokens.
    SigningKey,
    /// A report.
    Report,
    /// A job in the background.
    Job,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Book => "book",
            Self::Author => "author",
            Self::Model => "model",
            Self::Item => "item",
            Self::Product => "product",
            Self::Event => "event",
            Self::Review => "review",
            Self::User => "user",
            Self::ApiKey => "API key",
            Self::SigningKey => "signing key",
            Self::Report => "report",
            Self::Job => "job",
        })
    }
}

/// What can go wrong in the catalogue. A variant exists where a caller acts
/// on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is archived.
    #[error("{resource} {id} not found")]
    NotFound {
        /// What was looked for.
        resource: Resource,
        /// By which identifier.
        id: String,
    },
    /// Another record has this value; a different value would be accepted.
    #[error("{field} {value} is taken by {resource} {holder}")]
    Duplicate {
        /// What kind of record.
        resource: Resource,
        /// Which field.
        field: &'static str,
        /// The value that is taken.
        value: String,
        /// The identifier of the record that has it.
        holder: String,
    },
    /// It is somebody else's to change.
    #[error("{resource} {id} belongs to somebody else")]
    NotYours {
        /// What was to be changed.
        resource: Resource,
        /// Which one.
        id: String,
    },
    /// Something else needs it, so it cannot be deleted.
    #[error("{resource} {id} has {users}")]
    InUse {
        /// What was to be deleted.
        resource: Resource,
        /// Which one.
        id: String,
        /// What needs it, such as "books".
        users: &'static str,
    },
    /// Without this user, nobody could change users any more.
    #[error(
        "user {id} is the last active admin; make another user an admin first"
    )]
    LastAdmin {
        /// Who it is.
        id: i64,
    },
    /// The fields are each well formed, but a rule about them is broken.
    #[error("{message}")]
    Rule {
        /// The field to change.
        field: &'static str,
        /// What the rule asks for.
        message: &'static str,
    },
    /// The record named by a field does not exist.
    #[error("{field} names no {resource}")]
    Dangling {
        /// The field, from the outside in.
        field: &'static str,
        /// What it should name.
        resource: Resource,
    },
    /// A change that changes nothing.
    #[error("no fields provided for update")]
    NothingToChange,
    /// The record has changed since the caller last saw it.
    #[error("{resource} {id} has changed")]
    Stale {
        /// What kind of record.
        resource: Resource,
        /// Which one.
        id: String,
    },
    /// The idempotency key came with another request before.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// There is no model that could make a prediction.
    #[error("no model for predictions is loaded")]
    NoModel,
    /// The model that makes predictions failed.
    #[error("the prediction failed")]
    Prediction(#[source] inference::Error),
    /// There is no such user, or the password is another, or the user is not
    /// active: which one is told to nobody.
    #[error("username or password is wrong")]
    BadLogin,
    /// The token is none of ours, or no longer good.
    #[error("the token is not valid")]
    BadToken,
    /// Who asks is known and may not.
    #[error("this needs the scope {}", scope.as_str())]
    Forbidden {
        /// What it would take.
        scope: Scope,
    },
    /// A bug, or a system without randomness; trying again will not help.
    #[error("a secret could not be made or checked")]
    Crypto(#[from] CryptoError),
    /// The store cannot be reached at the moment; trying again may help.
    #[error("the store is not available")]
    Unavailable(#[source] store::Error),
    /// A bug or a broken store; trying again will not help.
    #[error("the store failed")]
    Internal(#[source] store::Error),
}

impl Error {
    /// Whether it is about what was asked for, and not about the server.
    pub(super) fn is_refusal(&self) -> bool {
        !matches!(
            self,
            Self::NoModel
                | Self::Prediction(_)
                | Self::Crypto(_)
                | Self::Unavailable(_)
                | Self::Internal(_)
        )
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if error.is_unavailable() {
            Self::Unavailable(error)
        } else {
            Self::Internal(error)
        }
    }
}
