//! Which books are popular.

use futures::FutureExt;

use super::{book, on_each};
use crate::domain::BookFilter;
use crate::store::reports::popular;
use crate::store::testing::say;

#[tokio::test]
async fn popular_books_have_most_reviews_and_then_the_best() {
    on_each(async |app| {
        for (title, isbn) in [
            ("Two that like it", "9780000000019"),
            ("Three that do not", "9780000000026"),
            ("Two that do not", "9780000000033"),
            ("Nobody", "9780000000040"),
            ("Two that like it too", "9780000000057"),
        ] {
            let added = app.book_create(book(title, isbn), None).await;
            added.expect("added");
        }
        for rate in [
            "UPDATE books SET rating_count = 2, rating_sum = 9
             WHERE id IN (1, 5)",
            "UPDATE books SET rating_count = 3, rating_sum = 3 WHERE id = 2",
            "UPDATE books SET rating_count = 2, rating_sum = 4 WHERE id = 3",
        ] {
            say(app.store(), rate).await;
        }
        for (limit, expected) in [
            (10, vec![(2, 1.0), (1, 4.5), (5, 4.5), (3, 2.0)]),
            (1, vec![(2, 1.0)]),
        ] {
            let found = app.store().read(move |tx| {
                async move { popular(tx, &BookFilter::default(), limit).await }
                    .boxed()
            });
            let found: Result<_, crate::store::Error> = found.await;
            let found: Vec<_> = found
                .expect("books")
                .iter()
                .map(|it| (it.book_id, it.average_rating))
                .collect();
            assert_eq!(found, expected);
        }
    })
    .await;
}
