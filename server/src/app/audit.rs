//! Who acts, and the record of what they do.
//!
//! A unit of work that changes something is given an [`Act`], and tells it
//! what was there before and what is there after. So a change and its record
//! are one write: neither is there without the other.

mod told;

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{App, Error, Resource, now};
use crate::domain::AuditEvent;
use crate::store::audit::{self, Span};
use crate::store::{self, Tx};
pub(super) use told::Account;

/// How many events are read at once.
const PART: u64 = 1000;

/// Who acts, and by which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As [`AuditEvent::subject`] tells it.
    pub subject: String,
    /// What is done, as the metrics name operations.
    pub operation: String,
    /// The id of the request.
    pub request_id: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// Whoever runs the server, by a command: `user create`.
    pub fn operator(command: &str) -> Self {
        Self { subject: "operator".to_owned(), ..Self::system(command) }
    }

    /// The server itself, doing something by this name.
    pub(super) fn system(operation: &str) -> Self {
        Self {
            subject: "system".to_owned(),
            operation: operation.to_owned(),
            request_id: None,
            address: None,
        }
    }
}

/// What a unit of work does, by whom and when.
#[derive(Clone, Debug)]
pub(super) struct Act {
    /// When it is done.
    pub(super) at: DateTime<Utc>,
    by: Arc<Actor>,
}

/// What the audit log tells of.
pub(super) trait Audited {
    /// What kind of thing it is.
    const RESOURCE: Resource;

    /// Which one of that kind.
    fn key(&self) -> String;

    /// What may be told of it, in JSON: all that is no secret.
    fn told(&self) -> Result<String, serde_json::Error>;
}

impl Act {
    /// Records a change in the transaction that makes it: `None` before for
    /// what is new, `None` after for what is gone.
    pub(super) async fn record<T: Audited + Sync>(
        &self,
        tx: &mut Tx,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<(), store::Error> {
        let Some(either) = after.or(before) else { return Ok(()) };
        let event = AuditEvent {
            id: 0,
            at: self.at,
            subject: self.by.subject.clone(),
            operation: self.by.operation.clone(),
            resource: T::RESOURCE.to_string(),
            resource_id: either.key(),
            request_id: self.by.request_id.clone(),
            address: self.by.address,
            before: before.map(T::told).transpose()?,
            after: after.map(T::told).transpose()?,
        };
        audit::insert(tx, event).await
    }
}

impl App {
    /// The same catalogue, for somebody who acts.
    pub fn acting_for(&self, actor: Actor) -> Self {
        Self { actor: Arc::new(actor), ..self.clone() }
    }

    /// Runs a unit of work that changes something. It may be run anew, and
    /// then it is another act: see [`store::Store::write`].
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, Error>
    where
        W: for<'t> FnOnce(&'t mut Tx, Act) -> BoxFuture<'t, Result<T, Error>>
            + Clone
            + Send
            + 'static,
        T: Send + 'static,
    {
        let by = Arc::clone(&self.actor);
        self.store.write(move |tx| work(tx, Act { at: now(), by })).await
    }

    /// The next part of the audit log behind the event of a number, from a
    /// moment on and before another; empty at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn audit_event_list(
        &self,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        after: i64,
    ) -> Result<Vec<AuditEvent>, Error> {
        let span = Span { since, until, after };
        self.store
            .read(move |tx| {
                async move { Ok(audit::list(tx, span, PART).await?) }.boxed()
            })
            .await
    }
}
