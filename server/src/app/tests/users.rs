//! Users, tokens and keys.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;

use super::on_each;
use crate::app::{App, Error, Resource, now};
use crate::config;
use crate::domain::{
    ApiKeyCreate, Login, Password, Principal, Role, Scope, Scopes, Subject,
    UserChange, UserCreate,
};
use crate::store::api_keys;

pub(super) fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

pub(super) fn user(username: &str, role: Role) -> UserCreate {
    UserCreate {
        username: username.to_owned(),
        email: format!("{username}@example.org"),
        full_name: username.to_owned(),
        role,
        password: password("correct horse"),
    }
}

fn login(username: &str, text: &str) -> Login {
    let username = username.to_owned();
    Login { username, password: password(text), scopes: None }
}

async fn token(app: &App, username: &str) -> String {
    let token = app.token_create(login(username, "correct horse")).await;
    token.expect("a token").value
}

#[tokio::test]
async fn whoever_is_refused_has_cost_one_hash() {
    on_each(async |app| {
        let made = || app.auth.passwords.made.load(Ordering::SeqCst);
        let id = app.user_create(user("gone", Role::Viewer)).await.unwrap().id;
        app.user_create(user("ann", Role::Viewer)).await.unwrap();
        let end =
            UserChange { is_active: Some(false), ..UserChange::default() };
        let operator = Principal::operator();
        app.user_update(&operator, id, end, None).await.unwrap();
        for (name, text) in [
            ("nobody", "correct horse"),
            ("ann", "another"),
            ("gone", "correct horse"),
            ("", ""),
        ] {
            let before = made();
            let refused = app.token_create(login(name, text)).await;
            assert!(matches!(refused, Err(Error::BadLogin)), "{name}");
            assert_eq!(made() - before, 1, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_has_the_scopes_asked_for_that_the_role_allows() {
    on_each(async |app| {
        app.user_create(user("ann", Role::Editor)).await.unwrap();
        let ask = async |scopes: &str| {
            let scopes = Some(Scopes::parse(scopes));
            let login = Login { scopes, ..login("ANN", "correct horse") };
            app.token_create(login).await
        };
        for (asked, given) in [
            ("catalog:read", "catalog:read"),
            ("users:admin catalog:write", "catalog:write"),
        ] {
            let token = ask(asked).await.unwrap();
            assert_eq!(token.scopes.to_string(), given);
            let who = app.authenticate(&token.value).await.unwrap();
            assert_eq!(who.scopes, token.scopes);
            assert_eq!(who.subject, Subject::User(1));
        }
        let none = ask("users:admin").await.unwrap_err();
        assert!(matches!(none, Error::Rule { field: "scope", .. }));
    })
    .await;
}

#[tokio::test]
async fn a_signing_key_is_followed_by_another_and_verifies_on() {
    on_each(async |app| {
        app.user_create(user("ann", Role::Viewer)).await.unwrap();
        let first = token(&app, "ann").await;
        let second = token(&app, "ann").await;
        let kid = |token: &str| {
            jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
        };
        assert_eq!(kid(&first), kid(&second), "a key signs for days");

        // As if every key were too old.
        let settings =
            config::Auth { signing_key_days: 0, ..config::Auth::default() };
        let hasty = app.clone().with_auth(&settings);
        let third = token(&hasty, "ann").await;
        assert_ne!(kid(&third), kid(&first));
        for token in [&first, &third] {
            app.authenticate(token).await.unwrap();
        }
        let fourth = token(&hasty, "ann").await;
        app.authenticate(&fourth).await.unwrap();
        app.authenticate(&third).await.unwrap();
        let forgotten = app.authenticate(&first).await;
        assert!(matches!(forgotten, Err(Error::BadToken)));

        let log = app.audit_event_list(None, None, 0).await.unwrap();
        let keys = log.iter().filter(|it| it.resource == "signing key");
        let keys: Vec<_> = keys
            .map(|it| {
                let by = (it.subject.as_str(), it.operation.as_str());
                assert_eq!(by, ("system", "signing_key_succeed"));
                it.resource_id.clone()
            })
            .collect();
        assert_eq!(keys, [&first, &third, &fourth].map(|it| kid(it)));
    })
    .await;
}

#[tokio::test]
async fn others_are_neither_seen_nor_changed() {
    on_each(async |app| {
        let ann = app.user_create(user("ann", Role::Viewer)).await.unwrap();
        let bob = app.user_create(user("bob", Role::Editor)).await.unwrap();
        let who = Principal {
            subject: Subject::User(ann.id),
            scopes: Role::Viewer.scopes(),
        };
        let key = Principal {
            subject: Subject::Key { user_id: ann.id, key_id: 1 },
            ..who
        };
        let name = UserChange {
            full_name: Some("Ann B.".to_owned()),
            ..UserChange::default()
        };
        assert_eq!(app.user_view(&who, ann.id).await.unwrap(), ann);
        assert_eq!(app.user_view(&key, ann.id).await.unwrap(), ann);
        let update = async |who: &Principal, id| {
            app.user_update(who, id, name.clone(), None).await
        };
        assert_eq!(update(&who, ann.id).await.unwrap().full_name, "Ann B.");
        let role = UserChange {
            role: Some(Role::Admin),
            ..UserChange::default()
        };
        for refused in [
            app.user_view(&who, bob.id).await,
            app.user_view(&who, 99).await,
            update(&who, bob.id).await,
            update(&key, ann.id).await,
            app.user_update(&who, ann.id, role, None).await,
        ] {
            let needs = Scope::UsersAdmin;
            assert!(
                matches!(refused, Err(Error::Forbidden { scope }) if scope == needs)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_api_key_is_kept_without_its_secret() {
    on_each(async |app| {
        let ann = app.user_create(user("ann", Role::Viewer)).await.unwrap();
        let new = |username: &str, scope| ApiKeyCreate {
            username: username.to_owned(),
            name: "nightly import".to_owned(),
            scopes: [scope].into_iter().collect(),
            expires_at: now() + TimeDelta::hours(1),
        };
        let read = Scope::CatalogRead;
        let key = app.api_key_create(new("Ann", read)).await.unwrap().value;
        let more = app.api_key_create(new("ann", Scope::CatalogWrite)).await;
        assert!(matches!(more, Err(Error::Rule { field: "scopes", .. })));
        let nobody = app.api_key_create(new("bob", read)).await;
        assert!(matches!(
            nobody,
            Err(Error::NotFound { resource: Resource::User, .. })
        ));

        let all = app.api_key_list(None).await.unwrap();
        assert_eq!(all, app.api_key_list(Some("ann".into())).await.unwrap());
        let [kept] = all.as_slice() else { panic!("{all:?}") };
        let marked = format!("colophon_{}_", kept.prefix);
        let secret = key.strip_prefix(&marked).expect("the secret");
        assert_eq!((secret.len(), kept.last_used_at), (72, None));
        let by_prefix =
            api_keys::by_prefix(app.store().dialect(), &kept.prefix);
        let held = app.store().lookup(&by_prefix, api_keys::read).await;
        let held = held.unwrap().expect("a row");
        assert!(!format!("{held:?}").contains(&secret[..64]));
        assert_eq!((held.user_id, held.digest.len()), (ann.id, 32));
    })
    .await;
}

#[tokio::test]
async fn the_use_of_an_api_key_is_noted_now_and_then() {
    on_each(async |app| {
        app.user_create(user("ann", Role::Viewer)).await.unwrap();
        let new = ApiKeyCreate {
            username: "ann".to_owned(),
            name: "nightly import".to_owned(),
            scopes: Role::Viewer.scopes(),
            expires_at: now() + TimeDelta::hours(1),
        };
        let key = app.api_key_create(new).await.unwrap().value;
        let before = now();
        for _ in 0..3 {
            app.authenticate(&key).await.unwrap();
        }
        let deadline = tokio::time::Instant::now() + TEN_SECONDS;
        let used = loop {
            let keys = app.api_key_list(None).await.unwrap();
            if let Some(used) = keys[0].last_used_at {
                break used;
            }
            assert!(tokio::time::Instant::now() < deadline, "never noted");
            tokio::task::yield_now().await;
        };
        assert!(used >= before);
        app.authenticate(&key).await.unwrap();
        let keys = app.api_key_list(None).await.unwrap();
        assert_eq!(keys[0].last_used_at, Some(used));
    })
    .await;
}

const TEN_SECONDS: std::time::Duration = std::time::Duration::from_secs(10);

#[tokio::test]
async fn of_two_who_want_a_name_at_once_one_gets_it() {
    on_each(async |app| {
        let all = (0..4).map(|_| app.user_create(user("ann", Role::Viewer)));
        let outcomes = futures::future::join_all(all).await;
        let added = outcomes.iter().filter(|it| it.is_ok()).count();
        assert_eq!(added, 1);
        for refused in outcomes.iter().filter_map(|it| it.as_ref().err()) {
            assert!(
                matches!(
                    refused,
                    Error::Duplicate { field: "username", holder, .. }
                        if holder == "1"
                ),
                "{refused:?}"
            );
        }
    })
    .await;
}

/// Has whoever runs the server change a user.
async fn operate(app: &App, id: i64, change: UserChange) -> Result<(), Error> {
    let operator = Principal::operator();
    app.user_update(&operator, id, change, None).await.map(drop)
}

fn role(role: Role) -> UserChange {
    UserChange { role: Some(role), ..UserChange::default() }
}

fn active(is_active: bool) -> UserChange {
    UserChange { is_active: Some(is_active), ..UserChange::default() }
}

#[tokio::test]
async fn the_last_active_admin_stays_one() {
    on_each(async |app| {
        let ann = app.user_create(user("ann", Role::Admin)).await.unwrap();
        let bob = app.user_create(user("bob", Role::Admin)).await.unwrap();
        operate(&app, bob.id, role(Role::Editor)).await.unwrap();
        // An admin who is not active cannot help.
        let inactive =
            UserChange { is_active: Some(false), ..role(Role::Admin) };
        operate(&app, bob.id, inactive).await.unwrap();
        let both = UserChange { is_active: Some(false), ..role(Role::Viewer) };
        for change in [role(Role::Editor), active(false), both] {
            let refused = operate(&app, ann.id, change).await;
            assert!(
                matches!(refused, Err(Error::LastAdmin { id }) if id == ann.id)
            );
        }
        let operator = Principal::operator();
        assert_eq!(app.user_view(&operator, ann.id).await.unwrap(), ann);
        let name = Some("Ann B.".to_owned());
        let stays = UserChange {
            full_name: name,
            is_active: Some(true),
            ..role(Role::Admin)
        };
        operate(&app, ann.id, stays).await.unwrap();

        operate(&app, bob.id, active(true)).await.unwrap();
        operate(&app, ann.id, active(false)).await.unwrap();
        let refused = operate(&app, bob.id, role(Role::Viewer)).await;
        assert!(matches!(refused, Err(Error::LastAdmin { .. })));
    })
    .await;
}

#[tokio::test]
async fn of_admins_who_demote_each_other_at_once_one_stays() {
    on_each(async |app| {
        let mut ids = Vec::new();
        for name in ["ann", "bob", "cat"] {
            let new = user(name, Role::Admin);
            ids.push(app.user_create(new).await.unwrap().id);
        }
        for _ in 0..10 {
            let demotions =
                ids.iter().map(|id| operate(&app, *id, role(Role::Viewer)));
            let outcomes = futures::future::join_all(demotions).await;
            let refused: Vec<_> =
                outcomes.into_iter().filter_map(Result::err).collect();
            assert!(
                matches!(refused.as_slice(), [Error::LastAdmin { .. }]),
                "{refused:?}"
            );
            for id in &ids {
                operate(&app, *id, role(Role::Admin)).await.unwrap();
            }
        }
    })
    .await;
}
