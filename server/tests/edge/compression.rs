//! What is compressed, and what must not be.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::{Client, Response};

use crate::inner::big;
use crate::rig::Rig;

async fn ask(rig: &Rig, path: &str, accept: &str) -> Response {
    let request = Client::new().get(rig.url(path));
    request.header("accept-encoding", accept).send().await.expect("an answer")
}

fn coding(response: &Response) -> Option<&str> {
    response.headers().get("content-encoding").and_then(|c| c.to_str().ok())
}

#[tokio::test]
async fn long_json_is_compressed_for_those_who_ask() {
    let rig = Rig::start().await;
    let response = ask(&rig, "/big", "br, gzip").await;
    assert_eq!(coding(&response), Some("gzip"));
    let vary = response.headers().get_all("vary").iter();
    assert!(vary.into_iter().any(|v| v == "accept-encoding"));
    let bytes = response.bytes().await.expect("a body");
    let mut text = String::new();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, big());
}

#[tokio::test]
async fn what_need_not_or_must_not_be_is_not_compressed() {
    let rig = Rig::start().await;
    for (path, accept) in
        [("/big", "identity"), ("/echo", "gzip"), ("/etag", "gzip")]
    {
        let response = ask(&rig, path, accept).await;
        assert_eq!(coding(&response), None, "{path} {accept}");
        assert!(response.text().await.is_ok());
    }
}

#[tokio::test]
async fn a_tag_stays_strong() {
    let rig = Rig::start().await;
    let response = ask(&rig, "/etag", "gzip").await;
    assert_eq!(response.headers()["etag"], "\"1\"");
}

#[tokio::test]
async fn compression_can_be_turned_off() {
    let off = |config: &mut colophon_server::config::Config| {
        config.edge.compression = false;
    };
    let rig = Rig::start_with(off).await;
    let response = ask(&rig, "/big", "gzip").await;
    assert_eq!(coding(&response), None);
    assert_eq!(response.text().await.expect("a body"), big());
}
