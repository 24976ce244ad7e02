use colophon_client::{v1, v2};

fn carry(old: &v1::types::Book) -> v2::types::builder::BookCreate {
    v2::types::BookCreate::builder()
        .title(old.title.as_str())
        .author(v2::types::AuthorRef::Name(name(old)))
        .isbn(old.isbn.as_str())
        .pricing(v2::types::PricingInput::builder().amount(old.price))
}

fn name(old: &v1::types::Book) -> v2::types::AuthorName {
    old.author_name.parse().expect("both contracts bound it alike")
}

fn main() {
    let _ = carry;
}
