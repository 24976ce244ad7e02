use colophon_client::v1::types::BookCreate;

fn main() {
    let _ = BookCreate::builder().title("Dune").price("9.50");
}
