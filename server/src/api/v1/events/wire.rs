//! Events as v1 sends and takes them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::bounded::{Id, Int, Text, range};
use crate::contract::{Fault, Loc};
use crate::domain::{self, EventDraft, EventFault, Price};
use crate::http::{Nullable, Rules};

range!(
    /// What a ticket costs.
    TicketPrice, minimum: 0.0, maximum: 1_000_000.0, multiple_of: 0.01
);

type Name = Text<3, 200>;
type Description = Text<0, 5000>;
type Attendees = Int<1, 10_000>;
type Tag = Text<0, 100>;

/// How many may come to an event that does not say.
const ATTENDEES: i32 = 100;

/// An event to add.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct EventCreate {
    name: Name,
    description: Option<Description>,
    start_date: DateTime<Utc>,
    end_date: DateTime<Utc>,
    #[serde(default = "attendees")]
    max_attendees: Attendees,
    #[serde(default)]
    ticket_price: TicketPrice,
    #[serde(default)]
    #[schemars(length(max = 10))]
    tags: Vec<Tag>,
}

/// Something that takes place.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Event {
    id: Id,
    name: Name,
    description: Nullable<Description>,
    start_date: DateTime<Utc>,
    end_date: DateTime<Utc>,
    max_attendees: Attendees,
    ticket_price: TicketPrice,
    #[schemars(length(max = 10))]
    tags: Vec<Tag>,
    created_at: DateTime<Utc>,
}

fn attendees() -> Attendees {
    Int(ATTENDEES)
}

impl From<EventCreate> for domain::EventCreate {
    fn from(new: EventCreate) -> Self {
        Self {
            name: new.name.0,
            description: new.description.map(|it| it.0),
            start_date: new.start_date,
            end_date: new.end_date,
            max_attendees: new.max_attendees.0,
            ticket_price: Price::from_decimal(new.ticket_price.0),
            tags: new.tags.into_iter().map(|it| it.0).collect(),
        }
    }
}

impl From<domain::Event> for Event {
    fn from(event: domain::Event) -> Self {
        Self {
            id: Id::from(event.id),
            name: Text(event.name),
            description: event.description.map(Text).into(),
            start_date: event.start_date,
            end_date: event.end_date,
            max_attendees: Int(event.max_attendees),
            ticket_price: TicketPrice(event.ticket_price.to_decimal()),
            tags: event.tags.into_iter().map(Text).collect(),
            created_at: event.created_at,
        }
    }
}

impl Rules for EventCreate {
    fn faults(body: &Value) -> Vec<Fault> {
        let unread = ["start_date", "end_date"].into_iter().filter(|field| {
            text(body, field).is_some_and(|it| time(it).is_none())
        });
        let broken = draft(body).faults(Utc::now()).into_iter().map(told);
        unread.map(unreadable).chain(broken).collect()
    }
}

/// What is known of an event that may break the contract. What is absent has
/// its default.
fn draft(body: &Value) -> EventDraft<'_> {
    let number = |field: &str, default: f64| match body.get(field) {
        Some(value) => value.as_f64(),
        None => Some(default),
    };
    EventDraft {
        name: text(body, "name"),
        start_date: text(body, "start_date").and_then(time),
        end_date: text(body, "end_date").and_then(time),
        max_attendees: number("max_attendees", f64::from(ATTENDEES)),
        ticket_price: number("ticket_price", 0.0),
    }
}

fn text<'b>(body: &'b Value, field: &str) -> Option<&'b str> {
    body.get(field).and_then(Value::as_str)
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|it| it.to_utc())
}

/// A time in the form that RFC 3339 gives it, but none that there is.
fn unreadable(field: &str) -> Fault {
    let msg = "Input should be a valid datetime".to_owned();
    Fault { loc: at(field), msg, kind: "datetime_parsing" }
}

fn told(fault: EventFault) -> Fault {
    let (field, problem) = match fault {
        EventFault::BlankName => ("name", "it must not be blank"),
        EventFault::StartsInThePast => {
            ("start_date", "the event must not start in the past")
        }
        EventFault::StartsTooLate => ("start_date", TOO_LATE),
        EventFault::EndsBeforeItStarts => {
            ("end_date", "the event must not end before it starts")
        }
        EventFault::EndsTooLate => ("end_date", TOO_LATE),
        EventFault::TooManyForFree => {
            ("max_attendees", "a free event has at most 500 attendees")
        }
    };
    Fault::value(at(field), problem)
}

const TOO_LATE: &str = "it is after the year 9999 in UTC";

fn at(field: &str) -> Vec<Loc> {
    vec!["body".into(), field.into()]
}
