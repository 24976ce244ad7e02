//! What adding, changing and archiving a book means: units of work, each in a
//! transaction of its caller's.

use chrono::{DateTime, Utc};

use super::not_found;
use crate::app::audit::Act;
use crate::app::{Error, Resource};
use crate::domain::{
    Author, AuthorRef, Book, BookChange, BookCreate, Isbn, Price, Rating,
    tidy_tags,
};
use crate::store::{Tx, authors, books};

/// A price above this, in hundredths, needs an ISBN of books' own range.
const PREMIUM: Price = Price::from_minor(100_000);

/// What a caller last saw of the record that is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The caller does not say.
    Any,
    /// That there is one: `If-Match: *`.
    Exists,
    /// One of these revisions.
    Revisions(Vec<i64>),
}

/// Which books of many were archived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkDeleted {
    /// Those that were, in the order given.
    pub deleted: Vec<i64>,
    /// Those that were not there, in the order given.
    pub not_found: Vec<i64>,
}

/// Adds a book.
pub(in crate::app) async fn create(
    tx: &mut Tx,
    new: BookCreate,
    act: &Act,
) -> Result<Book, Error> {
    check_premium(new.price, &new.isbn)?;
    check_free(tx, &new.isbn, None).await?;
    let author = author(tx, &new.author, act.at).await?;
    let book = books::insert(tx, described(new, author, act.at)).await?;
    act.record(tx, None, Some(&book)).await?;
    Ok(book)
}

/// Adds those that can be added. One that is refused has written nothing.
pub(super) async fn create_each(
    tx: &mut Tx,
    new: Vec<BookCreate>,
    act: &Act,
) -> Result<Vec<Result<Book, Error>>, Error> {
    let mut outcomes = Vec::with_capacity(new.len());
    for new in new {
        match create(tx, new, act).await {
            Err(error) if !error.is_refusal() => return Err(error),
            outcome => outcomes.push(outcome),
        }
    }
    Ok(outcomes)
}

/// The book that is to change, if it is as the caller expects.
pub(super) async fn expect(
    tx: &mut Tx,
    id: i64,
    expected: &Expected,
) -> Result<Book, Error> {
    let book = books::find(tx, id).await?;
    let book = book
        .filter(|book| book.archived_at.is_none())
        .ok_or_else(|| not_found(id))?;
    match expected {
        Expected::Revisions(seen) if !seen.contains(&book.revision) => {
            Err(Error::Stale { resource: Resource::Book, id: id.to_string() })
        }
        Expected::Any | Expected::Exists | Expected::Revisions(_) => Ok(book),
    }
}

/// Changes fields of a book.
pub(super) async fn change(
    tx: &mut Tx,
    old: Book,
    change: BookChange,
    act: &Act,
) -> Result<Book, Error> {
    if change == BookChange::default() {
        return Err(Error::NothingToChange);
    }
    let mut book = old.clone();
    let named = change.author.clone();
    apply(&mut book, change);
    check_premium(book.price, &book.isbn)?;
    check_free(tx, &book.isbn, Some(book.id)).await?;
    if let Some(named) = named {
        book.author = author(tx, &named, act.at).await?;
    }
    store(tx, &old, book, act).await
}

/// Puts a book into the archive.
pub(super) async fn archive(
    tx: &mut Tx,
    old: Book,
    act: &Act,
) -> Result<(), Error> {
    let book = Book { archived_at: Some(act.at), ..old.clone() };
    store(tx, &old, book, act).await?;
    Ok(())
}

/// Puts those that are there into the archive.
pub(super) async fn archive_each(
    tx: &mut Tx,
    ids: Vec<i64>,
    act: &Act,
) -> Result<BulkDeleted, Error> {
    let mut outcome = BulkDeleted::default();
    for id in ids {
        match expect(tx, id, &Expected::Any).await {
            Ok(book) => {
                archive(tx, book, act).await?;
                outcome.deleted.push(id);
            }
            Err(Error::NotFound { .. }) => outcome.not_found.push(id),
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Takes a book out of the archive.
pub(super) async fn restore(
    tx: &mut Tx,
    id: i64,
    act: &Act,
) -> Result<Book, Error> {
    let old = books::find(tx, id).await?;
    let old = old.ok_or_else(|| not_found(id))?;
    if old.archived_at.is_none() {
        return Ok(old);
    }
    check_free(tx, &old.isbn, Some(id)).await?;
    let named = AuthorRef::Name(old.author.name.clone());
    let author = author(tx, &named, act.at).await?;
    let book = Book { author, archived_at: None, ..old.clone() };
    store(tx, &old, book, act).await
}

/// Stores and records a change to a book.
async fn store(
    tx: &mut Tx,
    old: &Book,
    mut book: Book,
    act: &Act,
) -> Result<Book, Error> {
    book.updated_at = Some(act.at);
    book.revision = book.revision.saturating_add(1);
    books::update(tx, old, &book).await?;
    act.record(tx, Some(old), Some(&book)).await?;
    Ok(book)
}

/// The premium rule, about the number as clients of contract v1 see it: one
/// of ten digits does not start with 978.
fn check_premium(price: Price, isbn: &Isbn) -> Result<(), Error> {
    if price > PREMIUM && !isbn.plain().starts_with("978") {
        return Err(Error::Rule {
            field: "isbn",
            message: "a book that costs more than 1000 needs an ISBN that \
                      starts with 978",
        });
    }
    Ok(())
}

/// Refuses an ISBN that a book other than this one has.
async fn check_free(
    tx: &mut Tx,
    isbn: &Isbn,
    own: Option<i64>,
) -> Result<(), Error> {
    match books::holder(tx, isbn).await? {
        Some(holder) if Some(holder) != own => Err(Error::Duplicate {
            resource: Resource::Book,
            field: "isbn",
            value: isbn.plain().to_owned(),
            holder: holder.to_string(),
        }),
        _ => Ok(()),
    }
}

async fn author(
    tx: &mut Tx,
    named: &AuthorRef,
    now: DateTime<Utc>,
) -> Result<Author, Error> {
    match named {
        AuthorRef::Name(name) => {
            Ok(authors::find_or_insert(tx, name, now).await?)
        }
        AuthorRef::Id(id) => {
            let found = authors::find(tx, *id).await?;
            let found = found.filter(|it| !it.is_archived);
            found.map(|it| it.author).ok_or(Error::Dangling {
                field: "author.id",
                resource: Resource::Author,
            })
        }
    }
}

/// The book as a caller describes it, made now. The store gives it its id.
fn described(new: BookCreate, author: Author, now: DateTime<Utc>) -> Book {
    Book {
        id: 0,
        title: new.title,
        author,
        isbn: new.isbn,
        genre: new.genre,
        published_year: new.published_year,
        language: new.language,
        page_count: new.page_count,
        price: new.price,
        currency: new.currency,
        description: new.description,
        tags: tidy_tags(new.tags),
        discount: new.discount,
        status: new.status.unwrap_or_default(),
        rating: Rating::default(),
        internal_notes: new.internal_notes,
        cost_price: new.cost_price,
        supplier: new.supplier,
        created_at: now,
        updated_at: None,
        archived_at: None,
        revision: 1,
    }
}

/// Applies all of a change but the author, who must be looked up.
fn apply(book: &mut Book, change: BookChange) {
    set(&mut book.title, change.title);
    set(&mut book.isbn, change.isbn);
    set(&mut book.genre, change.genre);
    set(&mut book.published_year, change.published_year);
    set(&mut book.language, change.language);
    set(&mut book.page_count, change.page_count);
    set(&mut book.price, change.price);
    set(&mut book.currency, change.currency);
    set(&mut book.description, change.description);
    set(&mut book.tags, change.tags.map(tidy_tags));
    set(&mut book.discount, change.discount);
    set(&mut book.status, change.status);
    set(&mut book.internal_notes, change.internal_notes);
    set(&mut book.cost_price, change.cost_price);
    set(&mut book.supplier, change.supplier);
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
