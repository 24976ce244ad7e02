//! Start, stop, restart; and the server without an edge.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::TestServer;
use crate::data::{isbn, plain, plain2, titles};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn sample_data_fills_an_empty_database_once() {
    let server = TestServer::start_filled("sample_data_fills").await;
    let all = "/api/v1/books?sort_order=asc";
    let books = server.get(all).expect(200).await;
    let told: Vec<_> =
        books["items"].as_array().expect("books").iter().collect();
    for (book, (title, author, isbn, genre, year, price)) in told.iter().zip([
        (
            "Clean Code",
            "Robert C. Martin",
            "9780132350884",
            "programming",
            2008,
            39.99,
        ),
        (
            "Design Patterns",
            "Gang of Four",
            "9780201633610",
            "programming",
            1994,
            54.99,
        ),
        (
            "The Pragmatic Programmer",
            "David Thomas",
            "9780135957059",
            "programming",
            2019,
            49.99,
        ),
        (
            "Dune",
            "Frank Herbert",
            "9780441013593",
            "science-fiction",
            1965,
            17.99,
        ),
        ("1984", "George Orwell", "9780451524935", "dystopian", 1949, 12.99),
    ]) {
        assert_eq!(book["title"], title);
        assert_eq!(book["author_name"], author);
        assert_eq!(book["isbn"], isbn);
        assert_eq!(book["genre"], genre);
        assert_eq!(book["published_year"], year);
        assert_eq!(book["price"].as_f64(), Some(price));
        assert!(book["description"].is_string());
        assert_ne!(book["tags"], json!([]));
    }
    assert_eq!(told.len(), 5);
    let models = server.get("/api/v1/models").expect(200).await;
    assert_eq!(models.as_array().map(Vec::len), Some(2));
    let items = server.get("/api/v1/items").expect(200).await;
    let ids = items.as_array().expect("items").iter();
    let ids: Vec<_> = ids.map(|item| item["id"].clone()).collect();
    assert_eq!(ids, [1, 2, 3]);
    server.delete("/api/v1/books/1").reply(204).await;

    let server = server.restart().await;

    let again = server.get(all).expect(200).await;
    assert_eq!(again["total"], 4, "only an empty database is filled");
    server.stop().await;
}

#[tokio::test]
async fn data_survives_a_restart() {
    let server = TestServer::start("data_survives_a_restart").await;
    server.post("/api/v1/books", &plain("Dune", 1)).expect(201).await;
    server.post("/api/v2/books", &plain2("Emma", 2)).expect(201).await;
    server.delete("/api/v1/books/2").reply(204).await;
    let before = server.get("/api/v2/books/1").expect(200).await;

    let server = server.restart().await;

    assert_eq!(server.get("/api/v2/books/1").expect(200).await, before);
    server.get("/api/v1/books/2").expect(404).await;
    let next =
        server.post("/api/v1/books", &plain("Next", 3)).expect(201).await;
    assert_eq!(next["id"], 3);
    server.stop().await;
}

/// A request by hand, byte by byte.
struct Wire(TcpStream);

impl Wire {
    async fn connect(server: &TestServer) -> Self {
        Self(TcpStream::connect(server.addr()).await.expect("a connection"))
    }

    async fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).await.expect("it is sent");
    }

    /// Reads until `end` has come, or the connection ends.
    async fn read_until(&mut self, end: &str) -> String {
        let mut all = Vec::new();
        let reading = async {
            let mut chunk = [0; 1024];
            while !String::from_utf8_lossy(&all).contains(end) {
                match self.0.read(&mut chunk).await.expect("bytes") {
                    0 => break,
                    read => all.extend_from_slice(&chunk[..read]),
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("in time");
        String::from_utf8(all).expect("text")
    }
}

#[tokio::test]
async fn a_request_under_way_is_finished_when_the_server_stops() {
    let server = TestServer::start("a_request_under_way").await;
    let addr = server.addr();
    let body = plain("Dune", 1).to_string();
    let (first, second) = body.split_at(body.len() / 2);
    let mut wire = Wire::connect(&server).await;
    // The server asks for the body when the request has reached it.
    wire.send(&format!(
        "POST /api/v1/books HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    ))
    .await;
    let interim = wire.read_until("\r\n\r\n").await;
    assert!(interim.starts_with("HTTP/1.1 100"), "{interim}");
    wire.send(first).await;

    let stopping = server.stop();
    let finishing = async {
        // Nobody is let in any more: the server is stopping.
        let refused = async {
            while TcpStream::connect(addr).await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, refused).await.expect("it stops");
        wire.send(second).await;
        wire.read_until("\"updated_at\":null").await
    };
    let ((), answer) = tokio::join!(stopping, finishing);

    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains(&isbn(1)), "{answer}");
}

#[tokio::test]
async fn a_server_without_an_edge_serves_too() {
    let name = "a_server_without_an_edge";
    let server = TestServer::start_with(name, |config| {
        config.edge.enabled = false;
        config.database.sample_data = true;
    })
    .await;
    let reply =
        server.post("/api/v1/books", &plain("Emma", 1)).reply(201).await;
    assert_eq!(reply.header("location"), Some("/api/v1/books/6"));
    assert!(reply.header("deprecation").is_some());
    let reply = server.get("/api/v2/books/6").reply(200).await;
    assert_eq!(reply.header("etag"), Some("\"1\""));
    // `Ask` holds the id in an error's body against the header.
    for ask in [
        server.get("/api/v1/books/99"),
        server.get("/api/v2/books/99").header("x-request-id", "mine"),
    ] {
        let missing = ask.expect(404).await;
        assert_eq!(missing["error_code"], "NotFound");
    }
    server.get("/api/v1/books?page=0").expect(422).await;
    server.get("/docs").reply(200).await;
    server.get("/api/books/6").header("x-api-version", "2").reply(200).await;
    let search = server.get("/api/v1/books/search?q=emma").expect(200).await;
    assert_eq!(titles(&search), ["Emma"]);
    server.ask(Method::OPTIONS, "/api/v1/books").reply(204).await;
    server.stop().await;
}

#[tokio::test]
async fn odd_requests_are_refused_and_harm_nobody() {
    let server = TestServer::start_filled("odd_requests").await;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let huge = format!("{{\"price\": {}}}", "9".repeat(1000));
    let wide: Value = (0..2000).map(|n| json!({ "n": n })).collect();
    for body in
        [deep, huge, wide.to_string(), "1e999".to_owned(), "-0".to_owned()]
    {
        for path in [
            "/api/v1/books",
            "/api/v1/books/bulk",
            "/api/v2/books",
            "/api/v1/models",
        ] {
            let ask = server.ask(Method::POST, path);
            let reply = ask.body("application/json", body.clone()).send().await;
            assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        }
    }
    let long = "x".repeat(20_000);
    let many = |name: &str| -> String {
        (0..1500).map(|n| format!("{name}={n}&")).collect()
    };
    for path in [
        format!("/api/v1/books?search={long}"),
        format!("/api/v2/books?page_token={long}"),
        format!("/api/v1/books/{long}"),
        format!("/api/v1/books?{}", many("tags")),
        format!("/api/v1/books?{}", many("any_tags")),
        format!("/api/v1/books?{}", many("genres")),
        format!("/api/v1/books?{}", many("authors")),
        format!("/api/v1/books?{}", "authors=a&".repeat(2500)),
        format!("/api/v1/books?{}", "tags=a&".repeat(4000)),
        format!("/api/v1/books?{}", "statuses=reserved&".repeat(1500)),
        format!("/api/v2/books?{}", many("tags")),
        format!("/api/v2/books?{}", many("any_tags")),
        "/api/v1/books?min_price=1e308&max_price=1e-308".to_owned(),
        "/api/v1/books?page=1000000000&per_page=100".to_owned(),
        "/api/v1/books?search=%25%25%25".to_owned(),
        "/api/v1/books?search=%22%27%3B--".to_owned(),
        "/api/v1/models?min_params=1e308".to_owned(),
    ] {
        let reply = server.get(&path).send().await;
        assert!(!reply.status.is_server_error(), "{path}: {}", reply.status);
    }
    let list = server.get("/api/v1/books").expect(200).await;
    assert_eq!(list["total"], 5);
    server.stop().await;
}
