//! Lists of books: counted, by page number, by position, by cursor.
//!
//! Each order has a column that is never empty and an index on it, so that a
//! list may start anywhere at the same cost.

use std::sync::LazyLock;

use sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement, Value};

use super::{READ, filter, read};
use crate::domain::{
    Book, BookFilter, BookOrder, BookPosition, BookSort, Direction, SortValue,
    Travel, fold,
};
use crate::store::schema::Books;
use crate::store::statement::Template;
use crate::store::{Error, Statement, Tx};

/// Stands for "no year" where years are sorted upwards; years are below it.
const AFTER_ALL_YEARS: i64 = 32767;

/// Stands for "no year" where years are sorted downwards; see the migration.
const BEFORE_ALL_YEARS: i64 = -32768;

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
    let query = Query::select()
        .expr(Func::count(Expr::col(sea_query::Asterisk)))
        .from(Books::Table)
        .cond_where(filter::condition(tx.dialect(), filter))
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
    let mut query = ordered(tx, list).await?;
    query.limit(unsigned(limit)).offset(unsigned(offset));
    fetch(tx, &query).await
}

/// So many books of a list behind a position.
pub(crate) async fn slice(
    tx: &mut Tx,
    list: &List,
    after: Option<&BookPosition>,
    limit: i64,
) -> Result<Vec<Book>, Error> {
    let mut query = ordered(tx, list).await?;
    if let Some(position) = after {
        query.and_where(behind(list.order, position));
    }
    query.limit(unsigned(limit));
    fetch(tx, &query).await
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

/// All of a list, in its order.
pub(super) async fn ordered(
    tx: &mut Tx,
    list: &List,
) -> Result<SelectStatement, Error> {
    let order = list.order;
    Ok(Query::select()
        .columns(READ)
        .from(Books::Table)
        .cond_where(filter::in_order(tx, &list.filter).await?)
        .order_by(key(order), way(order.direction))
        .order_by(Books::Id, way(order.direction))
        .to_owned())
}

/// The column that an order sorts by.
fn key(order: BookOrder) -> Books {
    match (order.by, order.direction) {
        (BookSort::Title, _) => Books::TitleFolded,
        (BookSort::Author, _) => Books::AuthorFolded,
        (BookSort::Price, _) => Books::Price,
        (BookSort::CreatedAt, _) => Books::CreatedAt,
        (BookSort::PublishedYear, Direction::Asc) => Books::YearUpwards,
        (BookSort::PublishedYear, Direction::Desc) => Books::YearDownwards,
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
pub(super) fn behind(order: BookOrder, position: &BookPosition) -> Expr {
    let value: Value = match (&position.value, order.direction) {
        (SortValue::Number(number), _) => (*number).into(),
        (SortValue::Text(text), _) => text.as_str().into(),
        (SortValue::Null, Direction::Asc) => AFTER_ALL_YEARS.into(),
        (SortValue::Null, Direction::Desc) => BEFORE_ALL_YEARS.into(),
    };
    let here = Expr::tuple([Expr::val(value), Expr::val(position.id)]);
    let row = Expr::tuple([Expr::col(key(order)), Expr::col(Books::Id)]);
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
