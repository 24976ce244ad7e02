//! Passwords, hashed with Argon2id (RFC 9106) at the cost that OWASP's
//! Password Storage Cheat Sheet names: 19 MiB of memory, two passes, one
//! lane.
//!
//! A hash takes tens of milliseconds of one processor, so it is made on a
//! thread apart, and as many at once as there are processors: more would only
//! take memory.

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::Error as HashError;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::CryptoError;
use crate::domain::Password;

/// A hash at the same cost as all others, which no password has: nobody has
/// found one whose hash is all zeros.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$\
    AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords, a few at a time.
#[derive(Clone, Debug)]
pub(in crate::app) struct Passwords {
    permits: Arc<Semaphore>,
    /// How many hashes were made.
    #[cfg(test)]
    pub(in crate::app) made: Arc<std::sync::atomic::AtomicUsize>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(processors)),
            #[cfg(test)]
            made: Arc::default(),
        }
    }

    /// The hash of a password, with a salt of its own, as a PHC string.
    ///
    /// # Errors
    ///
    /// [`CryptoError`] if it could not be made.
    pub(in crate::app) async fn hash(
        &self,
        password: Password,
    ) -> Result<String, CryptoError> {
        let hash = self.alone(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|it| it.to_string())
        });
        hash.await?.map_err(CryptoError::Hash)
    }

    /// Whether the hash is that of the password. Without a hash it is not,
    /// which takes as long to find.
    ///
    /// # Errors
    ///
    /// [`CryptoError`] if that could not be found out.
    pub(in crate::app) async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<bool, CryptoError> {
        let outcome = self.alone(move || {
            let hash = hash.as_deref().unwrap_or(NOBODYS);
            let argon2 = Argon2::default();
            PasswordVerifier::<str>::verify_password(
                &argon2,
                password.as_bytes(),
                hash,
            )
        });
        match outcome.await? {
            Ok(()) => Ok(true),
            Err(HashError::PasswordInvalid) => Ok(false),
            Err(error) => Err(CryptoError::Hash(error)),
        }
    }

    /// Runs what takes long on a thread of its own, when its turn has come.
    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CryptoError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await;
        let permit = permit.map_err(|_| CryptoError::Aborted)?;
        #[cfg(test)]
        self.made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let task = spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        task.await.map_err(|_| CryptoError::Aborted)
    }
}

#[cfg(test)]
mod tests {
    use argon2::Params;
    use argon2::password_hash::phc::PasswordHash;

    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[test]
    fn every_hash_costs_the_same() {
        let made = Argon2::default().hash_password(b"x").expect("a hash");
        let nobodys = PasswordHash::new(NOBODYS).expect("a hash");
        assert_eq!(made.algorithm.as_str(), "argon2id");
        assert_eq!(nobodys.algorithm, made.algorithm);
        assert_eq!(nobodys.version, made.version);
        for hash in [&made, &nobodys] {
            let params = Params::try_from(hash).expect("parameters");
            let cost = (params.m_cost(), params.t_cost(), params.p_cost());
            assert_eq!(cost, (19 * 1024, 2, 1));
        }
        let lengths = |it: &PasswordHash| {
            (it.salt.map(|it| it.len()), it.hash.map(|it| it.len()))
        };
        assert_eq!(lengths(&nobodys), lengths(&made));
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_alone() {
        let passwords = Passwords::new();
        let one = passwords.hash(password("correct horse")).await.expect("one");
        let two = passwords.hash(password("correct horse")).await.expect("two");
        assert_ne!(one, two, "a salt is random");
        for (text, hash, is_right) in [
            ("correct horse", Some(&one), true),
            ("correct horse", Some(&two), true),
            ("Correct horse", Some(&one), false),
            ("", Some(&one), false),
            ("correct horse", None, false),
        ] {
            let verified = passwords.verify(password(text), hash.cloned());
            assert_eq!(verified.await.expect("found out"), is_right, "{text}");
        }
        let broken = passwords.verify(password("x"), Some("x".to_owned()));
        assert!(matches!(broken.await, Err(CryptoError::Hash(_))));
    }
}
