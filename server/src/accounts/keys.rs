//! `colophon key`.

use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use colophon_server::config::Loaded;
use colophon_server::domain::{ApiKey, ApiKeyCreate};
use serde_json::{Value, json};

use super::{on_database, table};
use crate::cli::{Format, KeyCommand, KeyCreate};
use crate::{finish, print, with_settings};

/// Carries out a command on keys.
pub(crate) fn key(command: KeyCommand) -> ExitCode {
    match command {
        KeyCommand::Create(KeyCreate {
            user,
            scope,
            expires_in,
            name,
            flags,
        }) => {
            let new = ApiKeyCreate {
                username: user,
                name,
                scopes: scope.into_iter().collect(),
                expires_at: Utc::now() + expires_in,
            };
            with_settings(flags, |loaded| finish(create(&loaded, new)))
        }
        KeyCommand::List { user, format, flags } => {
            with_settings(flags, |loaded| finish(list(&loaded, user, format)))
        }
        KeyCommand::Revoke { key, flags } => {
            with_settings(flags, |loaded| finish(revoke(&loaded, &key)))
        }
        KeyCommand::RotateSigning(flags) => {
            with_settings(flags, |loaded| finish(rotate(&loaded)))
        }
    }
}

/// Prints the key alone on stdout, so that a script can take it.
fn create(loaded: &Loaded, new: ApiKeyCreate) -> anyhow::Result<ExitCode> {
    let ends = time(new.expires_at);
    let key = on_database(loaded, "key create", async |app| {
        Ok(app.api_key_create(new).await?)
    })?;
    eprintln!("colophon: the key ends on {ends}; it is shown this once");
    Ok(print(format!("{}\n", key.value)))
}

fn list(
    loaded: &Loaded,
    user: Option<String>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let keys = on_database(loaded, "key list", async |app| {
        Ok(app.api_key_list(user).await?)
    })?;
    Ok(print(match format {
        Format::Json => super::json(keys.iter().map(as_json).collect())?,
        Format::Table => {
            let head =
                ["KEY", "USER", "NAME", "SCOPES", "STATE", "ENDS", "LAST USED"];
            let now = Utc::now();
            let rows: Vec<_> = keys.iter().map(|it| as_row(it, now)).collect();
            table(head, &rows)
        }
    }))
}

/// Takes the key as it is listed, and the whole key too.
fn revoke(loaded: &Loaded, key: &str) -> anyhow::Result<ExitCode> {
    let prefix = key.strip_prefix("colophon_").unwrap_or(key);
    let prefix = prefix.split('_').next().unwrap_or_default();
    on_database(loaded, "key revoke", async |app| {
        Ok(app.api_key_revoke(prefix).await?)
    })?;
    Ok(print(format!("{prefix} has ended\n")))
}

fn rotate(loaded: &Loaded) -> anyhow::Result<ExitCode> {
    on_database(loaded, "key rotate-signing", async |app| {
        Ok(app.signing_key_replace().await?)
    })?;
    Ok(print("all tokens have ended; API keys have not\n"))
}

fn state(key: &ApiKey, now: DateTime<Utc>) -> &'static str {
    if key.revoked_at.is_some() {
        "revoked"
    } else if key.expires_at <= now {
        "expired"
    } else {
        "good"
    }
}

fn as_row(key: &ApiKey, now: DateTime<Utc>) -> [String; 7] {
    [
        key.prefix.clone(),
        key.username.clone(),
        key.name.clone(),
        key.scopes.to_string(),
        state(key, now).to_owned(),
        time(key.expires_at),
        key.last_used_at.map_or_else(|| "never".to_owned(), time),
    ]
}

fn as_json(key: &ApiKey) -> Value {
    json!({
        "key": key.prefix,
        "user": key.username,
        "name": key.name,
        "scopes": key.scopes.to_string().split(' ').collect::<Vec<_>>(),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    })
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
