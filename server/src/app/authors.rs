//! Authors. A book names its author, and adds the author if need be; what is
//! here is about the authors themselves.

use futures::FutureExt;

use super::audit::Act;
use super::books::read_page;
use super::{App, Error, Resource};
use crate::domain::{
    Author, AuthorChange, AuthorCreate, AuthorProfile, Book, BookFilter,
    BookOrder, Page, PageNumber,
};
use crate::store::books::List;
use crate::store::{Tx, authors};

impl App {
    /// A page of the authors, by name without case, and how many there are.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn author_page(
        &self,
        at: PageNumber,
    ) -> Result<Page<AuthorProfile>, Error> {
        Ok(self.store.read(move |tx| authors::page(tx, at).boxed()).await?)
    }

    /// The author of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn author_view(&self, id: i64) -> Result<AuthorProfile, Error> {
        let statement = authors::by_id(self.store.dialect(), id);
        let author = self.store.lookup(&statement, authors::read).await?;
        author.ok_or_else(|| not_found(id))
    }

    /// Adds an author. One of this name who was deleted, and whom archived
    /// books still name, is back under the same id.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] if there is an author of this name;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn author_create(
        &self,
        new: AuthorCreate,
    ) -> Result<AuthorProfile, Error> {
        self.write(move |tx, act| {
            async move { create(tx, new, &act).await }.boxed()
        })
        .await
    }

    /// Changes fields of an author. A new name is written into all their
    /// books, archived ones included, which are changed by that.
    ///
    /// # Errors
    ///
    /// In this order: [`Error::NotFound`], [`Error::NothingToChange`],
    /// [`Error::Duplicate`] if another author has the new name;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn author_update(
        &self,
        id: i64,
        change: AuthorChange,
    ) -> Result<AuthorProfile, Error> {
        self.write(move |tx, act| {
            async move { update(tx, id, change, &act).await }.boxed()
        })
        .await
    }

    /// Deletes an author. If archived books still name them, the name is kept
    /// for those, and nothing else.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::InUse`] if they have books;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn author_delete(&self, id: i64) -> Result<(), Error> {
        self.write(move |tx, act| {
            async move { delete(tx, id, &act).await }.boxed()
        })
        .await
    }

    /// A page of an author's books, the newest first, and how many there are.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn author_book_page(
        &self,
        id: i64,
        at: PageNumber,
    ) -> Result<Page<Book>, Error> {
        let filter =
            BookFilter { author_id: Some(id), ..BookFilter::default() };
        let list = List { filter, order: BookOrder::default() };
        self.store
            .read(move |tx| {
                async move {
                    expect(tx, id).await?;
                    read_page(tx, &list, at).await
                }
                .boxed()
            })
            .await
    }
}

async fn expect(tx: &mut Tx, id: i64) -> Result<AuthorProfile, Error> {
    authors::profile(tx, id).await?.ok_or_else(|| not_found(id))
}

async fn create(
    tx: &mut Tx,
    new: AuthorCreate,
    act: &Act,
) -> Result<AuthorProfile, Error> {
    if let Some(found) = authors::find_by_name(tx, &new.name).await?
        && !found.is_archived
    {
        return Err(taken(&new.name, found.author.id));
    }
    let author = authors::find_or_insert(tx, &new.name, act.at).await?;
    let mut profile = expect(tx, author.id).await?;
    apply(&mut profile, new.into());
    authors::fill(tx, &profile).await?;
    act.record(tx, None, Some(&profile)).await?;
    Ok(profile)
}

/// Changes an author: the unit of work. The books that carry the name follow
/// from it, so they have no records of their own.
async fn update(
    tx: &mut Tx,
    id: i64,
    change: AuthorChange,
    act: &Act,
) -> Result<AuthorProfile, Error> {
    authors::alone(tx).await?;
    let old = expect(tx, id).await?;
    if change == AuthorChange::default() {
        return Err(Error::NothingToChange);
    }
    let mut author = old.clone();
    apply(&mut author, change);
    let is_renamed = author.name != old.name;
    if is_renamed {
        free(tx, &author).await?;
    }
    authors::fill(tx, &author).await?;
    if is_renamed {
        let name = author.name.clone();
        authors::rename(tx, &Author { id, name }, act.at).await?;
    }
    act.record(tx, Some(&old), Some(&author)).await?;
    Ok(author)
}

/// Makes sure that no other author has this one's name. Of one who was
/// deleted it takes over the archived books: authors of one name are one.
async fn free(tx: &mut Tx, author: &AuthorProfile) -> Result<(), Error> {
    match authors::find_by_name(tx, &author.name).await? {
        Some(other) if other.is_archived => {
            Ok(authors::take_over(tx, other.author.id, author.id).await?)
        }
        Some(other) => Err(taken(&author.name, other.author.id)),
        None => Ok(()),
    }
}

async fn delete(tx: &mut Tx, id: i64, act: &Act) -> Result<(), Error> {
    authors::alone(tx).await?;
    let author = expect(tx, id).await?;
    if author.book_count > 0 {
        let id = id.to_string();
        let (resource, users) = (Resource::Author, "books");
        return Err(Error::InUse { resource, id, users });
    }
    if authors::has_books(tx, id).await? {
        authors::archive(tx, id, act.at).await?;
    } else {
        authors::delete(tx, id).await?;
    }
    Ok(act.record(tx, Some(&author), None).await?)
}

fn apply(author: &mut AuthorProfile, change: AuthorChange) {
    let AuthorChange { name, bio, nationality, contact } = change;
    author.name = name.unwrap_or_else(|| author.name.clone());
    author.bio = bio.unwrap_or_else(|| author.bio.take());
    author.nationality =
        nationality.unwrap_or_else(|| author.nationality.take());
    author.contact = contact.unwrap_or_else(|| author.contact.take());
}

fn not_found(id: i64) -> Error {
    Error::NotFound { resource: Resource::Author, id: id.to_string() }
}

fn taken(name: &str, holder: i64) -> Error {
    Error::Duplicate {
        resource: Resource::Author,
        field: "name",
        value: name.to_owned(),
        holder: holder.to_string(),
    }
}
