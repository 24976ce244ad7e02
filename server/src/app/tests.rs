//! What the catalogue promises, on each kind of database.

mod audit;
mod authors;
mod books;
mod events;
mod lists;
mod model;
mod registry;
mod reports;
mod reviews;
mod users;

use slog::{Discard, Logger, o};

use super::{App, Once};
use crate::domain::{AuthorRef, BookCreate, Currency, Isbn, Percent, Price};
use crate::store::testing::on_each_database;

/// Runs a test with an empty catalogue on each kind of database.
async fn on_each(test: impl AsyncFn(App)) {
    on_each_database(async |store| {
        test(App::new(store, Logger::root(Discard, o!()))).await;
    })
    .await;
}

/// A book that costs ten.
fn book(title: &str, isbn: &str) -> BookCreate {
    BookCreate {
        title: title.to_owned(),
        author: AuthorRef::Name("Frank Herbert".to_owned()),
        isbn: Isbn::parse(isbn).expect("an ISBN"),
        genre: None,
        published_year: None,
        language: None,
        page_count: None,
        price: Price::from_minor(1000),
        currency: Currency::default(),
        description: None,
        tags: Vec::new(),
        discount: Percent::default(),
        status: None,
        internal_notes: None,
        cost_price: None,
        supplier: None,
    }
}

/// A key, and what is asked for with it.
fn once(key: &str, fingerprint: u8) -> Option<Once> {
    Some(Once {
        key: key.to_owned(),
        operation: "book_create",
        fingerprint: [fingerprint; 32],
    })
}
