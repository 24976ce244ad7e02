//! Events.

use chrono::{DateTime, TimeDelta, Utc};

use super::on_each;
use crate::app::{App, Error, Resource};
use crate::domain::{Event, EventCreate, PageNumber, Price};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

async fn add(app: &App, name: &str, start_date: DateTime<Utc>) -> Event {
    let new = EventCreate {
        name: name.to_owned(),
        description: Some("Readings.".to_owned()),
        start_date,
        end_date: start_date + TimeDelta::hours(2),
        max_attendees: 80,
        ticket_price: Price::from_minor(12_50),
        tags: vec![" Talk".to_owned(), "talk".to_owned()],
    };
    app.event_create(new).await.expect("added")
}

#[tokio::test]
async fn events_are_kept_and_listed_by_their_start() {
    on_each(async |app| {
        let late = add(&app, "late", time("2999-03-01T18:00:00Z")).await;
        let early = add(&app, "early", time("2999-01-01T18:00:00Z")).await;
        let same = add(&app, "same", late.start_date).await;
        assert_eq!(app.event_view(early.id).await.unwrap(), early);
        for (page, expected) in
            [(1, vec![early, late]), (2, vec![same]), (3, vec![])]
        {
            let at = PageNumber { page, per_page: 2 };
            let found = app.event_page(at).await.unwrap();
            assert_eq!((found.items, found.total), (expected, 3), "{page}");
        }
        let error = app.event_view(99).await.unwrap_err();
        let missing = Resource::Event;
        assert!(
            matches!(error, Error::NotFound { resource, .. } if resource == missing)
        );
    })
    .await;
}

#[tokio::test]
async fn the_times_of_an_event_are_told_as_they_are_kept() {
    on_each(async |app| {
        for (given, kept) in [
            ("2998-12-31T23:59:60Z", "2999-01-01T00:00:00Z"),
            ("2999-01-01T00:00:00.123456789Z", "2999-01-01T00:00:00.123456Z"),
            ("9999-12-31T20:59:59Z", "9999-12-31T20:59:59Z"),
        ] {
            let event = add(&app, given, time(given)).await;
            assert_eq!(event.start_date, time(kept));
            assert_eq!(app.event_view(event.id).await.unwrap(), event);
        }
    })
    .await;
}
