use colophon_client::v2::types::BookCreate;

fn main() {
    let _ = BookCreate::builder().title("Dune").author_name("Frank Herbert");
}
