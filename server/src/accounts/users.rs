//! `colophon user`.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context, bail};
use colophon_server::app::App;
use colophon_server::config::Loaded;
use colophon_server::contract::{BodyFault, Contract, Fault, Loc};
use colophon_server::domain::{
    self, PageNumber, Password, Principal, Role, User, UserChange,
};
use http::HeaderValue;
use serde_json::{Value, json};

use super::{on_database, table};
use crate::cli::{Format, PasswordFrom, UserCommand, UserCreate};
use crate::{finish, print, with_settings};

/// What the contract does not accept of what was given.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongArguments(String);

/// Carries out a command on users.
pub(crate) fn user(command: UserCommand) -> ExitCode {
    match command {
        UserCommand::Create(UserCreate {
            name,
            email,
            role,
            full_name,
            password,
            flags,
        }) => with_settings(flags, |loaded| {
            let full_name = full_name.unwrap_or_else(|| name.clone());
            finish(create(&loaded, name, email, role, full_name, &password))
        }),
        UserCommand::List { format, flags } => {
            with_settings(flags, |loaded| finish(list(&loaded, format)))
        }
        UserCommand::SetRole { name, role, flags } => {
            let change = UserChange { role: Some(role), ..Default::default() };
            with_settings(flags, |loaded| {
                finish(update(&loaded, "user set-role", &name, change))
            })
        }
        UserCommand::ResetPassword { name, password, flags } => {
            with_settings(flags, |loaded| {
                finish(reset_password(&loaded, &name, &password))
            })
        }
    }
}

fn create(
    loaded: &Loaded,
    username: String,
    email: String,
    role: Role,
    full_name: String,
    from: &PasswordFrom,
) -> anyhow::Result<ExitCode> {
    let password = ask(from)?;
    let body = json!({
        "username": username, "email": email, "full_name": full_name,
        "role": role.as_str(), "password": password,
    });
    check("user_create", &body)?;
    let password = Password::new(password);
    let new = domain::UserCreate { username, email, full_name, role, password };
    let user = on_database(loaded, "user create", async |app| {
        Ok(app.user_create(new).await?)
    })?;
    let User { id, username, .. } = user;
    let role = role.as_str();
    Ok(print(format!("{username} is user {id}, with the role {role}\n")))
}

fn list(loaded: &Loaded, format: Format) -> anyhow::Result<ExitCode> {
    let users = on_database(loaded, "user list", all)?;
    Ok(print(match format {
        Format::Json => super::json(users.iter().map(as_json).collect())?,
        Format::Table => {
            let head = ["ID", "USERNAME", "ROLE", "ACTIVE", "EMAIL", "NAME"];
            let rows: Vec<_> = users.iter().map(as_row).collect();
            table(head, &rows)
        }
    }))
}

/// Every user, page by page.
async fn all(app: &App) -> anyhow::Result<Vec<User>> {
    let mut users = Vec::new();
    for page in 1.. {
        let at = PageNumber { page, per_page: 100 };
        let items = app.user_list(at).await?.items;
        if items.is_empty() {
            break;
        }
        users.extend(items);
    }
    Ok(users)
}

fn reset_password(
    loaded: &Loaded,
    name: &str,
    from: &PasswordFrom,
) -> anyhow::Result<ExitCode> {
    let password = ask(from)?;
    check("user_update", &json!({ "password": password }))?;
    let password = Some(Password::new(password));
    let change = UserChange { password, ..Default::default() };
    update(loaded, "user reset-password", name, change)
}

fn update(
    loaded: &Loaded,
    command: &str,
    name: &str,
    change: UserChange,
) -> anyhow::Result<ExitCode> {
    let user = on_database(loaded, command, async |app| {
        let id = app.user_find(name).await?.id;
        let operator = Principal::operator();
        Ok(app.user_update(&operator, id, change, None).await?)
    })?;
    let User { username, role, .. } = user;
    let role = role.as_str();
    Ok(print(format!(
        "{username} has the role {role}; all tokens of this \
                      user have ended\n"
    )))
}

/// The new password: from stdin, or asked for twice on the terminal, where it
/// is not shown.
fn ask(from: &PasswordFrom) -> anyhow::Result<String> {
    if from.password_stdin {
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("cannot read stdin")?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    if !io::stdin().is_terminal() {
        bail!(
            "there is no terminal to ask for a password on; give it with \
             --password-stdin"
        );
    }
    let ask = |prompt| {
        rpassword::prompt_password(prompt).context("cannot ask on the terminal")
    };
    let password = ask("Password: ")?;
    if ask("Again: ")? != password {
        bail!("the two are not the same");
    }
    Ok(password)
}

/// Holds what was given against what contract v1 says of an operation's body.
fn check(operation: &str, body: &Value) -> anyhow::Result<()> {
    let contract = Contract::v1().context("contract v1 is broken")?;
    let operation =
        contract.operation(operation).context("there is no operation")?;
    let media_type = HeaderValue::from_static("application/json");
    let body = body.to_string();
    match operation.check_body(Some(&media_type), body.as_bytes()) {
        Ok(_) => Ok(()),
        Err(BodyFault::Invalid(faults)) => {
            let told: Vec<_> = faults.iter().map(words).collect();
            bail!(WrongArguments(told.join("; ")))
        }
        Err(other) => bail!("contract v1 refuses the body: {other:?}"),
    }
}

fn words(fault: &Fault) -> String {
    let field = match fault.loc.last() {
        Some(Loc::Name(name)) => name.replace('_', " "),
        Some(Loc::Index(_)) | None => String::new(),
    };
    format!("{field}: {}", fault.msg)
}

fn as_row(user: &User) -> [String; 6] {
    [
        user.id.to_string(),
        user.username.clone(),
        user.role.as_str().to_owned(),
        if user.is_active { "yes" } else { "no" }.to_owned(),
        user.email.clone(),
        user.full_name.clone(),
    ]
}

fn as_json(user: &User) -> Value {
    json!({
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "full_name": user.full_name,
        "role": user.role.as_str(),
        "is_active": user.is_active,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    })
}
