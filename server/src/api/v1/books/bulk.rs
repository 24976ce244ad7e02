//! Many books at once.

use dropshot::{HttpResponseCreated, HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wire::{Book, BookCreate, Isbn};
use crate::api::bounded::{Id, Long};
use crate::app;
use crate::http::{Answer, ApiError, Body, Rq, serve};

/// The most books in a request.
const MAX_BOOKS: usize = 100;

/// What became of each book.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookBulkResult {
    created: Vec<Book>,
    errors: Vec<BookBulkError>,
}

/// Why a book was not added.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookBulkError {
    index: Long<0, 99>,
    isbn: Isbn,
    error: String,
}

/// Which books to delete.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookBulkDelete {
    #[schemars(length(min = 1, max = 100))]
    ids: Vec<Id>,
}

/// What became of each id.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookBulkDeleteResult {
    deleted: Vec<Id>,
    not_found: Vec<Id>,
}

/// Add up to 100 books
#[endpoint { method = POST, path = "/books/bulk", tags = ["books"] }]
pub(crate) async fn book_bulk_create(
    rq: Rq,
    body: Body<Vec<BookCreate>>,
) -> Answer<HttpResponseCreated<BookBulkResult>> {
    serve(rq, body, async |call, new| {
        if new.len() > MAX_BOOKS {
            let words = format!("Maximum {MAX_BOOKS} books per bulk request");
            return Err(ApiError::bad_request(words));
        }
        let isbns: Vec<_> = new.iter().map(BookCreate::given_isbn).collect();
        let new = new.into_iter().map(BookCreate::read);
        let new = new.collect::<Result<_, _>>()?;
        let outcomes = call.app().book_bulk_create(new).await?;
        Ok(HttpResponseCreated(told(isbns, outcomes)))
    })
    .await
}

/// Delete up to 100 books
#[endpoint { method = POST, path = "/books/bulk-delete", tags = ["books"] }]
pub(crate) async fn book_bulk_delete(
    rq: Rq,
    body: Body<BookBulkDelete>,
) -> Answer<HttpResponseOk<BookBulkDeleteResult>> {
    serve(rq, body, async |call, body| {
        let ids = body.ids.into_iter().map(|id| id.0).collect();
        let outcome = call.app().book_bulk_delete(ids).await?;
        let ids = |ids: Vec<i64>| ids.into_iter().map(Id::from).collect();
        Ok(HttpResponseOk(BookBulkDeleteResult {
            deleted: ids(outcome.deleted),
            not_found: ids(outcome.not_found),
        }))
    })
    .await
}

/// Sorts outcomes, which come in the order of the request.
fn told(
    isbns: Vec<Isbn>,
    outcomes: Vec<Result<crate::domain::Book, app::Error>>,
) -> BookBulkResult {
    let mut result = BookBulkResult { created: Vec::new(), errors: Vec::new() };
    for ((index, isbn), outcome) in (0..).zip(isbns).zip(outcomes) {
        match outcome {
            Ok(book) => result.created.push(book.into()),
            Err(error) => {
                let error = reason(&error);
                let index = Long(index);
                result.errors.push(BookBulkError { index, isbn, error });
            }
        }
    }
    result
}

fn reason(error: &app::Error) -> String {
    match error {
        app::Error::Duplicate { holder, .. } => {
            format!("Duplicate ISBN (existing ID: {holder})")
        }
        other => other.to_string(),
    }
}
