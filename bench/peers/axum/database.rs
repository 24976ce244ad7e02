//! The pool, the table, and the books that are there from the start.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use sqlx::SqlitePool;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
    SqliteSynchronous,
};

use crate::books::{NewRow, insert};
use crate::wire::BookCreate;

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS books (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    author_name TEXT NOT NULL,
    isbn TEXT NOT NULL UNIQUE,
    genre TEXT COLLATE NOCASE,
    published_year INTEGER,
    price_cents INTEGER NOT NULL,
    description TEXT,
    tags TEXT NOT NULL,
    page_count INTEGER,
    discount_percent REAL NOT NULL,
    status TEXT NOT NULL DEFAULT 'available',
    created_at TEXT NOT NULL,
    updated_at TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS books_by_created_at ON books (created_at, id);
CREATE INDEX IF NOT EXISTS books_by_genre ON books (genre, created_at, id);
";

/// A pool of ten connections, which is sqlx's own default, with a journal
/// that survives a loss of power.
pub(crate) async fn open(path: &Path) -> anyhow::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(10)
        .connect_with(options)
        .await
        .context("opening the database")?;
    sqlx::raw_sql(TABLE).execute(&pool).await.context("making the table")?;
    Ok(pool)
}

/// Adds the books of a file in one transaction.
pub(crate) async fn load(pool: &SqlitePool, path: &Path) -> anyhow::Result<()> {
    let lines = BufReader::new(File::open(path).context("opening the books")?);
    let mut transaction = pool.begin().await?;
    for line in lines.lines() {
        let book: BookCreate = serde_json::from_str(&line?)?;
        insert(&mut *transaction, &NewRow::from(book)).await?;
    }
    transaction.commit().await?;
    sqlx::raw_sql("ANALYZE").execute(pool).await?;
    pool.close().await;
    Ok(())
}
