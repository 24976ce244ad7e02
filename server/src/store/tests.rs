//! What the store promises, whatever is kept in it.

mod crash;
mod postgres;

use std::fs;
use std::path::Path;

use futures::FutureExt;
use futures::future::join_all;

use super::testing::{on_each_database, settings, settings_of, silent};
use super::{Error, Kept, Statement, Store, books, items};
use crate::domain::Item;

fn item(id: i64) -> Item {
    Item { id, name: format!("item {id}"), description: None }
}

async fn add(store: &Store, id: i64) -> Result<bool, Error> {
    store
        .write(move |tx| {
            async move { items::insert(tx, &item(id)).await }.boxed()
        })
        .await
}

async fn ids(store: &Store) -> Vec<i64> {
    let items = store.read(|tx| items::all(tx).boxed()).await;
    items.expect("items").into_iter().map(|it| it.id).collect()
}

async fn open(path: &Path) -> Result<Store, Error> {
    Store::open(&settings(path), silent()).await
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    let counted = Statement { sql: sql.into(), values: Vec::new() };
    let count: Result<i64, Error> = store
        .read(move |tx| async move { tx.count(&counted).await }.boxed())
        .await;
    count.expect("a count")
}

#[tokio::test]
async fn a_snapshot_stays_until_anybody_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colophon.db");
    let one = open(&path).await.expect("a store");
    let other = open(&path).await.expect("the same");
    let mut last = None;
    for id in 1..20 {
        let writer = if id % 2 == 0 { &one } else { &other };
        add(writer, id).await.expect("added");
        let now = one.snapshot();
        assert!(now.is_some() && now != last, "{id}: {now:?}");
        assert_eq!(ids(&one).await, ids(&other).await);
        assert_eq!([one.snapshot(), other.snapshot()], [now; 2]);
        last = now;
    }
    other.close().await;
    assert_eq!(other.snapshot(), None);
    add(&one, 20).await.expect("added");
    assert_ne!(one.snapshot(), last);
    one.close().await;
}

#[tokio::test]
async fn what_was_read_before_a_write_is_not_kept_for_after_it() {
    let settings = settings_of("sqlite::memory:".to_owned());
    let store = Store::open(&settings, silent()).await.expect("a store");
    let kept: Kept<u8, &str> = Kept::new(4);
    let before = store.snapshot();
    add(&store, 1).await.expect("added");
    let after = store.snapshot();
    kept.keep(1, before, "old");
    kept.keep(2, after, "new");
    kept.keep(3, None, "unknown");
    assert_eq!(
        [1, 2, 3].map(|it| kept.get(&it, after)),
        [None, Some("new"), None]
    );
    assert_eq!(kept.get(&2, None), None);
    kept.keep(1, after, "new");
    assert_eq!(kept.get(&1, after), Some("new"));
    store.close().await;
}

#[tokio::test]
async fn a_count_is_of_what_is_there_now() {
    on_each_database(async |store| {
        for id in 1..4 {
            add(&store, id).await.expect("added");
            for _ in 0..3 {
                let all = count(&store, "SELECT COUNT(*) FROM items");
                assert_eq!(all.await, id);
            }
            let large = "SELECT COUNT(*) FROM items WHERE id > 1";
            assert_eq!(count(&store, large).await, id - 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_read_gives_what_it_finds() {
    on_each_database(async |store| {
        let long = "WITH RECURSIVE numbers (n) AS (
                SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000
            ) SELECT COUNT(*) FROM numbers";
        assert_eq!(count(&store, long).await, 200_000);
        assert!(ids(&store).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing_and_hurts_no_other() {
    on_each_database(async |store| {
        let writes = (0..100).map(|id| {
            store.write(move |tx| {
                async move {
                    items::insert(tx, &item(id)).await?;
                    if id % 3 == 0 {
                        return Err(Error::Unreadable { column: 0 });
                    }
                    Ok(())
                }
                .boxed()
            })
        });
        let outcomes = join_all(writes).await;
        for (id, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_err(), id % 3 == 0);
        }
        let left: Vec<_> = (0..100).filter(|id| id % 3 != 0).collect();
        assert_eq!(ids(&store).await, left);
    })
    .await;
}

#[tokio::test]
async fn a_word_of_a_write_that_fails_is_not_taken_for_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("colophon.db")).await.expect("it");
    for fails in [true, false] {
        let outcome = store.write(move |tx| {
            async move {
                books::learn(tx, "Zanzibar").await?;
                match fails {
                    true => Err(Error::Unreadable { column: 0 }),
                    false => Ok(()),
                }
            }
            .boxed()
        });
        assert_eq!(outcome.await.is_err(), fails);
    }
    let known = "SELECT COUNT(*) FROM words WHERE word = 'zanzibar'";
    assert_eq!(count(&store, known).await, 1);
}

#[tokio::test]
async fn a_write_that_panics_leaves_nothing_and_hurts_no_other() {
    on_each_database(async |store| {
        let broken = store.write(|tx| {
            async move {
                if items::insert(tx, &item(1)).await? {
                    panic!("a bug in a unit of work");
                }
                Ok::<_, Error>(())
            }
            .boxed()
        });
        assert!(matches!(broken.await, Err(Error::Panicked)));
        assert!(add(&store, 2).await.expect("added"));
        assert_eq!(ids(&store).await, [2]);
    })
    .await;
}

#[tokio::test]
async fn a_store_can_be_read_and_written_until_it_is_closed() {
    on_each_database(async |store| {
        store.ping().await.expect("a working store");
        store.close().await;
        let ping = store.ping().await.expect_err("closed");
        let write = add(&store, 1).await.expect_err("closed");
        let one = items::by_id(store.dialect(), 1);
        let lookup = store.lookup(&one, items::read).await;
        for error in [ping, write, lookup.expect_err("closed")] {
            assert!(matches!(error, Error::Closed), "{error:?}");
            assert!(error.is_unavailable());
        }
    })
    .await;
}

#[tokio::test]
async fn writes_are_there_when_a_database_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colophon.db");
    for id in 1..4 {
        let store = open(&path).await.expect("a store");
        add(&store, id).await.expect("added");
        store.close().await;
        let log = fs::metadata(path.with_extension("db-wal"));
        assert!(log.is_ok_and(|it| it.len() == 0), "a log is left");
    }
    let store = open(&path).await.expect("a store");
    assert_eq!(ids(&store).await, [1, 2, 3]);
    store.close().await;
}

#[tokio::test]
async fn writes_that_wait_are_done_before_the_store_closes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colophon.db");
    let store = open(&path).await.expect("a store");
    let writes = join_all((0..50).map(|id| add(&store, id)));
    let (outcomes, ()) = tokio::join!(writes, store.close());
    let added = outcomes.iter().filter(|it| it.is_ok()).count();
    assert!(added > 0);

    let store = open(&path).await.expect("a store");
    assert_eq!(ids(&store).await.len(), added);
    store.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colophon.db");
    let store = open(&path).await.expect("a store");
    let newer = Statement {
        sql: "INSERT INTO refinery_schema_history \
              VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')"
            .into(),
        values: Vec::new(),
    };
    store
        .write(move |tx| async move { tx.execute(&newer).await }.boxed())
        .await
        .expect("written");
    store.close().await;

    let error = open(&path).await.expect_err("a newer schema");
    assert!(error.is_newer_schema());
    let told = error.to_string();
    let start =
        format!("the database {} has schema 9999, and this", path.display());
    assert!(told.starts_with(&start), "{told}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text");
    fs::write(&text, "words, words, words\n".repeat(100)).expect("written");
    let missing = folder.path().join("missing").join("colophon.db");
    for (path, reason) in [
        (text.as_path(), "it is no SQLite database"),
        (
            folder.path(),
            "it is no file that can be opened, or its folder is missing",
        ),
        (
            missing.as_path(),
            "it is no file that can be opened, or its folder is missing",
        ),
    ] {
        let error = open(path).await.expect_err("no database");
        let path = path.display();
        assert_eq!(
            error.to_string(),
            format!("cannot open the database {path}: {reason}")
        );
    }
    assert!(fs::read(&text).expect("read").starts_with(b"words, words"));
}

#[tokio::test]
async fn two_stores_share_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colophon.db");
    let one = open(&path).await.expect("a store");
    let two = open(&path).await.expect("another");
    let writes = (0..40).map(|id| add([&one, &two][id as usize % 2], id));
    for outcome in join_all(writes).await {
        assert!(outcome.expect("added"));
    }
    assert_eq!(ids(&one).await, (0..40).collect::<Vec<_>>());
    assert_eq!(ids(&one).await, ids(&two).await);
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn two_stores_may_make_a_database_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..30 {
        let path = folder.path().join(format!("{number}.db"));
        let stores = join_all([open(&path), open(&path)]).await;
        for store in stores {
            let store = store.expect("a store");
            store.ping().await.expect("a working store");
            store.close().await;
        }
    }
}
