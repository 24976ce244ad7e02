//! Conditions on books.

use std::collections::BTreeSet;

use sea_query::{Condition, Expr, ExprTrait, Func, Query, SelectStatement};

use super::words;
use crate::domain::{BookFilter, BookStatus, fold};
use crate::store::schema::{BookTags, Books};
use crate::store::{Dialect, Error, Tx};

/// Parts of texts that are asked for one after the other.
const GROUP: usize = 100;

/// The books with one of these folded parts in one of these columns.
struct Text {
    columns: &'static [Books],
    parts: Vec<String>,
}

/// The books that meet every condition of a filter, to gather all of them.
pub(in crate::store) fn condition(
    dialect: Dialect,
    filter: &BookFilter,
) -> Condition {
    let texts = texts(filter).into_iter();
    texts.fold(plain(filter), |all, it| all.add(contains(dialect, &it)))
}

/// The books that meet every condition of a filter, to read some of them in
/// the order of a list: texts that many books have are not asked for from the
/// index, which would give all of these books first.
pub(super) async fn in_order(
    tx: &mut Tx,
    filter: &BookFilter,
) -> Result<Condition, Error> {
    let mut all = plain(filter);
    for text in texts(filter) {
        all = all.add(sought(tx, &text).await?);
    }
    Ok(all)
}

/// The books, not archived, with this as a part of the title.
pub(super) async fn titled(
    tx: &mut Tx,
    part: &str,
) -> Result<Condition, Error> {
    let text = Text { columns: &[Books::TitleFolded], parts: vec![fold(part)] };
    Ok(Condition::all()
        .add(Expr::col(Books::ArchivedAt).is_null())
        .add(sought(tx, &text).await?))
}

async fn sought(tx: &mut Tx, text: &Text) -> Result<Condition, Error> {
    Ok(match words::are_common(tx, &text.parts).await? {
        true => scanning(text),
        false => contains(tx.dialect(), text),
    })
}

/// All conditions but those on texts.
fn plain(filter: &BookFilter) -> Condition {
    let all = Condition::all()
        .add_option(
            (!filter.include_archived)
                .then(|| Expr::col(Books::ArchivedAt).is_null()),
        )
        .add_option(equal(Books::AuthorId, filter.author_id))
        .add_option(equal(Books::Isbn, filter.isbn.as_deref()))
        .add_option(equal(
            Books::GenreFolded,
            filter.genre.as_deref().map(fold),
        ))
        .add_option(one_of(
            Books::GenreFolded,
            filter.genres.iter().map(|it| fold(it)),
        ));
    numbers(statuses(tags(all, filter), filter), filter)
}

fn equal(column: Books, value: Option<impl Into<Expr>>) -> Option<Expr> {
    value.map(|value| Expr::col(column).eq(value))
}

/// One of these values, if there are any.
fn one_of<T: Into<Expr>>(
    column: Books,
    values: impl ExactSizeIterator<Item = T>,
) -> Option<Expr> {
    (values.len() > 0).then(|| Expr::col(column).is_in(values))
}

fn statuses(all: Condition, filter: &BookFilter) -> Condition {
    let status = Expr::col(Books::Status);
    let available = BookStatus::Available.as_str();
    all.add_option(equal(Books::Status, filter.status.map(|it| it.as_str())))
        .add_option(one_of(
            Books::Status,
            filter.statuses.iter().map(|it| it.as_str()),
        ))
        .add_option(filter.in_stock.map(|in_stock| match in_stock {
            true => status.eq(available),
            false => status.ne(available),
        }))
}

fn numbers(all: Condition, filter: &BookFilter) -> Condition {
    let price = || Expr::col(Books::Price);
    let year = || Expr::col(Books::PublishedYear);
    all.add_option(filter.min_price.map(|it| price().gte(it.minor())))
        .add_option(filter.max_price.map(|it| price().lte(it.minor())))
        .add_option(filter.published_after.map(|it| year().gte(i64::from(it))))
        .add_option(filter.published_before.map(|it| year().lte(i64::from(it))))
}

/// Tags are stored tidy, so that they are asked for as they are stored.
fn tags(all: Condition, filter: &BookFilter) -> Condition {
    let tidy = |tags: &[String]| -> BTreeSet<String> {
        tags.iter().map(|tag| tag.trim().to_lowercase()).collect()
    };
    let (every, any) = (tidy(&filter.tags), tidy(&filter.any_tags));
    all.add_option((!every.is_empty()).then(|| {
        let count = i64::try_from(every.len()).unwrap_or(i64::MAX);
        Expr::col(Books::Id).in_subquery(
            tagged(every)
                .group_by_col(BookTags::BookId)
                .and_having(Func::count(Expr::col(BookTags::Tag)).eq(count))
                .to_owned(),
        )
    }))
    .add_option(
        (!any.is_empty())
            .then(|| Expr::col(Books::Id).in_subquery(tagged(any))),
    )
}

/// A row for each of these tags that a book has.
fn tagged(tags: BTreeSet<String>) -> SelectStatement {
    Query::select()
        .column(BookTags::BookId)
        .from(BookTags::Table)
        .and_where(Expr::col(BookTags::Tag).is_in(tags))
        .to_owned()
}

fn texts(filter: &BookFilter) -> Vec<Text> {
    let one = |it: &Option<String>| Vec::from_iter(it.as_deref().map(fold));
    let author = [Books::AuthorFolded].as_slice();
    let both = [Books::TitleFolded, Books::AuthorFolded].as_slice();
    let authors = filter.authors.iter().map(|it| fold(it)).collect();
    [(both, one(&filter.search)), (author, one(&filter.author))]
        .into_iter()
        .chain([(author, authors)])
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(columns, parts)| Text { columns, parts })
        .collect()
}

/// The books with one of these parts in one of these columns, letter by
/// letter: nothing in a part has a meaning of its own.
fn contains(dialect: Dialect, text: &Text) -> Condition {
    match dialect {
        Dialect::Sqlite => Condition::all()
            .add_option(words::matching(&text.parts))
            .add(scanning(text)),
        Dialect::Postgres => alike(text),
    }
}

/// Asks PostgreSQL's text indexes, which find three letters and more; see
/// <https://www.postgresql.org/docs/current/pgtrgm.html>. Its texts hold any
/// letter but NUL, which it may not even be asked for.
fn alike(text: &Text) -> Condition {
    any_column(text, |column, part| match part.contains('\0') {
        true => Expr::cust("FALSE"),
        false => Expr::col(column).like(format!("%{}%", literal(part))),
    })
}

/// A text as a pattern of `LIKE` that only this text matches.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// Looks into each row, and into every one for parts that the index does not
/// find.
fn scanning(text: &Text) -> Condition {
    any_column(text, |column, part| {
        let place = Func::cust("instr").arg(Expr::col(column));
        Expr::from(place.arg(part)).gt(0)
    })
}

/// Any of these parts in any of these columns.
fn any_column(
    text: &Text,
    holds: impl Fn(Books, &str) -> Expr + Copy,
) -> Condition {
    let columns = text.columns.iter();
    columns.fold(Condition::any(), |any, column| {
        any.add(any_part(&text.parts, |part| holds(*column, part)))
    })
}

/// Any of these parts. They are joined in groups because SQLite refuses more
/// than a thousand in a row, and what builds the SQL goes as deep as there are
/// conditions in a row.
pub(super) fn any_part<P: AsRef<str>>(
    parts: &[P],
    holds: impl Fn(&str) -> Expr,
) -> Condition {
    parts.chunks(GROUP).fold(Condition::any(), |any, group| {
        let parts = group.iter().map(|part| holds(part.as_ref()));
        any.add(parts.fold(Condition::any(), Condition::add))
    })
}
