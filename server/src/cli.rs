//! The command line: what `colophon --help` says.

mod access;

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use colophon_server::config::{FORMATS, Flag, LEVELS, Sources};

pub(crate) use access::{
    Format, KeyCommand, KeyCreate, PasswordFrom, UserCommand, UserCreate,
};

const HELP: &str = "\
Settings:
  A flag wins over an environment variable, that over the file, that over the
  default. The file is the one that --config names, else COLOPHON_CONFIG, else
  ./colophon.toml if it exists. A setting `key` of the table `[table]` in the
  file is COLOPHON__TABLE__KEY in the environment, as in
  COLOPHON__HTTP__BIND=0.0.0.0:8000. `colophon config show --origin` prints all
  settings and where each comes from.

Signals:
  SIGTERM and SIGINT let the requests under way finish, then exit with 0. A
  second one ends the process at once.

Exit codes:
  0  it ended as it was told to
  1  it could not start, or could not finish
  2  an argument or a setting is wrong
  3  the database was written by a newer version of Colophon
  4  `migrate status` found changes of the schema that are still to be made";

/// The states that a job may be in.
const STATES: [&str; 3] = ["waiting", "running", "dead"];

/// Serves a catalogue of books, models and items over HTTP
///
/// Colophon serves a catalogue of books, models and items by two contracts, v1
/// and v2, and its own documentation at /docs. Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    name = "colophon",
    version,
    after_long_help = HELP,
    after_help = "Exit codes, environment and signals: colophon --help",
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve until SIGTERM or SIGINT
    #[command(after_long_help = HELP)]
    Serve(Flags),
    /// Look at the database's schema, or bring it up to date
    ///
    /// A server does so by itself when it starts. Do it before, where the role
    /// that serves may not change the schema, or to choose the moment.
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Add users, give them roles and passwords
    ///
    /// Works on the database itself, also while a server runs on it. The first
    /// user of a server is made so.
    #[command(subcommand)]
    User(UserCommand),
    /// Make and end API keys, and end all tokens
    ///
    /// Works on the database itself, also while a server runs on it.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Look at the work in the background, or have failed work done anew
    #[command(subcommand)]
    Job(JobCommand),
    /// Look at who did what
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a script that completes commands and flags in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What to do with the schema.
#[derive(Debug, Subcommand)]
pub(crate) enum MigrateCommand {
    /// List the schema's versions, and which the database has; exits with 4
    /// if it lacks any
    #[command(after_long_help = HELP)]
    Status(Flags),
    /// Bring the database's schema up to date
    #[command(after_long_help = HELP)]
    Up(Flags),
}

/// What to do with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// List the jobs that are not done: number, kind, state, attempts, when
    /// they were asked for, and why the last attempt failed
    #[command(after_long_help = HELP)]
    List {
        /// Only those in this state
        #[arg(long, value_parser = PossibleValuesParser::new(STATES))]
        state: Option<String>,
        #[command(flatten)]
        flags: Flags,
    },
    /// Have jobs that failed too often tried anew; exits with 1 if a number
    /// is not that of such a job
    #[command(after_long_help = HELP)]
    Retry {
        /// Their numbers
        #[arg(required = true, value_name = "NUMBER")]
        ids: Vec<i64>,
        #[command(flatten)]
        flags: Flags,
    },
}

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Print the audit log, a JSON object a line: who did what to which
    /// resource, when, from where, and the resource before and after
    #[command(after_long_help = HELP)]
    Export {
        /// Only what was done at this time or later, such as
        /// 2026-11-21T10:30:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<DateTime<Utc>>,
        /// Only what was done before this time
        #[arg(long, value_name = "TIME")]
        until: Option<DateTime<Utc>>,
        #[command(flatten)]
        flags: Flags,
    },
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the settings in force as TOML, without passwords
    #[command(after_long_help = HELP)]
    Show {
        /// Say where each comes from: flag, variable, file and line, default
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        flags: Flags,
    },
}

/// The settings that have a flag.
#[derive(Debug, Default, Args)]
pub(crate) struct Flags {
    /// Read settings from this TOML file [default: ./colophon.toml, if it
    /// exists]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Listen on this IP address and port; port 0 takes a free one [default:
    /// 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR")]
    bind: Option<String>,
    /// Keep the data here: sqlite:FILE, which is made if it is missing, or
    /// postgres://USER:PASSWORD@HOST/NAME [default: sqlite:colophon.db]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Fill an empty database with a few books, models and items
    #[arg(long)]
    sample_data: bool,
    /// Write log lines from this level on [default: info]
    #[arg(long, value_name = "LEVEL", value_parser = Suggest(LEVELS))]
    log_level: Option<String>,
    /// Write log lines like this; auto means terminal on a terminal and json
    /// elsewhere [default: auto]
    #[arg(long, value_name = "FORMAT", value_parser = Suggest(FORMATS))]
    log_format: Option<String>,
}

impl Cli {
    /// What to do: without a command, serve.
    pub(crate) fn chosen(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.flags))
    }
}

impl Flags {
    /// These flags, and the process's environment.
    pub(crate) fn sources(self) -> Sources {
        let flag = |key, name, value: Option<String>| {
            value.map(|value| Flag { key, name, value })
        };
        let sample_data = self.sample_data.then(|| true.to_string());
        let flags = [
            flag("http.bind", "--bind", self.bind),
            flag("database.url", "--database", self.database),
            flag("database.sample_data", "--sample-data", sample_data),
            flag("log.level", "--log-level", self.log_level),
            flag("log.format", "--log-format", self.log_format),
        ];
        Sources {
            file: self.config,
            environment: env::vars_os().collect(),
            flags: flags.into_iter().flatten().collect(),
        }
    }
}

/// Tells help and completions the words, and takes any: the settings refuse
/// the others, together with all else that is wrong.
#[derive(Clone, Copy, Debug)]
struct Suggest(&'static [&'static str]);

impl TypedValueParser for Suggest {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(
        &self,
    ) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use colophon_server::config::Setting;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_is_a_setting() {
        let all = "colophon --bind a --database b --sample-data \
                   --log-level c --log-format d";
        let cli = Cli::parse_from(all.split_whitespace());
        let sources = cli.flags.sources();

        assert_eq!(sources.flags.len(), 5);
        for flag in sources.flags {
            assert!(Setting::find(flag.key).is_some(), "{}", flag.key);
        }
    }

    #[test]
    fn migrating_takes_the_same_flags() {
        let cli = Cli::parse_from(["colophon", "migrate", "up", "--bind", "a"]);
        let Command::Migrate(MigrateCommand::Up(flags)) = cli.chosen() else {
            panic!("another command");
        };
        assert_eq!(flags.sources().flags.len(), 1);
    }

    #[test]
    fn no_command_means_serve() {
        let cli = Cli::parse_from(["colophon", "--bind", "1.2.3.4:5"]);
        assert!(matches!(cli.chosen(), Command::Serve(_)));
    }
}
