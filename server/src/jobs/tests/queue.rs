//! Leases, attempts and dead letters, at times that the tests choose.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::join_all;

use super::{Queue, app, ask_for_report, enqueue, list, welcome};
use crate::app::Error;
use crate::domain::{Job, JobState, ReportStatus};
use crate::jobs::queue::{End, Taken, Terms, take};
use crate::store::testing::{on_each_database, say};
use crate::store::{self, Store};

const TERMS: Terms = Terms { lease: Duration::from_secs(30), max_attempts: 2 };

async fn take_at(store: &Store, now: DateTime<Utc>) -> Option<Taken> {
    let taken = store
        .write(move |tx| async move { take(tx, TERMS, now).await }.boxed());
    let taken: Result<_, store::Error> = taken.await;
    taken.expect("an answer")
}

fn soon() -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(1)
}

#[tokio::test]
async fn a_job_whose_lease_has_expired_is_done_by_another() {
    on_each_database(async |store| {
        let queue = Queue::new(store.clone());
        enqueue(&store, welcome()).await;
        let first = take_at(&store, soon()).await.expect("a job");
        assert_eq!(first.attempt, 1);
        assert!(take_at(&store, soon()).await.is_none(), "it is taken");

        let later = soon() + TimeDelta::seconds(31);
        let second = take_at(&store, later).await.expect("it is free again");

        assert_eq!((second.held.id, second.attempt), (first.held.id, 2));
        // Whoever lost it changes nothing any more.
        let lease = TERMS.lease;
        assert!(!queue.renew(&first.held, lease).await.expect("an answer"));
        assert!(!queue.finish(&first.held).await.expect("an answer"));
        let end = End::Aside("late".to_owned());
        assert!(!queue.give_up(&first.held, end).await.expect("an answer"));
        assert_eq!(list(&store).await[0].state, JobState::Running);
        assert!(queue.finish(&second.held).await.expect("an answer"));
        assert!(list(&store).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_renewed_does_not_expire() {
    on_each_database(async |store| {
        enqueue(&store, welcome()).await;
        let taken = take_at(&store, soon()).await.expect("a job");
        let queue = Queue::new(store.clone());
        let longer = Duration::from_secs(300);
        assert!(queue.renew(&taken.held, longer).await.expect("an answer"));
        let later = soon() + TimeDelta::seconds(200);
        assert!(take_at(&store, later).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_servers_is_put_aside() {
    on_each_database(async |store| {
        let id = enqueue(&store, welcome()).await;
        let mut now = soon();
        for _ in 0..TERMS.max_attempts {
            take_at(&store, now).await.expect("a job");
            now += TimeDelta::seconds(31);
        }
        assert!(take_at(&store, now).await.is_none());
        let dead = list(&store).await.remove(0);
        assert_eq!((dead.id, dead.state), (id, JobState::Dead));
        let error = dead.error.expect("why");
        assert!(error.contains("was gone before its end"), "{error}");

        let app = app(&store);
        let refused = app.job_retry(vec![id, id, 99]).await;
        let refused = refused.expect("an answer");
        assert_eq!(refused, [id, 99], "it waits, and the other is none");
        let again = take_at(&store, now).await.expect("a job");
        assert_eq!((again.held.id, again.attempt), (id, 1));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_given_back_was_not_begun() {
    on_each_database(async |store| {
        enqueue(&store, welcome()).await;
        let queue = Queue::new(store.clone());
        for _ in 0..5 {
            let taken = take_at(&store, soon()).await.expect("a job");
            assert_eq!(taken.attempt, 1);
            assert!(queue.give_up(&taken.held, End::Back).await.expect("ok"));
        }
    })
    .await;
}

#[tokio::test]
async fn jobs_are_begun_in_the_order_in_which_they_are_due() {
    on_each_database(async |store| {
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(enqueue(&store, welcome()).await);
        }
        let queue = Queue::new(store.clone());
        let first = take_at(&store, soon()).await.expect("a job");
        let wait = Duration::from_secs(5);
        let end = End::Again(wait, "no luck".to_owned());
        assert!(queue.give_up(&first.held, end).await.expect("an answer"));
        let again = soon() + TimeDelta::seconds(10);
        let mut taken = Vec::new();
        while let Some(next) = take_at(&store, again).await {
            taken.push(next.held.id);
        }
        ids.rotate_left(1);
        assert_eq!(taken, ids);
    })
    .await;
}

#[tokio::test]
async fn a_job_is_taken_once_however_many_ask() {
    on_each_database(async |store| {
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(enqueue(&store, welcome()).await);
        }
        let asking = (0..8).map(|_| async {
            let mut taken = Vec::new();
            while taken.len() < 20 {
                match take_at(&store, soon()).await {
                    Some(it) => taken.push(it.held.id),
                    None if list(&store).await.iter().all(is_running) => break,
                    None => {}
                }
            }
            taken
        });
        let mut taken = join_all(asking).await.concat();
        taken.sort_unstable();
        assert_eq!(taken, ids);
    })
    .await;
}

fn is_running(job: &crate::domain::QueuedJob) -> bool {
    job.state == JobState::Running
}

#[tokio::test]
async fn a_job_is_there_exactly_if_the_write_that_asks_for_it_is() {
    on_each_database(async |store| {
        let failed: Result<(), Error> = store
            .write(|tx| {
                async move {
                    let job = welcome();
                    store::jobs::enqueue(tx, &job, Utc::now()).await?;
                    Err(Error::NothingToChange)
                }
                .boxed()
            })
            .await;
        failed.expect_err("it failed");
        assert!(list(&store).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_newer_server_is_left_to_it() {
    on_each_database(async |store| {
        enqueue(&store, welcome()).await;
        let rename = "UPDATE jobs SET kind = 'fold_laundry'";
        assert_eq!(say(&store, rename).await, 1);
        let queue = Queue::new(store.clone());
        assert_eq!(queue.next_due().await.expect("an answer"), None);
        assert!(take_at(&store, soon()).await.is_none());
        assert_eq!(list(&store).await[0].kind, "fold_laundry");
    })
    .await;
}

#[tokio::test]
async fn a_report_stands_where_its_job_does() {
    on_each_database(async |store| {
        let app = app(&store);
        let id = ask_for_report(&app).await.id;
        let status = async || app.report_view(&id).await.expect("one").status;
        assert_eq!(status().await, ReportStatus::Pending);
        let mut now = soon();
        for _ in 0..TERMS.max_attempts {
            take_at(&store, now).await.expect("a job");
            assert_eq!(status().await, ReportStatus::Processing);
            now += TimeDelta::seconds(31);
        }
        assert!(take_at(&store, now).await.is_none());
        assert_eq!(status().await, ReportStatus::Failed);

        let job = list(&store).await[0].id;
        assert!(app.job_retry(vec![job]).await.expect("ok").is_empty());
        assert_eq!(status().await, ReportStatus::Pending);
        let taken = take_at(&store, now).await.expect("a job");
        let Job::MakeReport { report_id } =
            serde_json::from_str(&taken.payload).expect("a job")
        else {
            panic!("another job");
        };
        let made = app.report_make(&report_id, &taken.held).await;
        assert!(made.expect("made"));
        assert_eq!(status().await, ReportStatus::Completed);
        let again = app.report_make(&report_id, &taken.held).await;
        assert!(!again.expect("an answer"), "it is no longer ours to make");
    })
    .await;
}

#[tokio::test]
async fn old_reports_and_dead_letters_are_removed_and_nothing_else() {
    on_each_database(async |store| {
        let app = app(&store);
        let report = ask_for_report(&app).await;
        enqueue(&store, welcome()).await;
        let queue = Queue::new(store.clone());
        let day = TimeDelta::days(1);
        assert_eq!(queue.sweep(day).await.expect("swept"), 0);
        let taken = take_at(&store, soon()).await.expect("a job");
        let end = End::Aside("no luck".to_owned());
        assert!(queue.give_up(&taken.held, end).await.expect("an answer"));

        let tomorrow = -TimeDelta::seconds(10);
        assert_eq!(queue.sweep(tomorrow).await.expect("swept"), 2);

        let missing = app.report_view(&report.id).await.unwrap_err();
        assert!(matches!(missing, Error::NotFound { .. }), "{missing:?}");
        let left = list(&store).await;
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0].state, JobState::Waiting);
    })
    .await;
}
