//! The same successor again, to another network or user agent than that of the rotation.

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::{Gateway, Setup};

const RECORDED: &str = "SELECT count(*) FROM audit_events WHERE kind = 'refresh_repeated_elsewhere'";

/// A client at an address, behind a trusted proxy.
#[derive(Clone, Copy)]
struct Place {
    ip: &'static str,
    agent: &'static str,
}

const HOME: Place = Place { ip: "192.0.2.1", agent: "app/1" };

fn start() -> Gateway {
    Setup::new().toml("[server]\ntrusted_proxies = ['127.0.0.0/8']\n").start()
}

async fn refresh(gateway: &Gateway, token: &str, at: Place) -> Value {
    let body = format!("grant_type=refresh_token&refresh_token={token}");
    let ask = gateway.browser().ask("POST", "/oauth2/token").body("application/x-www-form-urlencoded", body);
    let answer = ask.header("x-forwarded-for", at.ip).header("user-agent", at.agent).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn token(answer: &Value) -> &str {
    answer["refresh_token"].as_str().expect("a refresh token")
}

async fn signed_in(gateway: &Gateway) -> String {
    gateway.browser().sign_in_json("alice").await["api"]["refresh"].as_str().expect("a token").to_owned()
}

/// The number in the metrics of this process, which all tests share.
async fn counted(gateway: &Gateway) -> u64 {
    let metrics = gateway.browser().get(&format!("{}/metrics", gateway.admin)).await.body;
    let line = metrics.lines().find(|line| line.contains("refresh_repeated_elsewhere")).unwrap_or_default();
    line.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// RF-03: a retry from the same network and user agent leaves no trace; from another one it is counted each time and audited once
/// a day. Each gets the same successor.
#[tokio::test]
async fn a_retry_from_elsewhere_is_counted_and_audited_once_a_day() {
    let gateway = start();
    gateway.hand.hold();
    let first = signed_in(&gateway).await;
    let next = refresh(&gateway, &first, HOME).await;
    let row = "SELECT md5(sessions::text) FROM sessions";
    let before = gateway.database.words(row);
    for near in [HOME, Place { ip: "192.0.2.254", ..HOME }] {
        assert_eq!(token(&refresh(&gateway, &first, near).await), token(&next));
    }
    assert_eq!(gateway.database.words(row), before, "nothing is written");
    assert_eq!(gateway.database.number(RECORDED), 0);
    let start = counted(&gateway).await;
    let elsewhere = [
        Place { ip: "192.0.3.1", ..HOME },
        Place { agent: "app/2", ..HOME },
        Place { ip: "2001:db8::1", ..HOME },
        Place { ip: "198.51.100.7", agent: "curl/8" },
    ];
    for place in elsewhere {
        assert_eq!(token(&refresh(&gateway, &first, place).await), token(&next), "{} {}", place.ip, place.agent);
        assert_eq!(gateway.database.number(RECORDED), 1);
    }
    assert_eq!(counted(&gateway).await - start, 4);
    let audited = "SELECT host(ip) || ' ' || (session_id = (SELECT id FROM sessions)) FROM audit_events
                   WHERE kind = 'refresh_repeated_elsewhere'";
    assert_eq!(gateway.database.words(audited), ["192.0.3.1 true"]);

    // On the next day the event is written again. A rotation from another place is not a retry.
    gateway.hand.advance(TimeDelta::hours(24));
    let moved = refresh(&gateway, token(&next), elsewhere[3]).await;
    assert_eq!(gateway.database.number(RECORDED), 1);
    assert_eq!(token(&refresh(&gateway, token(&next), HOME).await), token(&moved));
    assert_eq!(gateway.database.number(RECORDED), 2);
}

/// A late retry is answered with the same successor too.
#[tokio::test]
async fn a_forgiven_retry_from_elsewhere_is_audited() {
    let gateway = start();
    gateway.hand.hold();
    let first = signed_in(&gateway).await;
    let next = refresh(&gateway, &first, HOME).await;
    gateway.hand.advance(TimeDelta::minutes(5));
    let late = refresh(&gateway, &first, Place { ip: "198.51.100.7", ..HOME }).await;
    assert_eq!(token(&late), token(&next));
    let kinds = "SELECT kind FROM audit_events WHERE kind LIKE 'refresh%' ORDER BY 1";
    assert_eq!(gateway.database.words(kinds), ["refresh_forgiven", "refresh_repeated_elsewhere"]);
}
