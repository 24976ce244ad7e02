//! What is recorded of what is done.

use chrono::TimeDelta;
use futures::FutureExt;
use serde_json::Value;

use super::users::{password, user};
use super::{book, on_each, once};
use crate::app::{Actor, App, Error, Expected, now};
use crate::domain::{
    ApiKeyCreate, AuditEvent, AuthorChange, AuthorCreate, BookChange,
    EventCreate, Item, Model, Price, Principal, Reader, ReviewChange,
    ReviewCreate, ReviewStatus, Role, UserChange,
};
use crate::store::jobs;

fn actor(operation: &str) -> Actor {
    Actor {
        subject: "ann".to_owned(),
        operation: operation.to_owned(),
        request_id: Some("r-1".to_owned()),
        address: Some([192, 0, 2, 1].into()),
    }
}

async fn log(app: &App) -> Vec<AuditEvent> {
    app.audit_event_list(None, None, 0).await.expect("a log")
}

/// Resource, its id, and whether there was one before and is one after.
fn told(event: &AuditEvent) -> (String, bool, bool) {
    let what = format!("{} {}", event.resource, event.resource_id);
    (what, event.before.is_some(), event.after.is_some())
}

#[tokio::test]
async fn a_change_is_recorded_with_who_made_it_and_both_states() {
    on_each(async |app| {
        let app = app.acting_for(actor("v1.book_create"));
        let dune = book("Dune", "9780441013593");
        let dune = app.book_create(dune, None).await.expect("added");
        let app = app.acting_for(actor("v1.book_update"));
        let title = Some("Dune Messiah".to_owned());
        let change = BookChange { title, ..BookChange::default() };
        let changed = app.book_update(dune.id, change, Expected::Any).await;
        let changed = changed.expect("changed");

        let log = log(&app).await;

        assert_eq!(log.len(), 2, "{log:#?}");
        let json = |it| serde_json::to_value(it).expect("JSON");
        assert_eq!(
            (&log[0].before, &log[0].after),
            (&None, &Some(json(&dune)))
        );
        let second = AuditEvent {
            id: log[1].id,
            at: changed.updated_at.expect("a time"),
            subject: "ann".to_owned(),
            operation: "v1.book_update".to_owned(),
            resource: "book".to_owned(),
            resource_id: dune.id.to_string(),
            request_id: Some("r-1".to_owned()),
            address: Some([192, 0, 2, 1].into()),
            before: Some(json(&dune)),
            after: Some(json(&changed)),
        };
        assert_eq!(log[1], second);
        assert!(log[0].id < log[1].id);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_or_repeated_leaves_no_record() {
    on_each(async |app| {
        let dune = || book("Dune", "9780441013593");
        for _ in 0..3 {
            let added = app.book_create(dune(), once("key", 1)).await;
            added.expect("added once");
        }
        app.book_create(dune(), None).await.expect_err("taken");
        let nothing = BookChange::default();
        let refused = app.book_update(1, nothing, Expected::Any).await;
        refused.expect_err("nothing to change");
        app.item_delete(7).await.expect_err("missing");
        app.book_restore(1, None).await.expect("it is not archived");
        let log: Vec<_> = log(&app).await.iter().map(told).collect();
        assert_eq!(log, [("book 1".to_owned(), false, true)]);
    })
    .await;
}

#[tokio::test]
async fn each_of_many_is_recorded() {
    on_each(async |app| {
        let many = ["9780441013593", "9780441013593", "9780132350884"];
        let many = many.map(|isbn| book("Many", isbn)).to_vec();
        app.book_bulk_create(many).await.expect("answers");
        app.book_bulk_delete(vec![1, 9, 2]).await.expect("answers");
        let log: Vec<_> = log(&app).await.iter().map(told).collect();
        let row = |id: i64, before| (format!("book {id}"), before, true);
        let ids = [row(1, false), row(2, false), row(1, true), row(2, true)];
        assert_eq!(log, ids);
    })
    .await;
}

#[tokio::test]
async fn items_and_models_are_recorded_from_beginning_to_end() {
    on_each(async |app| {
        let lamp = Item { id: 7, name: "Lamp".to_owned(), description: None };
        app.item_create(lamp.clone()).await.expect("added");
        app.item_replace(lamp).await.expect("replaced");
        app.item_delete(7).await.expect("removed");
        let bert = Model {
            model_id: "bert".to_owned(),
            framework: "onnx".to_owned(),
            version: "1.0.0".to_owned(),
            parameters_millions: 1.0,
        };
        app.model_create(bert.clone()).await.expect("added");
        app.model_replace(bert).await.expect("replaced");
        app.model_delete("bert").await.expect("removed");
        let log: Vec<_> = log(&app).await.iter().map(told).collect();
        let life = |what: &str| {
            [(false, true), (true, true), (true, false)]
                .map(|(before, after)| (what.to_owned(), before, after))
        };
        assert_eq!(log, [life("item 7"), life("model bert")].concat());
    })
    .await;
}

/// Adds a user, gives them another password and a key, and ends all that.
/// What is secret of it comes back.
async fn come_and_go(app: &App) -> [String; 3] {
    let ann = app.user_create(user("ann", Role::Viewer)).await.expect("ann");
    let change = UserChange {
        password: Some(password("another horse")),
        ..UserChange::default()
    };
    let operator = Principal::operator();
    let changed = app.user_update(&operator, ann.id, change, None).await;
    changed.expect("changed");
    let new = ApiKeyCreate {
        username: ann.username,
        name: "nightly import".to_owned(),
        scopes: Role::Viewer.scopes(),
        expires_at: now() + TimeDelta::hours(1),
    };
    let key = app.api_key_create(new).await.expect("a key").value;
    let mut parts = key.split('_').skip(1);
    app.api_key_revoke(parts.next().expect("it")).await.expect("ended");
    for _ in 0..2 {
        app.signing_key_replace().await.expect("replaced");
    }
    let secret = parts.next().expect("it").get(..64).expect("digits");
    ["horse".to_owned(), "argon2".to_owned(), secret.to_owned()]
}

/// What a state tells of.
fn names(state: Option<&Value>) -> Vec<&str> {
    let state = state.and_then(Value::as_object).expect("a state");
    let mut names: Vec<_> = state.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn users_and_keys_are_recorded_without_what_is_secret() {
    on_each(async |app| {
        let secrets = come_and_go(&app).await;
        let log = log(&app).await;
        let told: Vec<_> = log
            .iter()
            .map(|it| (it.resource.as_str(), it.before.is_some()))
            .collect();
        let twice = |what| [(what, false), (what, true)];
        let all = ["user", "API key", "signing key"].map(twice);
        assert_eq!(told, all.concat());
        let user = "created_at email full_name id is_active role updated_at \
                    username";
        let key = "created_at expires_at id last_used_at name prefix \
                   revoked_at scopes username";
        for (event, expected) in
            log.iter().step_by(2).zip([user, key, "created_at id"])
        {
            assert_eq!(names(event.after.as_ref()).join(" "), expected);
        }
        let after = log[1].after.as_ref().expect("a user");
        assert_eq!(after["has_new_password"], true);
        let text = serde_json::to_string(&log).expect("JSON");
        for secret in secrets {
            assert!(!text.contains(&secret), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rename_is_recorded_with_the_author_alone() {
    on_each(async |app| {
        let dune = book("Dune", "9780441013593");
        let author = app.book_create(dune, None).await.expect("added").author;
        let ann = AuthorCreate {
            name: "Ann".to_owned(),
            bio: None,
            nationality: None,
            contact: None,
        };
        let ann = app.author_create(ann).await.expect("added").id;
        app.author_delete(ann).await.expect("deleted");
        let name = Some("F. Herbert".to_owned());
        let change = AuthorChange { name, ..AuthorChange::default() };
        app.author_update(author.id, change).await.expect("renamed");
        app.author_delete(author.id).await.expect_err("in use");

        let log = log(&app).await;

        let author =
            |id: i64, before, after| (format!("author {id}"), before, after);
        let expected = [
            ("book 1".to_owned(), false, true),
            author(ann, false, true),
            author(ann, true, false),
            author(1, true, true),
        ];
        assert_eq!(log.iter().map(told).collect::<Vec<_>>(), expected);
        let name =
            |it: &Option<Value>| it.as_ref().map(|it| it["name"].clone());
        let names = [name(&log[3].before), name(&log[3].after)];
        assert_eq!(
            names,
            ["Frank Herbert", "F. Herbert"].map(|it| Some(it.into()))
        );
    })
    .await;
}

/// Adds a review of a book, changes it, approves it and deletes it.
async fn review(app: &App, book: i64) {
    let by = Reader { user_id: None, is_moderator: true };
    let new = ReviewCreate { rating: 4, body: Some("Sand.".to_owned()) };
    let id = app.review_create(book, None, new).await.expect("added").id;
    let change = ReviewChange { rating: Some(5), ..ReviewChange::default() };
    app.review_update(id, by, change).await.expect("changed");
    let approved = ReviewStatus::Approved;
    app.review_moderate(id, approved).await.expect("approved");
    app.review_delete(id, by).await.expect("deleted");
}

#[tokio::test]
async fn events_and_reviews_are_recorded() {
    on_each(async |app| {
        let event = EventCreate {
            name: "Fair".to_owned(),
            description: None,
            start_date: now(),
            end_date: now(),
            max_attendees: 5,
            ticket_price: Price::from_minor(0),
            tags: Vec::new(),
        };
        app.event_create(event).await.expect("added");
        let dune = book("Dune", "9780441013593");
        let dune = app.book_create(dune, None).await.expect("added").id;
        review(&app, dune).await;
        let log = log(&app).await;
        let row = |what: &str, before, after| (what.to_owned(), before, after);
        let expected = [
            row("event 1", false, true),
            row("book 1", false, true),
            row("review 1", false, true),
            row("review 1", true, true),
            row("review 1", true, true),
            row("review 1", true, false),
        ];
        assert_eq!(log.iter().map(told).collect::<Vec<_>>(), expected);
        let approved = log[4].after.as_ref().expect("a review");
        assert_eq!(
            (&approved["status"], &approved["rating"]),
            (&"approved".into(), &5.into())
        );
    })
    .await;
}

#[tokio::test]
async fn a_mail_is_asked_for_with_each_user_who_is_added() {
    on_each(async |app| {
        app.user_create(user("ann", Role::Viewer)).await.expect("ann");
        let taken = app.user_create(user("Ann", Role::Viewer)).await;
        assert!(matches!(taken, Err(Error::Duplicate { .. })));
        let jobs = app.store().read(|tx| jobs::list(tx, None).boxed()).await;
        let jobs = jobs.expect("a list");
        let kinds: Vec<_> = jobs.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["welcome_mail"]);
    })
    .await;
}

#[tokio::test]
async fn a_part_of_the_log_is_between_two_moments() {
    on_each(async |app| {
        for id in 0..4 {
            let item = Item { id, name: "x".to_owned(), description: None };
            app.item_create(item).await.expect("added");
        }
        let all = log(&app).await;
        let at: Vec<_> = all.iter().map(|it| it.at).collect();
        for (since, until, after, expected) in [
            (None, None, 0, 0..4),
            (Some(at[1]), None, 0, 1..4),
            (None, Some(at[2]), 0, 0..2),
            (Some(at[1]), Some(at[3]), 0, 1..3),
            (Some(at[1]), Some(at[3]), all[1].id, 2..3),
            (Some(at[3]), Some(at[3]), 0, 4..4),
        ] {
            let part = app.audit_event_list(since, until, after).await;
            assert_eq!(part.expect("a part"), all[expected]);
        }
    })
    .await;
}
