//! The documentation pages in a real browser, headless Chromium.
//!
//! Needs `chromedriver` and Chromium (Debian: `chromium-driver`). Without them
//! each test says that it is skipped, and so does `cargo xtask test`.

mod browser;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use colophon_server::Server;
use colophon_server::app::App;
use colophon_server::config::{AuthMode, Config, Database};
use colophon_server::domain::{Password, Role, UserCreate};
use colophon_server::store::Store;
use fantoccini::{Client, Locator};
use slog::{Discard, Logger, o};
use tempfile::TempDir;

use browser::{Browser, PATIENCE};

const USERNAME: &str = "ann";
const PASSWORD: &str = "correct horse battery";

async fn server() -> Server {
    start("sqlite::memory:".to_owned(), |_| {}).await
}

/// A server that asks for tokens, and knows one user: an editor.
async fn guarded_server(folder: &TempDir) -> Server {
    let file = folder.path().join("colophon.db");
    let url = format!("sqlite:{}", file.display());
    add_user(&url).await;
    start(url, |config| {
        config.auth.mode = AuthMode::Required;
        config.mail.folder = folder.path().join("mail").display().to_string();
    })
    .await
}

async fn start(url: String, adjust: impl FnOnce(&mut Config)) -> Server {
    let mut config = Config::default();
    config.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
    config.database.url = url;
    adjust(&mut config);
    colophon_server::start(config, silent()).await.expect("a server")
}

/// Does what `colophon user create` does.
async fn add_user(url: &str) {
    let settings = Database { url: url.to_owned(), ..Database::default() };
    let store = Store::open(&settings, silent()).await.expect("a store");
    let new = UserCreate {
        username: USERNAME.to_owned(),
        email: "ann@example.org".to_owned(),
        full_name: "Ann".to_owned(),
        role: Role::Editor,
        password: Password::new(PASSWORD.to_owned()),
    };
    let app = App::new(store.clone(), silent());
    app.user_create(new).await.expect("a user");
    store.close().await;
}

fn silent() -> Logger {
    Logger::root(Discard, o!())
}

/// The element that this CSS selector finds, once it is there.
async fn find(page: &Client, css: &str) -> fantoccini::elements::Element {
    let found = page.wait().at_most(PATIENCE).for_element(Locator::Css(css));
    found.await.unwrap_or_else(|error| panic!("{css}: {error}"))
}

async fn click(page: &Client, css: &str) {
    find(page, css).await.click().await.expect(css);
}

/// A part of what the page has of an operation, as a CSS selector.
fn part(operation: &str, css: &str) -> String {
    format!("[id$='-{operation}'] {css}")
}

/// Opens an operation, tries it out with its example, and gives the status
/// that the page shows.
async fn try_out(page: &Client, operation: &str) -> String {
    click(page, &part(operation, ".opblock-summary-control")).await;
    click(page, &part(operation, ".try-out__btn")).await;
    execute(page, operation).await
}

/// Sends the request of an operation that is being tried out, and gives the
/// status that the page shows.
async fn execute(page: &Client, operation: &str) -> String {
    click(page, &part(operation, ".execute")).await;
    let status = ".live-responses-table .response-col_status";
    let status = part(operation, &format!("{status}:not(.col_header)"));
    find(page, &status).await.text().await.expect("a status")
}

/// Takes away what came of an operation that was tried out.
async fn clear(page: &Client, operation: &str) {
    click(page, &part(operation, ".btn-clear")).await;
}

/// Fills in the form of the password grant, and closes it when the token is
/// there.
async fn sign_in(page: &Client) {
    click(page, ".auth-wrapper .authorize.unlocked").await;
    for (field, text) in
        [("#oauth_username", USERNAME), ("#oauth_password", PASSWORD)]
    {
        find(page, field).await.send_keys(text).await.expect(field);
    }
    click(page, "[aria-label='Apply given OAuth2 credentials']").await;
    find(page, "[aria-label='Remove authorization']").await;
    click(page, ".btn-done").await;
}

async fn sign_out(page: &Client) {
    click(page, ".auth-wrapper .authorize.locked").await;
    click(page, "[aria-label='Remove authorization']").await;
    find(page, "[aria-label='Apply given OAuth2 credentials']").await;
    click(page, ".btn-done").await;
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
async fn who_signs_in_may_write_and_who_signs_out_may_not() {
    let Some(browser) = Browser::start().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let server = guarded_server(&folder).await;
    let origin = format!("http://{}", server.local_addr());
    let page = browser.page();

    page.goto(&format!("{origin}/docs")).await.expect("the page");
    assert_eq!(try_out(page, "book_create").await, "401");
    clear(page, "book_create").await;
    sign_in(page).await;
    assert_eq!(execute(page, "book_create").await, "201");
    clear(page, "book_create").await;
    sign_out(page).await;
    assert_eq!(execute(page, "book_create").await, "401");

    let requested = browser.close().await;
    server.close().await;
    assert!(requested.contains(&format!("{origin}/api/v1/auth/token")));
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
