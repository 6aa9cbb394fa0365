//! Refreshing: by one, whoever asks, and rotation is honoured.

use chrono::TimeDelta;

use crate::support::{Answer, Browser};
use crate::vault::house::{LIFETIME, TOKEN, at, beside, let_expire, row, shown, signed_in, start, token};

/// So many callers at once, in turn at each of these.
async fn at_once(browsers: &[Browser], callers: usize) -> Vec<Answer> {
    let ask = |number: usize| {
        let browser = browsers[number % browsers.len()].clone();
        tokio::spawn(async move { browser.fetch(TOKEN).await })
    };
    let asked: Vec<_> = (0..callers).map(ask).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.expect("no panic"));
    }
    answers
}

/// Fifty callers on two replicas ask the provider once, again and again, each time with the refresh token that it gave
/// last; and all get the same token.
#[tokio::test]
async fn fifty_callers_on_two_replicas_ask_the_provider_once() {
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
        assert_eq!(shown(&first.op), [format!("refresh-secret-{round}")], "{round}");
        assert_eq!(first.token_requests(), 1, "{round}");
    }
    assert_eq!(row(&first), "kept");
}

/// The same while the provider takes its time: nobody asks a second time, and no connection is held meanwhile.
#[tokio::test]
async fn whoever_waits_for_another_replica_gets_what_it_got() {
    let first = start();
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    let_expire(&first);
    first.op.reply("/token", crate::fake_provider::Reply::Held);
    let both = [browser.clone(), at(&second, &browser)];
    let waiting = tokio::spawn(async move { at_once(&both, 50).await });
    first.database.until("SELECT count(*) FROM provider_tokens WHERE lease_holder IS NOT NULL", 1).await;
    let held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    first.database.until(held, 0).await;
    assert_eq!(browser.fetch("/session").await.status, 200, "others have their connections");
    first.op.recover("/token");
    for answer in waiting.await.expect("no panic") {
        assert_eq!(token(&answer), "access-secret-2");
    }
    assert_eq!(shown(&first.op), ["refresh-secret-1"]);
}

#[tokio::test]
async fn it_is_refreshed_a_minute_before_its_end_and_not_earlier() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::seconds(LIFETIME - 61));
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1");
    gateway.hand.advance(TimeDelta::seconds(1));
    let renewed = browser.fetch(TOKEN).await;
    assert_eq!((token(&renewed), &renewed.json()["expires_in"]), ("access-secret-2".into(), &LIFETIME.into()));
}

/// A provider that does not rotate: the refresh token that it gave first is kept (RFC 6749 §6).
#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_stays() {
    let gateway = start();
    gateway.op.refreshing(|refreshing| (refreshing.rotates, refreshing.with_id_token) = (false, false));
    let browser = signed_in(&gateway, "alice").await;
    for round in 2..=4 {
        let_expire(&gateway);
        assert_eq!(token(&browser.fetch(TOKEN).await), format!("access-secret-{round}"));
    }
    assert_eq!(shown(&gateway.op), ["refresh-secret-1"; 3]);
}

/// What the provider gave is written before anybody gets it, and again where that fails: it cannot be had twice.
#[tokio::test]
async fn what_came_is_written_even_where_the_first_try_fails() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", crate::fake_provider::Reply::Held);
    let asking = {
        let browser = browser.clone();
        tokio::spawn(async move { browser.fetch(TOKEN).await })
    };
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE lease_holder IS NOT NULL", 1).await;
    // The first writing is refused by a rule that is gone a little later.
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
    assert_eq!(shown(&gateway.op), ["refresh-secret-1", "refresh-secret-2"]);
}

/// A caller that hangs up in the middle takes nothing along.
#[tokio::test]
async fn a_caller_that_goes_away_does_not_lose_the_answer() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", crate::fake_provider::Reply::Held);
    let asking = {
        let browser = browser.clone();
        tokio::spawn(async move { browser.fetch(TOKEN).await })
    };
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE lease_holder IS NOT NULL", 1).await;
    asking.abort();
    assert!(asking.await.expect_err("aborted").is_cancelled());
    gateway.op.recover("/token");
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE lease_holder IS NULL", 1).await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    assert_eq!(shown(&gateway.op), ["refresh-secret-1"]);
}
