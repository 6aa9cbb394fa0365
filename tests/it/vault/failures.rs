//! Providers that are slow, fail, or close the connection; lease holders that stop or are late.

use chrono::TimeDelta;

use crate::fake_provider::Reply;
use crate::vault::support::{
    LIFETIME, TOKEN, at, begin_refresh, beside, is_leased, let_expire, request_in_task, row, sent_refresh_tokens,
    signed_in, start, token, with,
};

/// A valid token is returned although refreshes fail; the next attempt follows after the back-off.
#[tokio::test]
async fn a_failing_provider_does_not_invalidate_the_stored_token() {
    let bad = [
        (Reply::text(503, "text/html", "<h1>sorry</h1>"), "provider_error", 502),
        (Reply::text(500, "application/json", r#"{"error":"invalid_grant"}"#), "provider_error", 502),
        (Reply::text(429, "application/json", "{}"), "provider_error", 502),
        (Reply::text(401, "application/json", r#"{"error":"invalid_client"}"#), "provider_error", 502),
        (Reply::Broken, "provider_error", 502),
        (Reply::Endless, "provider_error", 502),
    ];
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::seconds(LIFETIME - 30));
    let mut asked = 0;
    for (reply, ..) in &bad {
        gateway.op.reply("/token", reply.clone());
        // Reuse is allowed here: the test is about the handling of the response, not about rotation.
        gateway.op.refreshing(|refreshing| refreshing.forgives = true);
        for _ in 0..3 {
            assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1", "{reply:?}");
        }
        asked += 1;
        assert_eq!(sent_refresh_tokens(&gateway.op).len(), asked, "{reply:?}");
        assert_eq!(row(&gateway), "kept", "{reply:?}");
        gateway.hand.advance(TimeDelta::seconds(5));
    }
    gateway.hand.advance(TimeDelta::seconds(30));
    for (reply, code, status) in bad {
        gateway.op.reply("/token", reply.clone());
        assert_eq!(browser.fetch(TOKEN).await.problem(), (status, code.into()), "{reply:?}");
        let soon = browser.fetch(TOKEN).await;
        assert_eq!(soon.problem(), (503, "provider_unavailable".into()), "{reply:?}");
        assert_eq!(soon.header("retry-after"), "2");
        asked += 1;
        assert_eq!((sent_refresh_tokens(&gateway.op).len(), row(&gateway)), (asked, "kept".into()), "{reply:?}");
        gateway.hand.advance(TimeDelta::seconds(5));
    }
    gateway.op.recover("/token");
    assert!(token(&browser.fetch(TOKEN).await).starts_with("access-secret-"));
    assert!(sent_refresh_tokens(&gateway.op).iter().all(|shown| shown == "refresh-secret-1"));
}

/// Callers get an error after the provider's timeout, and no second request is sent during the back-off.
#[tokio::test]
async fn a_hanging_provider_causes_one_request() {
    let gateway = with("[providers.op]\ntimeout = \"5s\"");
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", Reply::Silent);
    let callers: Vec<_> = (0..10).map(|_| request_in_task(&browser)).collect();
    let mut codes = Vec::new();
    for caller in callers {
        codes.push(caller.await.expect("no panic").code());
    }
    assert!(codes.iter().any(|code| code == "provider_timeout"), "{codes:?}");
    assert!(
        codes.iter().all(|code| ["provider_timeout", "provider_unavailable"].contains(&code.as_str())),
        "{codes:?}"
    );
    assert_eq!((sent_refresh_tokens(&gateway.op).len(), row(&gateway)), (1, "kept".into()));
}

/// During another caller's refresh, a valid token is returned after a short wait.
#[tokio::test]
async fn a_valid_token_is_returned_during_a_slow_refresh() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::seconds(LIFETIME - 30));
    let first = begin_refresh(&gateway, &browser, Reply::Held).await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1");
    assert!(!first.is_finished());
    gateway.op.recover("/token");
    assert_eq!(token(&first.await.expect("no panic")), "access-secret-2");
}

/// The provider rotates the refresh token and closes the connection. The new one is lost, so the next attempt is
/// rejected and the user has to log in again. Until then the old access token is returned.
#[tokio::test]
async fn a_lost_response_ends_in_reauth_required() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::seconds(LIFETIME - 30));
    gateway.op.reply("/token", Reply::Closed);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1");
    assert_eq!(row(&gateway), "kept");
    gateway.op.recover("/token");
    gateway.hand.advance(TimeDelta::seconds(10));
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(row(&gateway), "reauth");
    let asked = sent_refresh_tokens(&gateway.op).len();
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(sent_refresh_tokens(&gateway.op).len(), asked, "no refresh token is left");
    browser.sign_in("alice").await;
    assert!(token(&browser.fetch(TOKEN).await).starts_with("access-secret-"));
    assert_eq!(row(&gateway), "kept");
}

#[tokio::test]
async fn a_rejected_refresh_requires_reauth_and_a_login_repairs_it() {
    for refusal in ["invalid_grant", "bad_refresh_token", "interaction_required", "invalid_request", "unknown_word"] {
        let gateway = start();
        let browser = signed_in(&gateway, "alice").await;
        let_expire(&gateway);
        let body = format!("{{\"error\":\"{refusal}\",\"error_description\":\"secret words\"}}");
        gateway.op.reply("/token", Reply::text(400, "application/json", &body));
        assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()), "{refusal}");
        assert_eq!(row(&gateway), "reauth");
        let audited = "SELECT detail->>'reason' FROM audit_events WHERE kind = 'provider_link_broken'";
        let reason = gateway.database.words(audited).concat();
        assert!(reason.contains(&format!("({refusal}), it said \"secret words\"")), "{reason}");
        assert_eq!(browser.fetch("/session").await.status, 200, "the session is not affected");
        gateway.op.recover("/token");
        browser.sign_in("alice").await;
        assert!(token(&browser.fetch(TOKEN).await).starts_with("access-secret-"));
        assert_eq!(row(&gateway), "kept");
    }
}

/// The case `oauth2-error-object` at a refresh: a refusal of any shape ends the tokens, and is not asked for again.
#[tokio::test]
async fn a_refusal_of_any_shape_requires_reauth() {
    for (content_type, body) in [
        ("application/json", r#"{"error":{"message":"Session has expired","type":"OAuthException","code":190}}"#),
        ("text/html; charset=utf-8", r#"{"error":{"message":"expired","code":190}}"#),
        ("application/json", r#"{"ok":false,"error":"token_expired"}"#),
        ("application/json", r#"{"errcode":42002,"errmsg":"refresh_token expired"}"#),
        ("application/json", r#"{"error_description":"gone"}"#),
        ("application/json", r#"{"error":7}"#),
    ] {
        let gateway = start();
        let browser = signed_in(&gateway, "alice").await;
        let_expire(&gateway);
        gateway.op.reply("/token", Reply::text(400, content_type, body));
        for _ in 0..2 {
            assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()), "{body}");
        }
        assert_eq!((row(&gateway), sent_refresh_tokens(&gateway.op).len()), ("reauth".into(), 1), "{body}");
    }
}

/// A replica stops during the request: its lease runs out, and another replica refreshes.
#[tokio::test]
async fn the_lease_of_a_stopped_replica_runs_out() {
    let first = start();
    let second = beside(&first);
    first.op.refreshing(|refreshing| refreshing.forgives = true);
    let browser = signed_in(&first, "alice").await;
    let at_second = at(&second, &browser);
    let database = first.database.clone();
    first.hand.advance(TimeDelta::seconds(LIFETIME - 30));
    let (op, hand) = (first.op.clone(), first.hand.clone());
    let dying = begin_refresh(&first, &browser, Reply::Held).await;
    first.stop();
    let _broken_off = dying.await;
    op.recover("/token");
    assert!(is_leased(&database), "the stopped replica did not release it");
    // Until then no other replica sends a request; the valid token is returned.
    assert_eq!(token(&at_second.fetch(TOKEN).await), "access-secret-1");
    assert_eq!(sent_refresh_tokens(&op).len(), 1);
    hand.advance(TimeDelta::seconds(240));
    assert_eq!(token(&at_second.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(sent_refresh_tokens(&op), ["refresh-secret-1"; 2]);
}

/// During the longest possible attempt, no other replica sends the same refresh token.
#[tokio::test]
async fn a_lease_is_longer_than_an_attempt() {
    let first = with("[providers.op]\ntimeout = \"8s\"\nclient_secret_previous = \"old\"");
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    first.hand.advance(TimeDelta::seconds(LIFETIME - 59));
    let slow = begin_refresh(&first, &browser, Reply::HeldOnce).await;
    // Metadata, keys, two requests and newer keys twice: almost six times the timeout of one request.
    first.hand.advance(TimeDelta::seconds(47));
    assert_eq!(token(&at(&second, &browser).fetch(TOKEN).await), "access-secret-1");
    assert_eq!(sent_refresh_tokens(&first.op), ["refresh-secret-1"]);
    first.op.release("/token");
    assert_eq!(token(&slow.await.expect("no panic")), "access-secret-2");
    assert_eq!(row(&first), "kept");
}

/// A late response of a holder whose lease ran out does not overwrite newer tokens; the newer token is returned.
#[tokio::test]
async fn a_late_response_does_not_overwrite_newer_tokens() {
    let first = start();
    let second = beside(&first);
    first.op.refreshing(|refreshing| refreshing.forgives = true);
    let browser = signed_in(&first, "alice").await;
    let_expire(&first);
    let late = begin_refresh(&first, &browser, Reply::HeldOnce).await;
    let version =
        |gateway: &crate::support::Gateway| gateway.database.words("SELECT version FROM provider_tokens").concat();
    first.hand.advance(TimeDelta::seconds(240));
    let at_second = at(&second, &browser);
    assert_eq!(token(&at_second.fetch(TOKEN).await), "access-secret-3");
    let written = version(&first);
    first.op.release("/token");
    assert_eq!(token(&late.await.expect("no panic")), "access-secret-3");
    assert_eq!((version(&first), row(&first)), (written, "kept".into()));
    // The tokens of the second replica stay.
    let_expire(&first);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-4");
    assert_eq!(sent_refresh_tokens(&first.op)[2], "refresh-secret-3");
}

/// A late rejection does not require a new login, because another replica has refreshed since.
#[tokio::test]
async fn a_late_rejection_changes_nothing() {
    let first = start();
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    let_expire(&first);
    // The first request is answered last, with a rejection, because the second replica has used the refresh token.
    first.op.refreshing(|refreshing| refreshing.rotates = false);
    let late = begin_refresh(&first, &browser, Reply::HeldOnce).await;
    first.hand.advance(TimeDelta::seconds(240));
    let good = token(&at(&second, &browser).fetch(TOKEN).await);
    let refusal = Reply::text(400, "application/json", r#"{"error":"invalid_grant"}"#);
    first.op.reply("held /token", refusal);
    assert_eq!(token(&late.await.expect("no panic")), good);
    assert_eq!(row(&first), "kept");
}

/// A login during a refresh: the tokens of the login are kept.
#[tokio::test]
async fn the_tokens_of_a_login_during_a_refresh_are_kept() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    let late = begin_refresh(&gateway, &browser, Reply::HeldOnce).await;
    let other = signed_in(&gateway, "alice").await;
    let newest = token(&other.fetch(TOKEN).await);
    gateway.op.release("/token");
    assert_eq!(token(&late.await.expect("no panic")), newest);
    assert_eq!(token(&browser.fetch(TOKEN).await), newest);
}

/// If a login returns no refresh token while a refresh replaces the stored one, the new refresh token of the refresh is
/// stored.
#[tokio::test]
async fn a_login_during_a_refresh_gets_the_rotated_refresh_token() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    let late = begin_refresh(&gateway, &browser, Reply::HeldOnce).await;
    gateway.op.refreshing(|refreshing| refreshing.at_login = false);
    let newest = token(&signed_in(&gateway, "alice").await.fetch(TOKEN).await);
    gateway.op.release("/token");
    assert_eq!(token(&late.await.expect("no panic")), newest);
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-4");
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1", "refresh-secret-2"]);
}
