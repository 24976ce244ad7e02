//! One book, and many at once.

use futures::future::join_all;

use super::{book, on_each, once};
use crate::app::{App, Error, Expected, Resource};
use crate::domain::{AuthorRef, Book, BookChange, BookStatus, Isbn, Price};

const DUNE: &str = "9780441172719";
const EMMA: &str = "9780141439587";

fn isbn(text: &str) -> Isbn {
    Isbn::parse(text).expect("an ISBN")
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::NotFound { resource: Resource::Book, .. })
}

fn is_duplicate_of(error: &Error, holder: &Book) -> bool {
    let id = holder.id.to_string();
    matches!(error, Error::Duplicate { field: "isbn", holder, .. } if *holder == id)
}

async fn dune(app: &App) -> Book {
    app.book_create(book("Dune", DUNE), None).await.expect("added")
}

#[tokio::test]
async fn a_book_is_viewed_as_it_was_created() {
    on_each(async |app| {
        let mut new = book("Dune", "0-441-17271-7");
        new.genre = Some("Science Fiction".to_owned());
        new.published_year = Some(1965);
        new.page_count = Some(412);
        new.language = Some("en".to_owned());
        new.description = Some("Sand.".to_owned());
        new.tags = vec![" Desert ".to_owned(), "desert".into(), "".into()];
        new.status = Some(BookStatus::Reserved);
        new.cost_price = Some(Price::from_minor(499));
        new.internal_notes = Some("by the window".to_owned());
        new.supplier = Some("Chilton".to_owned());
        let created = app.book_create(new.clone(), None).await.unwrap();

        assert_eq!(created.title, new.title);
        assert_eq!(created.isbn.given(), "0-441-17271-7");
        assert_eq!(created.isbn.normalised(), DUNE);
        assert_eq!(created.tags, ["desert"]);
        assert_eq!(created.status, BookStatus::Reserved);
        assert_eq!((created.revision, created.updated_at), (1, None));
        assert_eq!(created.created_at.timestamp_subsec_nanos() % 1000, 0);
        assert_eq!(app.book_view(created.id, false).await.unwrap(), created);
        let missing = app.book_view(created.id + 1, true).await.unwrap_err();
        assert!(is_missing(&missing));
    })
    .await;
}

#[tokio::test]
async fn an_author_is_found_by_name_or_added() {
    on_each(async |app| {
        let dune = dune(&app).await;
        let mut emma = book("Emma", EMMA);
        emma.author = AuthorRef::Id(dune.author.id + 1);
        let error = app.book_create(emma.clone(), None).await.unwrap_err();
        assert!(matches!(
            error,
            Error::Dangling { field: "author.id", resource: Resource::Author }
        ));
        emma.author = AuthorRef::Name("frank herbert".to_owned());
        let emma = app.book_create(emma, None).await.unwrap();
        assert_ne!(emma.author.id, dune.author.id);

        let change = BookChange {
            author: Some(AuthorRef::Id(dune.author.id)),
            ..BookChange::default()
        };
        let emma = app.book_update(emma.id, change, Expected::Any).await;
        assert_eq!(emma.unwrap().author, dune.author);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_create_the_same_book_one_succeeds() {
    on_each(async |app| {
        let outcomes = join_all((0..64).map(|number| {
            // Two spellings of one number.
            let isbn = ["0441172717", "978-0-441-17271-9"][number % 2];
            app.book_create(book("Dune", isbn), None)
        }))
        .await;
        let (won, lost): (Vec<_>, Vec<_>) =
            outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        let won = won.into_iter().next().unwrap().unwrap();
        for error in lost {
            assert!(is_duplicate_of(&error.unwrap_err(), &won));
        }
    })
    .await;
}

#[tokio::test]
async fn a_bulk_stores_what_it_can() {
    on_each(async |app| {
        let dune = dune(&app).await;
        let mut dear = book("Dear", "1230441172719");
        dear.price = Price::from_minor(100_001);
        let mut dangling = book("Dangling", "9780000000019");
        dangling.author = AuthorRef::Id(4711);
        let outcomes = app
            .book_bulk_create(vec![
                book("Dune again", DUNE),
                book("Emma", EMMA),
                dear,
                book("Emma again", EMMA),
                dangling,
                book("Last", "9780000000026"),
            ])
            .await
            .unwrap();

        let [first, emma, dear, again, dangling, last] =
            <[_; 6]>::try_from(outcomes).unwrap();
        let emma = emma.unwrap();
        assert!(is_duplicate_of(&first.unwrap_err(), &dune));
        assert!(matches!(dear, Err(Error::Rule { field: "isbn", .. })));
        assert!(is_duplicate_of(&again.unwrap_err(), &emma));
        assert!(matches!(dangling, Err(Error::Dangling { .. })));
        for book in [emma, last.unwrap()] {
            assert_eq!(app.book_view(book.id, false).await.unwrap(), book);
        }
        assert!(app.book_bulk_create(Vec::new()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_dear_book_needs_an_isbn_of_books() {
    on_each(async |app| {
        for (price, isbn, allowed) in [
            (100_000, "1230441172719", true),
            (100_001, "9780441172719", true),
            (100_001, "978-0-14-143958-7", true),
            (100_001, "0140620109", false),
            (100_001, "9790441172718", false),
        ] {
            let mut new = book("Dear", isbn);
            new.price = Price::from_minor(price);
            let outcome = app.book_create(new, None).await;
            match outcome {
                Ok(_) => assert!(allowed, "{isbn}"),
                Err(error) => {
                    assert!(matches!(error, Error::Rule { field: "isbn", .. }));
                    assert!(!allowed, "{isbn}");
                }
            }
        }
        let cheap = book("Cheap", "0201633612");
        let cheap = app.book_create(cheap, None).await.unwrap();
        let change = BookChange {
            price: Some(Price::from_minor(100_001)),
            ..BookChange::default()
        };
        let error = app
            .book_update(cheap.id, change.clone(), Expected::Any)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Rule { field: "isbn", .. }));
        let change = BookChange { isbn: Some(isbn("9780201633610")), ..change };
        app.book_update(cheap.id, change, Expected::Any).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    on_each(async |app| {
        let mut new = book("Dune", DUNE);
        new.genre = Some("sf".to_owned());
        new.tags = vec!["sand".to_owned()];
        let old = app.book_create(new, None).await.unwrap();
        let change = BookChange {
            genre: Some(None),
            tags: Some(vec![" Spice".to_owned()]),
            ..BookChange::default()
        };
        let book =
            app.book_update(old.id, change, Expected::Any).await.unwrap();
        let expected = Book {
            genre: None,
            tags: vec!["spice".to_owned()],
            updated_at: book.updated_at,
            revision: 2,
            ..old.clone()
        };
        assert!(book.updated_at.is_some());
        assert_eq!(book, expected);
        assert_eq!(app.book_view(old.id, false).await.unwrap(), expected);

        let nothing = BookChange::default();
        let error = app
            .book_update(old.id, nothing.clone(), Expected::Any)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NothingToChange));
        let error =
            app.book_update(4711, nothing, Expected::Any).await.unwrap_err();
        assert!(is_missing(&error));
    })
    .await;
}

#[tokio::test]
async fn a_change_to_an_older_revision_is_stale() {
    on_each(async |app| {
        let dune = dune(&app).await;
        let change = BookChange {
            title: Some("Dune II".to_owned()),
            ..BookChange::default()
        };
        let seen = || Expected::Revisions(vec![1, 9]);
        let id = dune.id;
        app.book_update(id, change.clone(), seen()).await.unwrap();

        let stale = [
            app.book_update(id, change.clone(), seen()).await.map(drop),
            app.book_update(id, BookChange::default(), seen()).await.map(drop),
            app.book_delete(id, seen()).await,
        ];
        for outcome in stale {
            assert!(matches!(outcome, Err(Error::Stale { .. })));
        }
        app.book_delete(id, Expected::Revisions(vec![2])).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_many_who_change_one_revision_one_succeeds() {
    on_each(async |app| {
        let dune = dune(&app).await;
        let outcomes = join_all((0..32).map(|number| {
            let title = Some(format!("Dune {number}"));
            let change = BookChange { title, ..BookChange::default() };
            app.book_update(dune.id, change, Expected::Revisions(vec![1]))
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
        assert_eq!(app.book_view(dune.id, false).await.unwrap().revision, 2);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_book_is_archived_and_its_isbn_free() {
    on_each(async |app| {
        let first = dune(&app).await;
        app.book_delete(first.id, Expected::Any).await.unwrap();
        let missing = [
            app.book_view(first.id, false).await.map(drop),
            app.book_delete(first.id, Expected::Any).await,
        ];
        for outcome in missing {
            assert!(is_missing(&outcome.unwrap_err()));
        }
        let archived = app.book_view(first.id, true).await.unwrap();
        assert!(archived.archived_at.is_some());
        assert_eq!(archived.revision, 2);

        let second = dune(&app).await;
        let error = app.book_restore(first.id, None).await.unwrap_err();
        assert!(is_duplicate_of(&error, &second));
        app.book_delete(second.id, Expected::Any).await.unwrap();
        let restored = app.book_restore(first.id, None).await.unwrap();
        assert_eq!((restored.archived_at, restored.revision), (None, 3));
        assert_eq!(app.book_restore(first.id, None).await.unwrap(), restored);
        assert!(is_missing(&app.book_restore(4711, None).await.unwrap_err()));
    })
    .await;
}

#[tokio::test]
async fn a_bulk_delete_finds_each_book_once() {
    on_each(async |app| {
        let dune = dune(&app).await;
        let emma = app.book_create(book("Emma", EMMA), None).await.unwrap();
        let ids = vec![emma.id, 4711, dune.id, emma.id];
        let outcome = app.book_bulk_delete(ids).await.unwrap();
        assert_eq!(outcome.deleted, [emma.id, dune.id]);
        assert_eq!(outcome.not_found, [4711, emma.id]);
        assert!(is_missing(&app.book_view(dune.id, false).await.unwrap_err()));
    })
    .await;
}

#[tokio::test]
async fn a_key_does_a_thing_once() {
    on_each(async |app| {
        let create =
            |isbn, key, said| app.book_create(book("B", isbn), once(key, said));
        let first = create(DUNE, "k", 1).await.unwrap();
        assert_eq!(create(DUNE, "k", 1).await.unwrap(), first);
        let error = create(EMMA, "k", 2).await.unwrap_err();
        assert!(matches!(error, Error::KeyReused));
        let error = create(DUNE, "other", 1).await.unwrap_err();
        assert!(is_duplicate_of(&error, &first));

        // A refusal is not kept: the key may be used again.
        let emma = create(EMMA, "other", 2).await.unwrap();
        assert_ne!(emma.id, first.id);
        // What happened to the book since does not change the answer.
        app.book_delete(first.id, Expected::Any).await.unwrap();
        assert_eq!(create(DUNE, "k", 1).await.unwrap(), first);
    })
    .await;
}

#[tokio::test]
async fn of_many_with_one_key_all_get_the_same_book() {
    on_each(async |app| {
        let outcomes = join_all(
            (0..32).map(|_| app.book_create(book("D", DUNE), once("k", 1))),
        )
        .await;
        let books: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        assert!(books.iter().all(|book| *book == books[0]));
    })
    .await;
}
