//! Authors: all that is known of one. What a book shows of its author is
//! [`super::Author`].

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An author as the catalogue holds them. Serializes as the audit log tells
/// it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuthorProfile {
    /// Given by the store, from 1 upwards, never used twice.
    pub id: i64,
    /// 1 to 200 characters, unique: authors are told apart by it.
    pub name: String,
    /// At most 2000 characters.
    pub bio: Option<String>,
    /// At most 100 characters.
    pub nationality: Option<String>,
    /// How to reach them.
    pub contact: Option<Contact>,
    /// Their books that are not archived.
    pub book_count: i64,
    /// When they were added, to the microsecond.
    pub created_at: DateTime<Utc>,
}

/// How to reach somebody. Stored as it serializes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Ten to fifteen digits, perhaps behind `+`, `1` or `+1`.
    pub phone: Option<String>,
    /// Where they live.
    pub address: Option<Address>,
}

/// A postal address. Stored as it serializes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// 1 to 200 characters.
    pub street: String,
    /// 1 to 100 characters.
    pub city: String,
    /// 2 characters.
    pub state: String,
    /// Five digits, or five and four.
    pub zip_code: String,
    /// 1 to 100 characters.
    pub country: String,
}

/// All that a caller says of a new author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorCreate {
    /// See [`AuthorProfile::name`].
    pub name: String,
    /// See [`AuthorProfile::bio`].
    pub bio: Option<String>,
    /// See [`AuthorProfile::nationality`].
    pub nationality: Option<String>,
    /// See [`AuthorProfile::contact`].
    pub contact: Option<Contact>,
}

/// Changes to an author: an absent field keeps its value, and `Some(None)`
/// clears one that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorChange {
    /// See [`AuthorProfile::name`].
    pub name: Option<String>,
    /// See [`AuthorProfile::bio`].
    pub bio: Option<Option<String>>,
    /// See [`AuthorProfile::nationality`].
    pub nationality: Option<Option<String>>,
    /// See [`AuthorProfile::contact`].
    pub contact: Option<Option<Contact>>,
}

impl From<AuthorCreate> for AuthorChange {
    /// A change to every field.
    fn from(new: AuthorCreate) -> Self {
        Self {
            name: Some(new.name),
            bio: Some(new.bio),
            nationality: Some(new.nationality),
            contact: Some(new.contact),
        }
    }
}
