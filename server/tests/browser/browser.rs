//! Chromium, driven by chromedriver, with a record of what its page asks the
//! network for.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub(crate) struct Browser {
    page: Client,
    /// Ends before the folder goes, in which the browser keeps its profile.
    _driver: Driver,
    _folder: TempDir,
}

/// chromedriver, which ends with this.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    /// `None`, and a word about it, where there is no chromedriver.
    pub(crate) async fn start() -> Option<Self> {
        let Ok(driver) = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
        else {
            eprintln!("SKIPPED: there is no chromedriver");
            return None;
        };
        let mut driver = Driver(driver);
        let port = port(&mut driver.0);
        let folder = tempfile::tempdir().expect("a folder");
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&folder))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser");
        Some(Self { page, _driver: driver, _folder: folder })
    }

    pub(crate) fn page(&self) -> &Client {
        &self.page
    }

    /// Closes the browser, and tells every URL that its page has asked the
    /// network for.
    pub(crate) async fn close(self) -> BTreeSet<String> {
        let log = self.page.issue_cmd(PerformanceLog).await.expect("a log");
        self.page.clone().close().await.expect("closed");
        let entries = log.as_array().expect("entries");
        entries.iter().filter_map(requested).collect()
    }
}

/// The URL of a request, if this entry of the log tells of one; what a page
/// or the browser has within itself (`data:`, `blob:`, `chrome:`) is none.
fn requested(entry: &Value) -> Option<String> {
    let message = entry["message"].as_str().expect("a message");
    let event: Value = serde_json::from_str(message).expect("an event");
    let event = &event["message"];
    let url = match event["method"].as_str()? {
        "Network.requestWillBeSent" => &event["params"]["request"]["url"],
        "Network.webSocketCreated" => &event["params"]["url"],
        _ => return None,
    };
    let url = url.as_str().expect("a URL");
    let schemes = ["http://", "https://", "ws://", "wss://", "ftp://"];
    let leaves = schemes.iter().any(|scheme| url.starts_with(scheme));
    leaves.then(|| url.to_owned())
}

/// chromedriver's command for what happened in the browser since the last one.
#[derive(Debug)]
struct PerformanceLog;

impl WebDriverCompatibleCommand for PerformanceLog {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "performance" }).to_string()))
    }
}

/// The port that chromedriver says it has taken.
fn port(driver: &mut Child) -> u16 {
    let lines = BufReader::new(driver.stdout.take().expect("its output"));
    lines
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.contains("started successfully on port"))
        .find_map(|line| {
            line.trim_end_matches('.').rsplit(' ').next()?.parse().ok()
        })
        .expect("a port")
}

/// Chromium without a window, and without what it asks its maker for.
fn capabilities(folder: &TempDir) -> Map<String, Value> {
    let options = json!({ "args": [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--window-size=1400,2000",
        format!("--user-data-dir={}", folder.path().display()),
    ]});
    let log = json!({ "performance": "ALL" });
    Map::from_iter([
        ("goog:chromeOptions".to_owned(), options),
        ("goog:loggingPrefs".to_owned(), log),
    ])
}
