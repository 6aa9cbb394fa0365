//! `providers.<id>.recheck`: sessions end if the provider no longer renews the tokens of their identity.

use chrono::TimeDelta;

use crate::fake_provider::Reply;
use crate::support::{Browser, Gateway, Setup};
use crate::vault::support::{LIFETIME, STORES, TOKEN, row, sent_refresh_tokens, signed_in, token, with};

const RECHECK: &str = "[providers.op]\nrecheck = '1h'";
const ACTIVE: &str = "SELECT count(*) FROM sessions WHERE ended_at IS NULL";

fn start() -> Gateway {
    let gateway = with(RECHECK);
    gateway.op.refreshing(|refreshing| refreshing.lifetime = Some(LIFETIME * 24));
    gateway
}

async fn is_active(browser: &Browser) -> bool {
    browser.fetch("/session").await.status == 200
}

/// Waits until the provider has received `count` refresh tokens.
async fn until_refreshes(gateway: &Gateway, count: usize) {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while sent_refresh_tokens(&gateway.op).len() < count {
        assert!(std::time::Instant::now() < limit, "{:?}", sent_refresh_tokens(&gateway.op));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_session_ends_if_the_provider_rejects_its_refresh_token() {
    let gateway = start();
    let (alice, bob) = (signed_in(&gateway, "alice").await, signed_in(&gateway, "bob").await);
    gateway.hand.advance(TimeDelta::minutes(59));
    assert!(is_active(&alice).await && sent_refresh_tokens(&gateway.op).is_empty(), "not due yet");
    gateway.hand.advance(TimeDelta::minutes(2));
    until_refreshes(&gateway, 2).await;
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE updated_at > created_at", 2).await;
    assert!(is_active(&alice).await && is_active(&bob).await, "both are still admitted");
    gateway.op.refreshing(|refreshing| refreshing.refuse("alice"));
    gateway.hand.advance(TimeDelta::minutes(61));
    gateway.database.until(ACTIVE, 1).await;
    assert_eq!(alice.fetch("/session").await.problem(), (401, "session_revoked".into()));
    assert!(is_active(&bob).await);
    let reasons = "SELECT ended_reason FROM sessions WHERE ended_reason IS NOT NULL";
    assert_eq!(gateway.database.words(reasons), ["provider_refused"]);
    gateway.hand.advance(TimeDelta::seconds(1));
    gateway.op.refreshing(|refreshing| refreshing.admit("alice"));
    assert!(is_active(&signed_in(&gateway, "alice").await).await, "a new login is possible");
}

/// A replica whose attempt got no answer may have lost the new refresh token. The provider then refuses the old one, and that
/// says nothing about the user.
#[tokio::test]
async fn a_session_stays_active_if_the_new_refresh_token_was_lost() {
    let gateway = start();
    let alice = signed_in(&gateway, "alice").await;
    gateway.op.reply("/token", Reply::Broken);
    gateway.hand.advance(TimeDelta::minutes(61));
    until_refreshes(&gateway, 1).await;
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE unanswered_at IS NOT NULL", 1).await;
    gateway.op.recover("/token");
    gateway.op.refreshing(|refreshing| refreshing.refuse("alice"));
    gateway.hand.advance(TimeDelta::minutes(61));
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE sealed IS NULL", 1).await;
    assert_eq!(gateway.database.number("SELECT count(*) FROM provider_tokens WHERE refused_at IS NOT NULL"), 0);
    assert!(is_active(&alice).await);
    assert_eq!(alice.fetch(TOKEN).await.problem().1, "reauth_required");
}

/// A provider that is down ends no session, and without `recheck` nothing is asked.
#[tokio::test]
async fn only_a_refusal_ends_a_session() {
    let gateway = start();
    let alice = signed_in(&gateway, "alice").await;
    for (attempt, (status, body)) in
        [(503, "{}"), (404, r#"{"status":404,"error":"Not Found"}"#)].into_iter().enumerate()
    {
        gateway.op.reply("/token", Reply::text(status, "application/json", body));
        gateway.hand.advance(TimeDelta::minutes(61));
        until_refreshes(&gateway, attempt + 1).await;
        assert!(is_active(&alice).await && row(&gateway).starts_with("kept"), "{body}");
    }
    let without = with("");
    let bob = signed_in(&without, "bob").await;
    without.op.refreshing(|refreshing| refreshing.refuse("bob"));
    without.hand.advance(TimeDelta::seconds(LIFETIME + 1));
    assert_eq!(bob.fetch(TOKEN).await.problem().1, "reauth_required");
    assert!(is_active(&bob).await);
}

/// A refresh grant that is switched off, or a client that is rejected, says nothing about the user. The tokens are kept, so that
/// a later refusal of the user is seen.
#[tokio::test]
async fn an_error_about_the_client_keeps_tokens_and_session_and_recheck_continues() {
    for (status, error) in
        [(400, "unauthorized_client"), (401, "invalid_client"), (403, "Forbidden"), (429, "slow_down")]
    {
        let gateway = start();
        let alice = signed_in(&gateway, "alice").await;
        gateway.op.reply("/token", Reply::text(status, "application/json", &format!(r#"{{"error":"{error}"}}"#)));
        gateway.hand.advance(TimeDelta::minutes(61));
        until_refreshes(&gateway, 1).await;
        gateway.database.until("SELECT count(*) FROM provider_tokens WHERE lease_holder IS NULL", 1).await;
        assert!(is_active(&alice).await && row(&gateway).starts_with("kept"), "{error}");
        gateway.op.recover("/token");
        gateway.op.refreshing(|refreshing| refreshing.refuse("alice"));
        gateway.hand.advance(TimeDelta::minutes(61));
        gateway.database.until(ACTIVE, 0).await;
    }
}

/// Two replicas read the same tokens; by the lease only one of them sends a refresh request.
#[tokio::test]
async fn two_replicas_recheck_an_identity_once() {
    let gateway = start();
    let _second = Setup::beside(&gateway).toml(STORES).toml(RECHECK).start();
    let alice = signed_in(&gateway, "alice").await;
    for round in 1..=3 {
        gateway.hand.advance(TimeDelta::minutes(61));
        until_refreshes(&gateway, round).await;
        gateway
            .database
            .until("SELECT count(*) FROM provider_tokens WHERE lease_until IS NULL AND sealed IS NOT NULL", 1)
            .await;
    }
    let sent = sent_refresh_tokens(&gateway.op);
    let mut once = sent.clone();
    once.dedup();
    assert_eq!(sent, once, "no refresh token is sent twice");
    assert!(token(&alice.fetch(TOKEN).await).starts_with("access-secret-"));
}
