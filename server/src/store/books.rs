//! Books: one row each, and a row for each tag.

mod filter;
mod list;
#[cfg(test)]
mod plans;
mod words;

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Expr, ExprTrait, OnConflict, Query, Value};

use super::schema::{BookTags, Books};
use super::statement::{Template, insertion};
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{
    Author, Book, BookStatus, Currency, Isbn, Percent, Price, Rating, fold,
};
pub(super) use filter::condition;
pub(crate) use list::{
    List, any_beyond, count, near, page, position_of, slice, titled,
};
pub(super) use words::learn;

/// What a book is read from, in the order of [`read`].
const READ: [Books; 24] = [
    Books::Id,
    Books::Title,
    Books::AuthorId,
    Books::AuthorName,
    Books::IsbnGiven,
    Books::Genre,
    Books::PublishedYear,
    Books::Language,
    Books::PageCount,
    Books::Price,
    Books::Currency,
    Books::Description,
    Books::Tags,
    Books::Discount,
    Books::Status,
    Books::RatingSum,
    Books::RatingCount,
    Books::InternalNotes,
    Books::CostPrice,
    Books::Supplier,
    Books::CreatedAt,
    Books::UpdatedAt,
    Books::ArchivedAt,
    Books::Revision,
];

/// What a book is written to, in the order of [`values`].
const WRITTEN: [Books; 25] = [
    Books::Title,
    Books::TitleFolded,
    Books::AuthorId,
    Books::AuthorName,
    Books::AuthorFolded,
    Books::IsbnGiven,
    Books::Isbn,
    Books::Genre,
    Books::GenreFolded,
    Books::PublishedYear,
    Books::Language,
    Books::PageCount,
    Books::Price,
    Books::Currency,
    Books::Description,
    Books::Tags,
    Books::Discount,
    Books::Status,
    Books::InternalNotes,
    Books::CostPrice,
    Books::Supplier,
    Books::CreatedAt,
    Books::UpdatedAt,
    Books::ArchivedAt,
    Books::Revision,
];

/// The row of this id, archived or not.
pub(crate) fn by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        let by_id = Expr::col(Books::Id).eq(0);
        Template::of(
            Query::select().columns(READ).from(Books::Table).and_where(by_id),
        )
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// The book of this id, archived or not.
pub(crate) async fn find(tx: &mut Tx, id: i64) -> Result<Option<Book>, Error> {
    let statement = by_id(tx.dialect(), id);
    tx.fetch_first(&statement, read).await
}

/// The id of the book that has this ISBN, among those that are not archived.
pub(crate) async fn holder(
    tx: &mut Tx,
    isbn: &Isbn,
) -> Result<Option<i64>, Error> {
    static HOLDER: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .column(Books::Id)
                .from(Books::Table)
                .and_where(Expr::col(Books::Isbn).eq(""))
                .and_where(Expr::col(Books::ArchivedAt).is_null()),
        )
    });
    let statement = HOLDER.with(tx.dialect(), vec![isbn.normalised().into()]);
    tx.fetch_first(&statement, |row| row.integer()).await
}

/// Whether there is any book, archived ones included.
pub(crate) async fn any(tx: &mut Tx) -> Result<bool, Error> {
    let query = Query::select()
        .column(Books::Id)
        .from(Books::Table)
        .limit(1)
        .to_owned();
    let statement = Statement::build(tx.dialect(), &query);
    Ok(tx.fetch_first(&statement, |row| row.integer()).await?.is_some())
}

/// Stores a new book and gives it back with its id.
pub(crate) async fn insert(tx: &mut Tx, book: Book) -> Result<Book, Error> {
    static INSERT: LazyLock<Template> =
        LazyLock::new(|| Template::insert(Books::Table, WRITTEN, Books::Id));
    let id = tx.insert(&INSERT.with(tx.dialect(), values(&book)?)).await?;
    tag(tx, id, book.tags.iter()).await?;
    words::index(tx, id, &book).await?;
    Ok(Book { id, ..book })
}

/// Stores a book in the place of the one with its id, which is as the old one
/// says.
pub(crate) async fn update(
    tx: &mut Tx,
    old: &Book,
    book: &Book,
) -> Result<(), Error> {
    static UPDATE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Books::Table)
                .values(WRITTEN.map(|column| (column, Expr::val(0))))
                .and_where(Expr::col(Books::Id).eq(0)),
        )
    });
    words::learn(tx, &book.title).await?;
    words::learn(tx, &book.author.name).await?;
    let mut values = values(book)?;
    values.push(book.id.into());
    let statement = UPDATE.with(tx.dialect(), values);
    tx.execute(&statement).await?;
    untag(tx, book.id, missing(&old.tags, &book.tags)).await?;
    tag(tx, book.id, missing(&book.tags, &old.tags)).await
}

/// Those tags that are not among others.
fn missing<'t>(
    tags: &'t [String],
    others: &[String],
) -> impl Iterator<Item = &'t String> {
    tags.iter().filter(|tag| !others.contains(tag))
}

async fn tag(
    tx: &mut Tx,
    book: i64,
    tags: impl Iterator<Item = &String>,
) -> Result<(), Error> {
    static TAG: LazyLock<Template> =
        LazyLock::new(|| {
            let columns = [BookTags::Tag, BookTags::BookId];
            Template::of(insertion(BookTags::Table, columns).on_conflict(
                OnConflict::columns(columns).do_nothing().to_owned(),
            ))
        });
    for_each_tag(tx, &TAG, book, tags).await
}

async fn untag(
    tx: &mut Tx,
    book: i64,
    tags: impl Iterator<Item = &String>,
) -> Result<(), Error> {
    static UNTAG: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::delete()
                .from_table(BookTags::Table)
                .and_where(Expr::col(BookTags::Tag).eq(""))
                .and_where(Expr::col(BookTags::BookId).eq(0)),
        )
    });
    for_each_tag(tx, &UNTAG, book, tags).await
}

/// Executes a statement about a tag and a book for each of these tags.
async fn for_each_tag(
    tx: &mut Tx,
    template: &'static Template,
    book: i64,
    tags: impl Iterator<Item = &String>,
) -> Result<(), Error> {
    for tag in tags {
        let values = vec![tag.as_str().into(), book.into()];
        tx.execute(&template.with(tx.dialect(), values)).await?;
    }
    Ok(())
}

/// The values of [`WRITTEN`].
fn values(book: &Book) -> Result<Vec<Value>, Error> {
    let text = |it: &Option<String>| Value::from(it.clone());
    let time = |it: Option<DateTime<Utc>>| {
        Value::from(it.map(|it| it.timestamp_micros()))
    };
    Ok(vec![
        book.title.as_str().into(),
        fold(&book.title).into(),
        book.author.id.into(),
        book.author.name.as_str().into(),
        fold(&book.author.name).into(),
        book.isbn.given().into(),
        book.isbn.normalised().into(),
        text(&book.genre),
        book.genre.as_deref().map(fold).into(),
        book.published_year.map(i64::from).into(),
        text(&book.language),
        book.page_count.map(i64::from).into(),
        book.price.minor().into(),
        book.currency.code().into(),
        text(&book.description),
        serde_json::to_string(&book.tags)?.into(),
        book.discount.hundredths().into(),
        book.status.as_str().into(),
        text(&book.internal_notes),
        book.cost_price.map(Price::minor).into(),
        text(&book.supplier),
        book.created_at.timestamp_micros().into(),
        time(book.updated_at),
        time(book.archived_at),
        book.revision.into(),
    ])
}

/// A book from the columns [`READ`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<Book, Error> {
    Ok(Book {
        id: row.integer()?,
        title: row.text()?,
        author: Author { id: row.integer()?, name: row.text()? },
        isbn: row.parsed(Isbn::parse)?,
        genre: row.maybe_text()?,
        published_year: row.maybe_small()?,
        language: row.maybe_text()?,
        page_count: row.maybe_small()?,
        price: Price::from_minor(row.integer()?),
        currency: Currency::from_code(row.text()?),
        description: row.maybe_text()?,
        tags: row.parsed(|tags| serde_json::from_str(tags).ok())?,
        discount: Percent::from_hundredths(row.integer()?),
        status: row.parsed(BookStatus::from_name)?,
        rating: rating(row.integer()?, row.integer()?),
        internal_notes: row.maybe_text()?,
        cost_price: row.maybe_integer()?.map(Price::from_minor),
        supplier: row.maybe_text()?,
        created_at: row.time()?,
        updated_at: row.maybe_time()?,
        archived_at: row.maybe_time()?,
        revision: row.integer()?,
    })
}

fn rating(sum: i64, count: i64) -> Rating {
    let average = (count > 0).then(|| sum as f64 / count as f64);
    Rating { average, count }
}
