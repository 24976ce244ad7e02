use colophon_client::v2::types::{
    AuthorName, AuthorRef, BookCreate, Isbn, PricingInput, Title,
};

fn book() -> Result<BookCreate, Box<dyn std::error::Error>> {
    Ok(BookCreate {
        title: Title::try_from("Dune")?,
        author: AuthorRef::Name(AuthorName::try_from("Frank Herbert")?),
        isbn: Isbn::try_from("978-0-441-01359-3")?,
        pricing: PricingInput::builder().amount(9.5).try_into()?,
        metadata: None,
    })
}

fn main() {
    assert!(book().is_ok());
}
