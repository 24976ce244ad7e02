//! How mail leaves.

use serde::{Deserialize, Serialize};

use super::Password;

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `off` drops mail, `file` writes it into a folder, `smtp` hands it to a
    /// mail server. Default: `file`.
    pub transport: MailTransport,
    /// The folder for `file`, made if it is missing; a mail is a file in the
    /// format of RFC 5322. Default: `mail`.
    pub folder: String,
    /// The mail server for `smtp`. Default: `localhost`.
    pub host: String,
    /// Its port. Default: 587.
    pub port: u16,
    /// How the connection is made secret: `starttls` insists on it after the
    /// greeting (RFC 3207), `implicit` from the first byte (RFC 8314, often
    /// port 465), `none` does not, which is refused with a `username` unless
    /// `host` is this machine. Default: `starttls`.
    pub tls: MailTls,
    /// Who the mail server is told to be asked by; empty for nobody. Default:
    /// empty.
    pub username: String,
    /// The password for that. Default: empty.
    pub password: Password,
    /// Who mail is from. Default: `Colophon <colophon@localhost>`.
    pub from: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: MailTransport::File,
            folder: "mail".to_owned(),
            host: "localhost".to_owned(),
            port: 587,
            tls: MailTls::Starttls,
            username: String::new(),
            password: Password::default(),
            from: "Colophon <colophon@localhost>".to_owned(),
        }
    }
}

/// Which way mail leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// None: it is dropped.
    Off,
    /// Into a folder.
    File,
    /// To a mail server.
    Smtp,
}

/// How a connection to a mail server is made secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at all.
    None,
    /// After the greeting, or there is no mail.
    Starttls,
    /// From the first byte.
    Implicit,
}
