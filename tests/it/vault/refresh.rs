//! Refreshing: one request for all callers and replicas, and refresh token rotation.

use chrono::TimeDelta;

use crate::fake_provider::Reply;
use crate::support::{Answer, Browser};
use crate::vault::support::{
    LIFETIME, TOKEN, at, begin_refresh, beside, let_expire, request_in_task, row, sent_refresh_tokens, signed_in,
    start, token, until_leased,
};

/// Concurrent requests, distributed over the browsers.
async fn at_once(browsers: &[Browser], callers: usize) -> Vec<Answer> {
    let ask = |number: usize| request_in_task(&browsers[number % browsers.len()]);
    let asked: Vec<_> = (0..callers).map(ask).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.expect("no panic"));
    }
    answers
}

/// In each round, fifty callers on two replicas cause one request, with the latest refresh token, and get the same token.
#[tokio::test]
async fn fifty_callers_on_two_replicas_cause_one_refresh() {
    let first = start();
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    let both = [browser.clone(), at(&second, &browser)];
    for round in 1..=8 {
        let_expire(&first);
        first.op.forget();
        let answers = at_once(&both, 50).await;
        for answer in &answers {
            assert_eq!(token(answer), format!("access-secret-{}", round + 1), "{round}");
        }
        assert_eq!(sent_refresh_tokens(&first.op), [format!("refresh-secret-{round}")], "{round}");
        assert_eq!(first.token_requests(), 1, "{round}");
    }
    assert_eq!(row(&first), "kept");
}

/// While the provider is slow, no second request is sent, and no database connection is held.
#[tokio::test]
async fn callers_that_wait_for_another_replica_get_its_token() {
    let first = start();
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    let_expire(&first);
    first.op.reply("/token", Reply::Held);
    let both = [browser.clone(), at(&second, &browser)];
    let waiting = tokio::spawn(async move { at_once(&both, 50).await });
    until_leased(&first, 1).await;
    let held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    first.database.until(held, 0).await;
    assert_eq!(browser.fetch("/session").await.status, 200, "other requests get a connection");
    first.op.recover("/token");
    for answer in waiting.await.expect("no panic") {
        assert_eq!(token(&answer), "access-secret-2");
    }
    assert_eq!(sent_refresh_tokens(&first.op), ["refresh-secret-1"]);
}

#[tokio::test]
async fn a_token_is_refreshed_one_minute_before_its_expiry_and_not_earlier() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::seconds(LIFETIME - 61));
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1");
    gateway.hand.advance(TimeDelta::seconds(1));
    let refreshed = browser.fetch(TOKEN).await;
    assert_eq!((token(&refreshed), &refreshed.json()["expires_in"]), ("access-secret-2".into(), &LIFETIME.into()));
}

/// Without rotation the first refresh token is used again (RFC 6749 §6).
#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_is_kept() {
    let gateway = start();
    gateway.op.refreshing(|refreshing| (refreshing.rotates, refreshing.with_id_token) = (false, false));
    let browser = signed_in(&gateway, "alice").await;
    for round in 2..=4 {
        let_expire(&gateway);
        assert_eq!(token(&browser.fetch(TOKEN).await), format!("access-secret-{round}"));
    }
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1"; 3]);
}

/// New tokens are written before they are returned, and a failed write is retried: the provider issues them only once.
#[tokio::test]
async fn a_failed_write_of_new_tokens_is_retried() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    let asking = begin_refresh(&gateway, &browser, Reply::Held).await;
    // A trigger rejects the first writes.
    gateway.database.execute(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN IF nextval('tries') < 3 THEN RAISE 'not now'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE OF sealed ON provider_tokens FOR EACH ROW EXECUTE FUNCTION refuse()",
    );
    gateway.op.recover("/token");
    assert_eq!(token(&asking.await.expect("no panic")), "access-secret-2");
    assert_eq!(gateway.database.number("SELECT last_value FROM tries"), 3);
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1", "refresh-secret-2"]);
}

/// The response is stored although the caller has disconnected.
#[tokio::test]
async fn a_cancelled_caller_does_not_lose_the_new_tokens() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    let asking = begin_refresh(&gateway, &browser, Reply::Held).await;
    asking.abort();
    assert!(asking.await.expect_err("aborted").is_cancelled());
    gateway.op.recover("/token");
    until_leased(&gateway, 0).await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1"]);
}

/// Some providers return a lifetime of zero for tokens that do not expire: at most one refresh a minute, and no `expires_in`.
#[tokio::test]
async fn vault_expires_in_0() {
    for zero in [0, -1] {
        let gateway = start();
        gateway.op.refreshing(|refreshing| refreshing.lifetime = Some(zero));
        let browser = signed_in(&gateway, "alice").await;
        for second in 0..3 {
            let answer = browser.fetch(TOKEN).await;
            assert_eq!((token(&answer), answer.json().get("expires_in")), ("access-secret-1".into(), None), "{second}");
            gateway.hand.advance(TimeDelta::seconds(1));
        }
        assert_eq!(sent_refresh_tokens(&gateway.op), [""; 0]);
        if zero == 0 {
            gateway.hand.advance(TimeDelta::seconds(60));
            for _ in 0..3 {
                assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
            }
            assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1"]);
            // A refresh that fails does not take the token away.
            gateway.op.reply("/token", Reply::text(503, "text/html", ""));
            gateway.hand.advance(TimeDelta::seconds(61));
            assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
        }
    }
}
