//! The values that the catalogue is about, as business sees them.
//!
//! A value here is valid once it exists. It knows neither its wire names (the
//! `api` has those) nor its columns (the `store` has those).

mod access;
mod audit;
mod authors;
mod books;
mod events;
mod fold;
mod isbn;
mod items;
mod jobs;
mod models;
mod page;
mod price;
mod products;
mod reports;
mod reviews;
mod users;

pub use access::{Principal, Role, Scope, Scopes, Subject};
pub use audit::AuditEvent;
pub use authors::{
    Address, AuthorChange, AuthorCreate, AuthorProfile, Contact,
};
pub use books::{
    Author, AuthorRef, Book, BookChange, BookCreate, BookFilter, BookOrder,
    BookSort, BookStatus, Direction, Rating, tidy_tags,
};
pub use events::{Event, EventCreate, EventDraft, EventFault, kept};
pub use fold::fold;
pub use isbn::Isbn;
pub use items::Item;
pub use jobs::{Job, JobDepth, JobState, QueuedJob};
pub use models::{Model, ModelFilter, ModelInput};
pub use page::{
    BookPosition, CursorPage, CursorPosition, Page, PageNumber, Slice,
    SortValue, Travel,
};
pub use price::{Currency, Percent, Price};
pub use products::{PriceTier, Product};
pub use reports::{
    GenreSales, PopularBook, Report, ReportData, ReportFilter, ReportKind,
    ReportStatus,
};
pub use reviews::{Reader, Review, ReviewChange, ReviewCreate, ReviewStatus};
pub use users::{
    ApiKey, ApiKeyCreate, Login, Password, Token, User, UserChange, UserCreate,
};
