//! Authors, and what becomes of their books.

mod plain;

use futures::future::{join, join_all};

use super::{book, on_each};
use crate::app::{App, Error, Expected, Resource};
use crate::domain::{
    Address, AuthorChange, AuthorCreate, AuthorProfile, AuthorRef, Book,
    BookChange, BookCreate, BookFilter, BookOrder, BookSort, Contact,
    Direction, PageNumber,
};

const ALL: PageNumber = PageNumber { page: 1, per_page: 100 };

fn isbn(n: usize) -> String {
    format!("{n:010}")
}

fn written_by(name: &str, n: usize) -> BookCreate {
    let author = AuthorRef::Name(name.to_owned());
    BookCreate { author, ..book(&format!("Book {n}"), &isbn(n)) }
}

async fn add_book(app: &App, name: &str, n: usize) -> Book {
    app.book_create(written_by(name, n), None).await.expect("a book")
}

fn named(name: &str) -> AuthorCreate {
    let name = name.to_owned();
    AuthorCreate { name, bio: None, nationality: None, contact: None }
}

fn full(name: &str) -> AuthorCreate {
    let address = Address {
        street: "12 Ferry Road".to_owned(),
        city: "Port Townsend".to_owned(),
        state: "WA".to_owned(),
        zip_code: "98368".to_owned(),
        country: "US".to_owned(),
    };
    let phone = Some("+12065550123".to_owned());
    AuthorCreate {
        bio: Some("Reporter.".to_owned()),
        nationality: Some("American".to_owned()),
        contact: Some(Contact { phone, address: Some(address) }),
        ..named(name)
    }
}

fn renamed(name: &str) -> AuthorChange {
    AuthorChange { name: Some(name.to_owned()), ..AuthorChange::default() }
}

async fn rename(
    app: &App,
    id: i64,
    name: &str,
) -> Result<AuthorProfile, Error> {
    app.author_update(id, renamed(name)).await
}

/// What the list of authors says: names and numbers of books.
async fn listed(app: &App) -> Vec<(String, i64)> {
    let page = app.author_page(ALL).await.expect("a page");
    assert_eq!(page.total, i64::try_from(page.items.len()).expect("a few"));
    page.items.into_iter().map(|it| (it.name, it.book_count)).collect()
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::NotFound { resource: Resource::Author, .. })
}

fn is_taken_by(error: &Error, id: i64) -> bool {
    let id = id.to_string();
    matches!(error, Error::Duplicate { field: "name", holder, .. } if *holder == id)
}

#[tokio::test]
async fn authors_are_kept_and_listed_by_name_without_case() {
    on_each(async |app| {
        let zoe = app.author_create(full("zoe")).await.unwrap();
        let ann = app.author_create(named("Ann")).await.unwrap();
        let bob = add_book(&app, "bob", 1).await.author;
        add_book(&app, "bob", 2).await;
        assert_eq!(zoe.contact, full("zoe").contact);
        assert_eq!(app.author_view(zoe.id).await.unwrap(), zoe);
        let names = [("Ann", 0), ("bob", 2), ("zoe", 0)]
            .map(|(name, count)| (name.to_owned(), count));
        assert_eq!(listed(&app).await, names);
        let second = PageNumber { page: 2, per_page: 1 };
        let page = app.author_page(second).await.unwrap();
        assert_eq!((page.items[0].id, page.total), (bob.id, 3));
        let error = app.author_create(named("Ann")).await.unwrap_err();
        assert!(is_taken_by(&error, ann.id));
        assert!(is_missing(&app.author_view(99).await.unwrap_err()));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_an_author_keeps_what_it_does_not_name() {
    on_each(async |app| {
        let old = app.author_create(full("Frank")).await.unwrap();
        let change = AuthorChange { bio: Some(None), ..renamed("Frank") };
        let new = app.author_update(old.id, change).await.unwrap();
        let expected = AuthorProfile { bio: None, ..old.clone() };
        assert_eq!(new, expected);
        assert_eq!(app.author_view(old.id).await.unwrap(), expected);
        let bare = app.author_update(old.id, named("F").into()).await.unwrap();
        assert_eq!((bare.nationality, bare.contact), (None, None));

        let nothing = AuthorChange::default();
        let error = app.author_update(old.id, nothing.clone()).await;
        assert!(matches!(error.unwrap_err(), Error::NothingToChange));
        let error = app.author_update(99, nothing).await.unwrap_err();
        assert!(is_missing(&error));
    })
    .await;
}

#[tokio::test]
async fn a_new_name_stands_in_all_books() {
    on_each(async |app| {
        let emma = add_book(&app, "Mary", 1).await;
        let dune = add_book(&app, "Frank", 2).await;
        let gone = add_book(&app, "Frank", 3).await;
        app.book_delete(gone.id, Expected::Any).await.unwrap();

        rename(&app, dune.author.id, "Zoe Öz").await.unwrap();

        let seen = app.book_view(dune.id, false).await.unwrap();
        assert_eq!(
            (seen.author.name.as_str(), seen.author.id, seen.revision),
            ("Zoe Öz", dune.author.id, 2)
        );
        assert!(seen.updated_at > dune.updated_at);
        let gone = app.book_view(gone.id, true).await.unwrap();
        assert_eq!(gone.author, seen.author);
        assert_eq!(app.book_view(emma.id, false).await.unwrap(), emma);
        let order =
            BookOrder { by: BookSort::Author, direction: Direction::Asc };
        for (part, found) in
            [("frank", vec![]), ("öz", vec![&seen]), ("", vec![&emma, &seen])]
        {
            let author = Some(part.to_owned()).filter(|it| !it.is_empty());
            let filter = BookFilter { author, ..BookFilter::default() };
            let page = app.book_page(filter, order, ALL).await.unwrap();
            assert_eq!(page.items.iter().collect::<Vec<_>>(), found, "{part}");
        }
        let error = rename(&app, dune.author.id, "Mary").await.unwrap_err();
        assert!(is_taken_by(&error, emma.author.id));
        let frank = add_book(&app, "Frank", 4).await.author;
        assert_ne!(frank.id, dune.author.id, "the old name is free");
    })
    .await;
}

#[tokio::test]
async fn a_book_that_names_another_leaves_its_author_as_they_are() {
    on_each(async |app| {
        let book = add_book(&app, "Frank", 1).await;
        let author = Some(AuthorRef::Name("Brian".to_owned()));
        let change = BookChange { author, ..BookChange::default() };
        app.book_update(book.id, change, Expected::Any).await.unwrap();
        let names = [("Brian", 1), ("Frank", 0)]
            .map(|(name, count)| (name.to_owned(), count));
        assert_eq!(listed(&app).await, names);
        let page = app.author_book_page(book.author.id, ALL).await.unwrap();
        assert_eq!((page.items.len(), page.total), (0, 0));
        let error = app.author_book_page(99, ALL).await.unwrap_err();
        assert!(is_missing(&error));
    })
    .await;
}

#[tokio::test]
async fn an_author_who_has_books_is_not_deleted() {
    on_each(async |app| {
        let book = add_book(&app, "Frank", 1).await;
        let id = book.author.id;
        let error = app.author_delete(id).await.unwrap_err();
        assert!(matches!(error, Error::InUse { users: "books", .. }));

        app.book_delete(book.id, Expected::Any).await.unwrap();
        app.author_delete(id).await.unwrap();
        let missing = [
            app.author_view(id).await.map(drop),
            app.author_delete(id).await,
            rename(&app, id, "Brian").await.map(drop),
            app.author_book_page(id, ALL).await.map(drop),
        ];
        for outcome in missing {
            assert!(is_missing(&outcome.unwrap_err()));
        }
        let mut new = written_by("", 2);
        new.author = AuthorRef::Id(id);
        let error = app.book_create(new, None).await.unwrap_err();
        assert!(matches!(error, Error::Dangling { field: "author.id", .. }));
        assert_eq!(listed(&app).await, []);
    })
    .await;
}

/// An author who was deleted, and a book of theirs that was.
async fn deleted(app: &App) -> (i64, Book) {
    let author = app.author_create(full("Frank")).await.expect("added");
    let book = add_book(app, "Frank", 1).await;
    app.book_delete(book.id, Expected::Any).await.expect("deleted");
    app.author_delete(author.id).await.expect("deleted");
    (author.id, book)
}

#[tokio::test]
async fn a_deleted_author_is_back_with_their_books_and_nothing_else() {
    on_each(async |app| {
        let (id, book) = deleted(&app).await;
        let restored = app.book_restore(book.id, None).await.unwrap();
        assert_eq!(restored.author.id, id);
        let back = app.author_view(id).await.unwrap();
        assert_eq!((back.bio, back.contact, back.book_count), (None, None, 1));
    })
    .await;
    on_each(async |app| {
        let (id, _) = deleted(&app).await;
        let again = add_book(&app, "Frank", 2).await;
        assert_eq!(again.author.id, id);
        assert_eq!(listed(&app).await, [("Frank".to_owned(), 1)]);
    })
    .await;
    on_each(async |app| {
        let (id, _) = deleted(&app).await;
        let again = app.author_create(named("Frank")).await.unwrap();
        assert_eq!((again.id, again.bio, again.book_count), (id, None, 0));
    })
    .await;
}

#[tokio::test]
async fn who_takes_the_name_of_a_deleted_author_takes_over_their_books() {
    on_each(async |app| {
        let (id, book) = deleted(&app).await;
        let brian = app.author_create(named("Brian")).await.unwrap();
        let frank = rename(&app, brian.id, "Frank").await.unwrap();
        let restored = app.book_restore(book.id, None).await.unwrap();
        assert_eq!((restored.author.id, frank.id), (brian.id, brian.id));
        assert_eq!(listed(&app).await, [("Frank".to_owned(), 1)]);
        assert!(is_missing(&app.author_view(id).await.unwrap_err()));
    })
    .await;
}

#[tokio::test]
async fn books_that_come_while_their_author_changes_have_the_right_name() {
    on_each(async |app| {
        let first = add_book(&app, "Name 0", 0).await;
        let id = first.author.id;
        let books = join_all((1..40).map(|n| {
            let mut new = written_by("", n);
            new.author = AuthorRef::Id(id);
            app.book_create(new, None)
        }));
        let names = join_all(
            (1..10).map(async |n| rename(&app, id, &format!("Name {n}")).await),
        );
        let (books, renamed) = join(books, names).await;
        for outcome in renamed {
            outcome.expect("renamed");
        }
        let name = app.author_view(id).await.unwrap().name;
        for book in books {
            let id = book.expect("added").id;
            let book = app.book_view(id, false).await.unwrap();
            assert_eq!(book.author.name, name);
        }
    })
    .await;
}

#[tokio::test]
async fn no_book_is_added_to_an_author_who_is_being_deleted() {
    on_each(async |app| {
        for round in 0..10 {
            let name = format!("Frank {round}");
            let gone = add_book(&app, &name, 1000).await;
            let id = gone.author.id;
            app.book_delete(gone.id, Expected::Any).await.unwrap();
            let mut new = written_by("", round);
            new.author = AuthorRef::Id(id);
            let (book, deleted) =
                join(app.book_create(new, None), app.author_delete(id)).await;
            assert_ne!(book.is_ok(), deleted.is_ok(), "{book:?} {deleted:?}");
            assert_eq!(app.author_view(id).await.is_ok(), book.is_ok());
        }
    })
    .await;
}
