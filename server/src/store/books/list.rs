//! Lists of books: counted, by page number, by position, by cursor.
//!
//! Each order has a column that is never empty and an index on it, so that a
//! list may start anywhere at the same cost. One index serves both directions:
//! books without a year, which come last in both, are where years end, and a
//! list of years downwards is read in two parts.

use std::sync::LazyLock;

use sea_query::{
    Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, Value,
};

use super::{READ, filter, read};
use crate::domain::{
    Book, BookFilter, BookOrder, BookPosition, BookSort, Direction, SortValue,
    Travel, fold,
};
use crate::store::schema::Books;
use crate::store::statement::Template;
use crate::store::{Error, Statement, Tx};

/// Stands for "no year" in the index; years are below it. See migration 1.
const AFTER_ALL_YEARS: i64 = 32767;

/// Which books, in which order.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// Which.
    pub(crate) filter: BookFilter,
    /// How.
    pub(crate) order: BookOrder,
}

/// A place between two books in the order of creation: microseconds since
/// 1970, and an id.
pub(crate) type Place = (i64, i64);

/// How many books a filter lets through.
pub(crate) async fn count(
    tx: &mut Tx,
    filter: &BookFilter,
) -> Result<i64, Error> {
    count_where(tx, filter::condition(tx.dialect(), filter)).await
}

async fn count_where(tx: &mut Tx, condition: Condition) -> Result<i64, Error> {
    let query = Query::select()
        .expr(Func::count(Expr::col(sea_query::Asterisk)))
        .from(Books::Table)
        .cond_where(condition)
        .to_owned();
    tx.count(&Statement::build(tx.dialect(), &query)).await
}

/// So many books of a list after so many others.
pub(crate) async fn page(
    tx: &mut Tx,
    list: &List,
    offset: i64,
    limit: i64,
) -> Result<Vec<Book>, Error> {
    let filter = filter::in_order(tx, &list.filter).await?;
    let (mut books, mut skip) = (Vec::new(), offset);
    for part in parts(list.order, None) {
        let part = filter.clone().add(part);
        let mut query = ordered(part.clone(), list.order);
        fill(tx, &mut books, query.offset(unsigned(skip)), limit).await?;
        // How many are still to be skipped in the next part.
        skip = match skip > 0 && books.is_empty() {
            true => skip - count_where(tx, part).await?,
            false => 0,
        };
    }
    Ok(books)
}

/// So many books of a list behind a position.
pub(crate) async fn slice(
    tx: &mut Tx,
    list: &List,
    after: Option<&BookPosition>,
    limit: i64,
) -> Result<Vec<Book>, Error> {
    let filter = filter::in_order(tx, &list.filter).await?;
    let mut books = Vec::new();
    for part in parts(list.order, after) {
        let mut query = ordered(filter.clone().add(part), list.order);
        fill(tx, &mut books, &mut query, limit).await?;
    }
    Ok(books)
}

/// Adds what a query gives, as far as there are not so many books yet.
async fn fill(
    tx: &mut Tx,
    books: &mut Vec<Book>,
    query: &mut SelectStatement,
    limit: i64,
) -> Result<(), Error> {
    let missing = unsigned(limit).saturating_sub(books.len() as u64);
    if missing > 0 {
        books.extend(fetch(tx, query.limit(missing)).await?);
    }
    Ok(())
}

/// The books, not archived, with this as a part of the title, the first
/// added first.
pub(crate) async fn titled(
    tx: &mut Tx,
    part: &str,
    limit: i64,
) -> Result<Vec<Book>, Error> {
    let query = Query::select()
        .columns(READ)
        .from(Books::Table)
        .cond_where(filter::titled(tx, part).await?)
        .order_by(Books::Id, Order::Asc)
        .limit(unsigned(limit))
        .to_owned();
    fetch(tx, &query).await
}

/// So many books beyond a place in the order of creation, the nearest first.
pub(crate) async fn near(
    tx: &mut Tx,
    place: Place,
    travel: Travel,
    limit: i64,
) -> Result<Vec<Book>, Error> {
    static FORWARD: LazyLock<Template> =
        LazyLock::new(|| Template::of(&walk(Travel::Forward)));
    static BACKWARD: LazyLock<Template> =
        LazyLock::new(|| Template::of(&walk(Travel::Backward)));
    let template = match travel {
        Travel::Forward => &FORWARD,
        Travel::Backward => &BACKWARD,
    };
    let (created_at, id) = place;
    let values = vec![created_at.into(), id.into(), limit.into()];
    let statement = template.with(tx.dialect(), values);
    tx.fetch(&statement, read).await
}

/// Whether there is a book beyond a place in the order of creation.
pub(crate) async fn any_beyond(
    tx: &mut Tx,
    place: Place,
    travel: Travel,
) -> Result<bool, Error> {
    Ok(!near(tx, place, travel, 1).await?.is_empty())
}

/// Where a book stands in an order.
pub(crate) fn position_of(book: &Book, order: BookOrder) -> BookPosition {
    let value = match order.by {
        BookSort::Title => SortValue::Text(fold(&book.title)),
        BookSort::Author => SortValue::Text(fold(&book.author.name)),
        BookSort::Price => SortValue::Number(book.price.minor()),
        BookSort::CreatedAt => {
            SortValue::Number(book.created_at.timestamp_micros())
        }
        BookSort::PublishedYear => book
            .published_year
            .map_or(SortValue::Null, |it| SortValue::Number(i64::from(it))),
    };
    BookPosition { value, id: book.id }
}

fn walk(travel: Travel) -> SelectStatement {
    let direction = match travel {
        Travel::Forward => Direction::Asc,
        Travel::Backward => Direction::Desc,
    };
    let order = BookOrder { by: BookSort::CreatedAt, direction };
    let start = BookPosition { value: SortValue::Number(0), id: 0 };
    Query::select()
        .columns(READ)
        .from(Books::Table)
        .and_where(Expr::col(Books::ArchivedAt).is_null())
        .and_where(behind(order, &start))
        .order_by(Books::CreatedAt, way(direction))
        .order_by(Books::Id, way(direction))
        .limit(0)
        .to_owned()
}

/// The parts of a list, one after the other, each of which an index has in the
/// list's order: what is in them, or what of it is behind a position.
pub(super) fn parts(
    order: BookOrder,
    after: Option<&BookPosition>,
) -> Vec<Condition> {
    let years_downwards = (BookSort::PublishedYear, Direction::Desc);
    if (order.by, order.direction) != years_downwards {
        let behind = after.map(|position| behind(order, position));
        return vec![Condition::all().add_option(behind)];
    }
    let year = || Expr::col(Books::YearUpwards);
    let with_year = Condition::all().add(year().lt(AFTER_ALL_YEARS));
    // Not "equal": SQLite would take that for the rarest of all conditions.
    let without_year = Condition::all().add(year().gte(AFTER_ALL_YEARS));
    let Some(position) = after else { return vec![with_year, without_year] };
    match position.value {
        SortValue::Null => vec![without_year.add(behind(order, position))],
        // Whatever is behind a year and is found so has one.
        _ => vec![Condition::all().add(behind(order, position)), without_year],
    }
}

/// The books that meet a condition, in the order of a list.
pub(super) fn ordered(
    condition: Condition,
    order: BookOrder,
) -> SelectStatement {
    Query::select()
        .columns(READ)
        .from(Books::Table)
        .cond_where(condition)
        .order_by(key(order.by), way(order.direction))
        .order_by(Books::Id, way(order.direction))
        .to_owned()
}

/// The column that an order sorts by.
fn key(by: BookSort) -> Books {
    match by {
        BookSort::Title => Books::TitleFolded,
        BookSort::Author => Books::AuthorFolded,
        BookSort::Price => Books::Price,
        BookSort::CreatedAt => Books::CreatedAt,
        BookSort::PublishedYear => Books::YearUpwards,
    }
}

fn way(direction: Direction) -> Order {
    match direction {
        Direction::Asc => Order::Asc,
        Direction::Desc => Order::Desc,
    }
}

/// What comes behind a position. Both columns are compared at once, which an
/// index on both answers.
fn behind(order: BookOrder, position: &BookPosition) -> Expr {
    let value: Value = match &position.value {
        SortValue::Number(number) => (*number).into(),
        SortValue::Text(text) => text.as_str().into(),
        SortValue::Null => AFTER_ALL_YEARS.into(),
    };
    let here = Expr::tuple([Expr::val(value), Expr::val(position.id)]);
    let row = Expr::tuple([Expr::col(key(order.by)), Expr::col(Books::Id)]);
    match order.direction {
        Direction::Asc => row.gt(here),
        Direction::Desc => row.lt(here),
    }
}

async fn fetch(
    tx: &mut Tx,
    query: &SelectStatement,
) -> Result<Vec<Book>, Error> {
    let statement = Statement::build(tx.dialect(), query);
    tx.fetch(&statement, read).await
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
