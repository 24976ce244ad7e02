//! A tour of the catalogue: adds books (v2), walks through the list, and
//! registers a model (v1).
//!
//! Give the origin of a server, if it is not `http://127.0.0.1:8000`. What
//! is there already is told and left alone, so the tour can be repeated.

use anyhow::{Context, bail};
use colophon_client::v1::types::ModelInput;
use colophon_client::v2::types::{
    AuthorName, AuthorRef, Book, BookCreate, BookMetadataInput, PricingInput,
};
use colophon_client::{Error, Options, v1, v2};
use futures::TryStreamExt;

/// Title, author, ISBN and price in US dollars.
const BOOKS: [(&str, &str, &str, f64); 3] = [
    ("The Dispossessed", "Ursula K. Le Guin", "978-0-06-051275-0", 15.99),
    ("Solaris", "Stanislaw Lem", "978-0-15-602760-1", 14.5),
    ("Roadside Picnic", "Arkady Strugatsky", "978-1-61374-341-6", 12.75),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let origin = std::env::args().nth(1);
    let origin = origin.as_deref().unwrap_or("http://127.0.0.1:8000");
    let options = Options::default();

    let catalogue = v2::Client::connect(origin, &options)?;
    for (title, author, isbn, price) in BOOKS {
        add(&catalogue, book(title, author, isbn, price)?).await?;
    }
    walk(&catalogue).await?;
    register(&v1::Client::connect(origin, &options)?).await
}

fn book(
    title: &str,
    author: &str,
    isbn: &str,
    price: f64,
) -> anyhow::Result<BookCreate> {
    let metadata: BookMetadataInput = BookMetadataInput::builder()
        .tags(vec!["classic".parse()?])
        .try_into()?;
    let book = BookCreate::builder()
        .title(title)
        .author(AuthorRef::Name(AuthorName::try_from(author)?))
        .isbn(isbn)
        .pricing(PricingInput::builder().amount(price))
        .metadata(metadata)
        .try_into()?;
    Ok(book)
}

async fn add(catalogue: &v2::Client, book: BookCreate) -> anyhow::Result<()> {
    let title = book.title.to_string();
    match catalogue.book_create().body(book).send().await {
        Ok(book) => println!("added {title} as book {}", book.id),
        Err(Error::ErrorResponse(answer))
            if answer.error_code == v2::types::ErrorCode::Duplicate =>
        {
            println!("{title} is there already: {}", answer.message);
        }
        Err(Error::ErrorResponse(answer)) => {
            bail!("{title} was refused: {}", answer.message)
        }
        Err(error) => return Err(error).context("adding a book"),
    }
    Ok(())
}

/// Reads the list in parts of two, to show that nobody notices the parts.
async fn walk(catalogue: &v2::Client) -> anyhow::Result<()> {
    let mut books = catalogue.book_list().limit(2).stream();
    while let Some(book) = books.try_next().await.context("listing books")? {
        println!("{}", line(&book));
    }
    Ok(())
}

fn line(book: &Book) -> String {
    format!(
        "book {}: {} by {}, {:.2} {}",
        book.id,
        *book.title,
        *book.author.name,
        book.pricing.amount,
        *book.pricing.currency,
    )
}

async fn register(registry: &v1::Client) -> anyhow::Result<()> {
    let model = ModelInput::builder()
        .model_id("shelf-sorter")
        .framework("onnx")
        .version("1.0.0")
        .parameters_millions(0.25);
    match registry.model_create().body(model).send().await {
        Ok(model) => println!("registered {}", *model.model_id),
        Err(Error::ErrorResponse(answer))
            if answer.error_code == v1::types::ErrorCode::Duplicate =>
        {
            println!("the model is there already: {}", answer.message);
        }
        Err(Error::ErrorResponse(answer)) => {
            bail!("the model was refused: {}", answer.message)
        }
        Err(error) => return Err(error).context("registering a model"),
    }
    Ok(())
}
