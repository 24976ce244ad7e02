use colophon_client::v2::types::{AuthorRef, BookCreate, PricingInput, Title};

fn book(title: Title, author: AuthorRef, pricing: PricingInput) -> BookCreate {
    BookCreate { title, author, pricing, metadata: None }
}

fn main() {}
