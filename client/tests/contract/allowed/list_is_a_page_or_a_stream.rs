use colophon_client::v2::Client;

fn main() {
    let client = Client::new("http://127.0.0.1:8000/api/v2");
    let list = client.book_list().limit(5).genre("dystopian").tags(vec![]);
    let _page = list.clone().send();
    let _stream = list.stream();
}
