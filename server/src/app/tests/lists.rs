//! Lists hold what they should, in the order they should, whichever way one
//! walks through them.

use proptest::collection::{hash_set, vec};
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use tokio::runtime::Runtime;

use super::{book, model, on_each};
use crate::app::App;
use crate::domain::{
    AuthorRef, Book, BookCreate, BookFilter, BookOrder, BookSort, BookStatus,
    CursorPosition, Direction, Isbn, PageNumber, Price,
};
use crate::store::Dialect;

/// What titles and names are made of: ties but for their case, letters whose
/// other case is longer, and all that means something to SQL, LIKE and FTS.
const PIECES: &[&str] = &[
    "dune",
    "DUNE",
    "Dü",
    "dÜ",
    "ΟΔΟΣ",
    "οδος",
    "İ",
    "i\u{307}",
    "ß",
    "a",
    "b",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "%",
    "_",
    "*",
    "\"",
    "'",
    "\\",
    "^",
    ":",
    "(",
    ")",
    "-",
    "+",
    " ",
    "??",
    "\u{1f4d6}",
    "\u{0}",
];
const GENRES: &[&str] = &["sf", "SF", "Krimi", "ÄRGER", "ärger"];
const TAGS: &[&str] = &["red", "green", "blue", "e%", "é"];

/// A list that is asked for.
#[derive(Clone, Debug)]
struct Query {
    filter: BookFilter,
    order: BookOrder,
    limit: i64,
}

fn text(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    vec(select(PIECES), pieces).prop_map(|pieces| pieces.concat())
}

fn owned(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(from).prop_map(str::to_owned)
}

fn status() -> impl Strategy<Value = BookStatus> {
    select(&BookStatus::ALL[..])
}

fn price() -> impl Strategy<Value = Price> {
    (999i64..1002).prop_map(Price::from_minor)
}

/// All of a book but its ISBN.
fn some_book() -> impl Strategy<Value = BookCreate> {
    (
        (text(1..4), text(1..3)),
        of(owned(GENRES)),
        of(1999i32..2002),
        price(),
        hash_set(owned(TAGS), 0..4),
        status(),
    )
        .prop_map(|((title, author), genre, year, price, tags, status)| {
            BookCreate {
                author: AuthorRef::Name(author),
                genre,
                published_year: year,
                price,
                tags: tags.into_iter().collect(),
                status: Some(status),
                ..book(&title, "0000000000")
            }
        })
}

/// Conditions, each of which is rare enough that something is left.
fn filter() -> impl Strategy<Value = BookFilter> {
    fn rare<T: std::fmt::Debug>(
        it: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = Option<T>> {
        weighted(0.15, it)
    }
    fn rare_list<T: std::fmt::Debug>(
        it: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = Vec<T>> {
        weighted(0.15, vec(it, 1..3)).prop_map(Option::unwrap_or_default)
    }
    let texts = (
        rare(text(1..3)),
        rare(text(1..3)),
        rare(owned(GENRES)),
        rare_list(owned(GENRES)),
        rare_list(text(1..3)),
    );
    let number = (0i64..8).prop_map(|it| isbn(it).normalised().to_owned());
    let exact =
        (rare(1i64..4), rare(status()), rare_list(status()), rare(number));
    let stock = (rare(any::<bool>()), any::<bool>());
    let prices = (rare(price()), rare(price()));
    let years = (rare(1999i32..2002), rare(1999i32..2002));
    let tags = (rare_list(owned(TAGS)), rare_list(owned(TAGS)));
    (texts, exact, stock, prices, years, tags).prop_map(
        |(texts, exact, stock, prices, years, tags)| BookFilter {
            search: texts.0,
            author: texts.1,
            genre: texts.2,
            genres: texts.3,
            authors: texts.4,
            author_id: exact.0,
            status: exact.1,
            statuses: exact.2,
            in_stock: stock.0,
            include_archived: stock.1,
            min_price: prices.0,
            max_price: prices.1,
            published_after: years.0,
            published_before: years.1,
            tags: tags.0,
            any_tags: tags.1,
            isbn: exact.3,
        },
    )
}

fn query() -> impl Strategy<Value = Query> {
    use BookSort::*;
    let by = select(vec![Title, Author, Price, CreatedAt, PublishedYear]);
    let direction = select(vec![Direction::Asc, Direction::Desc]);
    (filter(), by, direction, 1i64..8).prop_map(
        |(filter, by, direction, limit)| Query {
            filter,
            order: BookOrder { by, direction },
            limit,
        },
    )
}

/// The ISBN of the book that is stored after so many others.
fn isbn(number: i64) -> Isbn {
    Isbn::parse(&(1_000_000_000 + number).to_string()).unwrap()
}

/// Stores books, a few at each moment, archives some, and gives all back.
async fn stock(
    app: &App,
    books: Vec<BookCreate>,
    archived: &[bool],
) -> Vec<Book> {
    let books: Vec<_> = (0..)
        .zip(books)
        .map(|(number, new)| BookCreate { isbn: isbn(number), ..new })
        .map(|new| storable(app, new))
        .collect();
    let mut ids = Vec::new();
    for books in books.chunks(4) {
        let stored = app.book_bulk_create(books.to_vec()).await.unwrap();
        ids.extend(stored.into_iter().map(|it| it.unwrap().id));
    }
    let gone = ids.iter().zip(archived).filter(|it| *it.1);
    app.book_bulk_delete(gone.map(|it| *it.0).collect()).await.unwrap();
    let mut all = Vec::new();
    for id in ids {
        all.push(app.book_view(id, true).await.unwrap());
    }
    all
}

/// The book without letters that PostgreSQL cannot hold; the contracts let
/// none of them in.
fn storable(app: &App, new: BookCreate) -> BookCreate {
    let (AuthorRef::Name(author), Dialect::Postgres) =
        (&new.author, app.store().dialect())
    else {
        return new;
    };
    let author = AuthorRef::Name(author.replace('\0', "."));
    BookCreate { title: new.title.replace('\0', "."), author, ..new }
}

/// Walks by page number, past the end.
async fn by_number(app: &App, query: &Query, expected: &[Book]) {
    let total = expected.len() as i64;
    let per_page = query.limit;
    let mut found = Vec::new();
    for page in 1..=total / per_page + 2 {
        let number = PageNumber { page, per_page };
        let filter = query.filter.clone();
        let page = app.book_page(filter, query.order, number).await.unwrap();
        assert_eq!(page.total, total);
        found.extend(page.items);
    }
    assert_eq!(found, expected);
    let far = PageNumber { page: i64::MAX, per_page };
    let far = app.book_page(query.filter.clone(), query.order, far).await;
    assert_eq!(far.unwrap().items, []);
}

/// Walks by position, to the end.
async fn by_position(app: &App, query: &Query, expected: &[Book]) {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let filter = query.filter.clone();
        let (order, limit) = (query.order, query.limit);
        let slice =
            app.book_list(filter, order, after, limit, true).await.unwrap();
        assert_eq!(slice.total, Some(expected.len() as i64));
        let full = slice.items.len() as i64 == limit;
        found.extend(slice.items);
        after = slice.next;
        if after.is_none() {
            break;
        }
        assert!(full, "a short part that is not the last");
        assert!(found.len() < expected.len(), "more than there is");
    }
    assert_eq!(found, expected);
}

/// Walks by cursor: to the end, and all the way back.
async fn by_cursor(app: &App, limit: i64, expected: &[Book]) {
    let at = |cursor: Option<CursorPosition>| async move {
        app.book_list_by_cursor(cursor, limit).await.unwrap()
    };
    let mut pages = vec![at(None).await];
    assert_eq!(pages[0].prev, None);
    while let Some(next) = pages[pages.len() - 1].next {
        pages.push(at(Some(next)).await);
    }
    let found: Vec<_> = pages.iter().flat_map(|it| it.items.clone()).collect();
    assert_eq!(found, expected);
    for pair in pages.windows(2) {
        let back = at(pair[1].prev).await;
        assert_eq!(back, pair[0]);
    }
}

async fn check(
    app: &App,
    books: Vec<BookCreate>,
    archived: &[bool],
    queries: &[Query],
    part: &str,
) {
    let books = stock(app, books, archived).await;
    for query in queries {
        let expected = model::list(&books, &query.filter, query.order);
        by_number(app, query, &expected).await;
        by_position(app, query, &expected).await;
    }
    let oldest =
        BookOrder { direction: Direction::Asc, ..BookOrder::default() };
    let live = model::list(&books, &BookFilter::default(), oldest);
    for limit in [1, 3, 100] {
        by_cursor(app, limit, &live).await;
    }
    let found = app.book_search(part.to_owned()).await.unwrap();
    assert_eq!(found, model::titled(&books, part));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_way_through_a_list_shows_what_a_plain_list_would(
        books in vec(some_book(), 0..24),
        archived in vec(proptest::bool::weighted(0.2), 24),
        queries in vec(query(), 6),
        part in text(1..3),
    ) {
        Runtime::new().unwrap().block_on(on_each(async |app| {
            check(&app, books.clone(), &archived, &queries, &part).await;
        }));
    }
}

#[tokio::test]
async fn a_cursor_leads_back_to_books_whose_neighbours_are_gone() {
    on_each(async |app| {
        let new = (10..16).map(|n| book("B", &format!("12345678{n}")));
        let stored = app.book_bulk_create(new.collect()).await.unwrap();
        let ids: Vec<_> = stored.into_iter().map(|it| it.unwrap().id).collect();
        let first = app.book_list_by_cursor(None, 2).await.unwrap();
        let second = app.book_list_by_cursor(first.next, 2).await.unwrap();

        // All behind the cursor goes away, and the way back is still there.
        app.book_bulk_delete(ids[2..].to_vec()).await.unwrap();
        let end = app.book_list_by_cursor(first.next, 2).await.unwrap();
        assert_eq!((end.items.len(), end.next), (0, None));
        let back = app.book_list_by_cursor(end.prev, 2).await.unwrap();
        assert_eq!(back.items, first.items);
        assert_eq!((back.next, back.prev), (None, None));

        // And all before it.
        app.book_restore(ids[2], None).await.unwrap();
        app.book_bulk_delete(ids[..2].to_vec()).await.unwrap();
        let start = app.book_list_by_cursor(second.prev, 2).await.unwrap();
        assert_eq!((start.items.len(), start.prev), (0, None));
        let on = app.book_list_by_cursor(start.next, 2).await.unwrap();
        assert_eq!(on.items[0].id, ids[2]);
    })
    .await;
}

/// Sets a condition of a filter.
type Set = fn(&mut BookFilter, Vec<String>);

#[tokio::test]
async fn a_condition_may_name_thousands() {
    on_each(async |app| {
        let dune = app.book_create(book("Dune", "9780441172719"), None).await;
        let dune = dune.unwrap();
        let many = |form: fn(i32) -> String| (1000..5000).map(form).collect();
        let conditions: [(Set, _, _); 5] = [
            (|it, of| it.tags = of, many(|n| n.to_string()), 0),
            (|it, of| it.any_tags = of, many(|n| n.to_string()), 0),
            (|it, of| it.genres = of, many(|n| n.to_string()), 0),
            (|it, of| it.authors = of, many(|n| format!("no {n}")), 0),
            (
                |it, of| {
                    it.authors = of;
                    it.authors.push("rb".to_owned());
                },
                many(|n| n.to_string()),
                1,
            ),
        ];
        for (set, values, found) in conditions {
            let mut filter = BookFilter::default();
            set(&mut filter, values);
            let order = BookOrder::default();
            let list = app.book_list(filter, order, None, 9, true).await;
            assert_eq!(list.unwrap().items, vec![dune.clone(); found]);
        }
    })
    .await;
}
