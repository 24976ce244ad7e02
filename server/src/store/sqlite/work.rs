//! Units of work on their way to a thread, and their answers back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::store::{Error, Tx};

/// A unit of work in a queue, whatever it gives back.
pub(super) trait Job: Send {
    /// Does it, unless nobody waits for it any more.
    fn run(self: Box<Self>, tx: &mut Tx) -> Done;
    /// Answers it without doing it.
    fn refuse(self: Box<Self>, error: Error);
}

/// A unit of work that was done, and its answer, which waits for the commit.
pub(super) struct Done {
    /// Whether what it changed is to stay.
    pub(super) keep: bool,
    answer: Box<dyn FnOnce(Result<(), Error>) + Send>,
}

impl Done {
    /// Answers: the commit's failure, or else what the work gave.
    pub(super) fn answer(self, committed: Result<(), Error>) {
        (self.answer)(committed);
    }
}

/// A unit of work and who waits for it.
pub(super) struct Unit<W, T, E> {
    work: W,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Unit<W, T, E>
where
    W: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>
        + Send
        + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    /// Work for a queue, and where its answer will be.
    pub(super) fn queued(
        work: W,
    ) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { work, reply }), answer)
    }
}

impl<W, T, E> Job for Unit<W, T, E>
where
    W: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>
        + Send
        + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut Tx) -> Done {
        let Self { work, reply } = *self;
        if reply.is_closed() {
            return Done { keep: false, answer: Box::new(|_| ()) };
        }
        // What the work leaves half done in the database is rolled back.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| work(tx).now_or_never()));
        let result = match outcome {
            Ok(Some(result)) => result,
            Ok(None) | Err(_) => Err(Error::Panicked.into()),
        };
        Done {
            keep: result.is_ok(),
            answer: Box::new(move |committed| {
                let result = committed.map_err(E::from).and(result);
                // Whoever asked may be gone.
                let _ = reply.send(result);
            }),
        }
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error.into()));
    }
}
