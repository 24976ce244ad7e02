//! The measured part of contract v1 in plain axum with sqlx on SQLite, as one
//! would write it by hand.
//!
//! `peer-axum --bind ADDR --database FILE [--load BOOKS]`

mod answer;
mod books;
mod check;
mod database;
mod wire;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use clap::Parser;

/// Serves books from SQLite.
#[derive(Parser)]
struct Args {
    /// Listen here.
    #[arg(long)]
    bind: SocketAddr,
    /// Keep the books in this file; it is made if it is missing.
    #[arg(long)]
    database: PathBuf,
    /// Add the books of this file, one in JSON on each line, and end.
    #[arg(long)]
    load: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let pool = database::open(&args.database).await?;
    if let Some(path) = &args.load {
        return database::load(&pool, path).await;
    }
    let routes = Router::new()
        .route("/api/v1/books", get(books::list).post(books::create))
        .route("/api/v1/books/cursor", get(books::list_by_cursor))
        .route("/api/v1/books/{book_id}", get(books::view))
        .with_state(pool);
    let listener =
        tokio::net::TcpListener::bind(args.bind).await.context("listening")?;
    Ok(axum::serve(listener, routes).await?)
}
