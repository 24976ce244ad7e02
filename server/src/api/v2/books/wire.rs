//! Books as v2 sends them. What it takes is in `input.rs`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{
    ANY, Amount, Count, Id, Int, PageCount, Text, Year, patterned, range,
};
use crate::domain;
use crate::http::Nullable;

patterned!(
    /// An ISBN in any of its notations.
    Isbn, 0, ANY, r"^([0-9]-?){9}[0-9Xx]$|^([0-9]-?){12}[0-9]$"
);
patterned!(
    /// An ISBN as books are told apart by.
    NormalisedIsbn, 0, ANY, r"^[0-9]{10}([0-9]{3})?$"
);
patterned!(
    /// A language tag, as in BCP 47.
    Language, 0, 35, r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
);
patterned!(
    /// A currency code, as in ISO 4217.
    CurrencyCode, 0, ANY, r"^[A-Z]{3}$"
);
range!(
    /// The mean of reviews.
    Stars, minimum: 1.0, maximum: 5.0
);

pub(crate) type Title = Text<1, 300>;
pub(crate) type AuthorName = Text<1, 200>;
pub(crate) type Genre = Text<0, 50>;
pub(crate) type Description = Text<0, 5000>;
type Tag = Text<1, ANY>;

/// Where the copy is.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BookStatus {
    Available,
    CheckedOut,
    Reserved,
    Archived,
}

/// A book of the catalogue.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Book {
    id: Id,
    title: Title,
    author: Author,
    isbn: NormalisedIsbn,
    isbn_given: Isbn,
    isbn_valid: bool,
    pricing: Pricing,
    metadata: BookMetadata,
    rating: Rating,
    links: BookLinks,
    created_at: DateTime<Utc>,
    updated_at: Nullable<DateTime<Utc>>,
    archived_at: Nullable<DateTime<Utc>>,
}

/// Who wrote a book.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Author {
    id: Id,
    name: AuthorName,
}

/// What a book sells for.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Pricing {
    amount: Amount,
    currency: CurrencyCode,
}

/// What is known of a book besides its title, author, ISBN and price.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookMetadata {
    genre: Nullable<Genre>,
    published_year: Nullable<Year>,
    language: Nullable<Language>,
    page_count: Nullable<PageCount>,
    status: BookStatus,
    #[schemars(length(max = 10))]
    tags: Vec<Tag>,
    description: Nullable<Description>,
}

/// What readers think of a book.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Rating {
    average: Nullable<Stars>,
    count: Count,
}

/// Where to find a book and what belongs to it, as paths on this server.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BookLinks {
    #[serde(rename = "self")]
    this: String,
    reviews: String,
    usages: String,
}

impl Isbn {
    /// The number as books are told apart by.
    pub(crate) fn normalised(&self) -> String {
        match domain::Isbn::parse(&self.0) {
            Some(isbn) => isbn.normalised().to_owned(),
            // The contract's pattern lets no other text through; no book
            // has one, either.
            None => self.0.clone(),
        }
    }
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

impl From<domain::Book> for Book {
    fn from(book: domain::Book) -> Self {
        Self {
            links: BookLinks::of(book.id),
            id: Id::from(book.id),
            title: Text(book.title),
            author: Author {
                id: Id::from(book.author.id),
                name: Text(book.author.name),
            },
            isbn: NormalisedIsbn(book.isbn.normalised().to_owned()),
            isbn_given: Isbn(book.isbn.given().to_owned()),
            isbn_valid: book.isbn.is_valid(),
            pricing: Pricing {
                amount: Amount(book.price.to_decimal()),
                currency: CurrencyCode(book.currency.code().to_owned()),
            },
            metadata: BookMetadata {
                genre: book.genre.map(Text).into(),
                published_year: book.published_year.map(Int).into(),
                language: book.language.map(Language).into(),
                page_count: book.page_count.map(Int).into(),
                status: book.status.into(),
                tags: book.tags.into_iter().map(Text).collect(),
                description: book.description.map(Text).into(),
            },
            rating: Rating {
                average: book.rating.average.map(Stars).into(),
                count: Count::from(book.rating.count),
            },
            created_at: book.created_at,
            updated_at: book.updated_at.into(),
            archived_at: book.archived_at.into(),
        }
    }
}

impl BookLinks {
    fn of(id: i64) -> Self {
        let this = format!("/api/v2/books/{id}");
        Self {
            reviews: format!("{this}/reviews"),
            usages: format!("{this}/usages"),
            this,
        }
    }
}
