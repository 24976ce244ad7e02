//! The cursor list of contract v1: by time of creation, both ways.

use chrono::DateTime;
use futures::FutureExt;

use super::cut;
use crate::app::{App, Error};
use crate::domain::{Book, CursorPage, CursorPosition, Travel};
use crate::store::Tx;
use crate::store::books::{any_beyond, near};

/// Before every book.
const START: CursorPosition = CursorPosition {
    created_at: DateTime::UNIX_EPOCH,
    id: 0,
    travel: Travel::Forward,
};

impl App {
    /// So many books, ascending by time of creation and id, beyond a position
    /// or from the start, and whether there are more on either side.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_list_by_cursor(
        &self,
        at: Option<CursorPosition>,
        limit: i64,
    ) -> Result<CursorPage<Book>, Error> {
        let at = at.unwrap_or(START);
        self.store
            .read(move |tx| async move { walk(tx, at, limit).await }.boxed())
            .await
    }
}

async fn walk(
    tx: &mut Tx,
    at: CursorPosition,
    limit: i64,
) -> Result<CursorPage<Book>, Error> {
    let more = limit.saturating_add(1);
    let mut items = near(tx, place(at), at.travel, more).await?;
    let goes_on = cut(&mut items, limit);
    if at.travel == Travel::Backward {
        items.reverse();
    }
    let next = leaving(&items, at, Travel::Forward);
    let prev = leaving(&items, at, Travel::Backward);
    let behind = match at.travel {
        Travel::Forward => prev,
        Travel::Backward => next,
    };
    let goes_back = any_beyond(tx, place(behind), behind.travel).await?;
    let (on, back) = match at.travel {
        Travel::Forward => (goes_on, goes_back),
        Travel::Backward => (goes_back, goes_on),
    };
    Ok(CursorPage {
        next: on.then_some(next),
        prev: back.then_some(prev),
        items,
    })
}

/// Where a list goes on in this direction: beyond its last book, or, if it is
/// empty because books went away, from where it was looked for, the book
/// there included.
fn leaving(
    items: &[Book],
    at: CursorPosition,
    travel: Travel,
) -> CursorPosition {
    let edge = match travel {
        Travel::Forward => items.last(),
        Travel::Backward => items.first(),
    };
    let (created_at, id) = match (edge, travel) {
        (Some(book), _) => (book.created_at, book.id),
        (None, Travel::Forward) => (at.created_at, at.id.saturating_sub(1)),
        (None, Travel::Backward) => (at.created_at, at.id.saturating_add(1)),
    };
    CursorPosition { created_at, id, travel }
}

fn place(at: CursorPosition) -> (i64, i64) {
    (at.created_at.timestamp_micros(), at.id)
}
