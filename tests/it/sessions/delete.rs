//! `DELETE /sessions/{id}`, `DELETE /sessions?scope=…`

use serde_json::json;

use crate::support::Gateway;
use crate::support::device::{Device, app_under, reason};

const APP: &str = "https://app.example.com";

/// SE-03, SE-07
#[tokio::test]
async fn only_an_own_session_can_be_ended() {
    let gateway = Gateway::start();
    let (own, other) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    let bob = Device::sign_in(&gateway, "bob").await;
    app_under(&gateway, &other.sid, "web");
    for unknown in [&bob.sid, "01890000-0000-7000-8000-000000000000", "me", "%00", "..%2f"] {
        assert!([400, 404].contains(&own.delete(&format!("/sessions/{unknown}")).await.status), "{unknown}");
    }
    assert_eq!(own.delete(&format!("/sessions/{}", bob.sid)).await.problem(), (404, "not_found".into()));
    assert_eq!(bob.status().await, 200);

    let answer = own.delete(&format!("/sessions/{}", other.sid)).await;
    assert_eq!((answer.status, answer.body.as_str(), answer.set_cookie("vestibule")), (204, "", None));
    assert_eq!(other.status().await, 401);
    assert_eq!(own.status().await, 200);
    assert_eq!(reason(&gateway, &other.sid), "logout");
    assert_eq!(
        gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'web' AND ended_at IS NULL"),
        0
    );
    assert_eq!(gateway.database.number("SELECT count(*) FROM audit_events WHERE kind = 'session_ended'"), 2);
    // The session has already ended.
    assert_eq!(own.delete(&format!("/sessions/{}", other.sid)).await.status, 404);

    let answer = own.delete(&format!("/sessions/{}", own.sid)).await;
    assert_eq!(answer.status, 204);
    assert!(answer.set_cookie("vestibule").is_some_and(|line| line.contains("Max-Age=0")), "{answer:?}");
    assert_eq!(own.status().await, 401);
}

/// SE-07: sessions are counted as they are listed: an app together with its browser session.
#[tokio::test]
async fn scope_others_and_scope_all_end_and_count_sessions() {
    let gateway = Gateway::start();
    let own = Device::sign_in(&gateway, "alice").await;
    let others = [Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await];
    let bob = Device::sign_in(&gateway, "bob").await;
    for parent in [&own.sid, &others[0].sid, &others[0].sid] {
        app_under(&gateway, parent, "web");
    }
    let answer = own.delete("/sessions?scope=others").await;
    assert_eq!((answer.status, answer.json()), (200, json!({"revoked": 2})));
    assert_eq!(answer.set_cookie("vestibule"), None);
    for other in &others {
        assert_eq!((other.status().await, reason(&gateway, &other.sid)), (401, "logout_others".into()));
    }
    assert_eq!((own.status().await, own.sessions().await[0]["clients"].clone()), (200, json!(["web"])));
    assert_eq!(own.delete("/sessions?scope=others").await.json(), json!({"revoked": 0}));

    let answer = own.delete("/sessions?scope=all").await;
    assert_eq!((answer.status, answer.json()), (200, json!({"revoked": 1})));
    assert!(answer.set_cookie("vestibule").is_some_and(|line| line.contains("Max-Age=0")), "{answer:?}");
    assert_eq!((own.status().await, reason(&gateway, &own.sid)), (401, "logout_all".into()));
    assert_eq!(bob.status().await, 200);
}

/// SE-07: sessions that a list would not show are not counted. A browser session with an active app would be listed.
#[tokio::test]
async fn expired_sessions_are_ended_and_not_counted() {
    let gateway = Gateway::start();
    let mut devices = Vec::new();
    for _ in 0..5 {
        devices.push(Device::sign_in(&gateway, "alice").await);
    }
    app_under(&gateway, &devices[1].sid, "web");
    app_under(&gateway, &devices[4].sid, "web");
    app_under(&gateway, &devices[4].sid, "shop");
    let change = |sid: &str, change: &str| {
        gateway.database.execute(&format!("UPDATE sessions SET {change} WHERE id = '{sid}'"));
    };
    // With an active app; without one; past the absolute timeout; and an ended one with active apps.
    change(&devices[1].sid, "last_activity_at = last_activity_at - interval '30 d'");
    change(&devices[2].sid, "last_activity_at = last_activity_at - interval '30 d'");
    change(&devices[3].sid, "not_after = created_at");
    change(&devices[4].sid, "ended_at = created_at, ended_reason = 'idle'");
    let shown = devices[0].sessions().await.len();
    assert_eq!(shown, 3);
    assert_eq!(devices[0].delete("/sessions?scope=all").await.json(), json!({"revoked": shown}));
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0);
}

#[tokio::test]
async fn an_unknown_or_missing_scope_is_refused() {
    let gateway = Gateway::start();
    let own = Device::sign_in(&gateway, "alice").await;
    for query in ["", "?scope=", "?scope=mine", "?scope=all&scope=all", "?scope=ALL", "?scope=%00"] {
        let answer = own.delete(&format!("/sessions{query}")).await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{query}");
    }
    assert_eq!(own.status().await, 200);
}

/// SE-13
#[tokio::test]
async fn a_cross_site_delete_is_refused() {
    let gateway = Gateway::with(&format!("[login]\nallowed_origins = [\"{APP}\"]"));
    let (own, other) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    let paths = [format!("/sessions/{}", other.sid), "/sessions?scope=others".into(), "/sessions?scope=all".into()];
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site")],
    ];
    for path in &paths {
        for headers in foreign {
            let mut ask = own.browser.ask("DELETE", path).for_json();
            for (name, value) in headers {
                ask = ask.header(name, value);
            }
            assert_eq!(ask.send().await.problem(), (403, "foreign_origin".into()), "{path} {headers:?}");
        }
    }
    assert_eq!(other.status().await, 200);
    // A listed origin is accepted and can read the response; its preflight allows it.
    let answer = own.browser.ask("OPTIONS", "/sessions").header("origin", APP).send().await;
    assert_eq!(answer.header("access-control-allow-methods"), "GET, DELETE");
    let answer = own.browser.ask("DELETE", &paths[0]).for_json().header("origin", APP).send().await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, APP));
    // A token needs no origin: a browser does not send one by itself.
    let bearer = gateway.account_bearer(&own.browser).await;
    let ask = gateway.browser().ask("DELETE", "/sessions?scope=all").for_json().header("authorization", &bearer);
    let answer = ask.send().await;
    assert_eq!((answer.status, answer.set_cookie("vestibule")), (200, None), "{answer:?}");
    assert_eq!(own.status().await, 401);
}
