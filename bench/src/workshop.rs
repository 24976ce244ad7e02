//! The programs and the files that measurements need, made when they are
//! missing and kept under `bench/target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::cli::{Part, Plan};
use crate::octokit;
use crate::postgres::Postgres;
use crate::rows;
use crate::target::Target;

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// `bench/`.
    pub(crate) bench: PathBuf,
    /// The compiled peers.
    peers: PathBuf,
    /// The binary of Colophon, if it is measured.
    colophon: Option<PathBuf>,
    /// The server for Colophon on PostgreSQL, if that is measured.
    postgres: Option<Postgres>,
}

impl Workshop {
    /// Builds what is missing.
    ///
    /// # Errors
    ///
    /// If something cannot be built.
    pub(crate) fn open(plan: &Plan) -> anyhow::Result<Self> {
        let bench = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let exe = std::env::current_exe()?;
        let peers = exe.parent().context("no folder")?.to_owned();
        let mut workshop =
            Self { bench, peers, colophon: None, postgres: None };
        fs::create_dir_all(workshop.data())?;
        fs::create_dir_all(workshop.scratch())?;
        if plan.serves(Target::is_compiled_peer) {
            build(&workshop.bench, &["--release", "--bins"])?;
        }
        let alone = [Part::Client, Part::Login];
        if alone.into_iter().any(|it| plan.has(it))
            || plan.serves(Target::is_colophon)
        {
            let given = plan.colophon.as_deref().map(fs::canonicalize);
            workshop.colophon = Some(match given {
                Some(path) => path.context("--colophon")?,
                None => workshop.build_colophon()?,
            });
        }
        if plan.serves(|it| it == Target::Fastapi) {
            workshop.make_python()?;
        }
        if plan.serves(|it| it == Target::ColophonPostgres) {
            let server = Postgres::start(&workshop.data())?;
            workshop.postgres = Some(server);
        }
        if plan.has(Part::Contracts) {
            let root = workshop.root()?;
            build(
                root,
                &["--release", "-p", "xtask", "--no-default-features"],
            )?;
        }
        Ok(workshop)
    }

    /// Books and databases that are kept between runs.
    pub(crate) fn data(&self) -> PathBuf {
        self.bench.join("target/data")
    }

    /// What a run leaves behind for the next to overwrite.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.bench.join("target/run")
    }

    /// The file with so many books.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn books(&self, count: u64) -> anyhow::Result<PathBuf> {
        rows::file(&self.data(), count)
    }

    /// A program of this package.
    pub(crate) fn peer(&self, name: &str) -> PathBuf {
        self.peers.join(name)
    }

    /// # Errors
    ///
    /// If Colophon is not among the targets.
    pub(crate) fn colophon(&self) -> anyhow::Result<&Path> {
        self.colophon.as_deref().context("Colophon is not built")
    }

    /// # Errors
    ///
    /// If it is not among the targets.
    pub(crate) fn postgres(&self) -> anyhow::Result<&Postgres> {
        self.postgres.as_ref().context("PostgreSQL is not started")
    }

    /// The project's tasks, without those that need the server.
    pub(crate) fn xtask(&self) -> PathBuf {
        self.built("release", "xtask")
    }

    /// A version of GitHub's contract, from the registry of npm.
    ///
    /// # Errors
    ///
    /// If it cannot be fetched or unpacked.
    pub(crate) fn octokit(&self, version: &str) -> anyhow::Result<PathBuf> {
        let file = self.data().join(format!("octokit-{version}.json"));
        if file.exists() {
            return Ok(file);
        }
        let folder = self.data().join("octokit");
        fs::create_dir_all(&folder)?;
        let name = format!("{}@{version}", octokit::PACKAGE);
        let mut pack = Command::new("npm");
        run(pack.args(["pack", "--silent", &name]).current_dir(&folder))?;
        let packed = format!("octokit-openapi-{version}.tgz");
        let mut unpack = Command::new("tar");
        unpack.args(["--extract", "--gzip", "--file", &packed]);
        run(unpack.arg(octokit::FILE).current_dir(&folder))?;
        fs::rename(folder.join(octokit::FILE), &file)?;
        fs::remove_dir_all(&folder)?;
        Ok(file)
    }

    /// What the client's own benchmark prints about a server.
    ///
    /// # Errors
    ///
    /// If it cannot be built, or fails.
    pub(crate) fn client_cost(&self, origin: &str) -> anyhow::Result<String> {
        let mut bench = cargo();
        bench.args(["bench", "--locked", "--quiet"]);
        bench.args(["--package=colophon-client", "--bench=cost", "--"]);
        bench.arg(origin).current_dir(self.root()?);
        let output = bench.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "{bench:?} failed");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The Python that has FastAPI.
    pub(crate) fn python(&self) -> PathBuf {
        self.bench.join("target/venv/bin/python")
    }

    fn build_colophon(&self) -> anyhow::Result<PathBuf> {
        build(self.root()?, &["--profile=dist", "-p", "colophon-server"])?;
        Ok(self.built("dist", "colophon"))
    }

    /// The folder of the workspace.
    fn root(&self) -> anyhow::Result<&Path> {
        self.bench.parent().context("bench/ has no parent")
    }

    /// A program of the workspace, built with this profile.
    fn built(&self, profile: &str, name: &str) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.bench.join("../target"), PathBuf::from);
        target.join(profile).join(name)
    }

    /// A virtual environment of its own, made again when the requirements
    /// change.
    fn make_python(&self) -> anyhow::Result<()> {
        let wanted = self.bench.join("peers/fastapi/requirements.txt");
        let venv = self.bench.join("target/venv");
        let installed = venv.join("requirements.txt");
        if fs::read(&installed).ok() == Some(fs::read(&wanted)?) {
            return Ok(());
        }
        eprintln!("installing FastAPI into {}", venv.display());
        let clear = ["-m", "venv", "--clear"];
        run(Command::new("python3").args(clear).arg(&venv))?;
        let install = ["-m", "pip", "install", "--quiet", "--requirement"];
        run(Command::new(self.python()).args(install).arg(&wanted))?;
        fs::copy(&wanted, &installed)?;
        Ok(())
    }
}

fn build(folder: &Path, what: &[&str]) -> anyhow::Result<()> {
    let mut command = cargo();
    command.args(["build", "--locked"]).args(what);
    run(command.current_dir(folder))
}

fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
