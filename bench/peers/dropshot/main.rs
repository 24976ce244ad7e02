//! One endpoint of contract v1 in dropshot without anything behind it: what
//! the framework itself costs. The books are in memory.
//!
//! `peer-dropshot --bind ADDR --books FILE`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use dropshot::{
    ApiDescription, ConfigDropshot, ConfigLogging, ConfigLoggingLevel,
    HttpError, HttpResponseOk, Path, RequestContext, ServerBuilder, endpoint,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const RECENT: TimeDelta = TimeDelta::days(30);

/// Serves books from memory.
#[derive(Parser)]
struct Args {
    /// Listen here.
    #[arg(long)]
    bind: SocketAddr,
    /// Serve the books of this file, one in JSON on each line.
    #[arg(long)]
    books: PathBuf,
}

#[derive(Clone, Deserialize, Serialize, JsonSchema)]
struct Book {
    #[serde(default)]
    id: i64,
    title: String,
    author_name: String,
    isbn: String,
    genre: Option<String>,
    published_year: Option<i32>,
    price: f64,
    description: Option<String>,
    tags: Vec<String>,
    page_count: Option<i32>,
    discount_percent: f64,
    #[serde(default = "available")]
    status: String,
    #[serde(default)]
    is_recent: bool,
    #[serde(default = "Utc::now")]
    #[schemars(with = "String")]
    created_at: DateTime<Utc>,
    #[schemars(with = "Option<String>")]
    updated_at: Option<DateTime<Utc>>,
}

fn available() -> String {
    "available".to_owned()
}

#[derive(Deserialize, JsonSchema)]
struct BookPath {
    book_id: i64,
}

/// Fetch a book
#[endpoint { method = GET, path = "/api/v1/books/{book_id}" }]
async fn book_view(
    rq: RequestContext<Vec<Book>>,
    path: Path<BookPath>,
) -> Result<HttpResponseOk<Book>, HttpError> {
    let id = path.into_inner().book_id;
    let index = usize::try_from(id - 1).ok();
    let book = index.and_then(|index| rq.context().get(index));
    let mut book = book.cloned().ok_or_else(|| {
        HttpError::for_not_found(None, format!("Book with ID {id} not found"))
    })?;
    book.is_recent = Utc::now() - book.created_at < RECENT;
    Ok(HttpResponseOk(book))
}

fn read(path: &FilePath) -> anyhow::Result<Vec<Book>> {
    let lines = BufReader::new(File::open(path).context("opening the books")?);
    let mut books: Vec<Book> = Vec::new();
    for line in lines.lines() {
        let book = serde_json::from_str(&line?)?;
        books.push(Book { id: books.len() as i64 + 1, ..book });
    }
    Ok(books)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let books = read(&args.books)?;
    let level = ConfigLoggingLevel::Error;
    let log = ConfigLogging::StderrTerminal { level }.to_logger("dropshot")?;
    let mut api = ApiDescription::new();
    api.register(book_view)?;
    let config =
        ConfigDropshot { bind_address: args.bind, ..Default::default() };
    let server = ServerBuilder::new(api, books, log)
        .config(config)
        .start()
        .map_err(|error| anyhow!(Arc::new(error)))?;
    server.await.map_err(|error| anyhow!(error))
}
