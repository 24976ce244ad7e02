use colophon_client::v2::types::{BookPatch, Title};

fn rename(title: String) -> BookPatch {
    BookPatch { title: Some(Title(title)), ..BookPatch::default() }
}

fn main() {}
