//! Contract v1: what clients of the first Colophon speak.

mod auth;
mod authors;
mod books;
mod events;
mod items;
mod models;
mod pages;
mod predictions;
mod products;
mod reports;
mod reviews;
mod users;

use crate::api::list;
use crate::app;
use crate::http::{ApiError, Endpoint};

/// The endpoints, in the contract's order.
pub(super) fn endpoints() -> Vec<Endpoint> {
    list![
        books::book_list,
        books::book_create,
        books::book_view,
        books::book_replace,
        books::book_update,
        books::book_delete,
        books::book_summary_view,
        books::book_compact_view,
        books::book_minimal_view,
        books::book_bulk_create,
        books::book_bulk_delete,
        books::book_list_by_cursor,
        books::book_search,
        books::admin_book_view,
        reviews::book_review_list,
        reviews::book_review_create,
        authors::author_list,
        authors::author_create,
        authors::author_view,
        authors::author_replace,
        authors::author_update,
        authors::author_delete,
        authors::author_book_list,
        reviews::review_list,
        reviews::review_view,
        reviews::review_update,
        reviews::review_delete,
        reviews::review_moderate,
        products::product_view,
        events::event_list,
        events::event_create,
        events::event_view,
        models::model_list,
        models::model_create,
        models::model_view,
        models::model_replace,
        models::model_delete,
        items::item_list,
        items::item_create,
        items::item_view,
        items::item_replace,
        items::item_delete,
        reports::report_create,
        reports::report_view,
        predictions::prediction_create,
        auth::token_create,
        users::user_list,
        users::user_create,
        users::user_view,
        users::user_update,
    ]
}

/// 400: the path names one thing and the body another.
fn identifiers_differ() -> ApiError {
    ApiError::bad_request("path and body identifiers differ")
}

/// The error in v1's words where it is a duplicate, made of the value that is
/// taken and of who has it.
fn duplicate(
    error: app::Error,
    say: impl FnOnce(&str, &str) -> String,
) -> ApiError {
    let words = match &error {
        app::Error::Duplicate { value, holder, .. } => Some(say(value, holder)),
        _ => None,
    };
    let told = ApiError::from(error);
    match words {
        Some(words) => told.saying(words),
        None => told,
    }
}
