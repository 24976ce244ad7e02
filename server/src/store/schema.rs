//! The names of tables and columns.

use sea_query::{Expr, Func, Iden, Query};

use super::{Error, Statement, Tx};

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Books {
    Table,
    Id,
    Title,
    TitleFolded,
    AuthorId,
    AuthorName,
    AuthorFolded,
    IsbnGiven,
    Isbn,
    Genre,
    GenreFolded,
    PublishedYear,
    YearUpwards,
    Language,
    PageCount,
    Price,
    Currency,
    Description,
    Tags,
    Discount,
    Status,
    RatingSum,
    RatingCount,
    InternalNotes,
    CostPrice,
    Supplier,
    CreatedAt,
    UpdatedAt,
    ArchivedAt,
    Revision,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum BookTags {
    Table,
    Tag,
    BookId,
}

/// SQLite's index of the words of books.
#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum BooksWords {
    Table,
    Rowid,
    TitleFolded,
    AuthorFolded,
}

/// SQLite's words of books.
#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Words {
    Table,
    Id,
    Word,
}

/// SQLite's index of the letters of words.
#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum WordsText {
    Table,
    Rowid,
    Word,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Authors {
    Table,
    Id,
    Name,
    NameFolded,
    Bio,
    Nationality,
    Contact,
    CreatedAt,
    ArchivedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Reviews {
    Table,
    Id,
    BookId,
    ReviewerId,
    Rating,
    Body,
    Status,
    CreatedAt,
    UpdatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Events {
    Table,
    Id,
    Name,
    Description,
    StartDate,
    EndDate,
    MaxAttendees,
    TicketPrice,
    Tags,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Models {
    Table,
    Id,
    ModelId,
    Framework,
    Version,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum ModelVersions {
    Table,
    ModelId,
    Version,
    ParametersMillions,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Items {
    Table,
    Id,
    Name,
    Description,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Answers {
    Table,
    Operation,
    IdempotencyKey,
    Fingerprint,
    Answer,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Secrets {
    Table,
    Name,
    Value,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Users {
    Table,
    Id,
    Username,
    UsernameFolded,
    Email,
    EmailFolded,
    FullName,
    Role,
    PasswordHash,
    IsActive,
    Generation,
    CreatedAt,
    UpdatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum ApiKeys {
    Table,
    Id,
    UserId,
    Prefix,
    Digest,
    Name,
    Scopes,
    CreatedAt,
    ExpiresAt,
    RevokedAt,
    LastUsedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum SigningKeys {
    Table,
    Id,
    Secret,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Jobs {
    Table,
    Id,
    Kind,
    Payload,
    State,
    Attempts,
    DueAt,
    Lease,
    Error,
    CreatedAt,
    EndedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum Reports {
    Table,
    Id,
    ReportType,
    Filters,
    JobId,
    Data,
    CreatedAt,
}

#[derive(Clone, Copy, Debug, Iden)]
pub(super) enum AuditEvents {
    Table,
    Id,
    At,
    Subject,
    Operation,
    Resource,
    ResourceId,
    RequestId,
    Address,
    StateBefore,
    StateAfter,
}

/// What refinery writes of each migration that it has run.
#[derive(Clone, Copy, Debug, Iden)]
enum RefinerySchemaHistory {
    Table,
    Version,
}

/// The number of the last migration that the database has.
pub(super) async fn version(tx: &mut Tx) -> Result<Option<i64>, Error> {
    use RefinerySchemaHistory::{Table, Version};
    let query = Query::select()
        .expr(Func::max(Expr::col(Version)))
        .from(Table)
        .to_owned();
    let statement = Statement::build(tx.dialect(), &query);
    let last = tx.fetch_first(&statement, |row| row.maybe_integer()).await?;
    Ok(last.flatten())
}

/// Reads the smallest thing there is.
pub(super) async fn ping(tx: &mut Tx) -> Result<(), Error> {
    let query = Query::select().expr(Expr::cust("1")).to_owned();
    let statement = Statement::build(tx.dialect(), &query);
    tx.fetch_first(&statement, |row| row.integer()).await?;
    Ok(())
}
