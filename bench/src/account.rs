//! The user in whose name requests are sent where Colophon asks for that.

use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::http::{Connection, form};
use crate::process::Server;

pub(crate) const USERNAME: &str = "bench";
const PASSWORD: &str = "as fast as ever";

/// Adds the user, as whoever runs Colophon does; `colophon` is its command
/// with the settings of a database.
///
/// # Errors
///
/// If it refuses.
pub(crate) async fn add(mut colophon: Command) -> anyhow::Result<()> {
    colophon.args(["user", "create", USERNAME, "--role", "editor"]);
    colophon.args(["--email", "bench@example.org", "--password-stdin"]);
    colophon.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = colophon.spawn()?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    stdin.write_all(format!("{PASSWORD}\n").as_bytes()).await?;
    drop(stdin);
    let status = child.wait().await?;
    ensure!(status.success(), "{colophon:?} ended with {status}");
    Ok(())
}

/// A token of the user.
///
/// # Errors
///
/// If the server does not give it.
pub(crate) async fn sign_in(server: &Server) -> anyhow::Result<String> {
    let mut connection = Connection::open(server.address).await?;
    let answer = connection.answer(&login(USERNAME, PASSWORD)).await?;
    let token = answer.json(200)?["access_token"].as_str().map(str::to_owned);
    token.context("no token")
}

/// The bytes of a request for a token; neither name nor password has a
/// character that a form would write otherwise, but for spaces.
pub(crate) fn login(username: &str, password: &str) -> Vec<u8> {
    let password = password.replace(' ', "+");
    let body = format!("username={username}&password={password}");
    form("/api/v1/auth/token", &body)
}
