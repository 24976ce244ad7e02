//! What becomes of a mail.

use std::fs;
use std::path::Path;

use chrono::DateTime;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Error, Mail, Mailer};
use crate::config::{self, MailTls, MailTransport};

fn mail(text: &str) -> Mail {
    Mail {
        name: "job-7.1700000000000000".to_owned(),
        date: DateTime::from_timestamp(1_700_000_000, 0).expect("a time"),
        to_name: "ann".to_owned(),
        to: "ann@example.com".to_owned(),
        subject: "Welcome to Colophon".to_owned(),
        text: text.to_owned(),
    }
}

fn to_folder(folder: &Path) -> Mailer {
    let config = config::Mail {
        folder: folder.display().to_string(),
        ..config::Mail::default()
    };
    Mailer::new(&config).expect("a mailer")
}

#[tokio::test]
async fn a_mail_that_is_sent_again_is_there_once() {
    let parent = TempDir::new().expect("a folder");
    let folder = parent.path().join("mail");
    let mailer = to_folder(&folder);
    for text in ["once", "and again"] {
        mailer.send(mail(text)).await.expect("sent");
    }
    let files: Vec<_> = fs::read_dir(&folder).expect("files").collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let written = fs::read_to_string(folder.join("job-7.1700000000000000.eml"));
    let written = written.expect("a mail");
    for line in [
        "Message-ID: <job-7.1700000000000000@localhost>",
        "Date: Tue, 14 Nov 2023 22:13:20 +0000",
        "From: Colophon <colophon@localhost>",
        "To: ann <ann@example.com>",
        "Subject: Welcome to Colophon",
        "and again",
    ] {
        assert!(written.lines().any(|it| it == line), "{line}\n{written}");
    }
}

/// The files in a folder by name, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("files");
    let name = |file: std::io::Result<fs::DirEntry>| {
        file.expect("a file").file_name().into_string().expect("text")
    };
    let mut names: Vec<_> = files.map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn drafts_that_were_left_are_removed_and_nothing_else() {
    let parent = TempDir::new().expect("a folder");
    let folder = parent.path().join("mail");
    let mailer = to_folder(&folder);
    assert_eq!(mailer.clear_drafts().await.expect("nothing"), 0);
    assert!(!folder.exists(), "it is made for a mail alone");
    mailer.send(mail("Hello.")).await.expect("sent");
    let id = "8c1d3f0e-7c43-4d5e-9a3b-0d9f6c1c7e11";
    let left = format!(".job-7.17.{id}.draft");
    let written = format!(".job-8.18.{id}.draft");
    let theirs = [".notes.draft", ".hidden", "draft", "letter.eml"];
    for file in [left.as_str(), &written].iter().chain(&theirs) {
        fs::write(folder.join(file), "half").expect("written");
    }
    fs::create_dir(folder.join(format!(".job-9.19.{id}.draft")))
        .expect("a folder");
    let writer = fs::File::open(folder.join(&written)).expect("a file");
    writer.lock().expect("a lock");
    let before = names(&folder);

    let removed = mailer.clear_drafts().await.expect("cleared");

    assert_eq!(removed, 1);
    let kept: Vec<_> = before.into_iter().filter(|it| *it != left).collect();
    assert_eq!(names(&folder), kept);
    drop(writer);
    assert_eq!(mailer.clear_drafts().await.expect("cleared"), 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_leaves_nothing() {
    let parent = TempDir::new().expect("a folder");
    let file = parent.path().join("mail");
    fs::write(&file, "no folder").expect("written");
    let error = to_folder(&file).send(mail("")).await.unwrap_err();
    assert!(matches!(error, Error::Folder { .. }), "{error:?}");
    assert!(error.to_string().starts_with("cannot write into "));
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error() {
    let parent = TempDir::new().expect("a folder");
    let mailer = to_folder(parent.path());
    let nobody = Mail { to: "nobody\r\nBcc: x@y.z".to_owned(), ..mail("") };
    let error = mailer.send(nobody).await.unwrap_err();
    assert!(matches!(error, Error::Address(_)), "{error:?}");
}

#[tokio::test]
async fn a_name_makes_no_header_of_its_own() {
    let parent = TempDir::new().expect("a folder");
    let sly = "ann\r\nBcc: x@y.z".to_owned();
    let sly = Mail { to_name: sly.clone(), subject: sly, ..mail("") };
    to_folder(parent.path()).send(sly).await.expect("sent");
    let file = parent.path().join("job-7.1700000000000000.eml");
    let written = fs::read_to_string(file).expect("a mail");
    assert!(!written.lines().any(|it| it.starts_with("Bcc")), "{written}");
}

/// A mail server that takes one mail, and gives back what it was told.
async fn take_a_mail(listener: TcpListener) -> Vec<String> {
    let (stream, _) = listener.accept().await.expect("a client");
    let (read, mut write) = stream.into_split();
    let mut told = Vec::new();
    write.write_all(b"220 mail.example ESMTP\r\n").await.expect("written");
    let mut lines = BufReader::new(read).lines();
    let mut in_mail = false;
    while let Some(line) = lines.next_line().await.expect("a line") {
        let answer = match line.split(' ').next() {
            _ if in_mail && line != "." => None,
            Some("DATA") => Some("354 go on\r\n"),
            Some("EHLO") => Some("250-mail.example\r\n250 AUTH PLAIN\r\n"),
            Some("AUTH") => Some("235 welcome\r\n"),
            Some("QUIT") => Some("221 bye\r\n"),
            _ => Some("250 ok\r\n"),
        };
        in_mail = line == "DATA" || in_mail && line != ".";
        told.push(line);
        if let Some(answer) = answer {
            write.write_all(answer.as_bytes()).await.expect("written");
        }
        if told.last().is_some_and(|it| it == ".") {
            break;
        }
    }
    told
}

#[tokio::test]
async fn a_mail_server_is_told_who_asks_and_what_to_send() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(take_a_mail(listener));
    let config = config::Mail {
        transport: MailTransport::Smtp,
        host: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        username: "me".to_owned(),
        password: "secret".into(),
        ..config::Mail::default()
    };
    let mailer = Mailer::new(&config).expect("a mailer");

    mailer.send(mail("Hello.")).await.expect("sent");

    let told = server.await.expect("a server");
    for line in [
        "EHLO localhost",
        // NUL, "me", NUL, "secret", in base64.
        "AUTH PLAIN AG1lAHNlY3JldA==",
        "RCPT TO:<ann@example.com>",
        "Message-ID: <job-7.1700000000000000@localhost>",
        "Hello.",
    ] {
        assert!(told.iter().any(|it| it == line), "{line}\n{told:#?}");
    }
    assert!(!format!("{mailer:?}").contains("secret"));
}

#[tokio::test]
async fn a_mail_server_without_tls_is_not_trusted_by_default() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(take_a_mail(listener));
    let config = config::Mail {
        transport: MailTransport::Smtp,
        host: "127.0.0.1".to_owned(),
        port,
        username: "me".to_owned(),
        password: "secret".into(),
        ..config::Mail::default()
    };
    let mailer = Mailer::new(&config).expect("a mailer");

    let error = mailer.send(mail("Hello.")).await.unwrap_err();

    assert!(matches!(error, Error::Smtp(_)), "{error:?}");
    // Whoever listens has learned nothing.
    let told = server.await.expect("a server").join("\n");
    assert!(!told.contains("AUTH") && !told.contains("Hello."), "{told}");
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_an_error() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = nobody.local_addr().expect("an address").port();
    drop(nobody);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    let config = config::Mail {
        transport: MailTransport::Smtp,
        host: "127.0.0.1".to_owned(),
        port,
        ..config::Mail::default()
    };
    let mailer = Mailer::new(&config).expect("a mailer");
    assert!(matches!(mailer.send(mail("")).await, Err(Error::Smtp(_))));
}
