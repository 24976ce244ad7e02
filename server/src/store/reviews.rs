//! Reviews.

use std::sync::LazyLock;

use sea_query::{
    Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, Value,
};

use super::schema::{Books, Reviews};
use super::statement::Template;
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{PageNumber, Reader, Review, ReviewStatus};

/// What a review is written to, in the order of [`values`].
const WRITTEN: [Reviews; 7] = [
    Reviews::BookId,
    Reviews::ReviewerId,
    Reviews::Rating,
    Reviews::Body,
    Reviews::Status,
    Reviews::CreatedAt,
    Reviews::UpdatedAt,
];

/// Stands for whoever runs the server, who is no user.
const OPERATOR: i64 = 0;

/// Which reviews a list holds: those of books that are not archived, as far
/// as the reader may see them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    /// Of this book alone.
    pub(crate) book: Option<i64>,
    /// Who reads.
    pub(crate) reader: Reader,
}

/// Reviews of books that are not archived.
fn select() -> SelectStatement {
    Query::select()
        .column(Reviews::Id)
        .columns(WRITTEN)
        .from(Reviews::Table)
        .and_where(Expr::exists(book()))
        .to_owned()
}

/// The book of a review of the outer query, unless it is archived.
fn book() -> SelectStatement {
    Query::select()
        .column((Books::Table, Books::Id))
        .from(Books::Table)
        .and_where(
            Expr::col((Books::Table, Books::Id))
                .equals((Reviews::Table, Reviews::BookId)),
        )
        .and_where(Expr::col((Books::Table, Books::ArchivedAt)).is_null())
        .to_owned()
}

/// The row of this id.
pub(crate) fn by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        Template::of(select().and_where(Expr::col(Reviews::Id).eq(0)))
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// The review of this id.
pub(crate) async fn find(
    tx: &mut Tx,
    id: i64,
) -> Result<Option<Review>, Error> {
    let statement = by_id(tx.dialect(), id);
    tx.fetch_first(&statement, read).await
}

/// The id of the review that somebody has written of a book.
pub(crate) async fn written(
    tx: &mut Tx,
    book: i64,
    reviewer: Option<i64>,
) -> Result<Option<i64>, Error> {
    static WRITTEN: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .column(Reviews::Id)
                .from(Reviews::Table)
                .and_where(Expr::col(Reviews::BookId).eq(0))
                .and_where(Expr::col(Reviews::ReviewerId).eq(0)),
        )
    });
    let values = vec![book.into(), reviewer.unwrap_or(OPERATOR).into()];
    let statement = WRITTEN.with(tx.dialect(), values);
    tx.fetch_first(&statement, |row| row.integer()).await
}

/// How many reviews are in a list.
pub(crate) async fn count(tx: &mut Tx, list: List) -> Result<i64, Error> {
    let query = Query::select()
        .expr(Func::count(Expr::col(sea_query::Asterisk)))
        .from(Reviews::Table)
        .and_where(Expr::exists(book()))
        .cond_where(condition(list))
        .to_owned();
    tx.count(&Statement::build(tx.dialect(), &query)).await
}

/// A page of a list, the newest first.
pub(crate) async fn page(
    tx: &mut Tx,
    list: List,
    at: PageNumber,
) -> Result<Vec<Review>, Error> {
    let mut query = listed(list);
    query.limit(unsigned(at.per_page)).offset(unsigned(at.offset()));
    tx.fetch(&Statement::build(tx.dialect(), &query), read).await
}

/// All of a list, in its order.
fn listed(list: List) -> SelectStatement {
    select()
        .cond_where(condition(list))
        .order_by(Reviews::CreatedAt, Order::Desc)
        .order_by(Reviews::Id, Order::Desc)
        .to_owned()
}

/// As [`Reader::sees`] says.
fn condition(list: List) -> Condition {
    let List { book, reader } = list;
    let approved = ReviewStatus::Approved.as_str();
    let own = |id: i64| Expr::col(Reviews::ReviewerId).eq(id);
    let seen = Condition::any()
        .add(Expr::col(Reviews::Status).eq(approved))
        .add_option(reader.user_id.map(own));
    Condition::all()
        .add_option(book.map(|it| Expr::col(Reviews::BookId).eq(it)))
        .add_option((!reader.is_moderator).then_some(seen))
}

/// Stores a new review and gives it back with its id.
pub(crate) async fn insert(
    tx: &mut Tx,
    review: Review,
) -> Result<Review, Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        Template::insert(Reviews::Table, WRITTEN, Reviews::Id)
    });
    let id = tx.insert(&INSERT.with(tx.dialect(), values(&review))).await?;
    Ok(Review { id, ..review })
}

/// Stores a review in the place of the one with its id.
pub(crate) async fn update(tx: &mut Tx, review: &Review) -> Result<(), Error> {
    static UPDATE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Reviews::Table)
                .values(WRITTEN.map(|column| (column, Expr::val(0))))
                .and_where(Expr::col(Reviews::Id).eq(0)),
        )
    });
    let mut values = values(review);
    values.push(review.id.into());
    tx.execute(&UPDATE.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Removes a review.
pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<(), Error> {
    static DELETE: LazyLock<Template> = LazyLock::new(|| {
        let by_id = Expr::col(Reviews::Id).eq(0);
        Template::of(
            Query::delete().from_table(Reviews::Table).and_where(by_id),
        )
    });
    tx.execute(&DELETE.with(tx.dialect(), vec![id.into()])).await?;
    Ok(())
}

/// Adds to the sum of a book's ratings and to their number, which changes
/// what is shown of the book.
pub(crate) async fn rate(
    tx: &mut Tx,
    book: i64,
    (sum, count): (i64, i64),
) -> Result<(), Error> {
    static RATE: LazyLock<Template> = LazyLock::new(|| {
        let more = |column: Books| (column, Expr::col(column).add(0));
        Template::of(
            Query::update()
                .table(Books::Table)
                .values([
                    more(Books::RatingSum),
                    more(Books::RatingCount),
                    more(Books::Revision),
                ])
                .and_where(Expr::col(Books::Id).eq(0)),
        )
    });
    let values = vec![sum.into(), count.into(), 1_i64.into(), book.into()];
    tx.execute(&RATE.with(tx.dialect(), values)).await?;
    Ok(())
}

/// The values of [`WRITTEN`].
fn values(review: &Review) -> Vec<Value> {
    vec![
        review.book_id.into(),
        review.reviewer.unwrap_or(OPERATOR).into(),
        i64::from(review.rating).into(),
        review.body.clone().into(),
        review.status.as_str().into(),
        review.created_at.timestamp_micros().into(),
        review.updated_at.map(|it| it.timestamp_micros()).into(),
    ]
}

/// A review from a row of [`select`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<Review, Error> {
    Ok(Review {
        id: row.integer()?,
        book_id: row.integer()?,
        reviewer: Some(row.integer()?).filter(|id| *id != OPERATOR),
        rating: row.small()?,
        body: row.maybe_text()?,
        status: row.parsed(ReviewStatus::from_name)?,
        created_at: row.time()?,
        updated_at: row.maybe_time()?,
    })
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_reads_in_order, on_each_database};

    #[tokio::test]
    async fn each_list_is_read_from_an_index() {
        on_each_database(async |store| {
            for (book, index) in
                [(None, "reviews_by_created_at"), (Some(7), "reviews_of_book")]
            {
                let reader = Reader { user_id: Some(1), is_moderator: false };
                let list = listed(List { book, reader }).limit(20).to_owned();
                let list = Statement::build(store.dialect(), &list);
                assert_reads_in_order(list, index, &store).await;
            }
        })
        .await;
    }
}
