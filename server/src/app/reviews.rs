//! Reviews. The approved ones make the rating of their book, which follows
//! from them and is not recorded by itself.

use chrono::{DateTime, Utc};
use futures::FutureExt;

use super::audit::Act;
use super::{App, Error, Resource};
use crate::domain::{
    Page, PageNumber, Reader, Review, ReviewChange, ReviewCreate, ReviewStatus,
};
use crate::store::reviews::{self, List};
use crate::store::{Tx, books};

impl App {
    /// A page of the reviews that somebody may see, the newest first, and how
    /// many there are: of all books, or of one.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such book; [`Error::Unavailable`]
    /// and [`Error::Internal`].
    pub async fn review_page(
        &self,
        book: Option<i64>,
        reader: Reader,
        at: PageNumber,
    ) -> Result<Page<Review>, Error> {
        self.store
            .read(move |tx| {
                async move {
                    if let Some(id) = book {
                        expect_book(tx, id).await?;
                    }
                    let list = List { book, reader };
                    let total = reviews::count(tx, list).await?;
                    let mut items = Vec::new();
                    if at.offset() < total {
                        items = reviews::page(tx, list, at).await?;
                    }
                    Ok(Page { items, total })
                }
                .boxed()
            })
            .await
    }

    /// Adds a review by a user, or by whoever runs the server. Others see it
    /// once it is approved.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such book, [`Error::Duplicate`] if
    /// there is a review of it by the same; [`Error::Unavailable`] and
    /// [`Error::Internal`].
    pub async fn review_create(
        &self,
        book: i64,
        reviewer: Option<i64>,
        new: ReviewCreate,
    ) -> Result<Review, Error> {
        self.write(move |tx, act| {
            async move {
                expect_book(tx, book).await?;
                if let Some(id) = reviews::written(tx, book, reviewer).await? {
                    return Err(taken(book, id));
                }
                let review = described(book, reviewer, new, act.at);
                let review = reviews::insert(tx, review).await?;
                act.record(tx, None, Some(&review)).await?;
                Ok(review)
            }
            .boxed()
        })
        .await
    }

    /// The review of this id, if this reader may see it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn review_view(
        &self,
        id: i64,
        reader: Reader,
    ) -> Result<Review, Error> {
        let statement = reviews::by_id(self.store.dialect(), id);
        let review = self.store.lookup(&statement, reviews::read).await?;
        review.filter(|it| reader.sees(it)).ok_or_else(|| not_found(id))
    }

    /// Changes what a review says. Unless a moderator does, it has to be
    /// approved anew.
    ///
    /// # Errors
    ///
    /// In this order: [`Error::NotFound`] if there is none that the reader
    /// may see, [`Error::NotYours`], [`Error::NothingToChange`];
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn review_update(
        &self,
        id: i64,
        reader: Reader,
        change: ReviewChange,
    ) -> Result<Review, Error> {
        self.write(move |tx, act| {
            async move {
                let old = expect_own(tx, id, reader).await?;
                let new = changed(&old, change, reader, act.at)?;
                store(tx, &old, new, &act).await
            }
            .boxed()
        })
        .await
    }

    /// Deletes a review.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none that the reader may see,
    /// [`Error::NotYours`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn review_delete(
        &self,
        id: i64,
        reader: Reader,
    ) -> Result<(), Error> {
        self.write(move |tx, act| {
            async move {
                let review = expect_own(tx, id, reader).await?;
                reviews::delete(tx, id).await?;
                weigh(tx, review.book_id, review.weight(), (0, 0)).await?;
                Ok(act.record(tx, Some(&review), None).await?)
            }
            .boxed()
        })
        .await
    }

    /// Decides whether others see a review. Whoever calls this has made sure
    /// that a moderator asks.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn review_moderate(
        &self,
        id: i64,
        status: ReviewStatus,
    ) -> Result<Review, Error> {
        self.write(move |tx, act| {
            async move {
                let old = reviews::find(tx, id).await?;
                let old = old.ok_or_else(|| not_found(id))?;
                let new = Review { status, ..old.clone() };
                store(tx, &old, new, &act).await
            }
            .boxed()
        })
        .await
    }
}

async fn expect_book(tx: &mut Tx, id: i64) -> Result<(), Error> {
    let book = books::find(tx, id).await?;
    let book = book.filter(|book| book.archived_at.is_none());
    let id = id.to_string();
    book.map(drop).ok_or(Error::NotFound { resource: Resource::Book, id })
}

/// A review that the reader may change.
async fn expect_own(
    tx: &mut Tx,
    id: i64,
    reader: Reader,
) -> Result<Review, Error> {
    let review = reviews::find(tx, id).await?;
    match review.filter(|it| reader.sees(it)) {
        Some(review) if reader.may_change(&review) => Ok(review),
        Some(_) => {
            let (resource, id) = (Resource::Review, id.to_string());
            Err(Error::NotYours { resource, id })
        }
        None => Err(not_found(id)),
    }
}

/// Stores a review in the place of another, and what that means for the
/// rating of the book.
async fn store(
    tx: &mut Tx,
    old: &Review,
    new: Review,
    act: &Act,
) -> Result<Review, Error> {
    reviews::update(tx, &new).await?;
    weigh(tx, new.book_id, old.weight(), new.weight()).await?;
    act.record(tx, Some(old), Some(&new)).await?;
    Ok(new)
}

async fn weigh(
    tx: &mut Tx,
    book: i64,
    before: (i64, i64),
    after: (i64, i64),
) -> Result<(), Error> {
    if before != after {
        let more = (after.0 - before.0, after.1 - before.1);
        reviews::rate(tx, book, more).await?;
    }
    Ok(())
}

/// The review as a caller describes it, made now. The store gives it its id.
fn described(
    book_id: i64,
    reviewer: Option<i64>,
    new: ReviewCreate,
    now: DateTime<Utc>,
) -> Review {
    Review {
        id: 0,
        book_id,
        reviewer,
        rating: new.rating,
        body: new.body,
        status: ReviewStatus::default(),
        created_at: now,
        updated_at: None,
    }
}

/// The review with a change of the reader's.
fn changed(
    old: &Review,
    change: ReviewChange,
    reader: Reader,
    now: DateTime<Utc>,
) -> Result<Review, Error> {
    if change == ReviewChange::default() {
        return Err(Error::NothingToChange);
    }
    let mut new = Review { updated_at: Some(now), ..old.clone() };
    new.rating = change.rating.unwrap_or(old.rating);
    new.body = change.body.unwrap_or(new.body);
    if !reader.is_moderator {
        new.status = ReviewStatus::default();
    }
    Ok(new)
}

fn not_found(id: i64) -> Error {
    Error::NotFound { resource: Resource::Review, id: id.to_string() }
}

fn taken(book: i64, holder: i64) -> Error {
    Error::Duplicate {
        resource: Resource::Review,
        field: "book_id",
        value: book.to_string(),
        holder: holder.to_string(),
    }
}
