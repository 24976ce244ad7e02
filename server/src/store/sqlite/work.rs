//! Units of work on their way to a thread, and their answers back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use tokio::sync::oneshot;

use crate::store::tx::Work;
use crate::store::{Error, Tx};

/// A unit of work in a queue, whatever it gives back.
pub(super) trait Job: Send {
    /// Does it, unless nobody waits for it any more, and says whether what it
    /// changed is to stay. It may be done again where that was undone.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Answers: the transaction's failure, or else what the work gave.
    fn answer(self: Box<Self>, outcome: Result<(), Error>);
}

/// A unit of work, what it gave, and who waits for it.
pub(super) struct Unit<W, T, E> {
    work: W,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Unit<W, T, E>
where
    W: Work<T, E>,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    /// Work for a queue, and where its answer will be.
    pub(super) fn queued(
        work: W,
    ) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { work, result: None, reply }), answer)
    }
}

impl<W, T, E> Job for Unit<W, T, E>
where
    W: Work<T, E>,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        if self.reply.is_closed() {
            return false;
        }
        self.result.insert(done(self.work.clone(), tx)).is_ok()
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let result = match outcome {
            Ok(()) => self.result.unwrap_or(Err(Error::Closed.into())),
            Err(error) => Err(error.into()),
        };
        // Whoever asked may be gone.
        let _ = self.reply.send(result);
    }
}

/// Does a unit of work here and now. What it leaves half done in the database
/// is to be rolled back.
pub(super) fn done<W, T, E>(work: W, tx: &mut Tx) -> Result<T, E>
where
    W: Work<T, E>,
    E: From<Error>,
{
    let done = catch_unwind(AssertUnwindSafe(|| work(tx).now_or_never()));
    done.ok().flatten().unwrap_or_else(|| Err(Error::Panicked.into()))
}
