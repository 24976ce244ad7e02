//! What only a database with several servers, and a network before it, can
//! get wrong.

use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::join_all;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls};

use super::{add, ids, item};
use crate::config::Database;
use crate::domain::Item;
use crate::store::testing::{scratch, settings_of, silent};
use crate::store::{Error, Migration, Store, items, migrations};

async fn open(url: &str) -> Store {
    Store::open(&settings_of(url.to_owned()), silent()).await.expect("a store")
}

/// Says something to a database behind the store's back.
async fn say(url: &str, sql: &str) {
    let connected = tokio_postgres::connect(url, NoTls).await;
    let (client, connection) = connected.expect("a connection");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect(sql);
}

/// Adds item 1.
async fn add_named(store: &Store, name: &str) -> Result<bool, Error> {
    let item = Item { name: name.to_owned(), ..item(1) };
    store
        .write(|tx| async move { items::insert(tx, &item).await }.boxed())
        .await
}

/// Adds one to the number that is item 1's name.
async fn count_up(store: &Store) -> Result<(), Error> {
    store
        .write(|tx| {
            async move {
                let one = items::by_id(tx.dialect(), 1);
                let old = tx.fetch_first(&one, items::read).await?;
                let old = old.ok_or(Error::Unreadable { column: 0 })?;
                let count: u32 = old.name.parse().expect("a number");
                let name = (count + 1).to_string();
                items::update(tx, &Item { name, ..old }).await?;
                Ok(())
            }
            .boxed()
        })
        .await
}

#[tokio::test]
async fn servers_that_change_one_thing_do_so_one_after_the_other() {
    let Some(database) = scratch().await else { return };
    let url = database.url();
    let servers = join_all((0..3).map(|_| open(&url))).await;
    add_named(&servers[0], "0").await.expect("added");

    let changes = (0..24).map(|turn| count_up(&servers[turn % 3]));
    for change in join_all(changes).await {
        change.expect("counted");
    }
    let one = items::by_id(servers[0].dialect(), 1);
    let one = servers[0].lookup(&one, items::read).await.expect("an item");
    assert_eq!(one.expect("it is there").name, "24");
    join_all(servers.iter().map(Store::close)).await;
    database.remove().await;
}

#[tokio::test]
async fn servers_that_start_at_once_share_the_making_of_the_schema() {
    let Some(database) = scratch().await else { return };
    let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
    say(&database.url(), empty).await;
    let settings = settings_of(database.url());
    let known = migrations(&settings).await.expect("migrations");
    assert!(known.len() > 1 && known.iter().all(|it| !it.applied), "{known:?}");

    let url = database.url();
    let servers = join_all((0..5).map(|_| open(&url))).await;

    for (id, server) in (0..).zip(&servers) {
        assert!(add(server, id).await.expect("added"));
        server.close().await;
    }
    let known = migrations(&settings).await.expect("migrations");
    assert!(known.iter().all(|it| it.applied), "{known:?}");
    database.remove().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let Some(database) = scratch().await else { return };
    let newer = "INSERT INTO refinery_schema_history \
                 VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')";
    say(&database.url(), newer).await;
    let settings = settings_of(database.url());
    let opened = Store::open(&settings, silent()).await.map(|_| ());
    let listed: Result<Vec<Migration>, _> = migrations(&settings).await;
    for error in [opened.unwrap_err(), listed.unwrap_err()] {
        assert!(error.is_newer_schema(), "{error:?}");
        assert!(error.to_string().contains("has schema 9999"), "{error}");
    }
    database.remove().await;
}

#[tokio::test]
async fn a_text_with_nul_is_refused_and_hurts_nothing() {
    let Some(database) = scratch().await else { return };
    let store = open(&database.url()).await;
    let error = add_named(&store, "a\0b").await.unwrap_err();
    assert!(matches!(error, Error::Postgres(_)), "{error:?}");
    assert!(add(&store, 1).await.expect("added"));
    store.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told_without_its_password() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = nobody.local_addr().expect("an address");
    drop(nobody);
    let url = format!("postgres://me:secret@{addr}/books");
    let error = Store::open(&settings_of(url), silent()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot connect to the database postgres://me:***@{addr}/books"
        )
    );
}

#[tokio::test]
async fn who_waits_too_long_for_a_connection_is_told_to_come_back() {
    let Some(database) = scratch().await else { return };
    let settings = Database {
        max_connections: 1,
        acquire_timeout_ms: 50,
        ..settings_of(database.url())
    };
    let store = Store::open(&settings, silent()).await.expect("a store");
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let released = released.shared();
    let (begun, has_begun) = tokio::sync::mpsc::channel(1);
    let busy = store.read(move |_| {
        async move {
            let _ = begun.send(()).await;
            let _ = released.await;
            Ok::<_, Error>(())
        }
        .boxed()
    });
    let late = async {
        let mut has_begun = has_begun;
        has_begun.recv().await;
        let error = store.ping().await.unwrap_err();
        let _ = release.send(());
        error
    };
    let (busy, late) = tokio::join!(busy, late);
    busy.expect("read");
    assert!(matches!(late, Error::Busy), "{late:?}");
    assert!(late.is_unavailable());
    store.ping().await.expect("it is free again");
    store.close().await;
    database.remove().await;
}

/// A way to the database of a test that can be cut.
struct Wire {
    port: u16,
    carrying: JoinHandle<()>,
}

impl Wire {
    /// Lays a wire from a port, 0 for any, to a database.
    async fn lay(url: &str, port: u16) -> Self {
        let target: Config = url.parse().expect("an address");
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.expect("the port");
        let port = listener.local_addr().expect("an address").port();
        let carrying = tokio::spawn(async move {
            // Dropped together with this task.
            let mut carried = tokio::task::JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                carried.spawn(carry(near, target.clone()));
            }
        });
        Self { port, carrying }
    }

    /// Breaks all connections and refuses new ones.
    async fn cut(self) {
        self.carrying.abort();
        let _ = self.carrying.await;
    }
}

async fn carry(mut near: TcpStream, target: Config) {
    let port = target.get_ports().first().copied().unwrap_or(5432);
    let carried = match target.get_hosts().first().expect("a host") {
        Host::Tcp(host) => {
            let far = TcpStream::connect((host.as_str(), port)).await;
            let mut far = far.expect("PostgreSQL");
            copy_bidirectional(&mut near, &mut far).await
        }
        Host::Unix(folder) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            let mut far =
                UnixStream::connect(socket).await.expect("PostgreSQL");
            copy_bidirectional(&mut near, &mut far).await
        }
    };
    // Either end may go at any time.
    let _ = carried;
}

/// The same database at the near end of a wire.
fn through(wire: &Wire, url: &str) -> String {
    let target: Config = url.parse().expect("an address");
    let user = target.get_user().unwrap_or("postgres");
    let name = target.get_dbname().expect("a name");
    format!("postgres://{user}@127.0.0.1:{}/{name}", wire.port)
}

#[tokio::test]
async fn a_database_that_goes_away_is_unavailable_until_it_is_back() {
    let Some(database) = scratch().await else { return };
    let url = database.url();
    let wire = Wire::lay(&url, 0).await;
    let port = wire.port;
    let store = open(&through(&wire, &url)).await;
    assert!(add(&store, 1).await.expect("added"));

    wire.cut().await;
    let start = Instant::now();
    let one = items::by_id(store.dialect(), 1);
    for _ in 0..3 {
        for error in [
            add(&store, 2).await.unwrap_err(),
            store.lookup(&one, items::read).await.unwrap_err(),
            store.ping().await.unwrap_err(),
        ] {
            assert!(error.is_unavailable(), "{error:?}");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());

    let wire = Wire::lay(&url, port).await;
    store.ping().await.expect("it is back");
    assert!(add(&store, 2).await.expect("added"));
    assert_eq!(ids(&store).await, [1, 2]);
    store.close().await;
    wire.cut().await;
    database.remove().await;
}
