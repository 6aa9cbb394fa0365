//! `POST /oauth2/revoke` (RFC 7009)

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::support::services::{
    Person, SECRET, basic, beside, error, form, introspect, is_active, revoke, setup, start,
};
use crate::support::services::{token_of, userinfo};
use crate::support::{Answer, Gateway};

async fn session(gateway: &Gateway, token: &str) -> u16 {
    gateway.browser().ask("GET", "/session").header("authorization", &format!("Bearer {token}")).send().await.status
}

/// Checks for an empty 200 response.
#[track_caller]
fn assert_done(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// IR-17: the token is refused by its `jti` on every replica until it expires.
#[tokio::test]
async fn revoking_an_access_token_keeps_the_session() {
    let here = start();
    let there = beside(&here);
    let person = Person::sign_in(&here, "alice").await;
    assert_eq!((session(&here, &person.access).await, userinfo(&here, &person.access).await.status), (200, 200));
    let began = Instant::now();
    assert_done(&revoke(&here, &person.access).await);
    assert!(!is_active(&introspect(&here, "shop", &person.access).await));
    assert_eq!(userinfo(&here, &person.access).await.problem(), (401, "token_invalid".into()));
    assert_eq!(session(&here, &person.access).await, 401);
    while is_active(&introspect(&there, "shop", &person.access).await) {
        assert!(began.elapsed() < Duration::from_secs(15));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((session(&there, &person.access).await, userinfo(&there, &person.access).await.status), (401, 401));

    let jti = person.claims["jti"].as_str().expect("a jti");
    let feed = "SELECT kind || ' ' || value || ' ' || extract(epoch FROM expires_at)::bigint FROM revocations";
    assert_eq!(here.database.words(feed), [format!("jti {jti} {}", person.claims["exp"])]);
    let audit = "SELECT kind || ' ' || client_id || ' ' || session_id || ' ' || (detail->>'jti') FROM audit_events
                 WHERE kind = 'token_revoked'";
    assert_eq!(here.database.words(audit), [format!("token_revoked vestibule {} {jti}", person.sid)]);

    assert_done(&revoke(&here, &person.access).await);
    assert_eq!(here.database.rows("revocations"), 1, "a second revocation writes nothing");
    let renewed = person.renew(&here).await;
    assert_eq!(renewed.status, 200, "the session stays: {renewed:?}");
    let next = renewed.json()["access_token"].as_str().expect("a token").to_owned();
    assert!(is_active(&introspect(&here, "shop", &next).await));
}

/// IR-10, IR-06: all tokens of the session are refused.
#[tokio::test]
async fn revoking_a_refresh_token_ends_the_session() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let other = Person::sign_in(&gateway, "alice").await;
    assert_done(&revoke(&gateway, &person.refresh).await);
    assert_eq!(error(&person.renew(&gateway).await), (400, "invalid_grant".into()));
    assert!(!is_active(&introspect(&gateway, "shop", &person.access).await));
    assert_eq!(session(&gateway, &person.access).await, 401);
    let ended = format!("SELECT ended_reason FROM sessions WHERE id = '{}'", person.sid);
    assert_eq!(gateway.database.words(&ended), ["revoked"]);
    assert_eq!(other.renew(&gateway).await.status, 200, "the other session stays");
    assert_done(&revoke(&gateway, &person.refresh).await);
    assert_eq!(gateway.database.rows("revocations"), 1);
}

/// IR-10
#[tokio::test]
async fn revoking_a_rotated_refresh_token_ends_the_session() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    assert_eq!(person.renew(&gateway).await.status, 200);
    assert_done(&revoke(&gateway, &person.refresh).await);
    assert_eq!(gateway.database.words("SELECT ended_reason FROM sessions"), ["revoked"]);
}

/// IR-11
#[tokio::test]
async fn revoking_an_unknown_token_is_200_without_a_write() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let (head, signature) = person.access.rsplit_once('.').expect("three parts");
    let bent = format!("{head}.{}", "A".repeat(signature.len()));
    for token in ["x", "a.b.c", "\u{e9}", &bent, &"A".repeat(9_000), &".".repeat(10_000)] {
        assert_done(&revoke(&gateway, token).await);
    }
    gateway.hand.advance(TimeDelta::minutes(5));
    assert_done(&revoke(&gateway, &person.access).await);
    assert_eq!(gateway.database.rows("revocations"), 0);
}

/// IR-12
#[tokio::test]
async fn a_token_of_another_client_is_not_revoked() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let issued = token_of(&gateway, "other", "openid").await;
    let web = token_of(&gateway, "web", "openid").await;
    let by = |client: &'static str, token: &str| {
        let ask = form(&gateway, "/oauth2/revoke", &[("token", token)]);
        ask.header("authorization", &basic(client, SECRET)).send()
    };
    for token in [&person.access, &person.refresh, &issued] {
        assert_done(&by("shop", token).await);
    }
    assert_done(&revoke(&gateway, &issued).await);
    assert_eq!(gateway.database.rows("revocations"), 0);
    assert_eq!(person.renew(&gateway).await.status, 200);
    assert!(is_active(&introspect(&gateway, "other", &issued).await));
    assert_done(&by("other", &issued).await);
    assert!(!is_active(&introspect(&gateway, "other", &issued).await));
    // A public client sends only its id.
    assert_done(&form(&gateway, "/oauth2/revoke", &[("token", &web), ("client_id", "web")]).send().await);
    assert_eq!(gateway.database.rows("revocations"), 2);
}

/// The built-in client is public.
#[tokio::test]
async fn a_confidential_client_must_authenticate() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let token = ("token", person.access.as_str());
    for form in [
        form(&gateway, "/oauth2/revoke", &[token, ("client_id", "shop")]),
        form(&gateway, "/oauth2/revoke", &[token, ("client_id", "nobody")]),
        form(&gateway, "/oauth2/revoke", &[token, ("client_id", "vestibule"), ("client_secret", SECRET)]),
        form(&gateway, "/oauth2/revoke", &[token, ("client_id", "web"), ("client_secret", SECRET)]),
    ] {
        assert_eq!(error(&form.send().await), (400, "invalid_client".into()));
    }
    assert_eq!(gateway.database.rows("revocations"), 0);
    assert_done(&form(&gateway, "/oauth2/revoke", &[token, ("client_id", "vestibule")]).send().await);
    assert_eq!(gateway.database.rows("revocations"), 1);
}

/// IR-14
#[tokio::test]
async fn a_wrong_token_type_hint_is_ignored() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let hinted = |token: &str, hint: &str| {
        form(&gateway, "/oauth2/revoke", &[("token", token), ("token_type_hint", hint)]).send()
    };
    assert_done(&hinted(&person.access, "refresh_token").await);
    assert!(!is_active(&introspect(&gateway, "shop", &person.access).await));
    assert_done(&hinted(&person.refresh, "access_token").await);
    assert_eq!(error(&person.renew(&gateway).await), (400, "invalid_grant".into()));
}

/// IR-16: an image or script tag revokes nothing.
#[tokio::test]
async fn other_requests_than_a_form_post_revoke_nothing() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let query = format!("/oauth2/revoke?token={}", person.refresh);
    assert_eq!(gateway.browser().get(&query).await.status, 405);
    assert_eq!(gateway.browser().get(&format!("{query}&callback=x")).await.status, 405);
    let callback = form(&gateway, "/oauth2/revoke", &[("token", &person.refresh), ("callback", "x")]).send().await;
    assert_eq!(error(&callback), (400, "invalid_request".into()));
    let callback = form(&gateway, "/oauth2/revoke?callback=x", &[("token", &person.refresh)]).send().await;
    assert_eq!(error(&callback), (400, "invalid_request".into()));
    assert_eq!(error(&form(&gateway, &query, &[]).send().await), (400, "invalid_request".into()));
    let json = serde_json::json!({ "token": person.refresh });
    let json = gateway.browser().ask("POST", "/oauth2/revoke").json(&json).send().await;
    assert_eq!(error(&json), (400, "invalid_request".into()));
    assert_eq!(person.renew(&gateway).await.status, 200);
}

/// The built-in client runs in browsers.
#[tokio::test]
async fn scripts_of_allowed_origins_can_revoke() {
    let gateway = setup().toml("[login]\nallowed_origins = [\"https://app.example.com\"]").start();
    let person = Person::sign_in(&gateway, "alice").await;
    for (origin, allowed) in [("https://app.example.com", "https://app.example.com"), ("https://evil.example", "")] {
        let ask = form(&gateway, "/oauth2/revoke", &[("token", &person.access)]).header("origin", origin);
        assert_eq!(ask.send().await.header("access-control-allow-origin"), allowed);
        let preflight = gateway.browser().ask("OPTIONS", "/oauth2/revoke").header("origin", origin);
        let preflight = preflight.header("access-control-request-method", "POST").send().await;
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, allowed));
    }
}
