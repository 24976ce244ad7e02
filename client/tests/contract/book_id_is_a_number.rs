use colophon_client::v2::Client;

fn main() {
    let client = Client::new("http://127.0.0.1:8000/api/v2");
    let _ = client.book_view().book_id("4");
}
