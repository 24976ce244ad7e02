//! Mail: written into a folder, or handed to an SMTP server.
//!
//! A mail has a name that never changes, however often it is sent. In a
//! folder it is there once; to mail servers it is the `Message-ID`, by which
//! they and readers tell a repetition (RFC 5322, 3.6.4).

mod folder;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::address::AddressError;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{AsyncTransport, Tokio1Executor};

use crate::config::{self, MailTls, MailTransport};

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// How long a step of the conversation with a mail server may take.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// What can go wrong with a mail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address is none.
    #[error("an address cannot be used")]
    Address(#[from] AddressError),
    /// A mail cannot be put into words of RFC 5322.
    #[error("the mail cannot be written")]
    Message(#[from] lettre::error::Error),
    /// The mail server is away, or refuses.
    #[error("the mail server did not take the mail")]
    Smtp(#[from] smtp::Error),
    /// The folder cannot be written.
    #[error("cannot write into {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its name, the left part of its `Message-ID`: letters, digits, `-` and
    /// `.`, and never that of another mail.
    pub name: String,
    /// When it was asked for.
    pub date: DateTime<Utc>,
    /// What the person is called.
    pub to_name: String,
    /// The person's address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Sends mail.
#[derive(Debug)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Off,
    Folder(PathBuf),
    Smtp(Box<Smtp>),
}

impl Mailer {
    /// A mailer as the settings say. Connects to nobody yet.
    ///
    /// # Errors
    ///
    /// If the sender's address is none, or TLS cannot be set up.
    pub fn new(config: &config::Mail) -> Result<Self, Error> {
        let from: Mailbox = config.from.parse()?;
        let way = match config.transport {
            MailTransport::Off => Way::Off,
            MailTransport::File => Way::Folder(config.folder.clone().into()),
            MailTransport::Smtp => Way::Smtp(Box::new(smtp(config, &from)?)),
        };
        Ok(Self { from, way })
    }

    /// Sends a mail. Where mail is off, it is dropped.
    ///
    /// # Errors
    ///
    /// If it cannot be sent; whether it was is then not known.
    pub async fn send(&self, mail: Mail) -> Result<(), Error> {
        if matches!(self.way, Way::Off) {
            return Ok(());
        }
        let name = mail.name.clone();
        let message = self.message(mail)?;
        match &self.way {
            Way::Off => {}
            Way::Folder(folder) => {
                folder::put(folder, &name, message.formatted()).await?;
            }
            Way::Smtp(smtp) => drop(smtp.send(message).await?),
        }
        Ok(())
    }

    /// Removes what servers that were killed have left half written in the
    /// folder, and says how many files that was.
    ///
    /// # Errors
    ///
    /// [`Error::Folder`] if the folder cannot be read, or such a file cannot
    /// be removed.
    pub async fn clear_drafts(&self) -> Result<usize, Error> {
        match &self.way {
            Way::Folder(folder) => folder::clear(folder).await,
            Way::Off | Way::Smtp(_) => Ok(0),
        }
    }

    fn message(&self, mail: Mail) -> Result<Message, Error> {
        let domain = self.from.email.domain();
        let to = Mailbox::new(Some(visible(&mail.to_name)), mail.to.parse()?);
        let message = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", mail.name)))
            .date(SystemTime::from(mail.date))
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text)?;
        Ok(message)
    }
}

/// A name without what would end a header's line.
fn visible(name: &str) -> String {
    name.chars().filter(|it| !it.is_control()).collect()
}

fn smtp(config: &config::Mail, from: &Mailbox) -> Result<Smtp, Error> {
    let mut smtp = Smtp::builder_dangerous(&config.host)
        .port(config.port)
        .tls(tls(config)?)
        .hello_name(ClientId::Domain(from.email.domain().to_owned()))
        .timeout(Some(STEP_TIMEOUT));
    if !config.username.is_empty() {
        let password = config.password.reveal().to_owned();
        let username = config.username.clone();
        smtp = smtp.credentials(Credentials::new(username, password));
    }
    Ok(smtp.build())
}

fn tls(config: &config::Mail) -> Result<Tls, Error> {
    let parameters = || TlsParameters::new_rustls(config.host.clone());
    Ok(match config.tls {
        MailTls::None => Tls::None,
        MailTls::Starttls => Tls::Required(parameters()?),
        MailTls::Implicit => Tls::Wrapper(parameters()?),
    })
}
