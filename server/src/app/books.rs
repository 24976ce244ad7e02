//! Books: lists of them, and one of them.

mod cursor;
mod write;

use futures::FutureExt;
use slog::debug;

use super::{App, Error, Once, Resource, once};
use crate::domain::{
    Book, BookChange, BookCreate, BookFilter, BookOrder, BookPosition, Page,
    PageNumber, Slice,
};
use crate::store::Tx;
use crate::store::books::{self, List};
pub(super) use write::create;
pub use write::{BulkDeleted, Expected};

/// The most books that [`App::book_search`] gives back.
const MAX_FOUND: i64 = 1000;

impl App {
    /// A page of the books that a filter lets through, and how many there
    /// are. A page past the end is empty, and costs no more than counting.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_page(
        &self,
        filter: BookFilter,
        order: BookOrder,
        page: PageNumber,
    ) -> Result<Page<Book>, Error> {
        let list = List { filter, order };
        self.store
            .read(move |tx| {
                async move { read_page(tx, &list, page).await }.boxed()
            })
            .await
    }

    /// So many of the books that a filter lets through, behind a position,
    /// and how many there are if that is asked for. What comes before the
    /// position costs nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_list(
        &self,
        filter: BookFilter,
        order: BookOrder,
        after: Option<BookPosition>,
        limit: i64,
        with_total: bool,
    ) -> Result<Slice<Book, BookPosition>, Error> {
        let list = List { filter, order };
        self.store
            .read(move |tx| {
                async move {
                    let more = limit.saturating_add(1);
                    let mut items =
                        books::slice(tx, &list, after.as_ref(), more).await?;
                    let next = if cut(&mut items, limit) {
                        items.last().map(|it| books::position_of(it, order))
                    } else {
                        None
                    };
                    let mut total = None;
                    if with_total {
                        total = Some(books::count(tx, &list.filter).await?);
                    }
                    Ok(Slice { items, next, total })
                }
                .boxed()
            })
            .await
    }

    /// The books whose title has `q` as a part, without case; the first
    /// thousand of them by id.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_search(&self, q: String) -> Result<Vec<Book>, Error> {
        self.store
            .read(move |tx| {
                async move { Ok(books::titled(tx, &q, MAX_FOUND).await?) }
                    .boxed()
            })
            .await
    }

    /// The book of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, or it is archived and archived
    /// ones are not asked for; [`Error::Unavailable`] and
    /// [`Error::Internal`].
    pub async fn book_view(
        &self,
        id: i64,
        include_archived: bool,
    ) -> Result<Book, Error> {
        let statement = books::by_id(self.store.dialect(), id);
        self.store
            .lookup(&statement, books::read)
            .await?
            .filter(|book| include_archived || book.archived_at.is_none())
            .ok_or_else(|| not_found(id))
    }

    /// Adds a book and returns it as stored.
    ///
    /// # Errors
    ///
    /// [`Error::Rule`] if it breaks the premium rule, [`Error::Duplicate`]
    /// if another book has this ISBN, [`Error::Dangling`] if the author does
    /// not exist, [`Error::KeyReused`]; [`Error::Unavailable`] and
    /// [`Error::Internal`].
    pub async fn book_create(
        &self,
        new: BookCreate,
        once: Option<Once>,
    ) -> Result<Book, Error> {
        let book = self
            .write(move |tx, act| {
                async move {
                    let once = once.as_ref();
                    let kept = once::answered(tx, once, act.at).await?;
                    if let Some(book) = kept {
                        return Ok(book);
                    }
                    let book = write::create(tx, new, &act).await?;
                    once::keep(tx, once, &book, act.at).await?;
                    Ok::<_, Error>(book)
                }
                .boxed()
            })
            .await?;
        debug!(self.log, "book created"; "book_id" => book.id);
        Ok(book)
    }

    /// Adds those of many books that can be added, all at once, and returns
    /// for each, in the order given, the book or why it was refused. A book
    /// may be refused for an ISBN that an earlier one of them took.
    ///
    /// # Errors
    ///
    /// For a single book as [`App::book_create`]; for all of them
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_bulk_create(
        &self,
        new: Vec<BookCreate>,
    ) -> Result<Vec<Result<Book, Error>>, Error> {
        self.write(move |tx, act| {
            async move { write::create_each(tx, new, &act).await }.boxed()
        })
        .await
    }

    /// Changes fields of a book.
    ///
    /// # Errors
    ///
    /// In this order: [`Error::NotFound`], [`Error::Stale`],
    /// [`Error::NothingToChange`], then as [`App::book_create`], where the
    /// premium rule is about the book as it would be.
    pub async fn book_update(
        &self,
        id: i64,
        change: BookChange,
        expected: Expected,
    ) -> Result<Book, Error> {
        self.write(move |tx, act| {
            async move {
                let old = write::expect(tx, id, &expected).await?;
                write::change(tx, old, change, &act).await
            }
            .boxed()
        })
        .await
    }

    /// Archives a book, whose ISBN is then free again.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none or it is archived already,
    /// [`Error::Stale`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_delete(
        &self,
        id: i64,
        expected: Expected,
    ) -> Result<(), Error> {
        self.write(move |tx, act| {
            async move {
                let book = write::expect(tx, id, &expected).await?;
                write::archive(tx, book, &act).await
            }
            .boxed()
        })
        .await
    }

    /// Archives many books at once, and says which there were. An id that is
    /// given again is not found the second time.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn book_bulk_delete(
        &self,
        ids: Vec<i64>,
    ) -> Result<BulkDeleted, Error> {
        self.write(move |tx, act| {
            async move { write::archive_each(tx, ids, &act).await }.boxed()
        })
        .await
    }

    /// Takes a book out of the archive; one that is not in it is returned as
    /// it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Duplicate`] if another book has its ISBN
    /// by now, [`Error::KeyReused`]; [`Error::Unavailable`] and
    /// [`Error::Internal`].
    pub async fn book_restore(
        &self,
        id: i64,
        once: Option<Once>,
    ) -> Result<Book, Error> {
        self.write(move |tx, act| {
            async move {
                let once = once.as_ref();
                let kept = once::answered(tx, once, act.at).await?;
                if let Some(book) = kept {
                    return Ok(book);
                }
                let book = write::restore(tx, id, &act).await?;
                once::keep(tx, once, &book, act.at).await?;
                Ok(book)
            }
            .boxed()
        })
        .await
    }
}

/// A page of a list, and how many books are on all its pages.
pub(super) async fn read_page(
    tx: &mut Tx,
    list: &List,
    at: PageNumber,
) -> Result<Page<Book>, Error> {
    let total = books::count(tx, &list.filter).await?;
    let mut items = Vec::new();
    if at.offset() < total {
        items = books::page(tx, list, at.offset(), at.per_page).await?;
    }
    Ok(Page { items, total })
}

/// Cuts a list that was read one row further than asked for, and says whether
/// there was that row.
fn cut<T>(items: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = items.len() > limit;
    items.truncate(limit);
    more
}

fn not_found(id: i64) -> Error {
    Error::NotFound { resource: Resource::Book, id: id.to_string() }
}
