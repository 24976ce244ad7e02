//! A catalogue that is a plain list: what the real one is held against.

use std::cmp::Ordering;

use crate::domain::{
    Book, BookFilter, BookOrder, BookSort, BookStatus, Direction, fold,
};

/// The books that a filter lets through, in an order.
pub(super) fn list(
    books: &[Book],
    filter: &BookFilter,
    order: BookOrder,
) -> Vec<Book> {
    let mut list: Vec<_> =
        books.iter().filter(|it| lets_through(filter, it)).cloned().collect();
    list.sort_by(|a, b| compare(order, a, b));
    list
}

/// The books, not archived, with this as a part of the title, by id.
pub(super) fn titled(books: &[Book], part: &str) -> Vec<Book> {
    let found = |book: &&Book| {
        book.archived_at.is_none() && contains(&book.title, part)
    };
    let mut found: Vec<_> = books.iter().filter(found).cloned().collect();
    found.sort_by_key(|book| book.id);
    found
}

fn compare(order: BookOrder, a: &Book, b: &Book) -> Ordering {
    let up = match order.by {
        BookSort::Title => fold(&a.title).cmp(&fold(&b.title)),
        BookSort::Author => fold(&a.author.name).cmp(&fold(&b.author.name)),
        BookSort::Price => a.price.cmp(&b.price),
        BookSort::CreatedAt => a.created_at.cmp(&b.created_at),
        BookSort::PublishedYear => match (a.published_year, b.published_year) {
            (Some(a), Some(b)) => a.cmp(&b),
            (None, None) => Ordering::Equal,
            // Last both ways, so not turned round below.
            (None, Some(_)) => return Ordering::Greater,
            (Some(_), None) => return Ordering::Less,
        },
    };
    let up = up.then(a.id.cmp(&b.id));
    match order.direction {
        Direction::Asc => up,
        Direction::Desc => up.reverse(),
    }
}

fn contains(text: &str, part: &str) -> bool {
    fold(text).contains(&fold(part))
}

/// Whether a condition that may be absent is met.
fn met<T>(wanted: &Option<T>, by: impl FnOnce(&T) -> bool) -> bool {
    wanted.as_ref().is_none_or(by)
}

fn lets_through(filter: &BookFilter, book: &Book) -> bool {
    (filter.include_archived || book.archived_at.is_none())
        && exact(filter, book)
        && ranges(filter, book)
        && texts(filter, book)
        && tags(filter, book)
}

fn exact(filter: &BookFilter, book: &Book) -> bool {
    let in_stock = book.status == BookStatus::Available;
    met(&filter.author_id, |id| book.author.id == *id)
        && met(&filter.isbn, |isbn| book.isbn.normalised() == isbn)
        && met(&filter.status, |status| book.status == *status)
        && met(&filter.in_stock, |wanted| in_stock == *wanted)
        && (filter.statuses.is_empty()
            || filter.statuses.contains(&book.status))
}

fn ranges(filter: &BookFilter, book: &Book) -> bool {
    let year = book.published_year;
    met(&filter.min_price, |least| book.price >= *least)
        && met(&filter.max_price, |most| book.price <= *most)
        && met(&filter.published_after, |it| year.is_some_and(|y| y >= *it))
        && met(&filter.published_before, |it| year.is_some_and(|y| y <= *it))
}

fn texts(filter: &BookFilter, book: &Book) -> bool {
    let author = |part: &String| contains(&book.author.name, part);
    let genre = |wanted: &String| {
        book.genre.as_ref().is_some_and(|it| fold(it) == fold(wanted))
    };
    met(&filter.search, |part| contains(&book.title, part) || author(part))
        && met(&filter.author, author)
        && met(&filter.genre, genre)
        && (filter.genres.is_empty() || filter.genres.iter().any(genre))
        && (filter.authors.is_empty() || filter.authors.iter().any(author))
}

fn tags(filter: &BookFilter, book: &Book) -> bool {
    let has = |tag: &String| book.tags.contains(&tag.to_lowercase());
    filter.tags.iter().all(has)
        && (filter.any_tags.is_empty() || filter.any_tags.iter().any(has))
}
