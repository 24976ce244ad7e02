//! Authors and their books against two plain lists in memory.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tokio::runtime::Runtime;

use super::{ALL, add_book, named, on_each, rename};
use crate::app::{App, Error, Expected};

const NAMES: &[&str] = &["ann", "Bob", "cat"];

/// Something to do. Numbers are counted round what there is.
#[derive(Clone, Debug)]
enum Act {
    Write(&'static str),
    Archive(usize),
    Restore(usize),
    Add(&'static str),
    Rename(usize, &'static str),
    Delete(usize),
}

#[derive(Clone, Debug, PartialEq)]
struct Author {
    id: i64,
    name: String,
    is_archived: bool,
}

#[derive(Clone, Debug)]
struct Book {
    id: i64,
    author: i64,
    is_archived: bool,
}

/// What there should be.
#[derive(Default)]
struct Plain {
    authors: Vec<Author>,
    books: Vec<Book>,
}

fn act() -> impl Strategy<Value = Act> {
    let name = || select(NAMES);
    let any = || 0..8_usize;
    prop_oneof![
        3 => name().prop_map(Act::Write),
        2 => any().prop_map(Act::Archive),
        2 => any().prop_map(Act::Restore),
        1 => name().prop_map(Act::Add),
        3 => (any(), name()).prop_map(|(at, name)| Act::Rename(at, name)),
        3 => any().prop_map(Act::Delete),
    ]
}

impl Plain {
    fn named(&mut self, name: &str) -> Option<&mut Author> {
        self.authors.iter_mut().find(|it| it.name == name)
    }

    /// The author of this name, who is there from now on.
    fn use_name(&mut self, name: &str, id: i64) {
        match self.named(name) {
            Some(author) => {
                author.is_archived = false;
                assert_eq!(author.id, id, "{name} is one author");
            }
            None => {
                let name = name.to_owned();
                self.authors.push(Author { id, name, is_archived: false });
            }
        }
    }

    /// The id of an author who is listed.
    fn pick(&self, at: usize) -> Option<i64> {
        let mut ids: Vec<_> =
            self.authors.iter().filter(|it| !it.is_archived).collect();
        ids.sort_by_key(|it| it.id);
        ids.get(at % ids.len().max(1)).map(|it| it.id)
    }

    fn count(&self, author: i64) -> i64 {
        let theirs = |it: &&Book| it.author == author && !it.is_archived;
        self.books.iter().filter(theirs).count().try_into().expect("few")
    }

    fn rename(&mut self, id: i64, name: &str) -> bool {
        let other = self.named(name).filter(|it| it.id != id).cloned();
        match other {
            Some(other) if !other.is_archived => return false,
            Some(other) => {
                self.authors.retain(|it| it.id != other.id);
                let theirs =
                    self.books.iter_mut().filter(|it| it.author == other.id);
                theirs.for_each(|it| it.author = id);
            }
            None => {}
        }
        let author = self.authors.iter_mut().find(|it| it.id == id);
        author.expect("the author").name = name.to_owned();
        true
    }

    fn delete(&mut self, id: i64) -> bool {
        if self.count(id) > 0 {
            return false;
        }
        if self.books.iter().any(|it| it.author == id) {
            let author = self.authors.iter_mut().find(|it| it.id == id);
            author.expect("the author").is_archived = true;
        } else {
            self.authors.retain(|it| it.id != id);
        }
        true
    }

    /// Does a thing to both, and makes sure that it comes out alike.
    async fn act(&mut self, app: &App, act: Act) {
        match act {
            Act::Write(name) => {
                let book = add_book(app, name, self.books.len()).await;
                self.use_name(name, book.author.id);
                let (id, author) = (book.id, book.author.id);
                self.books.push(Book { id, author, is_archived: false });
            }
            Act::Archive(at) => self.archive(app, at, true).await,
            Act::Restore(at) => self.archive(app, at, false).await,
            Act::Add(name) => {
                let is_free =
                    self.named(name).is_none_or(|author| author.is_archived);
                let added = app.author_create(named(name)).await;
                assert_eq!(added.is_ok(), is_free, "{added:?}");
                if let Ok(author) = added {
                    self.use_name(name, author.id);
                }
            }
            Act::Rename(at, name) => {
                let Some(id) = self.pick(at) else { return };
                let outcome = rename(app, id, name).await;
                assert_eq!(outcome.is_ok(), self.rename(id, name));
            }
            Act::Delete(at) => {
                let Some(id) = self.pick(at) else { return };
                let outcome = app.author_delete(id).await;
                let is_used = matches!(outcome, Err(Error::InUse { .. }));
                assert_eq!(outcome.is_ok(), self.delete(id), "{outcome:?}");
                assert_eq!(outcome.is_ok(), !is_used);
            }
        }
    }

    async fn archive(&mut self, app: &App, at: usize, is_archived: bool) {
        let length = self.books.len().max(1);
        let Some(book) = self.books.get_mut(at % length) else { return };
        if is_archived {
            let outcome = app.book_delete(book.id, Expected::Any).await;
            assert_eq!(outcome.is_ok(), !book.is_archived);
        } else {
            app.book_restore(book.id, None).await.expect("restored");
            let author = book.author;
            let author = self.authors.iter_mut().find(|it| it.id == author);
            author.expect("the author").is_archived = false;
        }
        book.is_archived = is_archived;
    }

    /// Makes sure that both show the same.
    async fn check(&self, app: &App) {
        let mut expected: Vec<_> =
            self.authors.iter().filter(|it| !it.is_archived).collect();
        expected.sort_by_key(|it| it.name.to_lowercase());
        let expected: Vec<_> = expected
            .into_iter()
            .map(|it| (it.id, it.name.clone(), self.count(it.id)))
            .collect();
        let page = app.author_page(ALL).await.expect("a page");
        let found = page.items.into_iter();
        let found: Vec<_> =
            found.map(|it| (it.id, it.name, it.book_count)).collect();
        assert_eq!(found, expected);
        for book in &self.books {
            let seen = app.book_view(book.id, true).await.expect("a book");
            let author = self.authors.iter().find(|it| it.id == book.author);
            let author = author.expect("the author");
            assert_eq!(
                (seen.author.id, &seen.author.name),
                (author.id, &author.name)
            );
        }
    }
}

#[test]
fn authors_and_books_are_those_of_two_plain_lists() {
    let runtime = Runtime::new().expect("a runtime");
    let config = ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(acts in vec(act(), 1..40))| {
        runtime.block_on(on_each(async |app| {
            let mut plain = Plain::default();
            for act in acts.clone() {
                plain.act(&app, act).await;
                plain.check(&app).await;
            }
        }));
    });
}
