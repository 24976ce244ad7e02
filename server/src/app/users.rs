//! Users.

use chrono::{DateTime, Utc};
use futures::FutureExt;
use slog::info;

use super::audit::{Account, Act};
use super::{App, Error, Resource};
use crate::domain::{
    Job, Page, PageNumber, Password, Principal, Scope, Subject, User,
    UserChange, UserCreate,
};
use crate::store::users::{self, Unique};
use crate::store::{Tx, jobs};

impl App {
    /// A page of users, the first added first.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn user_list(&self, at: PageNumber) -> Result<Page<User>, Error> {
        Ok(self.store.read(move |tx| users::page(tx, at).boxed()).await?)
    }

    /// Whether anybody could ever sign in.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn has_users(&self) -> Result<bool, Error> {
        let count = self.store.read(|tx| users::count(tx).boxed()).await;
        Ok(count? > 0)
    }

    /// Adds a user, who is active, and is then greeted by mail.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] if another user has the username or the email
    /// address; [`Error::Unavailable`], [`Error::Crypto`] and
    /// [`Error::Internal`].
    pub async fn user_create(&self, new: UserCreate) -> Result<User, Error> {
        let hash = self.auth.passwords.hash(new.password.clone()).await?;
        let user = self
            .write(move |tx, act| {
                async move { create(tx, new, &hash, &act).await }.boxed()
            })
            .await?;
        self.wake_jobs();
        info!(self.log, "user created";
            "user_id" => user.id, "role" => user.role.as_str());
        Ok(user)
    }

    /// The user of this id, for the user itself and for who may see all.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] to anybody else, whether or not there is one;
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn user_view(
        &self,
        who: &Principal,
        id: i64,
    ) -> Result<User, Error> {
        if who.user_id() != Some(id) {
            needs_admin(who)?;
        }
        let statement = users::by_id(self.store.dialect(), id);
        let user = self.store.lookup(&statement, users::read).await?;
        user.ok_or_else(|| not_found(id.to_string()))
    }

    /// The user of this name, in letters of either case.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn user_find(&self, username: &str) -> Result<User, Error> {
        let statement = users::by_name(self.store.dialect(), username);
        let user = self.store.lookup(&statement, users::read).await?;
        user.ok_or_else(|| not_found(username.to_owned()))
    }

    /// Changes a user. With another password, role or `is_active`, the tokens
    /// of the user end at once.
    ///
    /// `current` is the password that users give who change their own.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] to anybody but the user itself, with a token got
    /// for its password, and who may change all; also to the former for what
    /// only the latter may change. [`Error::NotFound`];
    /// [`Error::NothingToChange`]; [`Error::Rule`] if `current` is missing or
    /// another; [`Error::Duplicate`] if another user has the email address;
    /// [`Error::LastAdmin`] if nobody would be left who may change users;
    /// [`Error::Unavailable`], [`Error::Crypto`] and [`Error::Internal`].
    pub async fn user_update(
        &self,
        who: &Principal,
        id: i64,
        change: UserChange,
        current: Option<Password>,
    ) -> Result<User, Error> {
        let is_own_account = who.subject == Subject::User(id)
            && change.role.is_none()
            && change.is_active.is_none();
        if !is_own_account {
            needs_admin(who)?;
        }
        if change == UserChange::default() {
            return Err(Error::NothingToChange);
        }
        if change.password.is_some() && who.user_id() == Some(id) {
            self.check_current(id, current).await?;
        }
        self.change_user(id, change).await
    }

    async fn change_user(
        &self,
        id: i64,
        change: UserChange,
    ) -> Result<User, Error> {
        let hash = match change.password.clone() {
            Some(password) => Some(self.auth.passwords.hash(password).await?),
            None => None,
        };
        let user = self
            .write(move |tx, act| {
                async move { update(tx, id, change, hash, &act).await }.boxed()
            })
            .await?;
        info!(self.log, "user changed"; "user_id" => id,
            "role" => user.role.as_str(), "is_active" => user.is_active);
        Ok(user)
    }

    /// Whoever found an open session cannot take the account over with it.
    async fn check_current(
        &self,
        id: i64,
        current: Option<Password>,
    ) -> Result<(), Error> {
        let refused =
            |message| Error::Rule { field: "current_password", message };
        let Some(current) = current else {
            return Err(refused("The current password is needed to change it"));
        };
        let statement = users::credentials_by_id(self.store.dialect(), id);
        let known =
            self.store.lookup(&statement, users::read_credentials).await?;
        let hash = known.map(|it| it.password_hash);
        if self.auth.passwords.verify(current, hash).await? {
            return Ok(());
        }
        Err(refused("The current password is another one"))
    }
}

/// Adds a user: the unit of work, with all that follows from a new user.
async fn create(
    tx: &mut Tx,
    new: UserCreate,
    password_hash: &str,
    act: &Act,
) -> Result<User, Error> {
    check_free(tx, Unique::Username, &new.username, None).await?;
    check_free(tx, Unique::Email, &new.email, None).await?;
    let id = users::insert(tx, &new, password_hash, act.at).await?;
    let user = User {
        id,
        username: new.username,
        email: new.email,
        full_name: new.full_name,
        role: new.role,
        is_active: true,
        created_at: act.at,
        updated_at: None,
    };
    jobs::enqueue(tx, &welcome(&user), act.at).await?;
    act.record(tx, None, Some(&Account::from(&user))).await?;
    Ok(user)
}

fn welcome(user: &User) -> Job {
    Job::WelcomeMail {
        user_id: user.id,
        username: user.username.clone(),
        email: user.email.clone(),
    }
}

/// Changes a user: the unit of work.
async fn update(
    tx: &mut Tx,
    id: i64,
    change: UserChange,
    password_hash: Option<String>,
    act: &Act,
) -> Result<User, Error> {
    let old = users::find(tx, id).await?;
    let old = old.ok_or_else(|| not_found(id.to_string()))?;
    if let Some(email) = &change.email {
        check_free(tx, Unique::Email, email, Some(id)).await?;
    }
    let new = changed(&old, change, act.at);
    let was_admin = old.is_active_admin() && !new.is_active_admin();
    if was_admin && !users::has_other_admin(tx, id).await? {
        return Err(Error::LastAdmin { id });
    }
    let has_new_password = password_hash.is_some();
    let ends_tokens = has_new_password
        || (new.role, new.is_active) != (old.role, old.is_active);
    users::update(tx, &new, password_hash.as_deref(), ends_tokens).await?;
    let after = Account { user: &new, has_new_password };
    act.record(tx, Some(&Account::from(&old)), Some(&after)).await?;
    Ok(new)
}

fn changed(old: &User, change: UserChange, now: DateTime<Utc>) -> User {
    User {
        email: change.email.unwrap_or_else(|| old.email.clone()),
        full_name: change.full_name.unwrap_or_else(|| old.full_name.clone()),
        role: change.role.unwrap_or(old.role),
        is_active: change.is_active.unwrap_or(old.is_active),
        updated_at: Some(now),
        ..old.clone()
    }
}

/// Refuses a value that another user has.
async fn check_free(
    tx: &mut Tx,
    unique: Unique,
    value: &str,
    own: Option<i64>,
) -> Result<(), Error> {
    let holder = users::holder(tx, unique, value).await?;
    match holder.filter(|holder| Some(*holder) != own) {
        None => Ok(()),
        Some(holder) => Err(Error::Duplicate {
            resource: Resource::User,
            field: match unique {
                Unique::Username => "username",
                Unique::Email => "email",
            },
            value: value.to_owned(),
            holder: holder.to_string(),
        }),
    }
}

fn needs_admin(who: &Principal) -> Result<(), Error> {
    if who.has(Scope::UsersAdmin) {
        return Ok(());
    }
    Err(Error::Forbidden { scope: Scope::UsersAdmin })
}

fn not_found(id: String) -> Error {
    Error::NotFound { resource: Resource::User, id }
}
