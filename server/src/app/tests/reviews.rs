//! Reviews, and the ratings that they make.

use futures::future::join_all;

use super::{book, on_each};
use crate::app::{App, Error, Expected, Resource};
use crate::domain::{
    Book, PageNumber, Rating, Reader, Review, ReviewChange, ReviewCreate,
    ReviewStatus,
};

const ALL: PageNumber = PageNumber { page: 1, per_page: 100 };
const ANN: Reader = Reader { user_id: Some(1), is_moderator: false };
const BOB: Reader = Reader { user_id: Some(2), is_moderator: false };
const MODERATOR: Reader = Reader { user_id: Some(9), is_moderator: true };
const OPERATOR: Reader = Reader { user_id: None, is_moderator: true };

async fn add_book(app: &App, isbn: &str) -> Book {
    app.book_create(book("Dune", isbn), None).await.expect("a book")
}

async fn add(app: &App, book: i64, by: Reader, rating: i32) -> Review {
    let new = ReviewCreate { rating, body: Some("Sand.".to_owned()) };
    app.review_create(book, by.user_id, new).await.expect("a review")
}

async fn approve(app: &App, id: i64) -> Review {
    let approved = ReviewStatus::Approved;
    app.review_moderate(id, approved).await.expect("approved")
}

async fn rating(app: &App, book: i64) -> (Option<f64>, i64) {
    let Rating { average, count } =
        app.book_view(book, false).await.expect("a book").rating;
    (average, count)
}

async fn seen(app: &App, book: Option<i64>, by: Reader) -> Vec<i64> {
    let page = app.review_page(book, by, ALL).await.expect("a page");
    assert_eq!(page.total, i64::try_from(page.items.len()).expect("few"));
    page.items.into_iter().map(|it| it.id).collect()
}

fn is_missing(error: &Error, what: Resource) -> bool {
    matches!(error, Error::NotFound { resource, .. } if *resource == what)
}

fn rated(rating: i32) -> ReviewChange {
    ReviewChange { rating: Some(rating), ..ReviewChange::default() }
}

#[tokio::test]
async fn a_new_review_is_pending_and_there_is_one_for_each_user() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await.id;
        let review = add(&app, dune, ANN, 4).await;
        assert_eq!((review.status, review.rating), (ReviewStatus::Pending, 4));
        assert_eq!(app.review_view(review.id, ANN).await.unwrap(), review);
        let own = add(&app, dune, OPERATOR, 3).await;
        assert_eq!(own.reviewer, None);
        for (reader, holder) in [(ANN, review.id), (OPERATOR, own.id)] {
            let again = ReviewCreate { rating: 1, body: None };
            let again = app.review_create(dune, reader.user_id, again).await;
            let id = holder.to_string();
            assert!(matches!(
                again.unwrap_err(),
                Error::Duplicate { holder, .. } if holder == id
            ));
        }
        let new = ReviewCreate { rating: 1, body: None };
        let missing = [
            app.review_create(99, Some(1), new).await.map(drop),
            app.review_page(Some(99), ANN, ALL).await.map(drop),
        ];
        for outcome in missing {
            assert!(is_missing(&outcome.unwrap_err(), Resource::Book));
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_reviews_by_one_user_at_once_one_is_kept() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await.id;
        let outcomes = join_all((0..16).map(|_| {
            let new = ReviewCreate { rating: 1, body: None };
            app.review_create(dune, Some(1), new)
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn others_see_what_is_approved_and_their_own() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await.id;
        let emma = add_book(&app, "9780141439587").await.id;
        let first = add(&app, dune, ANN, 4).await.id;
        let second = add(&app, dune, BOB, 2).await.id;
        let third = add(&app, emma, ANN, 5).await.id;
        approve(&app, second).await;
        let rejected = ReviewStatus::Rejected;
        app.review_moderate(third, rejected).await.unwrap();
        for (reader, of_dune, all) in [
            (ANN, vec![second, first], vec![third, second, first]),
            (BOB, vec![second], vec![second]),
            (MODERATOR, vec![second, first], vec![third, second, first]),
            (OPERATOR, vec![second, first], vec![third, second, first]),
        ] {
            assert_eq!(seen(&app, Some(dune), reader).await, of_dune);
            assert_eq!(seen(&app, None, reader).await, all, "{reader:?}");
            for id in [first, second, third] {
                let view = app.review_view(id, reader).await;
                assert_eq!(view.is_ok(), all.contains(&id), "{view:?}");
            }
        }
        let at = PageNumber { page: 2, per_page: 2 };
        let page = app.review_page(None, ANN, at).await.unwrap();
        assert_eq!((page.items[0].id, page.total), (first, 3));
    })
    .await;
}

#[tokio::test]
async fn who_wrote_a_review_and_moderators_may_change_it() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await.id;
        let id = add(&app, dune, ANN, 4).await.id;
        let hidden = [
            app.review_update(id, BOB, rated(1)).await.map(drop),
            app.review_delete(id, BOB).await,
        ];
        for outcome in hidden {
            assert!(is_missing(&outcome.unwrap_err(), Resource::Review));
        }
        approve(&app, id).await;
        let refused = [
            app.review_update(id, BOB, rated(1)).await.map(drop),
            app.review_delete(id, BOB).await,
        ];
        for outcome in refused {
            assert!(matches!(outcome, Err(Error::NotYours { .. })));
        }
        let nothing = ReviewChange::default();
        let error = app.review_update(id, ANN, nothing).await.unwrap_err();
        assert!(matches!(error, Error::NothingToChange));

        let change = ReviewChange { body: Some(None), ..rated(3) };
        let new = app.review_update(id, MODERATOR, change).await.unwrap();
        assert_eq!((new.rating, &new.body), (3, &None));
        assert_eq!(new.status, ReviewStatus::Approved);
        assert!(new.updated_at.is_some());
        let new = app.review_update(id, ANN, rated(2)).await.unwrap();
        assert_eq!(new.status, ReviewStatus::Pending, "to be looked at again");
        assert_eq!(app.review_view(id, ANN).await.unwrap(), new);
        app.review_delete(id, ANN).await.unwrap();
        let error = app.review_delete(id, ANN).await.unwrap_err();
        assert!(is_missing(&error, Resource::Review));
        add(&app, dune, ANN, 1).await;
    })
    .await;
}

#[tokio::test]
async fn approved_reviews_make_the_rating_of_a_book() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await;
        let first = add(&app, dune.id, ANN, 4).await.id;
        let second = add(&app, dune.id, BOB, 1).await.id;
        assert_eq!(rating(&app, dune.id).await, (None, 0));
        approve(&app, first).await;
        approve(&app, first).await;
        assert_eq!(rating(&app, dune.id).await, (Some(4.0), 1));
        approve(&app, second).await;
        assert_eq!(rating(&app, dune.id).await, (Some(2.5), 2));
        app.review_update(first, MODERATOR, rated(5)).await.unwrap();
        assert_eq!(rating(&app, dune.id).await, (Some(3.0), 2));
        app.review_update(second, BOB, rated(5)).await.unwrap();
        assert_eq!(rating(&app, dune.id).await, (Some(5.0), 1));
        app.review_delete(first, ANN).await.unwrap();
        assert_eq!(rating(&app, dune.id).await, (None, 0));
        let now = app.book_view(dune.id, false).await.unwrap();
        assert_eq!((now.revision, now.updated_at), (6, None));
    })
    .await;
}

#[tokio::test]
async fn many_reviews_approved_at_once_all_count() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await.id;
        let mut ids = Vec::new();
        for user in 1..=16 {
            let by = Reader { user_id: Some(user), is_moderator: false };
            let rating = i32::try_from(user % 5).expect("small") + 1;
            ids.push(add(&app, dune, by, rating).await.id);
        }
        join_all(ids.iter().map(|id| approve(&app, *id))).await;
        let sum: i64 = (1..=16).map(|user| user % 5 + 1).sum();
        assert_eq!(rating(&app, dune).await, (Some(sum as f64 / 16.0), 16));
    })
    .await;
}

#[tokio::test]
async fn the_reviews_of_a_deleted_book_are_hidden_with_it() {
    on_each(async |app| {
        let dune = add_book(&app, "9780441172719").await.id;
        let id = add(&app, dune, ANN, 4).await.id;
        approve(&app, id).await;
        app.book_delete(dune, Expected::Any).await.unwrap();
        assert!(seen(&app, None, MODERATOR).await.is_empty());
        let missing = [
            app.review_view(id, ANN).await.map(drop),
            app.review_moderate(id, ReviewStatus::Pending).await.map(drop),
        ];
        for outcome in missing {
            assert!(is_missing(&outcome.unwrap_err(), Resource::Review));
        }
        app.book_restore(dune, None).await.unwrap();
        assert_eq!(seen(&app, None, BOB).await, [id]);
        assert_eq!(rating(&app, dune).await, (Some(4.0), 1));
    })
    .await;
}
