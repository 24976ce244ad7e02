//! API keys: for programs, on behalf of a user.
//!
//! A key is `colophon_`, 16 hexadecimal digits by which it is found, `_`, 64
//! digits that are secret, and 8 of a checksum, by which a scanner of secrets
//! can tell a key from what looks like one. Of the secret, which is random,
//! only the SHA-256 is kept: there is nothing to be guessed that a slow hash
//! would make harder.

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use sha2::{Digest, Sha256};
use slog::warn;
use subtle::ConstantTimeEq;

use super::{hex, random};
use crate::app::audit::Act;
use crate::app::{App, Error, Resource, now};
use crate::domain::{ApiKey, ApiKeyCreate, Principal, Subject, Token};
use crate::store::api_keys::{self, Held, Secret};
use crate::store::{self, Tx, users};

/// What every key begins with.
const MARK: &str = "colophon_";

/// How exactly it is known when a key was last used.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The parts of a key, in digits.
pub(super) struct Parts<'k> {
    prefix: &'k str,
    secret: &'k str,
    checksum: &'k str,
}

/// The parts of what looks like a key.
pub(super) fn parse(token: &str) -> Option<Parts<'_>> {
    let (prefix, rest) = token.strip_prefix(MARK)?.split_once('_')?;
    let (secret, checksum) = rest.split_at_checked(64)?;
    Some(Parts { prefix, secret, checksum })
}

/// Tells typing errors without a look into the store.
fn checksum(prefix: &str, secret: &str) -> String {
    let digest = Sha256::digest(format!("{MARK}{prefix}_{secret}"));
    hex(&digest).chars().take(8).collect()
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

impl App {
    /// Makes an API key and gives it with its secret, which is shown this
    /// once.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such user; [`Error::Rule`] if the
    /// user's role does not allow one of the scopes;
    /// [`Error::Unavailable`], [`Error::Crypto`] and [`Error::Internal`].
    pub async fn api_key_create(
        &self,
        new: ApiKeyCreate,
    ) -> Result<Token, Error> {
        let prefix = hex(&random::<8>()?);
        let secret = hex(&random::<32>()?);
        let value =
            format!("{MARK}{prefix}_{secret}{}", checksum(&prefix, &secret));
        let token = Token {
            value,
            expires_in_s: (new.expires_at - now()).num_seconds(),
            scopes: new.scopes,
        };
        let digest = digest(&secret);
        let work = self.write(move |tx, act| {
            async move { insert(tx, &new, prefix, digest, &act).await }.boxed()
        });
        let id = work.await?;
        slog::info!(self.log, "API key created"; "key_id" => id);
        Ok(token)
    }

    /// Every API key, the first made first; those of one user, if one is
    /// named.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such user;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn api_key_list(
        &self,
        username: Option<String>,
    ) -> Result<Vec<ApiKey>, Error> {
        let user_id = match username {
            Some(username) => Some(self.user_find(&username).await?.id),
            None => None,
        };
        let list = self.store.read(move |tx| {
            async move { api_keys::list(tx, user_id).await }.boxed()
        });
        Ok(list.await?)
    }

    /// Ends an API key, found by the part of it that is no secret.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such key, or it was ended before;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn api_key_revoke(&self, prefix: &str) -> Result<(), Error> {
        let prefix = prefix.to_owned();
        self.write(move |tx, act| {
            async move { revoke(tx, prefix, &act).await }.boxed()
        })
        .await
    }

    /// Who sends this key.
    pub(super) async fn holder_of(
        &self,
        key: Parts<'_>,
    ) -> Result<Principal, Error> {
        if checksum(key.prefix, key.secret) != key.checksum {
            return Err(Error::BadToken);
        }
        let statement = api_keys::by_prefix(self.store.dialect(), key.prefix);
        let held = self.store.lookup(&statement, api_keys::read).await?;
        let now = now();
        let held = held
            .filter(|held| is_good(held, key.secret, now))
            .ok_or(Error::BadToken)?;
        self.note_use(&held, now);
        let subject = Subject::Key { user_id: held.user_id, key_id: held.id };
        let scopes = held.scopes.and(held.role.scopes());
        Ok(Principal { subject, scopes })
    }

    /// Notes in the background that a key was used, now and then.
    fn note_use(&self, held: &Held, now: DateTime<Utc>) {
        if !self.is_to_be_noted(held, now) {
            return;
        }
        let (app, id) = (self.clone(), held.id);
        tokio::spawn(async move {
            let noted = app.store.write(move |tx| {
                async move { api_keys::note_use(tx, id, now).await }.boxed()
            });
            if let Err(error) = noted.await {
                warn!(app.log, "the use of an API key was not noted";
                    "key_id" => id, "error" => %error);
            }
        });
    }

    fn is_to_be_noted(&self, held: &Held, now: DateTime<Utc>) -> bool {
        let is_old = |noted: DateTime<Utc>| now - noted >= NOTED_EVERY;
        if !held.last_used_at.is_none_or(is_old) {
            return false;
        }
        // Nothing panics while it has the lock.
        let Ok(mut noted) = self.auth.noted.lock() else { return false };
        let is_due = noted.get(&held.id).copied().is_none_or(is_old);
        if is_due {
            noted.insert(held.id, now);
        }
        is_due
    }
}

async fn insert(
    tx: &mut Tx,
    new: &ApiKeyCreate,
    prefix: String,
    digest: [u8; 32],
    act: &Act,
) -> Result<i64, Error> {
    let statement = users::by_name(tx.dialect(), &new.username);
    let user = tx.fetch_first(&statement, users::read).await?;
    let user = user.ok_or_else(|| Error::NotFound {
        resource: Resource::User,
        id: new.username.clone(),
    })?;
    if !new.scopes.without(user.role.scopes()).is_empty() {
        return Err(Error::Rule {
            field: "scopes",
            message: "The user's role does not allow all of these scopes",
        });
    }
    let secret = Secret { user_id: user.id, prefix, digest };
    let id = api_keys::insert(tx, new, &secret, act.at).await?;
    let key = api_keys::find(tx, &secret.prefix).await?;
    let key = key.ok_or(store::Error::Unreadable { column: 0 })?;
    act.record(tx, None, Some(&key)).await?;
    Ok(id)
}

async fn revoke(tx: &mut Tx, prefix: String, act: &Act) -> Result<(), Error> {
    let old = api_keys::find(tx, &prefix).await?;
    let old = old.filter(|key| key.revoked_at.is_none());
    let old =
        old.ok_or(Error::NotFound { resource: Resource::ApiKey, id: prefix })?;
    let new = ApiKey { revoked_at: Some(act.at), ..old.clone() };
    api_keys::revoke(tx, new.id, act.at).await?;
    Ok(act.record(tx, Some(&old), Some(&new)).await?)
}

fn is_good(held: &Held, secret: &str, now: DateTime<Utc>) -> bool {
    let is_secret = digest(secret).as_slice().ct_eq(&held.digest);
    bool::from(is_secret)
        && held.is_active
        && held.revoked_at.is_none()
        && now < held.expires_at
}
