use colophon_client::{v1, v2};

fn send(client: &v1::Client, book: v2::types::BookCreate) {
    let _ = client.book_create().body(book);
}

fn main() {}
