//! `colophon user` and `colophon key`: what they take.

use chrono::TimeDelta;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use colophon_server::domain::{Role, Scope};

use super::{Flags, HELP};

/// The longest that an API key may be good, in days: ten years.
const MAX_DAYS: i64 = 3650;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a user, and ask for the password
    #[command(after_long_help = HELP)]
    Create(UserCreate),
    /// List the users
    #[command(after_long_help = HELP)]
    List {
        /// Write them like this
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        #[command(flatten)]
        flags: Flags,
    },
    /// Give a user another role; the user's tokens end at once
    #[command(after_long_help = HELP)]
    SetRole {
        /// The username
        name: String,
        /// What the user may do
        #[arg(value_parser = role())]
        role: Role,
        #[command(flatten)]
        flags: Flags,
    },
    /// Give a user another password; the user's tokens end at once
    #[command(after_long_help = HELP)]
    ResetPassword {
        /// The username
        name: String,
        #[command(flatten)]
        password: PasswordFrom,
        #[command(flatten)]
        flags: Flags,
    },
}

/// A user to add.
#[derive(Debug, Args)]
pub(crate) struct UserCreate {
    /// The username: 3 to 50 letters, digits and _
    pub(crate) name: String,
    /// Where mail reaches the user
    #[arg(long)]
    pub(crate) email: String,
    /// What the user may do: a viewer reads, an editor also writes, an admin
    /// does everything
    #[arg(long, value_parser = role(), default_value = "viewer")]
    pub(crate) role: Role,
    /// What the user is called [default: the username]
    #[arg(long, value_name = "NAME")]
    pub(crate) full_name: Option<String>,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// Where a password comes from.
#[derive(Debug, Args)]
pub(crate) struct PasswordFrom {
    /// Read the password from the first line of stdin, and ask nothing
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make an API key and print it, this once
    #[command(after_long_help = HELP)]
    Create(KeyCreate),
    /// List the API keys, without what is secret of them
    #[command(after_long_help = HELP)]
    List {
        /// Those of this user alone
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Write them like this
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        #[command(flatten)]
        flags: Flags,
    },
    /// End an API key at once
    #[command(after_long_help = HELP)]
    Revoke {
        /// The key as `key list` shows it
        key: String,
        #[command(flatten)]
        flags: Flags,
    },
    /// Replace the key that signs tokens; every token ends at once, and API
    /// keys stay
    #[command(after_long_help = HELP)]
    RotateSigning(Flags),
}

/// An API key to make.
#[derive(Debug, Args)]
pub(crate) struct KeyCreate {
    /// The user on whose behalf it is used
    #[arg(long, value_name = "NAME")]
    pub(crate) user: String,
    /// What it may be used for, as far as the user's role allows it; may be
    /// repeated
    #[arg(long, required = true, value_parser = scope())]
    pub(crate) scope: Vec<Scope>,
    /// When it ends: days or hours from now, such as 90d or 12h
    #[arg(
        long, value_name = "TIME", value_parser = time, default_value = "90d"
    )]
    pub(crate) expires_in: TimeDelta,
    /// What it is for, in a few words
    #[arg(long, value_parser = name)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// In columns, for people.
    Table,
    /// As a JSON array, for programs.
    Json,
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|name| Role::from_name(&name).ok_or("there is no such role"))
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::as_str))
        .try_map(|name| Scope::from_name(&name).ok_or("there is no such scope"))
}

fn name(text: &str) -> Result<String, &'static str> {
    let is_good = (1..=100).contains(&text.chars().count())
        && !text.contains(char::is_control);
    is_good.then(|| text.to_owned()).ok_or("expected 1 to 100 characters")
}

fn time(text: &str) -> Result<TimeDelta, &'static str> {
    let expected = "expected days or hours up to ten years, such as 90d";
    let hours = match text.strip_suffix('d') {
        Some(days) => days.parse().ok().and_then(|it: i64| it.checked_mul(24)),
        None => text.strip_suffix('h').and_then(|hours| hours.parse().ok()),
    };
    let in_range = |hours: &i64| (1..=MAX_DAYS * 24).contains(hours);
    hours.filter(in_range).map(TimeDelta::hours).ok_or(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_hours_or_days() {
        for (text, hours) in [
            ("1h", Some(1)),
            ("90d", Some(90 * 24)),
            ("3650d", Some(3650 * 24)),
            ("3651d", None),
            ("0d", None),
            ("-1d", None),
            ("9223372036854775807d", None),
            ("90", None),
            ("d", None),
            ("", None),
        ] {
            let read = time(text).ok();
            assert_eq!(read, hours.map(TimeDelta::hours), "{text}");
        }
    }
}
