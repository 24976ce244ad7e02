//! Events.

use chrono::{DateTime, Utc};
use futures::FutureExt;

use super::{App, Error, Resource};
use crate::domain::{Event, EventCreate, Page, PageNumber, kept};
use crate::store::events;

impl App {
    /// A page of all events, by the time that they start at, and how many
    /// there are.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn event_page(
        &self,
        at: PageNumber,
    ) -> Result<Page<Event>, Error> {
        Ok(self.store.read(move |tx| events::page(tx, at).boxed()).await?)
    }

    /// Adds an event and returns it as stored.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn event_create(&self, new: EventCreate) -> Result<Event, Error> {
        self.write(move |tx, act| {
            async move {
                let event = described(new, act.at);
                let event = events::insert(tx, event).await?;
                act.record(tx, None, Some(&event)).await?;
                Ok(event)
            }
            .boxed()
        })
        .await
    }

    /// The event of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn event_view(&self, id: i64) -> Result<Event, Error> {
        let statement = events::by_id(self.store.dialect(), id);
        let event = self.store.lookup(&statement, events::read).await?;
        event.ok_or_else(|| Error::NotFound {
            resource: Resource::Event,
            id: id.to_string(),
        })
    }
}

/// The event as a caller describes it, made now. The store gives it its id.
fn described(new: EventCreate, now: DateTime<Utc>) -> Event {
    Event {
        id: 0,
        name: new.name,
        description: new.description,
        start_date: kept(new.start_date),
        end_date: kept(new.end_date),
        max_attendees: new.max_attendees,
        ticket_price: new.ticket_price,
        tags: new.tags,
        created_at: now,
    }
}
