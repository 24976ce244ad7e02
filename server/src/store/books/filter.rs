//! Conditions on books.

use std::collections::BTreeSet;

use sea_query::{Condition, Expr, ExprTrait, Func, Query, SelectStatement};

use crate::domain::{BookFilter, BookStatus, fold};
use crate::store::Dialect;
use crate::store::schema::{BookTags, Books};

/// The fewest letters that the text index of SQLite finds.
const SHORTEST_INDEXED: usize = 3;

/// The most threes of letters, but for the last, that the text index is asked
/// for; those of a longer part are enough to tell nearly all books.
const MAX_THREES: usize = 16;

/// Parts of texts that are asked for one after the other.
const GROUP: usize = 100;

/// The books that meet every condition of a filter.
pub(in crate::store) fn condition(
    dialect: Dialect,
    filter: &BookFilter,
) -> Condition {
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
    texts(dialect, numbers(statuses(tags(all, filter), filter), filter), filter)
}

/// The books, not archived, with this as a part of the title.
pub(super) fn titled(dialect: Dialect, part: &str) -> Condition {
    Condition::all().add(Expr::col(Books::ArchivedAt).is_null()).add(contains(
        dialect,
        &[Books::TitleFolded],
        &[part],
    ))
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

fn texts(dialect: Dialect, all: Condition, filter: &BookFilter) -> Condition {
    let both = [Books::TitleFolded, Books::AuthorFolded];
    let author = [Books::AuthorFolded];
    let authors: Vec<_> = filter.authors.iter().map(String::as_str).collect();
    let search = filter.search.as_deref();
    all.add_option(search.map(|it| contains(dialect, &both, &[it])))
        .add_option(
            filter
                .author
                .as_deref()
                .map(|it| contains(dialect, &author, &[it])),
        )
        .add_option(
            (!authors.is_empty()).then(|| contains(dialect, &author, &authors)),
        )
}

/// The books with one of these parts in one of these folded columns, letter
/// by letter: nothing in a part has a meaning of its own.
fn contains(dialect: Dialect, columns: &[Books], parts: &[&str]) -> Condition {
    let parts: Vec<_> = parts.iter().map(|part| fold(part)).collect();
    match dialect {
        Dialect::Sqlite if parts.iter().all(|part| is_indexed(part)) => {
            Condition::all()
                .add(matching(&parts))
                .add(scanning(columns, &parts))
        }
        Dialect::Sqlite => scanning(columns, &parts),
        Dialect::Postgres => alike(columns, &parts),
    }
}

/// Whether SQLite's text index can find this. NUL would end it early.
fn is_indexed(part: &str) -> bool {
    part.chars().nth(SHORTEST_INDEXED - 1).is_some() && !part.contains('\0')
}

/// Asks SQLite's text index, <https://sqlite.org/fts5.html>, for the books
/// that have all threes of letters that one of the parts is made of. Whether
/// they stand together, and in which column, is left to a look into these few:
/// the index does not know.
fn matching(parts: &[String]) -> Expr {
    let parts: Vec<_> = parts.iter().map(|part| all_threes(part)).collect();
    let wanted = parts.join(" OR ");
    let books = Query::select()
        .column("rowid")
        .from("books_text")
        .and_where(Expr::cust_with_values("\"books_text\" MATCH ?", [wanted]))
        .to_owned();
    Expr::col(Books::Id).in_subquery(books)
}

/// Threes of letters, side by side, that a part is made of; the last one may
/// overlap. A string between quotes is taken as it is.
fn all_threes(part: &str) -> String {
    let letters: Vec<char> = part.chars().collect();
    let last = letters.len().saturating_sub(SHORTEST_INDEXED);
    let starts = (0..last).step_by(SHORTEST_INDEXED).take(MAX_THREES);
    let threes: Vec<String> = starts
        .chain([last])
        .map(|start| letters.iter().skip(start).take(SHORTEST_INDEXED))
        .map(|three| three.collect::<String>().replace('"', "\"\""))
        .map(|three| format!("\"{three}\""))
        .collect();
    format!("({})", threes.join(" AND "))
}

/// Asks PostgreSQL's text indexes, which find three letters and more; see
/// <https://www.postgresql.org/docs/current/pgtrgm.html>. Its texts hold any
/// letter but NUL, which it may not even be asked for.
fn alike(columns: &[Books], parts: &[String]) -> Condition {
    any_part(columns, parts, |column, part| match part.contains('\0') {
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

/// Looks into each row, and into every one for parts too short to be indexed.
fn scanning(columns: &[Books], parts: &[String]) -> Condition {
    any_part(columns, parts, |column, part| {
        let place = Func::cust("instr").arg(Expr::col(column));
        Expr::from(place.arg(part)).gt(0)
    })
}

/// Any of these parts in any of these columns. Parts are joined in groups
/// because SQLite refuses more than a thousand in a row, and what builds the
/// SQL goes as deep as there are conditions in a row.
fn any_part(
    columns: &[Books],
    parts: &[String],
    holds: impl Fn(Books, &str) -> Expr,
) -> Condition {
    parts.chunks(GROUP).fold(Condition::any(), |any, group| {
        let mut in_group = Condition::any();
        for part in group {
            for column in columns {
                in_group = in_group.add(holds(*column, part));
            }
        }
        any.add(in_group)
    })
}
