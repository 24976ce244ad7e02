//! The key that page tokens are signed with.

use futures::FutureExt;
use uuid::Uuid;

use super::{App, Error, now};
use crate::store::{self, secrets};

/// What the key is called in the store.
const NAME: &str = "page-tokens";

impl App {
    /// The key that page tokens are signed with: made once, kept in the
    /// store, so that a token is good after a restart and at every server of
    /// one database.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] or [`Error::Internal`] if the store fails.
    pub async fn signing_key(&self) -> Result<[u8; 32], Error> {
        let fresh = fresh();
        let kept = self.store.write(move |tx| {
            async move { secrets::get_or_keep(tx, NAME, fresh, now()).await }
                .boxed()
        });
        let kept: Option<Vec<u8>> = kept.await?;
        let key = kept.and_then(|key| key.try_into().ok());
        key.ok_or_else(|| store::Error::Unreadable { column: 0 }.into())
    }
}

/// 244 random bits in 256.
fn fresh() -> Vec<u8> {
    let halves = [Uuid::new_v4(), Uuid::new_v4()];
    halves.iter().flat_map(|half| half.as_bytes()).copied().collect()
}
