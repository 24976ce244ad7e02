use colophon_client::v2::types::{BookField, BookPatch};

fn main() {
    let _ = BookPatch::builder().clear(vec![BookField::Title]);
}
