//! `GET /logout/provider`: the `logout_url` of a frontend.

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::{Answer, Gateway, parameter};

const PROVIDER: &str = "[providers.op]\nlogout = \"provider\"\n";

/// Signs in by the SPA flow. Returns the response.
async fn signed_in(gateway: &Gateway) -> Value {
    gateway.browser().sign_in_json("alice").await
}

fn logout_url(tokens: &Value) -> &str {
    tokens["provider"]["logout_url"].as_str().expect("a URL")
}

async fn open(gateway: &Gateway, url: &str) -> Answer {
    let answer = gateway.browser().get(url).await;
    assert_eq!((answer.status, answer.header("cache-control")), (303, "no-store"), "{answer:?}");
    answer
}

async fn revoke(gateway: &Gateway, tokens: &Value) {
    let refresh = tokens["api"]["refresh"].as_str().expect("a token");
    let answer = crate::support::app::post(gateway, "/oauth2/revoke", &[("token", refresh)]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[track_caller]
fn is_at_provider(gateway: &Gateway, answer: &Answer) {
    let to = answer.location();
    assert!(to.starts_with(&format!("{}/end?", gateway.op.issuer)), "{to}");
    assert!(parameter(&to, "id_token_hint").is_some() && parameter(&to, "state").is_none(), "{to}");
}

/// LO-27: hours after the login, before and after the session was ended, any number of times. No token is in the address, and
/// opening it ends nothing.
#[tokio::test]
async fn a_logout_url_leads_to_the_provider_until_ten_minutes_after_the_end() {
    let gateway = Gateway::with(PROVIDER);
    gateway.hand.hold();
    let tokens = signed_in(&gateway).await;
    let url = logout_url(&tokens);
    assert_eq!(url.matches('.').count(), gateway.public_url.matches('.').count(), "no JWT is in {url}");
    gateway.hand.advance(TimeDelta::hours(5));
    for _ in 0..2 {
        is_at_provider(&gateway, &open(&gateway, url).await);
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL"), 0);
    revoke(&gateway, &tokens).await;
    gateway.hand.advance(TimeDelta::seconds(599));
    for _ in 0..2 {
        is_at_provider(&gateway, &open(&gateway, url).await);
    }
    gateway.hand.advance(TimeDelta::seconds(1));
    let late = open(&gateway, url).await;
    assert_eq!(late.location(), "/logout/done");
    let page = gateway.browser().get("/logout/done").await;
    assert!(page.status == 200 && page.is_page() && page.body.contains("You are signed out"), "{page:?}");
}

/// A timeout and a replacement are not an explicit end; forged, foreign and altered values open nothing.
#[tokio::test]
async fn a_logout_url_of_another_or_a_timed_out_session_leads_to_our_page() {
    let gateway = Gateway::with(PROVIDER);
    let tokens = signed_in(&gateway).await;
    let url = logout_url(&tokens);
    let sealed = parameter(url, "session").expect("a session");
    let path = |sealed: &str| format!("/logout/provider?session={sealed}");
    for value in ["", "junk", &sealed[1..], &format!("{sealed}A"), &"A".repeat(5000)] {
        assert_eq!(open(&gateway, &path(value)).await.location(), "/logout/done", "{value}");
    }
    assert_eq!(open(&gateway, "/logout/provider").await.location(), "/logout/done");
    for reason in ["idle", "absolute", "replaced", "one_per_user", "reuse", "code_reuse"] {
        let end = format!("UPDATE sessions SET ended_at = now(), ended_reason = '{reason}'");
        gateway.database.execute(&end);
        assert_eq!(open(&gateway, url).await.location(), "/logout/done", "{reason}");
    }
    for reason in ["logout", "logout_all", "revoked", "admin", "user_disabled", "provider_logout"] {
        gateway.database.execute(&format!("UPDATE sessions SET ended_at = now(), ended_reason = '{reason}'"));
        is_at_provider(&gateway, &open(&gateway, url).await);
    }
    // Sessions that timed out, and were not ended by the sweep yet.
    gateway.database.execute("UPDATE sessions SET ended_at = NULL, ended_reason = NULL");
    is_at_provider(&gateway, &open(&gateway, url).await);
    gateway.database.execute("UPDATE sessions SET last_activity_at = now() - interval '8 days'");
    assert_eq!(open(&gateway, url).await.location(), "/logout/done");
    gateway.database.execute("UPDATE sessions SET last_activity_at = now(), not_after = now() - interval '1 second'");
    assert_eq!(open(&gateway, url).await.location(), "/logout/done");
}

/// Under `logout = "local"` the address leads to the plain endpoint.
#[tokio::test]
async fn a_logout_url_of_a_local_provider_leads_to_the_plain_endpoint() {
    let gateway = Gateway::start();
    let tokens = signed_in(&gateway).await;
    assert_eq!(open(&gateway, logout_url(&tokens)).await.location(), format!("{}/end", gateway.op.issuer));
}
