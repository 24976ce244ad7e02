//! Events, and the rules of a new one.

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;

use super::Price;

/// The most attendees of an event that is free.
const MAX_FREE_ATTENDEES: f64 = 500.0;

/// The last year that RFC 3339 can write.
const LAST_YEAR: i32 = 9999;

/// An event as the catalogue holds it. Serializes as the audit log tells it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Given by the store, from 1 upwards, never used twice.
    pub id: i64,
    /// 3 to 200 characters, not all of them blank.
    pub name: String,
    /// At most 5000 characters.
    pub description: Option<String>,
    /// When it starts, to the microsecond.
    pub start_date: DateTime<Utc>,
    /// When it ends, to the microsecond; not before it starts.
    pub end_date: DateTime<Utc>,
    /// 1 to 10000.
    pub max_attendees: i32,
    /// 0 if it is free.
    pub ticket_price: Price,
    /// At most 10, as they were given.
    pub tags: Vec<String>,
    /// When it was added, to the microsecond.
    pub created_at: DateTime<Utc>,
}

/// All that a caller says of a new event, which no [`EventFault`] is found
/// with.
#[derive(Clone, Debug, PartialEq)]
pub struct EventCreate {
    /// See [`Event::name`].
    pub name: String,
    /// See [`Event::description`].
    pub description: Option<String>,
    /// See [`Event::start_date`].
    pub start_date: DateTime<Utc>,
    /// See [`Event::end_date`].
    pub end_date: DateTime<Utc>,
    /// See [`Event::max_attendees`].
    pub max_attendees: i32,
    /// See [`Event::ticket_price`].
    pub ticket_price: Price,
    /// See [`Event::tags`].
    pub tags: Vec<String>,
}

/// What is known of a new event while some of its fields may be bad; these
/// are `None`, and a rule about them is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EventDraft<'a> {
    /// See [`Event::name`].
    pub name: Option<&'a str>,
    /// See [`Event::start_date`].
    pub start_date: Option<DateTime<Utc>>,
    /// See [`Event::end_date`].
    pub end_date: Option<DateTime<Utc>>,
    /// See [`Event::max_attendees`].
    pub max_attendees: Option<f64>,
    /// See [`Event::ticket_price`], in units of the currency.
    pub ticket_price: Option<f64>,
}

/// A rule that a new event breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFault {
    /// The name is blank.
    BlankName,
    /// It starts before now.
    StartsInThePast,
    /// It starts in a year that RFC 3339 cannot write.
    StartsTooLate,
    /// It ends before it starts.
    EndsBeforeItStarts,
    /// It ends in a year that RFC 3339 cannot write.
    EndsTooLate,
    /// It is free, and too many may come.
    TooManyForFree,
}

impl EventDraft<'_> {
    /// Every rule that is broken, as far as that can be known.
    pub fn faults(&self, now: DateTime<Utc>) -> Vec<EventFault> {
        let Self { name, start_date: start, end_date: end, .. } = *self;
        let late = |it| kept(it).year() > LAST_YEAR;
        let is_free = self.ticket_price == Some(0.0);
        let crowd = self.max_attendees.filter(|_| is_free);
        let rules = [
            (EventFault::BlankName, name.is_some_and(is_blank)),
            (EventFault::StartsInThePast, start.is_some_and(|it| it < now)),
            (EventFault::StartsTooLate, start.is_some_and(late)),
            (
                EventFault::EndsBeforeItStarts,
                start.zip(end).is_some_and(|(start, end)| end < start),
            ),
            (EventFault::EndsTooLate, end.is_some_and(late)),
            (
                EventFault::TooManyForFree,
                crowd.is_some_and(|it| it > MAX_FREE_ATTENDEES),
            ),
        ];
        let broken = rules.into_iter().filter(|(_, is_broken)| *is_broken);
        broken.map(|(fault, _)| fault).collect()
    }
}

/// A time as an event keeps it: to the microsecond, and a leap second as the
/// one behind it.
pub fn kept(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
