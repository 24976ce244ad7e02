//! JSON Web Tokens (RFC 7519), and the keys that sign them.
//!
//! HS256, for whoever verifies a token here could also have signed it: every
//! server of one database, and nobody else. Another algorithm is refused,
//! whatever the token says.

use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode,
};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{CryptoError, hex, random};
use crate::app::{Actor, App, Error, now};
use crate::domain::{Scopes, Token};
use crate::store::signing_keys::{self, SigningKey};
use crate::store::users::Credentials;

/// Who gives out our tokens, and whom they are for.
const ISSUER: &str = "colophon";
const AUDIENCE: &str = "colophon-api";

/// Digits of a key's id, which stand for half as many random bytes.
const KEY_ID_DIGITS: usize = 16;

/// By how much the clocks of the servers of one database may differ, in
/// seconds.
const LEEWAY_S: u64 = 5;

/// The most tokens that are known at once, each less than a kilobyte.
pub(super) const MAX_KNOWN: usize = 1024;

/// Tokens that have been verified.
pub(super) type Known = Cache<String, Arc<Verified>>;

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The user's id.
    sub: String,
    /// The scopes, with spaces between (RFC 8693, 4.2).
    scope: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// The generation of the user's tokens that it belongs to.
    #[serde(rename = "gen")]
    generation: i64,
}

/// What a token names. By itself, nothing vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Named {
    pub(super) user: i64,
    pub(super) key: String,
}

/// What a token says that is signed with a secret.
pub(super) struct Verified {
    pub(super) named: Named,
    pub(super) scopes: Scopes,
    /// The generation of the user's tokens that it belongs to.
    pub(super) generation: i64,
    secret: Vec<u8>,
    /// From when on it is good, and until when, in seconds since 1970.
    good: RangeInclusive<i64>,
}

impl Verified {
    /// Whether it is good now, if this is the secret of its key.
    pub(super) fn is_good(&self, secret: &[u8]) -> bool {
        let now = Utc::now().timestamp();
        self.good.contains(&now) && bool::from(self.secret.ct_eq(secret))
    }
}

/// Without the secret.
impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verified").field("named", &self.named).finish()
    }
}

static VALIDATION: LazyLock<Validation> = LazyLock::new(|| {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "nbf", "exp"]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY_S;
    validation
});

/// The user and the key that a token names, to look both up.
pub(super) fn named(token: &str) -> Option<Named> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    // Nothing is believed: `verified` has the last word.
    let token = insecure_decode::<Subject>(token).ok()?;
    let user = token.claims.sub.parse().ok()?;
    let key = token.header.kid.filter(|it| is_key_id(it))?;
    Some(Named { user, key })
}

/// Whether it could be the id of a key of ours. Other texts are not for the
/// store: PostgreSQL takes no U+0000.
fn is_key_id(text: &str) -> bool {
    text.len() == KEY_ID_DIGITS && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// What a token says, if it is signed with this secret, for us, and good now.
///
/// # Errors
///
/// [`Error::BadToken`].
pub(super) fn verified(
    token: &str,
    named: Named,
    secret: &[u8],
) -> Result<Verified, Error> {
    let key = DecodingKey::from_secret(secret);
    let token = decode::<Claims>(token, &key, &VALIDATION);
    let claims = token.map_err(|_| Error::BadToken)?.claims;
    Ok(Verified {
        named,
        scopes: Scopes::parse(&claims.scope),
        generation: claims.generation,
        secret: secret.to_vec(),
        good: claims.nbf..=claims.exp,
    })
}

impl App {
    /// A token of this user with these scopes.
    pub(super) async fn sign(
        &self,
        user: &Credentials,
        scopes: Scopes,
    ) -> Result<Token, Error> {
        let key = self.newest_signing_key().await?;
        let now = Utc::now().timestamp();
        let expires_in_s = self.auth.token_lifetime.num_seconds();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.id.to_string(),
            scope: scopes.to_string(),
            iat: now,
            nbf: now,
            exp: now + expires_in_s,
            generation: user.generation,
        };
        let secret = EncodingKey::from_secret(&key.secret);
        let header =
            Header { kid: Some(key.id), ..Header::new(Algorithm::HS256) };
        let value = encode(&header, &claims, &secret);
        let value = value.map_err(CryptoError::Sign)?;
        Ok(Token { value, expires_in_s, scopes })
    }

    /// The key that signs: a new one if there is none or it is too old.
    async fn newest_signing_key(&self) -> Result<SigningKey, Error> {
        let statement = signing_keys::newest(self.store.dialect());
        let key = self.store.lookup(&statement, signing_keys::read).await?;
        let since = now() - self.auth.signing_key_lifetime;
        match key {
            Some(key) if key.created_at > since => Ok(key),
            _ => self.succeed_signing_key(since).await,
        }
    }

    /// Makes a new key, unless another server has since then. The one before
    /// it stays: a key signs for a day at least, and no token is good for
    /// longer, so the one before that has no tokens any more. Whoever asked
    /// for a token has not asked for this: it is the server's own doing.
    async fn succeed_signing_key(
        &self,
        since: DateTime<Utc>,
    ) -> Result<SigningKey, Error> {
        let fresh = fresh()?;
        let server = self.acting_for(Actor::system("signing_key_succeed"));
        let key = server.write(move |tx, act| {
            async move {
                let old = signing_keys::find_newest(tx).await?;
                if let Some(key) = &old
                    && key.created_at > since
                {
                    return Ok(key.clone());
                }
                signing_keys::succeed(tx, &fresh, old.as_ref()).await?;
                act.record(tx, old.as_ref(), Some(&fresh)).await?;
                Ok(fresh)
            }
            .boxed()
        });
        key.await
    }

    /// Makes a new key for signing tokens and forgets all others: every token
    /// given out so far ends at once. API keys stay.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`], [`Error::Crypto`] and [`Error::Internal`].
    pub async fn signing_key_replace(&self) -> Result<(), Error> {
        let fresh = fresh()?;
        self.write(move |tx, act| {
            async move {
                let old = signing_keys::find_newest(tx).await?;
                signing_keys::succeed(tx, &fresh, None).await?;
                Ok(act.record(tx, old.as_ref(), Some(&fresh)).await?)
            }
            .boxed()
        })
        .await
    }
}

fn fresh() -> Result<SigningKey, CryptoError> {
    Ok(SigningKey {
        id: hex(&random::<{ KEY_ID_DIGITS / 2 }>()?),
        secret: random::<32>()?.to_vec(),
        created_at: now(),
    })
}
