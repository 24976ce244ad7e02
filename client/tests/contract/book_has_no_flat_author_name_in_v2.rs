use colophon_client::v2::types::Book;

fn author_of(book: &Book) -> String {
    book.author_name.to_string()
}

fn main() {}
