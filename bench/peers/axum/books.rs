//! The handlers and their statements.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteExecutor, SqlitePool, types};

use crate::answer::Failure;
use crate::check;
use crate::wire::{
    Book, BookCreate, BookCursorPage, BookPage, CursorQuery, Filters, ListQuery,
};

const MAX_TAGS: usize = 10;
const RECENT: TimeDelta = TimeDelta::days(30);

type Tags = types::Json<Vec<String>>;

/// A row of the table.
#[derive(FromRow)]
pub(crate) struct Row {
    id: i64,
    title: String,
    author_name: String,
    isbn: String,
    genre: Option<String>,
    published_year: Option<i32>,
    price_cents: i64,
    description: Option<String>,
    tags: Tags,
    page_count: Option<i32>,
    discount_percent: f64,
    status: String,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

impl From<Row> for Book {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            title: row.title,
            author_name: row.author_name,
            isbn: row.isbn,
            genre: row.genre,
            published_year: row.published_year,
            price: row.price_cents as f64 / 100.0,
            description: row.description,
            tags: row.tags.0,
            page_count: row.page_count,
            discount_percent: row.discount_percent,
            status: row.status,
            is_recent: Utc::now() - row.created_at < RECENT,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// What becomes a row.
pub(crate) struct NewRow {
    book: BookCreate,
    price_cents: i64,
    tags: Tags,
}

impl From<BookCreate> for NewRow {
    fn from(mut book: BookCreate) -> Self {
        let tags = types::Json(tidy(std::mem::take(&mut book.tags)));
        let price_cents = (book.price * 100.0).round() as i64;
        Self { book, price_cents, tags }
    }
}

fn tidy(tags: Vec<String>) -> Vec<String> {
    let mut tidied = Vec::new();
    for tag in tags {
        let tag = tag.trim().to_lowercase();
        if !tag.is_empty() && !tidied.contains(&tag) {
            tidied.push(tag);
        }
    }
    tidied.truncate(MAX_TAGS);
    tidied
}

pub(crate) async fn view(
    State(pool): State<SqlitePool>,
    Path(book_id): Path<i64>,
) -> Result<Json<Book>, Failure> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM books WHERE id = ?")
        .bind(book_id)
        .fetch_optional(&pool)
        .await?;
    let row = row.ok_or(Failure::NotFound(book_id))?;
    Ok(Json(row.into()))
}

pub(crate) async fn create(
    State(pool): State<SqlitePool>,
    Json(book): Json<BookCreate>,
) -> Result<(StatusCode, Json<Book>), Failure> {
    check::new_book(&book)?;
    if book.price > 1000.0 && !book.isbn.starts_with("978") {
        return Err(Failure::NeedsPrefix);
    }
    let new = NewRow::from(book);
    let row = insert(&pool, &new).await.map_err(|error| taken(error, &new))?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

fn taken(error: sqlx::Error, new: &NewRow) -> Failure {
    let unique = error
        .as_database_error()
        .is_some_and(|error| error.is_unique_violation());
    if unique {
        Failure::Taken(new.book.isbn.clone())
    } else {
        Failure::Database(error)
    }
}

pub(crate) async fn insert(
    database: impl SqliteExecutor<'_>,
    new: &NewRow,
) -> Result<Row, sqlx::Error> {
    sqlx::query_as(
        "INSERT INTO books (title, author_name, isbn, genre, published_year, \
         price_cents, description, tags, page_count, discount_percent, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
    )
    .bind(&new.book.title)
    .bind(&new.book.author_name)
    .bind(&new.book.isbn)
    .bind(&new.book.genre)
    .bind(new.book.published_year)
    .bind(new.price_cents)
    .bind(&new.book.description)
    .bind(&new.tags)
    .bind(new.book.page_count)
    .bind(new.book.discount_percent)
    .bind(Utc::now())
    .fetch_one(database)
    .await
}

pub(crate) async fn list(
    State(pool): State<SqlitePool>,
    Query(query): Query<ListQuery>,
) -> Result<Json<BookPage>, Failure> {
    check::list(&query)?;
    let page = query.page.unwrap_or(1);
    let per_page = query.per_page.unwrap_or(20);
    let filters = Filters {
        search: query.search,
        genre: query.genre,
        min_price: query.min_price,
    };
    let total = count(&pool, &filters).await?;
    let mut select = QueryBuilder::new("SELECT * FROM books");
    push_filters(&mut select, &filters);
    select.push(" ORDER BY created_at DESC, id DESC LIMIT ");
    select.push_bind(per_page).push(" OFFSET ");
    select.push_bind((page - 1) * per_page);
    let rows: Vec<Row> = select.build_query_as().fetch_all(&pool).await?;
    let total_pages = (total + per_page - 1) / per_page;
    Ok(Json(BookPage {
        items: rows.into_iter().map(Book::from).collect(),
        total,
        page,
        per_page,
        total_pages,
        has_next: page < total_pages,
        has_prev: page > 1,
        filters_applied: filters,
    }))
}

async fn count(
    pool: &SqlitePool,
    filters: &Filters,
) -> Result<i64, sqlx::Error> {
    let mut select = QueryBuilder::new("SELECT count(*) FROM books");
    push_filters(&mut select, filters);
    select.build_query_scalar().fetch_one(pool).await
}

fn push_filters(select: &mut QueryBuilder<Sqlite>, filters: &Filters) {
    let mut joint = " WHERE ";
    if let Some(text) = &filters.search {
        let pattern = format!("%{}%", escape(text));
        select.push(joint);
        select.push("(title LIKE ").push_bind(pattern.clone());
        select.push(" ESCAPE '\\' OR author_name LIKE ");
        select.push_bind(pattern).push(" ESCAPE '\\')");
        joint = " AND ";
    }
    if let Some(genre) = &filters.genre {
        select.push(joint).push("genre = ").push_bind(genre.clone());
        joint = " AND ";
    }
    if let Some(price) = filters.min_price {
        let cents = (price * 100.0).round() as i64;
        select.push(joint).push("price_cents >= ").push_bind(cents);
    }
}

/// The text as `LIKE` takes it literally.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Where a list by cursor starts or ends.
enum Place {
    After(i64),
    Before(i64),
}

fn read_cursor(cursor: Option<&str>) -> Result<Place, Failure> {
    let Some(cursor) = cursor else { return Ok(Place::After(0)) };
    let (side, id) = cursor.split_once('-').ok_or(Failure::BadCursor)?;
    let id = id.parse().map_err(|_| Failure::BadCursor)?;
    match side {
        "after" => Ok(Place::After(id)),
        "before" => Ok(Place::Before(id)),
        _ => Err(Failure::BadCursor),
    }
}

pub(crate) async fn list_by_cursor(
    State(pool): State<SqlitePool>,
    Query(query): Query<CursorQuery>,
) -> Result<Json<BookCursorPage>, Failure> {
    let limit = query.limit.unwrap_or(20);
    check::limit(limit)?;
    let place = read_cursor(query.cursor.as_deref())?;
    let (rows, has_more) = rows_at(&pool, &place, limit).await?;
    let first = rows.first().map_or(0, |row| row.id);
    let last = rows.last().map_or(0, |row| row.id);
    Ok(Json(BookCursorPage {
        items: rows.into_iter().map(Book::from).collect(),
        next_cursor: has_more.then(|| format!("after-{last}")),
        prev_cursor: (first > 1).then(|| format!("before-{first}")),
        has_more,
    }))
}

/// Ids grow in the order in which books were added, so that they are the key.
async fn rows_at(
    pool: &SqlitePool,
    place: &Place,
    limit: i64,
) -> Result<(Vec<Row>, bool), sqlx::Error> {
    let (statement, id) = match place {
        Place::After(id) => {
            ("SELECT * FROM books WHERE id > ? ORDER BY id LIMIT ?", id)
        }
        Place::Before(id) => {
            ("SELECT * FROM books WHERE id < ? ORDER BY id DESC LIMIT ?", id)
        }
    };
    let mut rows: Vec<Row> = sqlx::query_as(statement)
        .bind(id)
        .bind(limit + 1)
        .fetch_all(pool)
        .await?;
    let further = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    Ok(match place {
        Place::After(_) => (rows, further),
        Place::Before(_) => {
            rows.reverse();
            (rows, true)
        }
    })
}
