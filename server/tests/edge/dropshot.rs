//! The edge before a real dropshot server: what it answers by itself, and
//! how it reads paths.

use dropshot::{
    ApiDescription, ConfigDropshot, HttpError, HttpResponseOk, HttpServer,
    Path, RequestContext, ServerBuilder, endpoint,
};
use schemars::JsonSchema;
use serde::Deserialize;
use slog::{Discard, Logger, o};

use colophon_server::edge::{Edge, Secret};

use crate::raw::{Answer, Raw};
use crate::rig;

#[derive(Deserialize, JsonSchema)]
struct BookPath {
    book_id: String,
}

#[endpoint { method = GET, path = "/books" }]
async fn book_list(
    _rq: RequestContext<()>,
) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk("all".to_owned()))
}

#[endpoint { method = GET, path = "/books/{book_id}" }]
async fn book_view(
    _rq: RequestContext<()>,
    path: Path<BookPath>,
) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk(path.into_inner().book_id))
}

#[endpoint { method = GET, path = "/" }]
async fn root(
    _rq: RequestContext<()>,
) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk("root".to_owned()))
}

async fn start() -> (HttpServer<()>, Edge) {
    let log = Logger::root(Discard, o!());
    let mut api = ApiDescription::new();
    api.register(book_list).expect("registers");
    api.register(book_view).expect("registers");
    api.register(root).expect("registers");
    let server = ServerBuilder::new(api, (), log.clone())
        .config(ConfigDropshot::default())
        .start()
        .expect("dropshot starts");
    let upstream = server.local_addr();
    let edge = rig::edge(|_| {}, upstream, Secret::random(), log).await;
    (server, edge)
}

async fn ask(edge: &Edge, method: &str, path: &str) -> Answer {
    let mut client = Raw::connect(edge.local_addr()).await;
    let request = format!("{method} {path} HTTP/1.1\r\nHost: h\r\n\r\n");
    client.ask(request).await
}

#[tokio::test]
async fn a_trailing_slash_makes_no_difference() {
    let (_server, edge) = start().await;
    for (path, expected) in [
        ("/", "\"root\""),
        ("/books", "\"all\""),
        ("/books/", "\"all\""),
        ("/books/7", "\"7\""),
        ("/books/7/", "\"7\""),
        ("/books/?q=1", "\"all\""),
    ] {
        let answer = ask(&edge, "GET", path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    }
}

#[tokio::test]
async fn dropshots_own_errors_have_the_contracts_shape() {
    let (_server, edge) = start().await;
    let answer = ask(&edge, "GET", "/nothing/here").await;
    answer.assert_error(404, "NotFound");
    let answer = ask(&edge, "DELETE", "/books").await;
    answer.assert_error(405, "BadRequest");
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    let answer = ask(&edge, "GET", "/books/%ff").await;
    answer.assert_error(400, "BadRequest");
}

#[tokio::test]
async fn paths_do_not_climb() {
    let (_server, edge) = start().await;
    for path in ["/books/../books", "/books/./7", "/..", "/books/7/.."] {
        ask(&edge, "GET", path).await.assert_error(400, "BadRequest");
    }
    for (path, variable) in [
        ("/books/%2e%2e", "\"..\""),
        ("/books/..%2f..%2fetc", "\"../../etc\""),
        ("/books/%2e%2e%2f", "\"../\""),
    ] {
        let answer = ask(&edge, "GET", path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, variable));
    }
}
