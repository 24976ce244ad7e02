//! v1: reviews. Who may see and change them is tried in the app's own tests.

use colophon_client::v1::types::{
    Moderation, ReviewCreate, ReviewStatus, ReviewUpdate,
};
use serde_json::json;

use crate::TestServer;
use crate::data::plain;
use crate::faults::{assert_faults, at, ge, le, long, one_of, secret};

#[tokio::test]
async fn the_client_reviews_a_book_and_a_moderator_approves() {
    let server = TestServer::start_filled("the_client_reviews").await;
    let review = ReviewCreate::builder().rating(4);
    let request = server.v1.book_review_create().book_id(4).body(review);
    let new = request.send().await.expect("added");
    assert_eq!(new.headers()["location"], "/api/v1/reviews/1");
    assert_eq!((new.book_id, new.status), (4, ReviewStatus::Pending));
    let body = ReviewUpdate::builder().rating(Some(5));
    let request = server.v1.review_update().review_id(1).body(body);
    assert_eq!(request.send().await.expect("changed").rating, 5);
    let body = Moderation::builder().status(ReviewStatus::Approved);
    let request = server.v1.review_moderate().review_id(1).body(body);
    let approved = request.send().await.expect("approved");
    let seen = server.v1.review_view().review_id(1).send().await;
    assert_eq!(*seen.expect("a review"), *approved);
    let rating = server.get("/api/v2/books/4").expect(200).await;
    assert_eq!(rating["rating"], json!({ "average": 5.0, "count": 1 }));
    let of_book = server.v1.book_review_list().book_id(4).send().await;
    assert_eq!(of_book.expect("a page").items, [(*approved).clone()]);
    let all = server.v1.review_list().send().await.expect("a page");
    assert_eq!(all.total, 1);
    let gone = server.v1.review_delete().review_id(1).send().await;
    assert_eq!(gone.expect("deleted").status(), 204);
    let rating = server.get("/api/v2/books/4").expect(200).await;
    assert_eq!(rating["rating"], json!({ "average": null, "count": 0 }));
    server.stop().await;
}

#[tokio::test]
async fn review_errors_say_what_is_wrong() {
    let server = TestServer::start("review_errors").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    let path = "/api/v1/books/1/reviews";
    let review = json!({ "rating": 1, "body": "x".repeat(5000) });
    server.post("/books/1/reviews/", &review).expect(201).await;
    let again = "You have reviewed this book already (review ID: 1)";
    let no_book = "Book with ID 9 not found";
    let no_review = "Review with ID 9 not found";
    for (ask, status, message) in [
        (server.post(path, &review), 409, again),
        (server.post("/api/v1/books/9/reviews", &review), 404, no_book),
        (server.get("/api/v1/books/9/reviews"), 404, no_book),
        (server.get("/api/v1/reviews/9"), 404, no_review),
        (server.delete("/api/v1/reviews/9"), 404, no_review),
    ] {
        assert_eq!(ask.expect(status).await["message"], message);
    }
    let bad = json!({ "rating": 6, "body": secret(5001) });
    let long = (at("body.body"), long(5000));
    let high = [(at("body.rating"), le("5")), long.clone()];
    assert_faults(server.post(path, &bad), &high).await;
    let bad = json!({ "rating": 0, "body": secret(5001) });
    let low = [(at("body.rating"), ge("1")), long];
    assert_faults(server.patch("/api/v1/reviews/1", &bad), &low).await;
    let path = "/api/v1/reviews/1/moderation";
    let bad = json!({ "status": "lost" });
    let statuses = one_of("'pending', 'approved' or 'rejected'");
    let expected = [(at("body.status"), statuses)];
    assert_faults(server.post(path, &bad), &expected).await;
    server.stop().await;
}
