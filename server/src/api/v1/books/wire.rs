//! Books as v1 sends and takes them.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{
    Amount, Cost, Id, Int, Margin, PageCount, Percentage, Text, Year, patterned,
};
use crate::domain::{self, AuthorRef, Price};
use crate::http::{ApiError, Nullable, double_option, fault};

patterned!(
    /// Ten or thirteen digits.
    Isbn, 0, crate::api::bounded::ANY, r"^[0-9]{10}([0-9]{3})?$"
);

pub(crate) type Title = Text<1, 300>;
pub(crate) type AuthorName = Text<1, 200>;
type Genre = Text<0, 50>;
type Description = Text<0, 5000>;
type Notes = Text<0, 5000>;
type Supplier = Text<0, 200>;

/// A tag as it is sent; it is tidied then.
type RoughTag = Text<0, 100>;

/// A tag as it is kept.
type Tag = Text<1, { crate::api::bounded::ANY }>;

/// For how long a book is recent, in days.
const RECENT_DAYS: i64 = 30;

/// Where the copy is.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BookStatus {
    Available,
    CheckedOut,
    Reserved,
    Archived,
}

/// A book to add, or one that takes the place of another.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct BookCreate {
    title: Title,
    author_name: AuthorName,
    isbn: Isbn,
    genre: Option<Genre>,
    published_year: Option<Year>,
    price: Amount,
    description: Option<Description>,
    #[serde(default)]
    tags: Vec<RoughTag>,
    page_count: Option<PageCount>,
    #[serde(default)]
    discount_percent: Percentage,
    internal_notes: Option<Notes>,
    cost_price: Option<Cost>,
    supplier: Option<Supplier>,
}

/// Changes to a book.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct BookUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Title")]
    title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AuthorName")]
    author_name: Option<AuthorName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Isbn")]
    isbn: Option<Isbn>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<Option<Genre>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    published_year: Option<Option<Year>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Amount")]
    price: Option<Amount>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Option<Description>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<RoughTag>")]
    tags: Option<Vec<RoughTag>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    page_count: Option<Option<PageCount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Percentage")]
    discount_percent: Option<Percentage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookStatus")]
    status: Option<BookStatus>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_notes: Option<Option<Notes>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_price: Option<Option<Cost>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Option<Supplier>>,
}

/// What is public of a book.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Book {
    id: Id,
    title: Title,
    author_name: AuthorName,
    isbn: Isbn,
    genre: Nullable<Genre>,
    published_year: Nullable<Year>,
    price: Amount,
    description: Nullable<Description>,
    #[schemars(length(max = 10))]
    tags: Vec<Tag>,
    page_count: Nullable<PageCount>,
    discount_percent: Percentage,
    status: BookStatus,
    is_recent: bool,
    created_at: DateTime<Utc>,
    updated_at: Nullable<DateTime<Utc>>,
}

/// A book with what is kept for administrators.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookAdmin {
    #[serde(flatten)]
    book: Book,
    internal_notes: Nullable<Notes>,
    cost_price: Nullable<Cost>,
    profit_margin: Nullable<Margin>,
    supplier: Nullable<Supplier>,
}

/// A book in short.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookSummary {
    id: Id,
    title: Title,
    author_name: AuthorName,
    price: Amount,
    genre: Nullable<Genre>,
}

/// A book without some of the fields that say little; none is null.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookSparse {
    id: Id,
    title: Title,
    author_name: AuthorName,
    isbn: Isbn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Genre")]
    genre: Option<Genre>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Year")]
    published_year: Option<Year>,
    price: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Description")]
    description: Option<Description>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Tag>", length(max = 10))]
    tags: Option<Vec<Tag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PageCount")]
    page_count: Option<PageCount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Percentage")]
    discount_percent: Option<Percentage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookStatus")]
    status: Option<BookStatus>,
    is_recent: bool,
    created_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DateTime<Utc>")]
    updated_at: Option<DateTime<Utc>>,
}

impl From<BookStatus> for domain::BookStatus {
    fn from(status: BookStatus) -> Self {
        match status {
            BookStatus::Available => Self::Available,
            BookStatus::CheckedOut => Self::CheckedOut,
            BookStatus::Reserved => Self::Reserved,
            BookStatus::Archived => Self::Archived,
        }
    }
}

impl From<domain::BookStatus> for BookStatus {
    fn from(status: domain::BookStatus) -> Self {
        match status {
            domain::BookStatus::Available => Self::Available,
            domain::BookStatus::CheckedOut => Self::CheckedOut,
            domain::BookStatus::Reserved => Self::Reserved,
            domain::BookStatus::Archived => Self::Archived,
        }
    }
}

/// The number, which the contract's pattern has let through.
fn read_isbn(isbn: &Isbn) -> Result<domain::Isbn, ApiError> {
    domain::Isbn::parse(&isbn.0).ok_or_else(|| {
        let words = "Value error, it is not an ISBN";
        ApiError::invalid(vec![fault(&["body", "isbn"], words, "value_error")])
    })
}

impl BookCreate {
    pub(super) fn given_isbn(&self) -> Isbn {
        self.isbn.clone()
    }

    /// The same in the words of the domain.
    pub(super) fn read(self) -> Result<domain::BookCreate, ApiError> {
        Ok(domain::BookCreate {
            isbn: read_isbn(&self.isbn)?,
            title: self.title.0,
            author: AuthorRef::Name(self.author_name.0),
            genre: self.genre.map(|it| it.0),
            published_year: self.published_year.map(|it| it.0),
            language: None,
            page_count: self.page_count.map(|it| it.0),
            price: Price::from_decimal(self.price.0),
            currency: domain::Currency::default(),
            description: self.description.map(|it| it.0),
            tags: self.tags.into_iter().map(|it| it.0).collect(),
            discount: domain::Percent::from_decimal(self.discount_percent.0),
            status: None,
            internal_notes: self.internal_notes.map(|it| it.0),
            cost_price: self.cost_price.map(|it| Price::from_decimal(it.0)),
            supplier: self.supplier.map(|it| it.0),
        })
    }
}

impl BookCreate {
    /// A change to every field that v1 knows. What it does not know, such as
    /// the language, is not its to reset.
    pub(super) fn replacing(self) -> Result<domain::BookChange, ApiError> {
        let new = self.read()?;
        Ok(domain::BookChange {
            title: Some(new.title),
            author: Some(new.author),
            isbn: Some(new.isbn),
            genre: Some(new.genre),
            published_year: Some(new.published_year),
            page_count: Some(new.page_count),
            price: Some(new.price),
            description: Some(new.description),
            tags: Some(new.tags),
            discount: Some(new.discount),
            internal_notes: Some(new.internal_notes),
            cost_price: Some(new.cost_price),
            supplier: Some(new.supplier),
            ..domain::BookChange::default()
        })
    }
}

impl BookUpdate {
    /// The same in the words of the domain.
    pub(super) fn read(self) -> Result<domain::BookChange, ApiError> {
        let percent = |it: Percentage| domain::Percent::from_decimal(it.0);
        Ok(domain::BookChange {
            isbn: self.isbn.as_ref().map(read_isbn).transpose()?,
            title: self.title.map(|it| it.0),
            author: self.author_name.map(|it| AuthorRef::Name(it.0)),
            genre: self.genre.map(|it| it.map(|it| it.0)),
            published_year: self.published_year.map(|it| it.map(|it| it.0)),
            page_count: self.page_count.map(|it| it.map(|it| it.0)),
            price: self.price.map(|it| Price::from_decimal(it.0)),
            description: self.description.map(|it| it.map(|it| it.0)),
            tags: self.tags.map(|it| it.into_iter().map(|it| it.0).collect()),
            discount: self.discount_percent.map(percent),
            status: self.status.map(domain::BookStatus::from),
            internal_notes: self.internal_notes.map(|it| it.map(|it| it.0)),
            cost_price: self
                .cost_price
                .map(|it| it.map(|it| Price::from_decimal(it.0))),
            supplier: self.supplier.map(|it| it.map(|it| it.0)),
            ..domain::BookChange::default()
        })
    }
}

impl From<domain::Book> for Book {
    fn from(book: domain::Book) -> Self {
        let age = Utc::now() - book.created_at;
        Self {
            id: Id::from(book.id),
            title: Text(book.title),
            author_name: Text(book.author.name),
            isbn: Isbn(book.isbn.plain().to_owned()),
            genre: book.genre.map(Text).into(),
            published_year: book.published_year.map(Int).into(),
            price: Amount(book.price.to_decimal()),
            description: book.description.map(Text).into(),
            tags: book.tags.into_iter().map(Text).collect(),
            page_count: book.page_count.map(Int).into(),
            discount_percent: Percentage(book.discount.to_decimal()),
            status: book.status.into(),
            is_recent: age < TimeDelta::days(RECENT_DAYS),
            created_at: book.created_at,
            updated_at: book.updated_at.into(),
        }
    }
}

impl From<domain::Book> for BookAdmin {
    fn from(mut book: domain::Book) -> Self {
        let margin = book.cost_price.and_then(|cost| book.price.margin(cost));
        Self {
            internal_notes: book.internal_notes.take().map(Text).into(),
            cost_price: book.cost_price.map(|it| Cost(it.to_decimal())).into(),
            profit_margin: margin.map(Margin).into(),
            supplier: book.supplier.take().map(Text).into(),
            book: book.into(),
        }
    }
}

impl From<domain::Book> for BookSummary {
    fn from(book: domain::Book) -> Self {
        Self {
            id: Id::from(book.id),
            title: Text(book.title),
            author_name: Text(book.author.name),
            price: Amount(book.price.to_decimal()),
            genre: book.genre.map(Text).into(),
        }
    }
}

impl BookSparse {
    /// All fields but those that are null.
    pub(super) fn without_nulls(book: Book) -> Self {
        Self {
            id: book.id,
            title: book.title,
            author_name: book.author_name,
            isbn: book.isbn,
            genre: book.genre.0,
            published_year: book.published_year.0,
            price: book.price,
            description: book.description.0,
            tags: Some(book.tags),
            page_count: book.page_count.0,
            discount_percent: Some(book.discount_percent),
            status: Some(book.status),
            is_recent: book.is_recent,
            created_at: book.created_at,
            updated_at: book.updated_at.0,
        }
    }

    /// All fields but those that have their default.
    pub(super) fn without_defaults(book: Book) -> Self {
        let whole = Self::without_nulls(book);
        Self {
            tags: whole.tags.filter(|tags| !tags.is_empty()),
            discount_percent: whole.discount_percent.filter(|it| it.0 > 0.0),
            status: whole.status.filter(|it| *it != BookStatus::Available),
            ..whole
        }
    }
}
