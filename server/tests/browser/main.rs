//! The documentation pages in a real browser, headless Chromium.
//!
//! Needs `chromedriver` and Chromium (Debian: `chromium-driver`). Without them
//! each test says that it is skipped, and so does `cargo xtask test`.

mod browser;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use colophon_server::Server;
use colophon_server::config::Config;
use fantoccini::{Client, Locator};
use slog::{Discard, Logger, o};

use browser::{Browser, PATIENCE};

async fn server() -> Server {
    let mut config = Config::default();
    config.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
    config.database.url = "sqlite::memory:".to_owned();
    let log = Logger::root(Discard, o!());
    colophon_server::start(config, log).await.expect("a server")
}

/// The element that this CSS selector finds, once it is there.
async fn find(page: &Client, css: &str) -> fantoccini::elements::Element {
    let found = page.wait().at_most(PATIENCE).for_element(Locator::Css(css));
    found.await.unwrap_or_else(|error| panic!("{css}: {error}"))
}

async fn click(page: &Client, css: &str) {
    find(page, css).await.click().await.expect(css);
}

/// Opens an operation, tries it out with its example, and gives the status
/// that the page shows.
async fn try_out(page: &Client, operation: &str) -> String {
    let part = |css: &str| format!("[id$='-{operation}'] {css}");
    click(page, &part(".opblock-summary-control")).await;
    click(page, &part(".try-out__btn")).await;
    click(page, &part(".execute")).await;
    let status = part(".live-responses-table .response-col_status");
    let status = find(page, &format!("{status}:not(.col_header)")).await;
    status.text().await.expect("a status")
}

async fn choose_contract(page: &Client, url: &str) {
    let choice = find(page, ".topbar select").await;
    choice.select_by_value(url).await.expect("a contract");
    let shown = format!(".info a[href*='{url}']");
    find(page, &shown).await;
}

#[tokio::test]
async fn both_contracts_can_be_tried_out_and_nothing_leaves_the_host() {
    let Some(browser) = Browser::start().await else { return };
    let server = server().await;
    let origin = format!("http://{}", server.local_addr());
    let page = browser.page();

    page.goto(&format!("{origin}/docs")).await.expect("the page");
    assert_eq!(try_out(page, "book_create").await, "201");
    choose_contract(page, "/api/v1/openapi.json").await;
    assert_eq!(try_out(page, "prediction_create").await, "200");
    assert_eq!(try_out(page, "model_create").await, "201");

    let requested = browser.close().await;
    server.close().await;
    assert!(requested.contains(&format!("{origin}/api/v2/books")));
    assert_all_from(&origin, &requested);
}

#[tokio::test]
async fn redoc_shows_both_contracts_and_nothing_leaves_the_host() {
    let Some(browser) = Browser::start().await else { return };
    let server = server().await;
    let origin = format!("http://{}", server.local_addr());
    let page = browser.page();

    page.goto(&format!("{origin}/redoc")).await.expect("the page");
    find(page, "[data-section-id$='book_create']").await;

    let requested = browser.close().await;
    server.close().await;
    assert!(requested.contains(&format!("{origin}/redoc")));
    assert_all_from(&origin, &requested);
}

fn assert_all_from(origin: &str, requested: &BTreeSet<String>) {
    let own = format!("{origin}/");
    let foreign: Vec<_> =
        requested.iter().filter(|url| !url.starts_with(&own)).collect();
    assert!(foreign.is_empty(), "requests to others: {foreign:#?}");
}
