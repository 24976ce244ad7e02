//! v1: events.

use chrono::{DateTime, Utc};
use colophon_client::v1::types::EventCreate;
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::{event, with};
use crate::faults::{
    Words, a, assert_faults, at, ge, hundredths, le, long, many, missing,
    pattern, secret, short, value,
};

#[tokio::test]
async fn the_client_adds_and_finds_an_event() {
    let server = TestServer::start("the_client_and_an_event").await;
    let start: DateTime<Utc> = "2999-03-01T18:00:00Z".parse().expect("a time");
    let body = EventCreate::builder()
        .name("Fair")
        .start_date(start)
        .end_date(start)
        .max_attendees(500);
    let new = server.v1.event_create().body(body).send().await;
    let new = new.expect("added");
    assert_eq!(new.headers()["location"], "/api/v1/events/1");
    assert_eq!((new.max_attendees, new.ticket_price), (500, 0.0));
    let seen = server.v1.event_view().event_id(new.id).send().await;
    assert_eq!(*seen.expect("an event"), *new);
    let list = server.v1.event_list().per_page(5).send().await;
    assert_eq!(list.expect("a page").items, [(*new).clone()]);
    server.stop().await;
}

#[tokio::test]
async fn an_event_is_shown_as_it_was_added() {
    let server = TestServer::start("an_event_is_shown").await;
    let bare = server.post("/api/v1/events", &event("Fair")).expect(201).await;
    let defaults = json!({
        "id": 1, "description": null, "max_attendees": 100, "tags": [],
        "ticket_price": 0.0, "created_at": bare["created_at"],
    });
    assert_eq!(bare, with(event("Fair"), defaults));
    let full = json!({
        "name": "  x", "description": "Stalls.",
        "start_date": "2999-03-01T20:00:00.25+02:00",
        "max_attendees": 10000, "ticket_price": 12.5,
        "tags": [" B", "a", "a", ""],
    });
    let full = with(event("Fair"), full);
    let shown = server.post("/api/v1/events", &full).expect(201).await;
    let told = json!({
        "id": 2, "created_at": shown["created_at"],
        "start_date": "2999-03-01T18:00:00.250Z",
    });
    assert_eq!(shown, with(full, told));
    assert_eq!(server.get("/api/v1/events/2").expect(200).await, shown);
    let missing = server.get("/api/v1/events/9").expect(404).await;
    assert_eq!(missing["message"], "Event with ID 9 not found");
    server.stop().await;
}

#[tokio::test]
async fn faults_of_fields_and_between_fields_are_told_at_once() {
    let server = TestServer::start("faults_between_fields").await;
    let body = json!({
        "name": " \t ", "description": secret(5001),
        "start_date": "2020-01-01T00:00:00Z",
        "end_date": "2019-12-31T00:00:00Z", "max_attendees": 501,
        "tags": vec!["a"; 11],
    });
    let past = value("the event must not start in the past");
    let early = value("the event must not end before it starts");
    let crowd = value("a free event has at most 500 attendees");
    let expected = [
        (at("body.name"), value("it must not be blank")),
        (at("body.description"), long(5000)),
        (at("body.start_date"), past.clone()),
        (at("body.end_date"), early),
        (at("body.max_attendees"), crowd),
        (at("body.tags"), many(10)),
    ];
    assert_faults(server.post("/api/v1/events", &body), &expected).await;
    let body = json!({
        "start_date": "2020-01-01T00:00:00Z", "max_attendees": "501",
    });
    let expected = [
        (at("body.name"), missing()),
        (at("body.start_date"), past),
        (at("body.end_date"), missing()),
        (at("body.max_attendees"), a("int_type", "integer")),
    ];
    assert_faults(server.post("/api/v1/events", &body), &expected).await;
    server.stop().await;
}

#[tokio::test]
async fn each_field_of_an_event_has_its_bounds() {
    let server = TestServer::start("each_field_of_an_event").await;
    let no_time = || a("datetime_parsing", "datetime");
    let late = || value("it is after the year 9999 in UTC");
    let rows: Vec<(&str, Value, Words)> = vec![
        ("name", json!("ab"), short(3)),
        ("name", json!("a\0b"), pattern("^[^\\x00]*$")),
        ("start_date", json!("tomorrow"), no_time()),
        ("start_date", json!("2999-02-30T00:00:00Z"), no_time()),
        ("end_date", json!("2999-03-01T21:00:00"), no_time()),
        ("end_date", json!("9999-12-31T23:59:59-00:01"), late()),
        ("end_date", json!("9999-12-31T23:59:60Z"), late()),
        ("max_attendees", json!(0), ge("1")),
        ("max_attendees", json!(10001), le("10000")),
        ("ticket_price", json!(-0.01), ge("0")),
        ("ticket_price", json!(0.001), hundredths()),
        ("ticket_price", json!(1000001), le("1000000")),
    ];
    for (field, value, words) in rows {
        let body = with(event("Fair"), json!({ field: value }));
        let expected = [(at(&format!("body.{field}")), words)];
        assert_faults(server.post("/api/v1/events", &body), &expected).await;
    }
    for legal in [
        json!({ "max_attendees": 500, "ticket_price": 0 }),
        json!({ "max_attendees": 501, "ticket_price": 0.01 }),
        json!({ "ticket_price": 1000000, "tags": vec!["a"; 10] }),
        json!({ "end_date": "2999-03-01T18:00:00Z" }),
        json!({ "end_date": "2999-12-31T23:59:60Z" }),
        json!({ "end_date": "9999-12-31T23:59:59.999999999Z" }),
    ] {
        let body = with(event("Fair"), legal.clone());
        let reply = server.post("/api/v1/events", &body).send().await;
        assert_eq!(reply.status, 201, "{legal}: {}", reply.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn events_are_listed_by_their_start() {
    let server = TestServer::start("events_are_listed").await;
    for (name, day) in [("third", 3), ("first", 1), ("second", 2)] {
        let start = format!("2999-02-0{day}T00:00:00Z");
        let body = with(event(name), json!({ "start_date": start }));
        server.post("/api/v1/events", &body).expect(201).await;
    }
    let path = "/api/v1/events?per_page=2";
    let reply = server.get(path).reply(200).await;
    let page = reply.json();
    let items = page["items"].as_array().expect("items");
    let names: Vec<_> = items.iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!(reply.header("x-total-count"), Some("3"));
    assert_eq!(reply.header("x-total-pages"), Some("2"));
    let links = reply.header("link").expect("links");
    assert!(links.contains(&format!("<{path}&page=2>; rel=\"next\"")));
    let past = server.get("/api/v1/events?page=9").expect(200).await;
    assert_eq!((&past["items"], &past["total"]), (&json!([]), &json!(3)));
    server.stop().await;
}
