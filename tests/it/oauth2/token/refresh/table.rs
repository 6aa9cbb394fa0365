//! Every row of the decision table of refresh tokens, and the checks before it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chrono::TimeDelta;

use crate::oauth2::token::refresh::replicas::{Replicas, unknown_session};
use crate::support::Gateway;

const SCOPES: &str = "openid profile email";

/// RF-01: the newest token rotates, whichever replica gets it.
#[tokio::test]
async fn the_current_refresh_token_rotates() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    let mut newest = gateways.token(session, 0);
    for turn in 0..6 {
        let reply = gateways.present(turn % 2, &newest).await;
        let next = reply.outcome().expect("a new pair");
        assert_ne!(next, newest);
        assert_eq!((&reply.body["token_type"], &reply.body["expires_in"]), (&"Bearer".into(), &300.into()));
        newest = next;
    }
    assert_eq!(gateways.row(session), (6, None));
}

/// TK-12: the token response has `Cache-Control: no-store`.
#[tokio::test]
async fn the_token_response_is_not_cached() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let refresh = browser.sign_in_json("alice").await["api"]["refresh"].as_str().expect("a token").to_owned();
    let form = format!("grant_type=refresh_token&refresh_token={refresh}&client_id=vestibule");
    let answer = browser.ask("POST", "/oauth2/token").body("application/x-www-form-urlencoded", form).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    assert_eq!(answer.header("content-type"), "application/json");
    let access = answer.json()["access_token"].as_str().expect("a token").to_owned();
    let session = browser.ask("GET", "/session").header("authorization", &format!("Bearer {access}")).send().await;
    assert_eq!(session.json()["user"]["email"], "alice@example.com");
}

/// RF-03: after a lost response the client retries; it gets the same successor, and nothing is written.
#[tokio::test]
async fn retrying_the_previous_refresh_token_returns_the_same_successor() {
    let gateways = Replicas::start();
    gateways.both[0].hand.hold();
    let session = gateways.session(SCOPES);
    let first = gateways.token(session, 0);
    let successor = gateways.present(0, &first).await.outcome().expect("a successor");
    gateways.both[0].hand.advance(TimeDelta::seconds(59));
    let version = "SELECT xmin::text::bigint FROM sessions";
    let before = gateways.both[0].database.number(version);
    let again = gateways.present(1, &first).await;
    assert_eq!(again.outcome(), Ok(successor));
    assert_eq!(gateways.both[0].database.number(version), before, "the row was written");
}

/// RF-18: after the retry window, one retry in each `refresh_forgive_every` is accepted; the next one is reuse.
#[tokio::test]
async fn a_late_retry_is_forgiven_once_per_period() {
    let gateways = Replicas::start();
    gateways.both[0].hand.hold();
    let session = gateways.session(SCOPES);
    let first = gateways.token(session, 0);
    let successor = gateways.present(0, &first).await.outcome();
    gateways.both[0].hand.advance(TimeDelta::seconds(61));
    assert_eq!(gateways.present(0, &first).await.outcome(), successor);
    assert_eq!(gateways.present(1, &first).await.outcome(), Err("invalid_grant".into()));
    assert_eq!(gateways.row(session), (1, Some("reuse".into())));
}

/// RF-02: reuse of an older token ends the session; the audit row has both addresses.
#[tokio::test]
async fn an_older_refresh_token_ends_the_session() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    let first = gateways.token(session, 0);
    let second = gateways.present(0, &first).await.outcome().expect("a successor");
    let third = gateways.present(0, &second).await.outcome().expect("a successor");
    assert_eq!(gateways.present(1, &first).await.outcome(), Err("invalid_grant".into()));
    assert_eq!(gateways.row(session), (2, Some("reuse".into())));
    assert_eq!(gateways.present(0, &third).await.outcome(), Err("invalid_grant".into()), "the newest is dead too");
    let database = &gateways.both[0].database;
    let audit = "SELECT host(ip) || ' ' || (detail->>'session_ip') FROM audit_events WHERE kind = 'refresh_reused'";
    assert_eq!(database.words(audit), ["127.0.0.1 192.0.2.7"]);
    assert_eq!(database.rows("revocations"), 1);
    assert_eq!(database.words("SELECT value FROM revocations"), [session.to_string()]);
}

/// A counter one ahead with a valid MAC: the database lost its last write in a failover, and the client continues.
#[tokio::test]
async fn a_counter_one_ahead_rotates_after_a_failover() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    let successor = gateways.present(0, &gateways.token(session, 0)).await.outcome().expect("a successor");
    gateways.both[0].database.execute("UPDATE sessions SET refresh_token_counter = 0, refreshed_at = NULL");
    let next = gateways.present(1, &successor).await.outcome().expect("it goes on");
    assert_eq!(next, gateways.token(session, 2));
    assert_eq!(gateways.row(session), (2, None));
    let kinds = gateways.both[0].database.words("SELECT kind FROM audit_events");
    assert_eq!(kinds, ["refresh_recovered"]);
}

/// The counter is more than one ahead of that in the row.
#[tokio::test]
async fn a_counter_further_ahead_is_reuse() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    assert_eq!(gateways.present(0, &gateways.token(session, 2)).await.outcome(), Err("invalid_grant".into()));
    assert_eq!(gateways.row(session), (0, Some("reuse".into())));
}

/// RF-07, IN-04: a refused token has no effect on any session.
#[tokio::test]
async fn an_invalid_refresh_token_is_refused() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    let good = gateways.token(session, 0);
    let bent = format!("{}{}", &good[..good.len() - 1], if good.ends_with('A') { 'E' } else { 'A' });
    for token in ["x", "\u{e9}", &"A".repeat(9000), &bent, &gateways.token(unknown_session(), 0)] {
        assert_eq!(gateways.present(0, token).await.outcome(), Err("invalid_grant".into()), "{token:.20}");
    }
    gateways.both[0].database.execute("UPDATE sessions SET client_id = 'web'");
    assert_eq!(gateways.present(0, &good).await.outcome(), Err("invalid_grant".into()));
    assert_eq!(gateways.row(session), (0, None));
    gateways.both[0].database.execute("UPDATE sessions SET client_id = 'vestibule'");
    assert!(gateways.present(0, &good).await.outcome().is_ok(), "it was not used up");
}

/// RF-08: fewer scopes apply to one access token only; more scopes are refused, and the refresh token stays valid.
#[tokio::test]
async fn a_refresh_can_narrow_scopes_and_not_widen_them() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    let first = gateways.token(session, 0);
    for wrong in ["openid admin", "admin", "openid profile email x", "OpenID", "openid\tprofile", " ", "   "] {
        let more = gateways.present_with(0, &[("refresh_token", &first), ("scope", wrong)]).await;
        assert_eq!(more.outcome(), Err("invalid_scope".into()), "{wrong:?}");
    }
    assert_eq!(gateways.row(session), (0, None));
    let fewer = gateways.present_with(0, &[("refresh_token", &first), ("scope", "openid")]).await;
    assert_eq!(fewer.body["scope"], "openid");
    let second = fewer.outcome().expect("a successor");
    let doubled = gateways.present_with(0, &[("refresh_token", &second), ("scope", " email openid  email ")]).await;
    assert_eq!(doubled.body["scope"], "email openid");
    let all = gateways.present(0, &doubled.outcome().expect("a successor")).await;
    assert_eq!(all.body["scope"], SCOPES);
    let third = all.outcome().expect("a successor");
    let without_value = gateways.present_with(0, &[("refresh_token", &third), ("scope", "")]).await;
    assert_eq!(without_value.body["scope"], SCOPES, "without a value it is as good as left out (RFC 6749 §3.2)");
}

/// RF-09, RF-10: a refresh extends the idle timeout and never the absolute timeout.
#[tokio::test]
async fn idle_and_expired_sessions_are_not_refreshed() {
    let gateways = Replicas::start();
    let idle = gateways.session(SCOPES);
    gateways.both[0].hand.advance(TimeDelta::days(7));
    assert_eq!(gateways.present(0, &gateways.token(idle, 0)).await.outcome(), Err("invalid_grant".into()));

    let old = gateways.session(SCOPES);
    for counter in 0..15 {
        gateways.both[0].hand.advance(TimeDelta::days(6));
        let outcome = gateways.present(0, &gateways.token(old, counter)).await.outcome();
        assert_eq!(outcome.is_ok(), counter < 14, "after {} days", 6 * (counter + 1));
    }
}

/// SE-05: `exp` and `expires_in` are limited by the end of the session.
#[tokio::test]
async fn an_access_token_expires_no_later_than_its_session() {
    let text = "[sessions]\nidle_timeout = '4m'\nabsolute_timeout = '4m'\n[tokens]\naccess_lifetime = '4m'\n";
    let gateway = Gateway::with(text);
    gateway.hand.hold();
    let browser = gateway.browser();
    let api = browser.sign_in_json("alice").await["api"].clone();
    let first = api["expires_in"].as_i64().expect("a number");
    assert!((235..=240).contains(&first), "{first}");
    gateway.hand.advance(TimeDelta::minutes(3));
    let form = format!("grant_type=refresh_token&refresh_token={}", api["refresh"].as_str().expect("a token"));
    let answer = browser.ask("POST", "/oauth2/token").body("application/x-www-form-urlencoded", form).send().await;
    let second = answer.json()["expires_in"].as_i64().expect("a number");
    assert!((50..=60).contains(&second), "{second}");
    let payload = answer.json()["access_token"].as_str().expect("a token").split('.').nth(1).expect("parts").to_owned();
    let claims: serde_json::Value = serde_json::from_slice(&B64.decode(payload).expect("base64url")).expect("JSON");
    let end = gateway.database.number("SELECT trunc(extract(epoch FROM not_after)) FROM sessions");
    assert_eq!(claims["exp"], end);
}

/// RF-11
#[tokio::test]
async fn disabled_users_and_ended_sessions_are_not_refreshed() {
    let gateways = Replicas::start();
    let session = gateways.session(SCOPES);
    let token = gateways.token(session, 0);
    let database = &gateways.both[0].database;
    database.execute("UPDATE users SET disabled_at = now()");
    assert_eq!(gateways.present(0, &token).await.outcome(), Err("invalid_grant".into()));
    database.execute("UPDATE users SET disabled_at = NULL; UPDATE sessions SET ended_at = now(), ended_reason = 'x'");
    assert_eq!(gateways.present(0, &token).await.outcome(), Err("invalid_grant".into()));
    assert_eq!(gateways.row(session), (0, Some("x".into())));
}

/// TK-11, TK-14: the error codes of RFC 6749 §5.2.
#[tokio::test]
async fn invalid_token_requests_have_oauth_errors() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let ask = |form: &'static str| {
        let asked = browser.ask("POST", "/oauth2/token");
        async move {
            let answer = asked.body("application/x-www-form-urlencoded", form).send().await;
            (answer.status, answer.json()["error"].as_str().expect("an error").to_owned())
        }
    };
    assert_eq!(ask("grant_type=password&username=a&password=b").await, (400, "unsupported_grant_type".into()));
    assert_eq!(ask("grant_type=authorization_code&code=x").await, (400, "unauthorized_client".into()));
    assert_eq!(ask("refresh_token=x").await, (400, "invalid_request".into()));
    assert_eq!(ask("grant_type=refresh_token").await, (400, "invalid_request".into()));
    assert_eq!(ask("grant_type=refresh_token&refresh_token=a&refresh_token=b").await, (400, "invalid_request".into()));
    assert_eq!(ask("grant_type=refresh_token&refresh_token=a&client_id=web").await, (400, "invalid_client".into()));
    assert_eq!(browser.get("/oauth2/token?grant_type=refresh_token").await.status, 405);
}
