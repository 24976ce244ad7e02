use colophon_client::v2::types::{AuthorName, AuthorRef};

fn both(id: i64, name: AuthorName) -> AuthorRef {
    AuthorRef { id, name }
}

fn main() {}
