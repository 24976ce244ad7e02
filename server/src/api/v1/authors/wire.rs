//! Authors as v1 sends and takes them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{ANY, Count, Id, Text, patterned};
use crate::domain;
use crate::http::{Nullable, double_option};

patterned!(
    /// A telephone number.
    Phone, 0, ANY, r"^\+?1?[0-9]{10,15}$"
);
patterned!(
    /// A postal code of the United States.
    ZipCode, 0, ANY, r"^[0-9]{5}(-[0-9]{4})?$"
);

type Name = Text<1, 200>;
type Bio = Text<0, 2000>;
type Nationality = Text<0, 100>;
type Country = Text<1, 100>;

/// An author to add, or what is to be known of one from now on.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AuthorCreate {
    name: Name,
    bio: Option<Bio>,
    nationality: Option<Nationality>,
    contact: Option<Contact>,
}

/// Changes to an author.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct AuthorUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Name")]
    name: Option<Name>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    bio: Option<Option<Bio>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    nationality: Option<Option<Nationality>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Option<Contact>>,
}

/// Somebody who wrote books.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Author {
    id: Id,
    name: Name,
    bio: Nullable<Bio>,
    nationality: Nullable<Nationality>,
    contact: Nullable<Contact>,
    book_count: Count,
    created_at: DateTime<Utc>,
}

/// How to reach somebody.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Contact {
    phone: Option<Phone>,
    address: Option<Address>,
}

/// A postal address.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Address {
    street: Text<1, 200>,
    city: Text<1, 100>,
    state: Text<2, 2>,
    zip_code: ZipCode,
    #[serde(default = "united_states")]
    country: Country,
}

fn united_states() -> Country {
    Text("US".to_owned())
}

impl From<AuthorCreate> for domain::AuthorCreate {
    fn from(new: AuthorCreate) -> Self {
        Self {
            name: new.name.0,
            bio: new.bio.map(|it| it.0),
            nationality: new.nationality.map(|it| it.0),
            contact: new.contact.map(Into::into),
        }
    }
}

impl From<AuthorUpdate> for domain::AuthorChange {
    fn from(change: AuthorUpdate) -> Self {
        Self {
            name: change.name.map(|it| it.0),
            bio: change.bio.map(|it| it.map(|it| it.0)),
            nationality: change.nationality.map(|it| it.map(|it| it.0)),
            contact: change.contact.map(|it| it.map(Into::into)),
        }
    }
}

impl From<domain::AuthorProfile> for Author {
    fn from(author: domain::AuthorProfile) -> Self {
        Self {
            id: Id::from(author.id),
            name: Text(author.name),
            bio: author.bio.map(Text).into(),
            nationality: author.nationality.map(Text).into(),
            contact: author.contact.map(Contact::from).into(),
            book_count: Count::from(author.book_count),
            created_at: author.created_at,
        }
    }
}

impl From<Contact> for domain::Contact {
    fn from(contact: Contact) -> Self {
        Self {
            phone: contact.phone.map(|it| it.0),
            address: contact.address.map(Into::into),
        }
    }
}

impl From<domain::Contact> for Contact {
    fn from(contact: domain::Contact) -> Self {
        Self {
            phone: contact.phone.map(Phone),
            address: contact.address.map(Address::from),
        }
    }
}

impl From<Address> for domain::Address {
    fn from(address: Address) -> Self {
        Self {
            street: address.street.0,
            city: address.city.0,
            state: address.state.0,
            zip_code: address.zip_code.0,
            country: address.country.0,
        }
    }
}

impl From<domain::Address> for Address {
    fn from(address: domain::Address) -> Self {
        Self {
            street: Text(address.street),
            city: Text(address.city),
            state: Text(address.state),
            zip_code: ZipCode(address.zip_code),
            country: Text(address.country),
        }
    }
}
