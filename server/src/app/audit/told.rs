//! What the audit log tells of each kind of thing. No secret is among it:
//! neither a password or its hash, nor an API key or its digest.

use std::ops::Not;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Audited, Resource};
use crate::domain::{
    ApiKey, AuthorProfile, Book, Event, Item, Model, QueuedJob, Report, Review,
    User,
};
use crate::store::signing_keys::SigningKey;

/// A user, as a write leaves them.
#[derive(Debug, Serialize)]
pub(in crate::app) struct Account<'a> {
    #[serde(flatten)]
    pub(in crate::app) user: &'a User,
    /// Whether the write has put another password in the place of one, which
    /// nothing else would tell.
    #[serde(skip_serializing_if = "Not::not")]
    pub(in crate::app) has_new_password: bool,
}

impl Audited for Book {
    const RESOURCE: Resource = Resource::Book;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for Model {
    const RESOURCE: Resource = Resource::Model;

    fn key(&self) -> String {
        self.model_id.clone()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for Item {
    const RESOURCE: Resource = Resource::Item;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for AuthorProfile {
    const RESOURCE: Resource = Resource::Author;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for Event {
    const RESOURCE: Resource = Resource::Event;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for Review {
    const RESOURCE: Resource = Resource::Review;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for Report {
    const RESOURCE: Resource = Resource::Report;

    fn key(&self) -> String {
        self.id.clone()
    }

    /// What was asked for, not what came of it.
    fn told(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Asked<'a> {
            id: &'a str,
            report_type: &'a str,
        }
        let report_type = self.kind.as_str();
        serde_json::to_string(&Asked { id: &self.id, report_type })
    }
}

impl<'a> From<&'a User> for Account<'a> {
    /// With the password that was there.
    fn from(user: &'a User) -> Self {
        Self { user, has_new_password: false }
    }
}

impl Audited for Account<'_> {
    const RESOURCE: Resource = Resource::User;

    fn key(&self) -> String {
        self.user.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for ApiKey {
    const RESOURCE: Resource = Resource::ApiKey;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn told(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Audited for SigningKey {
    const RESOURCE: Resource = Resource::SigningKey;

    fn key(&self) -> String {
        self.id.clone()
    }

    /// What tokens tell of it anyhow, and when it was made.
    fn told(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Known<'a> {
            id: &'a str,
            created_at: DateTime<Utc>,
        }
        let created_at = self.created_at;
        serde_json::to_string(&Known { id: &self.id, created_at })
    }
}

impl Audited for QueuedJob {
    const RESOURCE: Resource = Resource::Job;

    fn key(&self) -> String {
        self.id.to_string()
    }

    /// Not why it failed: a mail server may name whom the mail is for.
    fn told(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Known<'a> {
            id: i64,
            kind: &'a str,
            state: &'a str,
            attempts: i64,
            due_at: Option<DateTime<Utc>>,
            created_at: DateTime<Utc>,
        }
        serde_json::to_string(&Known {
            id: self.id,
            kind: &self.kind,
            state: self.state.as_str(),
            attempts: self.attempts,
            due_at: self.due_at,
            created_at: self.created_at,
        })
    }
}
