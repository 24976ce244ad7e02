//! Contract v2: the current one.

mod books;
mod conditions;

use crate::api::list;
use crate::http::Endpoint;

/// The endpoints, in the contract's order.
pub(super) fn endpoints() -> Vec<Endpoint> {
    list![
        books::book_list,
        books::book_create,
        books::book_view,
        books::book_replace,
        books::book_update,
        books::book_delete,
        books::book_restore,
    ]
}
