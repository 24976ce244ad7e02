//! A PostgreSQL server of the benchmark's own, with the settings that it comes
//! with: what is acknowledged is on disk.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, ensure};

use crate::process::free_address;

/// Where Debian and its like keep the programs, a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The system's user for it: neither initdb nor the server runs as root.
const UNPRIVILEGED: &str = "postgres";
/// The database that a measured server works on.
const SCRATCH: &str = "scratch";

/// A running server. Its data is kept for the next run; it is stopped when
/// this is dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    address: SocketAddr,
}

impl Postgres {
    /// Starts a server on the data in a folder, which is made if it is not
    /// there.
    ///
    /// # Errors
    ///
    /// If PostgreSQL is not installed or does not start.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let programs = programs().with_context(|| {
            format!("no PostgreSQL in {VERSIONS}; Debian has postgresql")
        })?;
        let version = programs.parent().and_then(Path::file_name);
        let version = version.unwrap_or_default().to_string_lossy();
        let data = folder.join(format!("postgres-{version}"));
        let address = free_address()?;
        let server = Self { programs, data, address };
        server.make()?;
        if server.data.join("postmaster.pid").exists() {
            // A run that was killed left it behind, with or without a server.
            drop(server.control("stop"));
        }
        server.control("start")?;
        Ok(server)
    }

    /// Fills a database with so many books, if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be made, or what `fill` returns.
    pub(crate) async fn fill(
        &self,
        books: u64,
        fill: impl AsyncFnOnce(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let name = format!("books_{books}");
        let known = format!(
            "SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        );
        if self.ask("postgres", &known)? == "1" {
            return Ok(());
        }
        eprintln!("filling PostgreSQL's {name}");
        let part = format!("{name}_part");
        self.ask("postgres", &format!("DROP DATABASE IF EXISTS {part}"))?;
        self.ask("postgres", &format!("CREATE DATABASE {part}"))?;
        fill(&self.url(&part)).await?;
        self.ask(&part, "VACUUM ANALYZE")?;
        let rename = format!("ALTER DATABASE {part} RENAME TO {name}");
        self.ask("postgres", &rename)?;
        Ok(())
    }

    /// Makes a copy of the database with so many books, and tells its
    /// address.
    ///
    /// # Errors
    ///
    /// If PostgreSQL refuses.
    pub(crate) fn copy(&self, books: u64) -> anyhow::Result<String> {
        let drop = format!("DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)");
        self.ask("postgres", &drop)?;
        let copy = format!("CREATE DATABASE {SCRATCH} TEMPLATE books_{books}");
        self.ask("postgres", &copy)?;
        // Otherwise it would be written while it is measured.
        self.ask("postgres", "CHECKPOINT")?;
        Ok(self.url(SCRATCH))
    }

    /// # Errors
    ///
    /// If it does not answer.
    pub(crate) fn version(&self) -> anyhow::Result<String> {
        self.ask("postgres", "SHOW server_version")
    }

    fn url(&self, database: &str) -> String {
        let address = self.address;
        format!("postgres://postgres@{address}/{database}?sslmode=disable")
    }

    /// What a statement returns.
    fn ask(&self, database: &str, statement: &str) -> anyhow::Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        psql.arg(self.url(database)).args(["--command", statement]);
        let told = succeed(&mut psql)?.stdout;
        Ok(String::from_utf8(told)?.trim().to_owned())
    }

    fn make(&self) -> anyhow::Result<()> {
        if self.data.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.data)?;
        if is_root() {
            let mut chown = Command::new("chown");
            succeed(chown.arg(UNPRIVILEGED).arg(&self.data))?;
        }
        let mut initdb = self.program("initdb");
        initdb.arg("-D").arg(&self.data);
        initdb.args(["--username=postgres", "--auth=trust"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]);
        let made = succeed(&mut initdb);
        if made.is_err() {
            fs::remove_dir_all(&self.data)?;
        }
        made.map(drop)
    }

    fn control(&self, action: &str) -> anyhow::Result<()> {
        let settings = format!(
            "-c listen_addresses={} -p {} -c unix_socket_directories=''",
            self.address.ip(),
            self.address.port()
        );
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.arg("-D").arg(&self.data);
        pg_ctl.arg("-l").arg(self.data.join("log"));
        pg_ctl.args(["-o", &settings, "-m", "fast", "-w", action]);
        succeed(&mut pg_ctl).map(drop)
    }

    /// One of PostgreSQL's programs, as somebody who may run it.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = Command::new(&path);
        if is_root() {
            command = Command::new("runuser");
            command.args(["-u", UNPRIVILEGED, "--"]).arg(&path);
        }
        command.current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.control("stop") {
            eprintln!("cannot stop PostgreSQL: {error:#}");
        }
    }
}

/// The folder with the programs of the newest version.
fn programs() -> Option<PathBuf> {
    let folders = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let newest = folders
        .filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok())
        .max()?;
    Some(Path::new(VERSIONS).join(newest.to_string()).join("bin"))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a program to its end. What it says is told if it fails.
fn succeed(command: &mut Command) -> anyhow::Result<Output> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}", told.trim());
    Ok(output)
}
