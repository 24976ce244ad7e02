//! The `colophon` command: arguments, settings, `start`, exit code.

mod accounts;
mod announce;
mod audit;
mod cli;
mod job;
mod migrate;

use std::future::pending;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, Parser};
use clap_complete::Shell;
use colophon_server::config::{Config, Faults, Loaded, load};
use colophon_server::{StartError, logging, start, store};
use mimalloc::MiMalloc;
use slog::{Logger, error, info};
use tokio::runtime::Builder;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};

use accounts::WrongArguments;
use announce::Places;
use cli::{
    AuditCommand, Cli, Command, ConfigCommand, Flags, JobCommand,
    MigrateCommand,
};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const FAILURE: u8 = 1;
const BAD_SETTINGS: u8 = 2;
const NEWER_SCHEMA: u8 = 3;
const OLDER_SCHEMA: u8 = 4;

fn main() -> ExitCode {
    match Cli::parse().chosen() {
        Command::Serve(flags) => with(load(&flags.sources()), serve),
        Command::Migrate(MigrateCommand::Status(flags)) => {
            with(load(&flags.sources()), |it| finish(migrate::status(&it)))
        }
        Command::Migrate(MigrateCommand::Up(flags)) => {
            with(load(&flags.sources()), |it| finish(migrate::up(&it)))
        }
        Command::User(command) => accounts::user(command),
        Command::Key(command) => accounts::key(command),
        Command::Job(JobCommand::List { state, flags }) => {
            with(load(&flags.sources()), |it| finish(job::list(&it, state)))
        }
        Command::Job(JobCommand::Retry { ids, flags }) => {
            with(load(&flags.sources()), |it| finish(job::retry(&it, ids)))
        }
        Command::Audit(AuditCommand::Export { since, until, flags }) => {
            let export = |it: Loaded| finish(audit::export(&it, since, until));
            with(load(&flags.sources()), export)
        }
        Command::Config(ConfigCommand::Show { origin, flags }) => {
            with(load(&flags.sources()), |it| print(it.to_toml(origin)))
        }
        Command::Completions { shell } => print(completions(shell)),
    }
}

/// Does something with the settings of these flags, if they are good.
fn with_settings(
    flags: Flags,
    act: impl FnOnce(Loaded) -> ExitCode,
) -> ExitCode {
    with(load(&flags.sources()), act)
}

/// Does something with the settings, if they are good.
fn with(
    loaded: Result<Loaded, Faults>,
    act: impl FnOnce(Loaded) -> ExitCode,
) -> ExitCode {
    loaded.map_or_else(
        |faults| {
            eprintln!("colophon: {faults}");
            BAD_SETTINGS.into()
        },
        act,
    )
}

/// The exit code of a command that ended, after a word on stderr if it
/// failed.
fn finish(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        eprintln!("colophon: {error:#}");
        exit_code(&error).into()
    })
}

/// Writes to stdout; a reader that went away, as `head` does, is no panic.
fn print(text: impl AsRef<[u8]>) -> ExitCode {
    match io::stdout().write_all(text.as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => FAILURE.into(),
    }
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    clap_complete::generate(shell, &mut command, "colophon", &mut script);
    script
}

fn serve(Loaded { config, .. }: Loaded) -> ExitCode {
    let (log, guard) = logging::root(&config.log);
    logging::log_panics(&log);
    let code = match run(&config, &log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&error, &config, &log);
            exit_code(&error).into()
        }
    };
    drop(guard);
    code
}

/// Serves until told to stop.
fn run(config: &Config, log: &Logger) -> anyhow::Result<()> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let result = runtime.block_on(until_stopped(config, log));
    // What is still running was told to stop and had its time.
    runtime.shutdown_background();
    result
}

async fn until_stopped(config: &Config, log: &Logger) -> anyhow::Result<()> {
    let mut stop = Stop::new().context("cannot listen for signals")?;
    let server = select! {
        started = start(config.clone(), log.clone()) => started?,
        () = stop.asked() => return Ok(()),
    };
    Places::new(config, server.local_addr()).announce(config, log);

    stop.asked().await;
    info!(log, "stopping";
        "timeout_ms" => config.http.shutdown_timeout_ms);
    select! {
        () = server.close() => info!(log, "stopped"),
        () = stop.asked() => anyhow::bail!("stopped before all was done"),
    }
    Ok(())
}

/// The signals that ask to stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next of them.
    async fn asked(&mut self) {
        let asked = select! {
            asked = self.terminate.recv() => asked,
            asked = self.interrupt.recv() => asked,
        };
        if asked.is_none() {
            pending().await
        }
    }
}

/// One line on stderr, as lines are there.
fn tell(error: &anyhow::Error, config: &Config, log: &Logger) {
    if logging::is_json(config.log.format) {
        error!(log, "failed"; "error" => format!("{error:#}"));
    } else {
        eprintln!("colophon: {error:#}");
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<WrongArguments>() {
        return BAD_SETTINGS;
    }
    let of_start = match error.downcast_ref() {
        Some(StartError::Store(error)) => Some(error),
        _ => error.downcast_ref(),
    };
    match of_start.is_some_and(store::Error::is_newer_schema) {
        true => NEWER_SCHEMA,
        false => FAILURE,
    }
}
