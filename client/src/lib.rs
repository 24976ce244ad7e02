//! The typed client of Colophon, generated from its contracts.
//!
//! [`v1`] and [`v2`] are the two contracts that a server speaks side by side.
//! Each has a `Client` with a method per operation, named as the contract
//! names it, and the contract's schemas as `types`. A change of a contract
//! that concerns a caller is an error of the caller's compiler.
//!
//! ```no_run
//! use colophon_client::v2::types::{AuthorName, AuthorRef, PricingInput};
//! use colophon_client::{Options, v2};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let origin = "http://127.0.0.1:8000";
//! let client = v2::Client::connect(origin, &Options::default())?;
//!
//! let author = AuthorRef::Name(AuthorName::try_from("Frank Herbert")?);
//! let book = client
//!     .book_create()
//!     .body_map(|book| {
//!         book.title("Dune")
//!             .author(author)
//!             .isbn("978-0-441-01359-3")
//!             .pricing(PricingInput::builder().amount(9.5))
//!     })
//!     .send()
//!     .await?;
//! println!("{} has id {}", *book.title, book.id);
//! # Ok(())
//! # }
//! ```
//!
//! # Requests
//!
//! A request is a builder: parameters and body, then `send`. What the types
//! can say is checked before anything is sent, so a title that is too long or
//! a missing price is [`Error::InvalidRequest`] without a round trip; numbers
//! are left to the server. Types that the compiler checks can be built without
//! a builder, as in `v2::types::BookCreate { title, author, .. }`, which then
//! cannot lack a field.
//!
//! Fields of texts with bounds are types of their own (`Title`, `Isbn`), made
//! by `try_from` or `parse` and read by dereferencing. A client cannot send
//! `null`; in contract v2, name the field in `clear` instead.
//!
//! Lists of contract v2 are also streams, which fetch part after part:
//!
//! ```no_run
//! # use colophon_client::{Error, v2};
//! use futures::TryStreamExt;
//!
//! # async fn run(client: v2::Client)
//! #     -> Result<(), Error<v2::types::Error>> {
//! let mut books = client.book_list().genre("dystopian").stream();
//! while let Some(book) = books.try_next().await? {
//!     println!("{}", *book.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Answers and errors
//!
//! An answer is a [`ResponseValue`]: the typed body, which it dereferences to,
//! the status and the headers (`ETag`, `Location`, `X-Request-ID`). An error
//! that the server answered is [`Error::ErrorResponse`] around the contract's
//! one `Error`, whose `error_code` is for programs and whose `message` is for
//! people:
//!
//! ```no_run
//! use colophon_client::v2::types::ErrorCode;
//! # use colophon_client::{Error, v2};
//!
//! # async fn run(client: v2::Client) {
//! match client.book_view().book_id(42).send().await {
//!     Ok(book) => println!("{}", *book.title),
//!     Err(Error::ErrorResponse(answer))
//!         if answer.error_code == ErrorCode::NotFound =>
//!     {
//!         println!("no such book");
//!     }
//!     Err(error) if error.is_retryable() => println!("later: {error}"),
//!     Err(error) => println!("{error}"),
//! }
//! # }
//! ```
//!
//! An answer of 304 to `If-None-Match` has no body to be typed, so it is
//! [`Error::UnexpectedResponse`] with that status.
//!
//! # Secure connections
//!
//! The crate leaves the choice of a TLS library to its user: with
//! `reqwest = { version = "0.13", features = ["rustls"] }` among the
//! dependencies of the program, `https` origins work too.

// The README's example is compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod connect;

pub use connect::{ConnectError, Options};
pub use progenitor_client::{Error, ResponseValue};
pub use reqwest;

/// Contract v1: books, authors, events, models and items, as the first clients
/// know them.
///
/// Whole numbers are `i64`, or `i32` where the contract says so. Left alone,
/// the generator makes `NonZeroU64` of an id, which no literal converts to.
#[expect(
    missing_docs,
    reason = "the generator documents what the contract describes, no more"
)]
pub mod v1 {
    progenitor::generate_api!(
        spec = "openapi/v1.yaml",
        interface = Builder,
        tags = Merged,
        derives = [PartialEq],
        convert = {
            {
                type = "integer", format = "int64",
                minimum = 0, maximum = 9007199254740991
            } = i64,
            {
                type = "integer", format = "int64",
                minimum = 1, maximum = 9007199254740991
            } = i64,
            {
                type = "integer", format = "int64",
                minimum = 1, maximum = 1000000000
            } = i64,
            {
                type = "integer", format = "int64", minimum = 1, maximum = 100
            } = i64,
            {
                type = "integer", format = "int32",
                minimum = 1, maximum = 2147483647
            } = i32,
            {
                type = "integer", format = "int64", minimum = 1, maximum = 86400
            } = i64,
            {
                type = "integer", format = "int32", minimum = 1, maximum = 10000
            } = i32,
            {
                type = "integer", format = "int32", minimum = 1, maximum = 5
            } = i32,
        },
    );
}

/// Contract v2: books, with lists as streams, entity tags and idempotency
/// keys.
///
/// Whole numbers are as in [`v1`].
#[expect(
    missing_docs,
    reason = "the generator documents what the contract describes, no more"
)]
pub mod v2 {
    progenitor::generate_api!(
        spec = "openapi/v2.yaml",
        interface = Builder,
        tags = Merged,
        derives = [PartialEq],
        convert = {
            {
                type = "integer", format = "int64",
                minimum = 0, maximum = 9007199254740991
            } = i64,
            {
                type = "integer", format = "int64",
                minimum = 1, maximum = 9007199254740991
            } = i64,
            {
                type = "integer", format = "int64", minimum = 1, maximum = 100
            } = i64,
            {
                type = "integer", format = "int32",
                minimum = 1, maximum = 2147483647
            } = i32,
        },
    );
}
