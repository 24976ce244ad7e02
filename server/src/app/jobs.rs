//! The work in the background, for whoever watches over it.

use futures::FutureExt;

use super::audit::Act;
use super::{App, Error};
use crate::domain::{JobState, QueuedJob};
use crate::store::{Tx, jobs};

impl App {
    /// Has dead letters tried anew, and gives back the numbers that are none.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn job_retry(&self, ids: Vec<i64>) -> Result<Vec<i64>, Error> {
        let refused = self.write(move |tx, act| {
            async move {
                let mut refused = Vec::new();
                for id in ids {
                    if !retry(tx, id, &act).await? {
                        refused.push(id);
                    }
                }
                Ok(refused)
            }
            .boxed()
        });
        refused.await
    }
}

/// Has a dead letter tried anew, and says whether it was one.
async fn retry(tx: &mut Tx, id: i64, act: &Act) -> Result<bool, Error> {
    let Some(dead) = jobs::find_dead(tx, id).await? else { return Ok(false) };
    jobs::retry(tx, id, act.at).await?;
    let waiting = QueuedJob {
        state: JobState::Waiting,
        attempts: 0,
        due_at: Some(act.at),
        ..dead.clone()
    };
    act.record(tx, Some(&dead), Some(&waiting)).await?;
    Ok(true)
}
