//! The session cache: what it saves, and what it must not hide.

use serde_json::json;

use super::support::{get, identity, setup, signed_in, start};
use crate::support::{BOUND, Gateway, Setup};

const SITE: &str = "https://wiki.example.com/";

fn beside(gateway: &Gateway) -> Gateway {
    let setup = Setup::beside(gateway).toml("[server]\ntrusted_proxies = ['127.0.0.0/8']");
    setup.toml("[sessions.cookie]\ndomain = 'example.com'").start()
}

/// Repeats a request until it has that status, at most for [`BOUND`].
async fn until(status: u16, ask: impl AsyncFn() -> u16) {
    let began = std::time::Instant::now();
    while ask().await != status {
        assert!(began.elapsed() < BOUND, "not {status} within {BOUND:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// FW-14: a session that was ended is refused by every replica, although it is cached there.
#[tokio::test]
async fn an_ended_session_is_refused_by_both_replicas() {
    let here = start("");
    let there = beside(&here);
    let browser = signed_in(&here, "ada", &[]).await;
    let elsewhere = browser.at(&there.base);
    for browser in [&browser, &elsewhere] {
        assert_eq!(get(browser, SITE).await.status, 200);
    }
    assert_eq!(
        browser.ask("POST", "/logout").for_json().header("sec-fetch-site", "same-origin").send().await.status,
        204
    );
    until(401, async || get(&elsewhere, SITE).await.status).await;
    assert_eq!(get(&browser, SITE).await.status, 401);
}

/// FW-14: so is one whose user was disabled.
#[tokio::test]
async fn a_disabled_user_is_refused_by_both_replicas() {
    let here = setup("[admin]\ntoken = 'an-administrators-token-of-32-bytes'").start();
    let there = beside(&here);
    let browser = signed_in(&here, "ada", &[]).await;
    let elsewhere = browser.at(&there.base);
    let sub = identity(&get(&browser, SITE).await)[0].clone();
    assert_eq!(get(&elsewhere, SITE).await.status, 200);
    let disable = here.browser().ask("POST", &format!("{}/admin/users/{sub}/disable", here.admin));
    let disabled =
        disable.for_json().header("authorization", "Bearer an-administrators-token-of-32-bytes").send().await;
    assert!(disabled.status < 300, "{disabled:?}");
    until(401, async || get(&elsewhere, SITE).await.status).await;
    until(401, async || get(&browser, SITE).await.status).await;
}

/// The replica that wrote a login sees its changes at once.
#[tokio::test]
async fn a_login_is_seen_by_the_other_sessions_of_the_identity() {
    let gateway = start("");
    let browser = signed_in(&gateway, "ada", &["old"]).await;
    assert_eq!(identity(&get(&browser, SITE).await)[3], "old");
    assert_eq!(browser.fetch("/session").await.json()["user"]["groups"], json!(["old"]));
    signed_in(&gateway, "ada", &["new"]).await;
    assert_eq!(identity(&get(&browser, SITE).await)[3], "new");
    assert_eq!(browser.fetch("/session").await.json()["user"]["groups"], json!(["new"]));
}

/// A cached session ends at its idle timeout, and each use at `/verify` counts against that.
#[tokio::test]
async fn a_cached_session_ends_in_time_and_is_kept_by_its_use() {
    let gateway = start("[sessions]\nidle_timeout = '30m'\n[verify]\ncache_for = '60s'");
    gateway.hand.hold();
    let browser = signed_in(&gateway, "ada", &[]).await;
    for _ in 0..5 {
        gateway.hand.advance(chrono::TimeDelta::minutes(20));
        assert_eq!(get(&browser, SITE).await.status, 200);
        // The use is stored in the background.
        let recent = format!(
            "SELECT count(*) FROM sessions WHERE last_activity_at > '{}'",
            gateway.clock.now() - chrono::TimeDelta::minutes(1)
        );
        gateway.database.until(&recent, 1).await;
    }
    gateway.hand.advance(chrono::TimeDelta::minutes(30));
    assert_eq!(get(&browser, SITE).await.problem(), (401, "session_expired".into()));
}
