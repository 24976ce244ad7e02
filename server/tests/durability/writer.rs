//! A client that writes until the server is gone, and knows what must be
//! there afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// How many books a bulk request adds.
const BULK: usize = 5;

const AUTHOR: &str = "Ursula K. Le Guin";

/// What the writers of a round have had acknowledged so far.
pub(crate) struct Acknowledged {
    wanted: usize,
    count: AtomicUsize,
    /// Has a permit once there are enough.
    pub(crate) enough: Semaphore,
}

impl Acknowledged {
    /// None yet, of so many that are wanted.
    pub(crate) fn none_of(wanted: usize) -> Arc<Self> {
        let (count, enough) = (AtomicUsize::new(0), Semaphore::new(0));
        Arc::new(Self { wanted, count, enough })
    }

    fn one_more(&self) {
        if self.count.fetch_add(1, Ordering::Relaxed) + 1 == self.wanted {
            self.enough.add_permits(1);
        }
    }
}

/// A write whose answer has not come: it is stored whole or not at all.
#[derive(Debug)]
enum Open {
    Create(Vec<String>),
    Change(i64, Value),
    Delete(Vec<i64>),
}

/// A book: where it was seen last, and how it looked.
type Seen = (String, Value);

/// One client, whose books no other touches.
pub(crate) struct Writer {
    number: usize,
    client: Client,
    steps: usize,
    books: BTreeMap<i64, Seen>,
    deleted: BTreeSet<i64>,
    open: Option<Open>,
}

impl Writer {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            number,
            client: Client::new(),
            steps: 0,
            books: BTreeMap::new(),
            deleted: BTreeSet::new(),
            open: None,
        }
    }

    /// How many books of this writer there are.
    pub(crate) fn len(&self) -> usize {
        self.books.len()
    }

    /// Writes, one request after the other, until one is not answered.
    pub(crate) async fn write(
        mut self,
        origin: String,
        acknowledged: Arc<Acknowledged>,
    ) -> Self {
        while self.step(&origin).await.is_some() {
            acknowledged.one_more();
        }
        self
    }

    /// The next write; `None` if it is not answered.
    async fn step(&mut self, origin: &str) -> Option<()> {
        self.steps += 1;
        match self.steps % 6 {
            _ if self.books.is_empty() => self.create_many(origin).await,
            1 => self.create(origin, "/api/v1/books").await,
            2 => self.change(origin).await,
            3 => self.create(origin, "/api/v2/books").await,
            4 => self.create_many(origin).await,
            5 => self.delete(origin).await,
            _ => self.delete_many(origin).await,
        }
    }

    async fn create(&mut self, origin: &str, path: &str) -> Option<()> {
        let isbn = self.isbn(0);
        let book = match path {
            "/api/v1/books" => book(&isbn),
            _ => book_of_v2(&isbn),
        };
        self.open = Some(Open::Create(vec![isbn]));
        let url = format!("{origin}{path}");
        let (status, added) = self.ask(Method::POST, url, book).await?;
        assert_eq!(status, 201, "{added}");
        self.note(path, added);
        self.open = None;
        Some(())
    }

    async fn create_many(&mut self, origin: &str) -> Option<()> {
        let isbns: Vec<_> = (0..BULK).map(|it| self.isbn(it)).collect();
        let books = isbns.iter().map(|it| book(it)).collect();
        self.open = Some(Open::Create(isbns));
        let url = format!("{origin}/api/v1/books/bulk");
        let (status, mut done) = self.ask(Method::POST, url, books).await?;
        assert_eq!((status, &done["errors"]), (201, &json!([])));
        for added in done["created"].as_array_mut().expect("books") {
            self.note("/api/v1/books", added.take());
        }
        self.open = None;
        Some(())
    }

    async fn change(&mut self, origin: &str) -> Option<()> {
        let id = *self.books.keys().next_back().expect("a book");
        let title = format!("Changed in step {}", self.steps);
        let change = json!({"title": title, "tags": ["changed", "late"]});
        self.open = Some(Open::Change(id, change.clone()));
        let url = format!("{origin}/api/v1/books/{id}");
        let (status, changed) = self.ask(Method::PATCH, url, change).await?;
        assert_eq!(status, 200, "{changed}");
        self.note("/api/v1/books", changed);
        self.open = None;
        Some(())
    }

    async fn delete(&mut self, origin: &str) -> Option<()> {
        let id = *self.books.keys().next().expect("a book");
        self.open = Some(Open::Delete(vec![id]));
        let url = format!("{origin}/api/v1/books/{id}");
        let (status, _) = self.ask(Method::DELETE, url, Value::Null).await?;
        assert_eq!(status, 204);
        self.forget(&[id]);
        self.open = None;
        Some(())
    }

    async fn delete_many(&mut self, origin: &str) -> Option<()> {
        let ids: Vec<_> = self.books.keys().take(2).copied().collect();
        self.open = Some(Open::Delete(ids.clone()));
        let url = format!("{origin}/api/v1/books/bulk-delete");
        let asked = json!({"ids": ids});
        let (status, done) = self.ask(Method::POST, url, asked).await?;
        assert_eq!((status, &done["deleted"]), (200, &json!(ids)));
        self.forget(&ids);
        self.open = None;
        Some(())
    }

    /// Sends a request; `None` if no whole answer comes.
    async fn ask(
        &self,
        method: Method,
        url: String,
        body: Value,
    ) -> Option<(u16, Value)> {
        let request = self.client.request(method, url).json(&body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    fn isbn(&self, index: usize) -> String {
        format!("979{:03}{:06}{index}", self.number, self.steps)
    }

    fn note(&mut self, list: &str, book: Value) {
        let id = book["id"].as_i64().expect("an id");
        self.books.insert(id, (format!("{list}/{id}"), book));
    }

    fn forget(&mut self, ids: &[i64]) {
        for id in ids {
            self.books.remove(id);
            self.deleted.insert(*id);
        }
    }

    /// Checks that all that was acknowledged is there as it was, and finds
    /// out what became of the write that was not.
    pub(crate) async fn verify(&mut self, origin: &str) {
        self.settle(origin).await;
        for (path, book) in self.books.values() {
            let (status, found) = self.look(origin, path).await;
            assert_eq!((status, &found), (200, book), "{path}");
        }
        for id in &self.deleted {
            let path = format!("/api/v1/books/{id}");
            assert_eq!(self.look(origin, &path).await.0, 404, "{path}");
        }
    }

    async fn settle(&mut self, origin: &str) {
        match self.open.take() {
            Some(Open::Create(isbns)) => self.settle_new(origin, isbns).await,
            Some(Open::Change(id, change)) => {
                self.settle_change(origin, id, change).await;
            }
            Some(Open::Delete(ids)) => self.settle_gone(origin, ids).await,
            None => {}
        }
    }

    async fn settle_new(&mut self, origin: &str, isbns: Vec<String>) {
        let mut found = Vec::new();
        for isbn in &isbns {
            let path = format!("/api/v2/books?isbn={isbn}");
            let (_, mut list) = self.look(origin, &path).await;
            let list = list["items"].as_array_mut().expect("books");
            found.append(list);
        }
        assert!([0, isbns.len()].contains(&found.len()), "half: {found:#?}");
        for book in found {
            assert_eq!(book["author"]["name"], AUTHOR);
            assert_eq!(book["metadata"]["tags"], json!(["new", "utopia"]));
            self.note("/api/v2/books", book);
        }
    }

    async fn settle_change(&mut self, origin: &str, id: i64, change: Value) {
        let path = format!("/api/v1/books/{id}");
        let (status, found) = self.look(origin, &path).await;
        assert_eq!(status, 200, "{path}");
        if found["title"] == change["title"] {
            assert_eq!(found["tags"], change["tags"]);
            self.note("/api/v1/books", found);
        }
    }

    async fn settle_gone(&mut self, origin: &str, ids: Vec<i64>) {
        let mut there = Vec::new();
        for id in &ids {
            let path = format!("/api/v1/books/{id}");
            let (status, _) = self.look(origin, &path).await;
            there.push(status == 200);
        }
        let all = there.iter().all(|it| *it);
        assert!(all || !there.contains(&true), "half: {ids:?} {there:?}");
        if !all {
            self.forget(&ids);
        }
    }

    async fn look(&self, origin: &str, path: &str) -> (u16, Value) {
        let url = format!("{origin}{path}");
        let answer = self.ask(Method::GET, url, Value::Null).await;
        answer.expect("an answer")
    }
}

fn book(isbn: &str) -> Value {
    json!({
        "title": "The Dispossessed", "author_name": AUTHOR, "isbn": isbn,
        "price": 9.5, "tags": ["new", "utopia"],
    })
}

/// The same, as contract v2 has it.
pub(crate) fn book_of_v2(isbn: &str) -> Value {
    json!({
        "title": "The Dispossessed", "author": {"name": AUTHOR},
        "isbn": isbn, "pricing": {"amount": 9.5},
        "metadata": {"tags": ["new", "utopia"]},
    })
}
