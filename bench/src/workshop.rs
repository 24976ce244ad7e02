//! The programs and the files that measurements need, made when they are
//! missing and kept under `bench/target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::cli::Plan;
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
        let mut workshop = Self { bench, peers, colophon: None };
        fs::create_dir_all(workshop.data())?;
        fs::create_dir_all(workshop.scratch())?;
        if plan.targets.iter().any(|target| target.is_compiled_peer()) {
            build(&workshop.bench, &["--bins"])?;
        }
        if plan.targets.iter().any(|target| target.is_colophon()) {
            let given = plan.colophon.as_deref().map(fs::canonicalize);
            workshop.colophon = Some(match given {
                Some(path) => path.context("--colophon")?,
                None => workshop.build_colophon()?,
            });
        }
        if plan.targets.contains(&Target::Fastapi) {
            workshop.make_python()?;
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

    /// The Python that has FastAPI.
    pub(crate) fn python(&self) -> PathBuf {
        self.bench.join("target/venv/bin/python")
    }

    fn build_colophon(&self) -> anyhow::Result<PathBuf> {
        let root = self.bench.parent().context("bench/ has no parent")?;
        build(root, &["-p", "colophon-server"])?;
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), PathBuf::from);
        Ok(target.join("release/colophon"))
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
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked"]).args(what);
    run(command.current_dir(folder))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
