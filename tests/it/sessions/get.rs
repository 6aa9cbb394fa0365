//! `GET /sessions`

use chrono::TimeDelta;
use serde_json::json;

use crate::support::device::{Device, FIREFOX, IPHONE, app_under};
use crate::support::{Browser, Gateway, Setup};

/// SE-07
#[tokio::test]
async fn sessions_are_listed_newest_first() {
    let gateway = Gateway::start();
    let laptop = Device::with(&gateway, "alice", FIREFOX).await;
    let phone = Device::with(&gateway, "alice", IPHONE).await;
    Device::sign_in(&gateway, "bob").await;
    app_under(&gateway, &laptop.sid, "web");
    app_under(&gateway, &laptop.sid, "mail");
    app_under(&gateway, &laptop.sid, "web");

    let shown = laptop.sessions().await;
    assert_eq!(
        shown.iter().map(|one| one["id"].as_str().expect("an id")).collect::<Vec<_>>(),
        [&phone.sid, &laptop.sid]
    );
    let own = &shown[1];
    let keys: Vec<_> = own.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "clients",
            "created_at",
            "current",
            "device",
            "expires_at",
            "id",
            "ip",
            "last_activity_at",
            "provider",
            "user_agent"
        ]
    );
    assert_eq!(own["current"], true);
    assert_eq!(own["clients"], json!(["mail", "web"]));
    assert_eq!(own["ip"], "127.0.0.1");
    assert_eq!(own["user_agent"], FIREFOX);
    assert_eq!(own["provider"], "op");
    let device =
        json!({"type": "desktop", "os": "Linux", "os_version": null, "browser": "Firefox", "browser_version": "144"});
    assert_eq!(own["device"], device);
    assert_eq!(shown[0]["current"], false);
    assert_eq!(shown[0]["device"]["type"], "mobile");
    assert_eq!(shown[0]["clients"], json!([]));
    let time =
        |name: &str| own[name].as_str().expect("a time").parse::<chrono::DateTime<chrono::Utc>>().expect("RFC 3339");
    assert_eq!(time("expires_at") - time("created_at"), TimeDelta::days(90));
}

/// SE-05: a session past a timeout is not listed, also before the cleanup has ended it.
#[tokio::test]
async fn only_active_sessions_are_listed() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = \"1h\"\nabsolute_timeout = \"3h\"");
    let old = Device::sign_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::minutes(61));
    let new = Device::sign_in(&gateway, "alice").await;
    let shown = new.sessions().await;
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0]["id"], new.sid.as_str());
    // A browser session with an active app stays in the list, so that its user can end it.
    app_under(&gateway, &old.sid, "web");
    gateway.database.execute(&format!(
        "UPDATE sessions SET last_activity_at = last_activity_at + interval '1 h' WHERE parent_id = '{}'",
        old.sid
    ));
    let shown = new.sessions().await;
    assert_eq!((shown.len(), &shown[1]["clients"]), (2, &json!(["web"])), "{shown:?}");
    assert_eq!(new.delete(&format!("/sessions/{}", old.sid)).await.status, 204);
    assert_eq!(new.sessions().await.len(), 1);
}

#[tokio::test]
async fn only_a_token_with_the_scope_account_is_accepted() {
    let gateway = Gateway::start();
    let device = Device::sign_in(&gateway, "alice").await;
    let bearer = gateway.account_bearer(&device.browser).await;
    let unrelated = gateway.browser();
    let other = format!("Bearer {}", device.token().await);
    let refused = unrelated.ask("GET", "/sessions").for_json().header("authorization", &other).send().await;
    assert_eq!(refused.problem(), (403, "insufficient_scope".into()));
    let challenge = r#"Bearer error="insufficient_scope", scope="account""#;
    assert_eq!(refused.header("www-authenticate"), challenge);
    let answer = unrelated.ask("GET", "/sessions").for_json().header("authorization", &bearer).send().await;
    assert_eq!((answer.status, &answer.json()["sessions"][0]["current"]), (200, &json!(true)));
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = unrelated.fetch("/sessions").await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
}

/// `X-Forwarded-For` is read from the right.
#[tokio::test]
async fn the_address_is_read_from_trusted_proxies() {
    let gateway = Setup::new().toml("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]").start();
    let browser = Browser::new(&gateway.base);
    let begun = browser.begin("op").await;
    let ask =
        browser.ask("GET", &begun.callback_of("alice")).header("x-forwarded-for", "6.6.6.6, 203.0.113.7, 127.0.0.2");
    assert_eq!(ask.send().await.status, 303);
    let shown = browser.fetch("/sessions").await.json()["sessions"][0].clone();
    assert_eq!(shown["ip"], "203.0.113.7");
    // No user agent was sent.
    assert_eq!((&shown["user_agent"], &shown["device"]["type"]), (&json!(null), &json!("other")));
}
