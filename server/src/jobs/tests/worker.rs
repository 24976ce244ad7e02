//! The worker: what it does, tries again, gives back and gives up.

use std::fs;
use std::time::Duration;

use futures::future::join_all;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{
    app, ask_for_report, enqueue, eventually, hasty, list, mail_to, start,
    welcome,
};
use crate::config::{self, MailTls, MailTransport};
use crate::domain::{JobState, ReportStatus};
use crate::store::Store;
use crate::store::testing::{on_each_database, scratch, settings_of, silent};

const DRAIN: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_job_is_done_as_soon_as_it_is_asked_for() {
    on_each_database(async |store| {
        let app = app(&store);
        // Were it left to the next look, the test would take an hour.
        let config = config::Jobs { poll_ms: 3_600_000, ..hasty() };
        let folder = TempDir::new().expect("a folder");
        let jobs = start(&app, &config, &mail_to(folder.path()));
        for _ in 0..3 {
            let id = ask_for_report(&app).await.id;
            eventually(async || {
                let report = app.report_view(&id).await.expect("a report");
                report.status == ReportStatus::Completed
            })
            .await;
        }
        jobs.close(DRAIN).await;
        assert!(list(&store).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_then_put_aside_and_can_be_revived() {
    on_each_database(async |store| {
        let app = app(&store);
        let folder = TempDir::new().expect("a folder");
        let place = folder.path().join("mail");
        fs::write(&place, "in the way").expect("written");
        let jobs = start(&app, &hasty(), &mail_to(&place));
        let id = enqueue(&store, welcome()).await;
        eventually(async || list(&store).await[0].state == JobState::Dead)
            .await;
        let dead = list(&store).await.remove(0);
        assert_eq!(dead.attempts, hasty().max_attempts);
        let error = dead.error.expect("why");
        assert!(error.starts_with("cannot write into "), "{error}");

        fs::remove_file(&place).expect("removed");
        let refused = app.job_retry(vec![id]).await;
        assert!(refused.expect("an answer").is_empty());
        eventually(async || list(&store).await.is_empty()).await;
        assert_eq!(fs::read_dir(&place).expect("mail").count(), 1);
        jobs.close(DRAIN).await;
    })
    .await;
}

/// A mail server that says nothing until it is spoken for.
struct Mute {
    listener: TcpListener,
}

impl Mute {
    async fn start() -> (Self, config::Mail) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mail = config::Mail {
            transport: MailTransport::Smtp,
            host: "127.0.0.1".to_owned(),
            port,
            tls: MailTls::None,
            ..config::Mail::default()
        };
        (Self { listener }, mail)
    }

    async fn asked(&self) -> TcpStream {
        self.listener.accept().await.expect("a client").0
    }
}

/// Takes the mail of a client that has waited, and any other.
async fn take_mail(mut client: TcpStream) {
    client.write_all(b"220 mail ESMTP\r\n").await.expect("written");
    let mut told = Vec::new();
    let mut part = [0; 4096];
    while !told.ends_with(b"\r\n.\r\n") {
        let read = client.read(&mut part).await.expect("a command");
        told.extend_from_slice(part.get(..read).expect("a part"));
        let answer: &[u8] = match told.ends_with(b"DATA\r\n") {
            true => b"354 go on\r\n",
            false => b"250 ok\r\n",
        };
        client.write_all(answer).await.expect("written");
    }
}

#[tokio::test]
async fn a_job_that_takes_longer_than_its_lease_stays_its_servers() {
    on_each_database(async |store| {
        let app = app(&store);
        let (server, mail) = Mute::start().await;
        let config = config::Jobs { lease_ms: 600, ..hasty() };
        let jobs = start(&app, &config, &mail);
        enqueue(&store, welcome()).await;
        let client = server.asked().await;
        let first = list(&store).await.remove(0).due_at.expect("a lease");
        eventually(async || {
            let due = list(&store).await[0].due_at.expect("a lease");
            due > first + chrono::TimeDelta::milliseconds(600)
        })
        .await;
        let running = list(&store).await.remove(0);
        assert_eq!((running.state, running.attempts), (JobState::Running, 1));
        take_mail(client).await;
        eventually(async || list(&store).await.is_empty()).await;
        jobs.close(DRAIN).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stops_finishes_its_jobs_or_gives_them_back() {
    on_each_database(async |store| {
        let app = app(&store);
        let (server, mail) = Mute::start().await;
        let jobs = start(&app, &hasty(), &mail);
        enqueue(&store, welcome()).await;
        let _silent = server.asked().await;
        jobs.close(Duration::from_millis(10)).await;
        let waiting = list(&store).await.remove(0);
        assert_eq!((waiting.state, waiting.attempts), (JobState::Waiting, 0));

        let jobs = start(&app, &hasty(), &mail);
        let client = server.asked().await;
        tokio::join!(jobs.close(DRAIN), take_mail(client));
        assert!(list(&store).await.is_empty(), "it was finished");
    })
    .await;
}

#[tokio::test]
async fn servers_of_one_database_share_the_jobs_and_do_none_twice() {
    let Some(database) = scratch().await else { return };
    let settings = settings_of(database.url());
    let open = || Store::open(&settings, silent());
    let folder = TempDir::new().expect("a folder");
    let mut servers = Vec::new();
    for _ in 0..3 {
        let app = app(&open().await.expect("a store"));
        let jobs = start(&app, &hasty(), &mail_to(folder.path()));
        servers.push((app, jobs));
    }
    let store = servers[0].0.store().clone();
    count_effects(&database.url()).await;
    let asked = join_all((0..60).map(|n| ask_for_report(&servers[n % 3].0)));
    let asked = asked.await.len();
    eventually(async || list(&store).await.is_empty()).await;

    let (made, effects) = effects(&database.url()).await;
    assert_eq!((made, effects), (asked, asked));
    for (app, jobs) in servers {
        jobs.close(DRAIN).await;
        app.store().close().await;
    }
    database.remove().await;
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("a connection");
    tokio::spawn(connection);
    client
}

/// Has the database itself keep count of what is done to reports.
async fn count_effects(url: &str) {
    let count = "
        CREATE TABLE effects (report_id TEXT);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO effects VALUES (new.id); RETURN new; END $$;
        CREATE TRIGGER note AFTER UPDATE OF data ON reports
            FOR EACH ROW EXECUTE FUNCTION note()";
    connect(url).await.batch_execute(count).await.expect("a trigger");
}

/// How many reports were made, and how often.
async fn effects(url: &str) -> (usize, usize) {
    let count = "SELECT COUNT(DISTINCT report_id), COUNT(*) FROM effects";
    let row = connect(url).await.query_one(count, &[]).await.expect("a row");
    let number = |column| usize::try_from(row.get::<_, i64>(column)).ok();
    (number(0).expect("a number"), number(1).expect("a number"))
}
