//! The servers that are measured: how each gets its books and is started.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use serde::Serialize;
use tokio::process::Command;

use crate::account;
use crate::http::{Connection, get, post};
use crate::operation::Operation;
use crate::process::{Server, free_address};
use crate::results::short;
use crate::workshop::Workshop;

/// Books in one request to Colophon while its database is filled.
const BULK: usize = 100;

/// A server that is measured.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    ValueEnum,
    Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Target {
    /// Colophon as it is by default, on SQLite
    ColophonSqlite,
    /// The same, asking for a token
    ColophonSqliteAuth,
    /// The same, answering each read anew
    ColophonSqliteNoCache,
    /// Colophon on SQLite without its edge
    ColophonSqliteNoEdge,
    /// Colophon with its edge on PostgreSQL, which runs beside it
    ColophonPostgres,
    /// FastAPI and uvicorn, one worker, dictionaries in memory
    Fastapi,
    /// axum and sqlx on SQLite
    AxumSqlx,
    /// dropshot with nothing behind it; by id only
    DropshotBare,
}

impl Target {
    pub(crate) const ALL: [Self; 8] = [
        Self::ColophonSqlite,
        Self::ColophonSqliteAuth,
        Self::ColophonSqliteNoCache,
        Self::ColophonSqliteNoEdge,
        Self::ColophonPostgres,
        Self::Fastapi,
        Self::AxumSqlx,
        Self::DropshotBare,
    ];

    /// As the command line has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ColophonSqlite => "colophon-sqlite",
            Self::ColophonSqliteAuth => "colophon-sqlite-auth",
            Self::ColophonSqliteNoCache => "colophon-sqlite-no-cache",
            Self::ColophonSqliteNoEdge => "colophon-sqlite-no-edge",
            Self::ColophonPostgres => "colophon-postgres",
            Self::Fastapi => "fastapi",
            Self::AxumSqlx => "axum-sqlx",
            Self::DropshotBare => "dropshot-bare",
        }
    }

    /// Whether it is what the others are compared with.
    pub(crate) fn is_colophon(self) -> bool {
        matches!(
            self,
            Self::ColophonSqlite
                | Self::ColophonSqliteAuth
                | Self::ColophonSqliteNoCache
                | Self::ColophonSqliteNoEdge
                | Self::ColophonPostgres
        )
    }

    /// Whether it is a program of this package.
    pub(crate) fn is_compiled_peer(self) -> bool {
        matches!(self, Self::AxumSqlx | Self::DropshotBare)
    }

    pub(crate) fn offers(self, operation: Operation) -> bool {
        self != Self::DropshotBare || operation == Operation::ById
    }

    /// Whether it can hold so many books. FastAPI takes most of a minute to
    /// start with a million, and a second for each search among them;
    /// PostgreSQL takes most of an hour to be filled with them.
    pub(crate) fn holds(self, books: u64) -> bool {
        let few = matches!(self, Self::Fastapi | Self::ColophonPostgres);
        !few || books <= 100_000
    }

    /// Fills the database that its runs start with, if it has one and that is
    /// not there.
    ///
    /// # Errors
    ///
    /// If it cannot be filled.
    pub(crate) async fn prepare(
        self,
        shop: &Workshop,
        books: u64,
    ) -> anyhow::Result<()> {
        if self == Self::ColophonPostgres {
            let list = shop.books(books)?;
            let fill = async |url: &str| fill_colophon(shop, url, &list).await;
            return shop.postgres()?.fill(books, fill).await;
        }
        let Some(filled) = self.filled(shop, books) else { return Ok(()) };
        if filled.exists() {
            return Ok(());
        }
        eprintln!("filling {} with {} books", filled.display(), short(books));
        let part = filled.with_extension("part");
        remove(&part)?;
        let list = shop.books(books)?;
        match self {
            Self::AxumSqlx => fill_axum(shop, &part, &list).await?,
            _ => fill_colophon(shop, &sqlite(&part), &list).await?,
        }
        // What is still in the log would not be in the copies.
        let log = fs::metadata(beside(&part, "-wal"));
        ensure!(log.map_or(0, |log| log.len()) == 0, "a log is left");
        fs::rename(&part, &filled)?;
        remove(&part)
    }

    /// The file with all books, kept between runs.
    fn filled(self, shop: &Workshop, books: u64) -> Option<PathBuf> {
        let program = match self {
            Self::ColophonSqlite
            | Self::ColophonSqliteAuth
            | Self::ColophonSqliteNoCache
            | Self::ColophonSqliteNoEdge => "colophon",
            Self::AxumSqlx => "axum",
            Self::ColophonPostgres | Self::Fastapi | Self::DropshotBare => {
                return None;
            }
        };
        Some(shop.data().join(format!("{program}-{books}.db")))
    }

    /// Starts it with so many books, in a fresh copy of its database.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub(crate) async fn start(
        self,
        shop: &Workshop,
        books: u64,
    ) -> anyhow::Result<Server> {
        let database = shop.scratch().join(format!("{}.db", self.name()));
        if let Some(filled) = self.filled(shop, books) {
            remove(&database)?;
            fs::copy(&filled, &database)?;
            if self == Self::ColophonSqliteAuth {
                account::add(colophon(shop, &sqlite(&database))?).await?;
            }
            // Otherwise the kernel would write it while it is measured.
            File::open(&database)?.sync_all()?;
        }
        let address = free_address()?;
        let command = self.command(shop, address, &database, books)?;
        let mut server = Server::start(command, address, get(self.first()))
            .await
            .with_context(|| format!("starting {}", self.name()))?;
        if self == Self::ColophonSqliteAuth {
            server.token = Some(account::sign_in(&server).await?);
        }
        Ok(server)
    }

    /// What it is asked to see whether it answers: a book, or the same
    /// question of the database where that needs a token.
    fn first(self) -> &'static str {
        match self {
            Self::ColophonSqliteAuth => "/health/ready",
            _ => "/api/v1/books/1",
        }
    }

    fn command(
        self,
        shop: &Workshop,
        address: SocketAddr,
        database: &Path,
        books: u64,
    ) -> anyhow::Result<Command> {
        let list = shop.books(books)?;
        Ok(match self {
            Self::ColophonSqlite => serve(shop, address, &sqlite(database))?,
            Self::ColophonPostgres => {
                let database = shop.postgres()?.copy(books)?;
                serve(shop, address, &database)?
            }
            Self::ColophonSqliteAuth => {
                let mut command = serve(shop, address, &sqlite(database))?;
                command.envs(GUARDED);
                command
            }
            Self::ColophonSqliteNoCache => {
                let mut command = serve(shop, address, &sqlite(database))?;
                command.env("COLOPHON__HTTP__ANSWER_CACHE_BYTES", "0");
                command
            }
            Self::ColophonSqliteNoEdge => {
                let mut command = serve(shop, address, &sqlite(database))?;
                command.env("COLOPHON__EDGE__ENABLED", "false");
                command
            }
            Self::Fastapi => fastapi(shop, address, &list),
            Self::AxumSqlx => axum(shop, address, database),
            Self::DropshotBare => {
                let mut command = Command::new(shop.peer("peer-dropshot"));
                command.args(["--bind", &address.to_string()]);
                command.arg("--books").arg(list);
                command
            }
        })
    }
}

/// Tokens are asked for, and stay good for a whole run.
const GUARDED: [(&str, &str); 2] = [
    ("COLOPHON__AUTH__MODE", "required"),
    ("COLOPHON__AUTH__TOKEN_LIFETIME_S", "86400"),
];

fn serve(
    shop: &Workshop,
    address: SocketAddr,
    database: &str,
) -> anyhow::Result<Command> {
    let mut command = colophon(shop, database)?;
    command.args(["--bind", &address.to_string()]);
    Ok(command)
}

/// Colophon with its default settings, whatever this process was given.
fn colophon(shop: &Workshop, database: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(shop.colophon()?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("COLOPHON") {
            command.env_remove(name);
        }
    }
    command.env("COLOPHON__DATABASE__URL", database);
    command.current_dir(shop.scratch());
    Ok(command)
}

/// Colophon's name of a database of SQLite.
fn sqlite(database: &Path) -> String {
    format!("sqlite:{}", database.display())
}

fn axum(shop: &Workshop, address: SocketAddr, database: &Path) -> Command {
    let mut command = Command::new(shop.peer("peer-axum"));
    command.args(["--bind", &address.to_string()]);
    command.arg("--database").arg(database);
    command
}

fn fastapi(shop: &Workshop, address: SocketAddr, list: &Path) -> Command {
    let mut command = Command::new(shop.python());
    command.args(["-m", "uvicorn", "main:app", "--no-access-log"]);
    command.args(["--workers", "1", "--host", &address.ip().to_string()]);
    command.args(["--port", &address.port().to_string()]);
    command.env("BENCH_BOOKS", list);
    command.current_dir(shop.bench.join("peers/fastapi"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

async fn fill_axum(
    shop: &Workshop,
    database: &Path,
    list: &Path,
) -> anyhow::Result<()> {
    let mut command = axum(shop, free_address()?, database);
    let status = command.arg("--load").arg(list).status().await?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

/// Adds the books through Colophon's own API, over one connection, so that
/// every book gets the id which it has elsewhere.
async fn fill_colophon(
    shop: &Workshop,
    database: &str,
    list: &Path,
) -> anyhow::Result<()> {
    let address = free_address()?;
    let command = serve(shop, address, database)?;
    let first = get("/api/v1/books?per_page=1");
    let server = Server::start(command, address, first).await?;
    let mut connection = Connection::open(address).await?;
    let text = fs::read_to_string(list)?;
    let lines: Vec<_> = text.lines().collect();
    for books in lines.chunks(BULK) {
        let body = format!("[{}]", books.join(","));
        let request = post("/api/v1/books/bulk", &body);
        let result = connection.answer(&request).await?.json(201)?;
        let added = result["created"].as_array().map_or(0, Vec::len);
        ensure!(added == books.len(), "not added: {}", result["errors"]);
    }
    server.stop().await
}

/// Removes a database of SQLite with the files beside it.
fn remove(database: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let path = beside(database, suffix);
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error).context(path.display().to_string());
        }
    }
    Ok(())
}

/// The file of SQLite beside a database.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}
