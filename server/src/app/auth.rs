//! Who asks: tokens for passwords, and principals for tokens.
//!
//! ```text
//! passwords  Argon2id, off the runtime
//! tokens     JSON Web Tokens, and the keys that sign them
//! keys       API keys
//! ```

mod keys;
mod passwords;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Error};
use crate::config;
use crate::domain::{Login, Principal, Subject, Token};
use crate::store::Kept;
use crate::store::users::{self, Standing};
pub(super) use passwords::Passwords;

/// What the use cases of authentication share.
#[derive(Clone, Debug)]
pub(super) struct Auth {
    pub(super) passwords: Passwords,
    /// How long a token is good.
    token_lifetime: TimeDelta,
    /// How long a key signs.
    signing_key_lifetime: TimeDelta,
    /// Tokens that have been verified.
    tokens: Arc<tokens::Known>,
    /// Users and signing keys, by the tokens that name them.
    standings: Arc<Kept<tokens::Named, Arc<Standing>>>,
    /// When the use of an API key was last noted, by its id.
    noted: Arc<Mutex<HashMap<i64, DateTime<Utc>>>>,
}

/// What kept a secret from being made or checked.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A password cannot be hashed.
    #[error("a password cannot be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// A token cannot be signed.
    #[error("a token cannot be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
    /// The thread that hashes has panicked, or the server stops.
    #[error("a password was not hashed to the end")]
    Aborted,
}

impl Auth {
    pub(super) fn new(config: &config::Auth) -> Self {
        Self {
            passwords: Passwords::new(),
            token_lifetime: TimeDelta::seconds(config.token_lifetime_s),
            signing_key_lifetime: TimeDelta::days(config.signing_key_days),
            tokens: Arc::new(tokens::Known::new(tokens::MAX_KNOWN)),
            standings: Arc::new(Kept::new(tokens::MAX_KNOWN)),
            noted: Arc::default(),
        }
    }
}

impl App {
    /// A token for whoever knows the password of a user.
    ///
    /// A user who does not exist takes as long as a wrong password: one
    /// verification of a hash.
    ///
    /// # Errors
    ///
    /// [`Error::BadLogin`] if there is no such user, the password is another
    /// or the user is not active; [`Error::Rule`] if the user may have none of
    /// the scopes asked for; [`Error::Unavailable`], [`Error::Crypto`] and
    /// [`Error::Internal`].
    pub async fn token_create(&self, login: Login) -> Result<Token, Error> {
        let statement =
            users::credentials_by_name(self.store.dialect(), &login.username);
        let found =
            self.store.lookup(&statement, users::read_credentials).await?;
        let hash = found.as_ref().map(|it| it.password_hash.clone());
        let is_right = self.auth.passwords.verify(login.password, hash).await?;
        let user = found
            .filter(|user| is_right && user.is_active)
            .ok_or(Error::BadLogin)?;
        let allowed = user.role.scopes();
        let scopes = login.scopes.map_or(allowed, |it| it.and(allowed));
        if scopes.is_empty() {
            return Err(none_of_them());
        }
        self.sign(&user, scopes).await
    }

    /// Who sends this token or API key, and what they may do with it.
    ///
    /// # Errors
    ///
    /// [`Error::BadToken`] if it is none of ours, or no longer good;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn authenticate(&self, token: &str) -> Result<Principal, Error> {
        match keys::parse(token) {
            Some(key) => self.holder_of(key).await,
            None => self.bearer_of(token).await,
        }
    }

    /// Who sends this JSON Web Token. What it says of itself only finds the
    /// user and the key; the user's standing now is what counts.
    async fn bearer_of(&self, token: &str) -> Result<Principal, Error> {
        let known = self.auth.tokens.get(token);
        let named = match &known {
            Some(known) => known.named.clone(),
            None => tokens::named(token).ok_or(Error::BadToken)?,
        };
        let standing = self.standing(&named).await?;
        let verified = match known {
            Some(known) if known.is_good(&standing.secret) => known,
            _ => self.verify(token, named, &standing.secret)?,
        };
        if !standing.is_active || verified.generation != standing.generation {
            return Err(Error::BadToken);
        }
        let scopes = verified.scopes.and(standing.role.scopes());
        Ok(Principal { subject: Subject::User(verified.named.user), scopes })
    }

    /// The standing of the user and the key that a token names.
    async fn standing(
        &self,
        named: &tokens::Named,
    ) -> Result<Arc<Standing>, Error> {
        let now = self.store.snapshot();
        if let Some(standing) = self.auth.standings.get(named, now) {
            return Ok(standing);
        }
        let statement =
            users::standing(self.store.dialect(), named.user, &named.key);
        let found = self.store.lookup(&statement, users::read_standing).await?;
        let standing = Arc::new(found.ok_or(Error::BadToken)?);
        self.auth.standings.keep(named.clone(), now, Arc::clone(&standing));
        Ok(standing)
    }

    /// Verifies a token, and remembers it: it takes longer than all else that
    /// finds out who asks, and a client sends one token many times.
    fn verify(
        &self,
        token: &str,
        named: tokens::Named,
        secret: &[u8],
    ) -> Result<Arc<tokens::Verified>, Error> {
        let verified = Arc::new(tokens::verified(token, named, secret)?);
        self.auth.tokens.insert(token.to_owned(), Arc::clone(&verified));
        Ok(verified)
    }
}

fn none_of_them() -> Error {
    Error::Rule {
        field: "scope",
        message: "None of these scopes is open to the user",
    }
}

/// Random bytes that nobody can guess.
fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(CryptoError::Random)?;
    Ok(bytes)
}

/// In hexadecimal digits, lower case.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
