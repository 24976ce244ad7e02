//! Books as v2 takes them.

use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{Schema, SchemaObject, SubschemaValidation};
use serde::{Deserialize, Serialize};

use super::wire::{
    AuthorName, BookStatus, CurrencyCode, Description, Genre, Isbn, Language,
    Title,
};
use crate::api::bounded::{Amount, Id, PageCount, Text, Year};
use crate::contract::Fault;
use crate::domain::{self, Currency, Price};
use crate::http::{ApiError, double_option, fault};

type Tag = Text<1, 100>;

/// A book to add, or one that takes the place of another.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookCreate {
    title: Title,
    author: AuthorRef,
    isbn: Isbn,
    pricing: PricingInput,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookMetadataInput")]
    metadata: Option<BookMetadataInput>,
}

/// An author by id, or by name.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum AuthorRef {
    Id(AuthorById),
    Name(AuthorByName),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorById {
    id: Id,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorByName {
    name: AuthorName,
}

/// What a book is to sell for.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PricingInput {
    amount: Amount,
    #[serde(default = "dollar")]
    currency: CurrencyCode,
}

/// What to say of a book besides its title, author, ISBN and price.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookMetadataInput {
    genre: Option<Genre>,
    published_year: Option<Year>,
    language: Option<Language>,
    page_count: Option<PageCount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookStatus")]
    status: Option<BookStatus>,
    #[serde(default)]
    #[schemars(length(max = 10))]
    tags: Vec<Tag>,
    description: Option<Description>,
}

/// Changes to a book.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Title")]
    title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AuthorRef")]
    author: Option<AuthorRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Isbn")]
    isbn: Option<Isbn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PricingPatch")]
    pricing: Option<PricingPatch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookMetadataPatch")]
    metadata: Option<BookMetadataPatch>,
    #[serde(default)]
    #[schemars(length(max = 5))]
    clear: Vec<BookField>,
}

/// Changes to what a book sells for.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PricingPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Amount")]
    amount: Option<Amount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CurrencyCode")]
    currency: Option<CurrencyCode>,
}

/// Changes to what is known of a book.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookMetadataPatch {
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<Option<Genre>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    published_year: Option<Option<Year>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Option<Language>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    page_count: Option<Option<PageCount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BookStatus")]
    status: Option<BookStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Tag>", length(max = 10))]
    tags: Option<Vec<Tag>>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Option<Description>>,
}

/// A field of a book that may be null.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum BookField {
    Genre,
    PublishedYear,
    Language,
    PageCount,
    Description,
}

fn dollar() -> CurrencyCode {
    CurrencyCode(Currency::default().code().to_owned())
}

impl JsonSchema for AuthorRef {
    fn schema_name() -> String {
        "AuthorRef".to_owned()
    }

    /// schemars says "any of" of an untagged enum; of these two, never both.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let branches = vec![
            AuthorById::json_schema(generator),
            AuthorByName::json_schema(generator),
        ];
        let one_of = SubschemaValidation {
            one_of: Some(branches),
            ..SubschemaValidation::default()
        };
        let subschemas = Some(Box::new(one_of));
        SchemaObject { subschemas, ..SchemaObject::default() }.into()
    }
}

impl From<AuthorRef> for domain::AuthorRef {
    fn from(author: AuthorRef) -> Self {
        match author {
            AuthorRef::Id(AuthorById { id }) => Self::Id(id.0),
            AuthorRef::Name(AuthorByName { name }) => Self::Name(name.0),
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

fn texts(tags: Vec<Tag>) -> Vec<String> {
    tags.into_iter().map(|tag| tag.0).collect()
}

impl BookCreate {
    /// The same in the words of the domain.
    pub(super) fn read(self) -> Result<domain::BookCreate, ApiError> {
        let metadata = self.metadata.unwrap_or_default();
        Ok(domain::BookCreate {
            isbn: read_isbn(&self.isbn)?,
            title: self.title.0,
            author: self.author.into(),
            genre: metadata.genre.map(|it| it.0),
            published_year: metadata.published_year.map(|it| it.0),
            language: metadata.language.map(|it| it.0),
            page_count: metadata.page_count.map(|it| it.0),
            price: Price::from_decimal(self.pricing.amount.0),
            currency: Currency::from_code(self.pricing.currency.0),
            description: metadata.description.map(|it| it.0),
            tags: texts(metadata.tags),
            discount: domain::Percent::default(),
            status: metadata.status.map(domain::BookStatus::from),
            internal_notes: None,
            cost_price: None,
            supplier: None,
        })
    }
}

impl BookCreate {
    /// A change to every field that v2 knows. What it does not know, such as
    /// the supplier, is not its to reset.
    pub(super) fn replacing(self) -> Result<domain::BookChange, ApiError> {
        let new = self.read()?;
        Ok(domain::BookChange {
            title: Some(new.title),
            author: Some(new.author),
            isbn: Some(new.isbn),
            genre: Some(new.genre),
            published_year: Some(new.published_year),
            language: Some(new.language),
            page_count: Some(new.page_count),
            price: Some(new.price),
            currency: Some(new.currency),
            description: Some(new.description),
            tags: Some(new.tags),
            status: new.status,
            ..domain::BookChange::default()
        })
    }
}

impl BookPatch {
    /// The same in the words of the domain.
    pub(super) fn read(self) -> Result<domain::BookChange, ApiError> {
        let pricing = self.pricing.unwrap_or_default();
        let mut metadata = self.metadata.unwrap_or_default();
        metadata.clear(&self.clear)?;
        Ok(domain::BookChange {
            isbn: self.isbn.as_ref().map(read_isbn).transpose()?,
            title: self.title.map(|it| it.0),
            author: self.author.map(domain::AuthorRef::from),
            price: pricing.amount.map(|it| Price::from_decimal(it.0)),
            currency: pricing.currency.map(|it| Currency::from_code(it.0)),
            genre: metadata.genre.map(|it| it.map(|it| it.0)),
            published_year: metadata.published_year.map(|it| it.map(|it| it.0)),
            language: metadata.language.map(|it| it.map(|it| it.0)),
            page_count: metadata.page_count.map(|it| it.map(|it| it.0)),
            status: metadata.status.map(domain::BookStatus::from),
            tags: metadata.tags.map(texts),
            description: metadata.description.map(|it| it.map(|it| it.0)),
            ..domain::BookChange::default()
        })
    }
}

impl BookMetadataPatch {
    /// Makes null of the named fields.
    fn clear(&mut self, fields: &[BookField]) -> Result<(), ApiError> {
        let mut faults = Vec::new();
        for field in fields {
            let is_free = match field {
                BookField::Genre => emptied(&mut self.genre),
                BookField::PublishedYear => emptied(&mut self.published_year),
                BookField::Language => emptied(&mut self.language),
                BookField::PageCount => emptied(&mut self.page_count),
                BookField::Description => emptied(&mut self.description),
            };
            let fault = both(*field);
            if !is_free && !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(ApiError::invalid(faults)) }
    }
}

/// Sets a field to null, unless the request sets it to something else.
fn emptied<T>(field: &mut Option<Option<T>>) -> bool {
    let is_free = !matches!(field, Some(Some(_)));
    if is_free {
        *field = Some(None);
    }
    is_free
}

fn both(field: BookField) -> Fault {
    let name = match field {
        BookField::Genre => "genre",
        BookField::PublishedYear => "published_year",
        BookField::Language => "language",
        BookField::PageCount => "page_count",
        BookField::Description => "description",
    };
    let words = "Value error, the field is both set and cleared";
    fault(&["body", "metadata", name], words, "value_error")
}
