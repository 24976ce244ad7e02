//! Doing a thing once, however often it is asked for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Error;
use crate::store::answers::{self, Kept};
use crate::store::{self, Tx};

/// How long an answer is kept.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// A caller's promise that two requests with the same key are one.
///
/// Kept for 24 hours, in the transaction of the write that it guards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// What the caller chose: 1 to 255 visible ASCII characters, told apart
    /// by operation.
    pub key: String,
    /// The operation, by its id in the contract.
    pub operation: &'static str,
    /// SHA-256 of all that the request says.
    pub fingerprint: [u8; 32],
}

/// The answer that was given when this was asked for before.
pub(super) async fn answered<T: DeserializeOwned>(
    tx: &mut Tx,
    once: Option<&Once>,
    now: DateTime<Utc>,
) -> Result<Option<T>, Error> {
    let Some(once) = once else { return Ok(None) };
    let since = now - KEPT_FOR;
    let kept = answers::find(tx, once.operation, &once.key, since).await?;
    let Some(kept) = kept else { return Ok(None) };
    if kept.fingerprint != once.fingerprint {
        return Err(Error::KeyReused);
    }
    let answer = serde_json::from_str(&kept.answer);
    Ok(Some(answer.map_err(store::Error::from)?))
}

/// Keeps the answer for whoever asks again.
pub(super) async fn keep<T: Serialize + Sync>(
    tx: &mut Tx,
    once: Option<&Once>,
    answer: &T,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(once) = once else { return Ok(()) };
    let answer = serde_json::to_string(answer).map_err(store::Error::from)?;
    let kept = Kept { fingerprint: once.fingerprint.to_vec(), answer };
    answers::forget(tx, now - KEPT_FOR).await?;
    answers::keep(tx, once.operation, &once.key, kept, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_each_database;

    fn once(key: String) -> Option<Once> {
        Some(Once { key, operation: "book_create", fingerprint: [7; 32] })
    }

    async fn answers_expire(tx: &mut Tx) -> Result<(), Error> {
        let now = crate::app::now();
        let first = now - KEPT_FOR - TimeDelta::microseconds(1);
        for number in 0..25 {
            let once = once(number.to_string());
            keep(tx, once.as_ref(), &number, first).await?;
        }
        let known = once("3".to_owned());
        let since = first + KEPT_FOR - TimeDelta::microseconds(1);
        assert_eq!(answered(tx, known.as_ref(), since).await?, Some(3));
        assert_eq!(answered::<i32>(tx, known.as_ref(), now).await?, None);

        // Keeping one removes ten, and then the rest.
        for left in [16, 6, 1] {
            let once = once("new".to_owned());
            keep(tx, once.as_ref(), &left, now).await?;
            assert_eq!(answers::count(tx).await?, left);
        }
        let renewed = once("new".to_owned());
        assert_eq!(answered(tx, renewed.as_ref(), now).await?, Some(1));
        Ok(())
    }

    #[tokio::test]
    async fn an_answer_is_kept_for_a_day_and_then_removed() {
        on_each_database(async |store| {
            let outcome = store.write(|tx| Box::pin(answers_expire(tx))).await;
            outcome.expect("kept");
        })
        .await;
    }
}
