//! Products: books as a shop shows them.

use super::{App, Error, Resource, now};
use crate::domain::Product;

impl App {
    /// The sale view of the book of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such book or it is archived;
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn product_view(&self, id: i64) -> Result<Product, Error> {
        match self.book_view(id, false).await {
            Ok(book) => Ok(Product::of(book, now())),
            Err(Error::NotFound { id, .. }) => {
                Err(Error::NotFound { resource: Resource::Product, id })
            }
            Err(error) => Err(error),
        }
    }
}
