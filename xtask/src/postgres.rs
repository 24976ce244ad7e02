//! A PostgreSQL server for tests: made, started, stopped and removed.
//!
//! Installs nothing. It listens on a socket in its own folder only, so that
//! neither a port nor another server is in its way.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// The system's user for PostgreSQL, whom root must step aside for: initdb
/// and the server refuse to run as root.
const UNPRIVILEGED: &str = "postgres";

/// Where Debian and its like keep the programs, a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// What data that nobody will miss has no need of, and room for many tests.
const SETTINGS: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=500",
    "listen_addresses=",
    "log_min_messages=fatal",
];

/// A running server. It stops, and its data goes, when this is dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
}

impl Postgres {
    /// Makes a database cluster and starts a server on it.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().with_context(|| {
            format!(
                "found no PostgreSQL: neither initdb in PATH nor pg_config \
                 nor {VERSIONS}/*/bin; on Debian install postgresql"
            )
        })?;
        let folder = tempfile::Builder::new()
            .prefix("colophon-postgres-")
            .tempdir()
            .context("cannot make a folder for PostgreSQL")?;
        if is_root()? {
            give_away(folder.path())?;
        }
        let server = Self { programs, folder };
        server.make()?;
        server.control("start")?;
        Ok(server)
    }

    /// The address of a database on it, with a role that may make others.
    pub(crate) fn url(&self) -> String {
        let folder = self.folder.path().display();
        format!("postgres:///postgres?host={folder}&user=postgres")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn make(&self) -> Result<()> {
        let mut initdb = self.program("initdb")?;
        initdb.arg("-D").arg(self.data());
        initdb.args(["--username=postgres", "--auth=trust", "--no-sync"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]);
        succeed(&mut initdb)?;
        Ok(())
    }

    /// Starts or stops the server, and waits until that is done.
    fn control(&self, action: &str) -> Result<()> {
        let mut pg_ctl = self.program("pg_ctl")?;
        let folder = self.folder.path();
        let mut settings = SETTINGS.map(|it| format!("-c {it}")).join(" ");
        settings.push_str(&format!(" -k '{}'", folder.display()));
        pg_ctl.arg("-D").arg(self.data());
        pg_ctl.arg("-l").arg(folder.join("log"));
        pg_ctl.arg("-o").arg(settings);
        pg_ctl.args(["-m", "immediate", "-w", action]);
        succeed(&mut pg_ctl)?;
        Ok(())
    }

    /// One of PostgreSQL's programs, as somebody who may run it.
    fn program(&self, name: &str) -> Result<Command> {
        let path = self.programs.join(name);
        let mut command = Command::new(&path);
        if is_root()? {
            command = Command::new("runuser");
            command.args(["-u", UNPRIVILEGED, "--"]).arg(&path);
        }
        // Where it was called from may be closed to that user.
        command.current_dir(self.folder.path());
        Ok(command)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.control("stop") {
            eprintln!("cannot stop PostgreSQL: {error:#}");
        }
    }
}

/// Whether there is one to be started.
pub(crate) fn is_installed() -> bool {
    programs().is_some()
}

/// The folder of PostgreSQL's programs: that of PATH, that which pg_config
/// tells, or that of the newest version installed.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = env::split_paths(&path).collect();
    places.extend(configured());
    places.extend(installed());
    let is_complete = |it: &PathBuf| {
        ["initdb", "pg_ctl"].iter().all(|p| it.join(p).is_file())
    };
    places.into_iter().find(is_complete)
}

fn configured() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    Some(text.trim().into())
}

/// The folders of the installed versions, the newest first.
fn installed() -> Vec<PathBuf> {
    let folders = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = folders
        .filter_map(|it| {
            let version = it.file_name().to_str()?.parse().ok()?;
            Some((version, it.path().join("bin")))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

fn is_root() -> Result<bool> {
    let told = succeed(Command::new("id").arg("-u"))?;
    Ok(told.stdout.trim_ascii() == b"0")
}

/// Lets the unprivileged user have a folder.
fn give_away(folder: &Path) -> Result<()> {
    let mut chown = Command::new("chown");
    succeed(chown.arg(UNPRIVILEGED).arg(folder)).with_context(|| {
        format!(
            "PostgreSQL does not run as root, and there is no user \
             {UNPRIVILEGED}"
        )
    })?;
    Ok(())
}

/// Runs a program to its end. What it says is told only if it fails.
fn succeed(command: &mut Command) -> Result<Output> {
    let name = command.get_program().to_owned();
    let name = Path::new(&name).display();
    let output =
        command.output().with_context(|| format!("cannot run {name}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed: {}", told.trim());
    Ok(output)
}
