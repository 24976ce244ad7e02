//! How often a network may ask, and whose address counts.

use std::num::NonZeroU32;

use colophon_server::config::{Config, RateLimitMode};
use reqwest::Response;

use crate::rig::Rig;

/// Two requests at once, and the next in a minute.
fn two_at_once(config: &mut Config) {
    config.rate_limit.mode = RateLimitMode::On;
    config.rate_limit.network_burst = NonZeroU32::MIN.saturating_add(1);
    config.rate_limit.network_per_minute = NonZeroU32::MIN;
}

async fn ask(rig: &Rig, forwarded_for: &str) -> Response {
    let ask = reqwest::Client::new().get(rig.url("/echo"));
    let ask = ask.header("x-forwarded-for", forwarded_for);
    ask.send().await.expect("an answer")
}

#[tokio::test]
async fn a_network_that_asks_too_often_is_told_when_to_come_back() {
    let rig = Rig::start_with(two_at_once).await;
    for _ in 0..2 {
        assert_eq!(rig.get("/echo").await.status(), 200);
    }

    let refused = rig.get("/echo").await;

    assert_eq!(refused.status(), 429);
    let header =
        |name: &str| refused.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("x-ratelimit-limit"), "2");
    assert_eq!(header("x-ratelimit-remaining"), "0");
    let (after, id) = (header("retry-after"), header("x-request-id"));
    let after: i64 = after.parse().expect("seconds");
    assert!((1..=60).contains(&after), "{after}");
    let reset: i64 = header("x-ratelimit-reset").parse().expect("a second");
    let now = chrono::Utc::now().timestamp();
    assert!((now + 60..=now + 121).contains(&reset), "{reset} after {now}");
    let error: serde_json::Value = refused.json().await.expect("JSON");
    assert_eq!(error["error_code"], "RateLimitExceeded");
    assert_eq!(error["retry_after"], after);
    assert_eq!(error["request_id"], id.as_str());
}

#[tokio::test]
async fn nobody_is_counted_on_loopback_by_default() {
    let rig = Rig::start_with(|config| {
        two_at_once(config);
        config.rate_limit.mode = RateLimitMode::Auto;
    })
    .await;
    for _ in 0..5 {
        assert_eq!(rig.get("/echo").await.status(), 200);
    }
}

#[tokio::test]
async fn who_is_no_trusted_proxy_cannot_speak_for_others() {
    let rig = Rig::start_with(two_at_once).await;
    for (client, status) in
        [("192.0.2.1", 200), ("192.0.2.2", 200), ("192.0.2.3", 429)]
    {
        assert_eq!(ask(&rig, client).await.status(), status);
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_is_counted() {
    let rig = Rig::start_with(|config| {
        two_at_once(config);
        let loopback = "127.0.0.0/8".parse().expect("a network");
        config.edge.trusted_proxies = vec![loopback];
    })
    .await;
    for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::"] {
        for status in [200, 200, 429] {
            let answer = ask(&rig, &format!("203.0.113.5, {client}")).await;
            assert_eq!(answer.status(), status, "{client}");
            if status == 200 {
                let told: serde_json::Value = answer.json().await.expect("it");
                assert_eq!(told["headers"]["x-forwarded-for"], client);
            }
        }
    }
    let neighbour = ask(&rig, "2001:db8::2").await;
    assert_eq!(neighbour.status(), 429, "it is in the network of ::1");
}
