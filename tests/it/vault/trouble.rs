//! Providers that are slow, that fail and that die in the middle; holders that die or come late.

use chrono::TimeDelta;
use tokio::task::JoinHandle;

use crate::fake_provider::Reply;
use crate::support::{Answer, Browser};
use crate::vault::house::{LIFETIME, TOKEN, at, beside, let_expire, row, shown, signed_in, start, token, with};

fn asking(browser: &Browser) -> JoinHandle<Answer> {
    let browser = browser.clone();
    tokio::spawn(async move { browser.fetch(TOKEN).await })
}

const LEASED: &str = "SELECT count(*) FROM provider_tokens WHERE lease_holder IS NOT NULL";

/// As long as the token is good it is handed out, whatever the provider does; a refresh that failed is tried again
/// after a while, and not before.
#[tokio::test]
async fn a_provider_that_fails_takes_nothing_away() {
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
        // Not what was rotated meanwhile is lost here, but what the gateway makes of the answer is looked at.
        gateway.op.refreshing(|refreshing| refreshing.forgives = true);
        for _ in 0..3 {
            assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1", "{reply:?}");
        }
        asked += 1;
        assert_eq!(shown(&gateway.op).len(), asked, "{reply:?}");
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
        assert_eq!((shown(&gateway.op).len(), row(&gateway)), (asked, "kept".into()), "{reply:?}");
        gateway.hand.advance(TimeDelta::seconds(5));
    }
    gateway.op.recover("/token");
    assert!(token(&browser.fetch(TOKEN).await).starts_with("access-secret-"));
    assert!(shown(&gateway.op).iter().all(|shown| shown == "refresh-secret-1"));
}

/// A provider that hangs: whoever asks learns it when its time is over, and nobody asks a second time for a while.
#[tokio::test]
async fn a_provider_that_hangs_costs_its_time_once() {
    let gateway = with("[providers.op]\ntimeout = \"1s\"");
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", Reply::Silent);
    let callers: Vec<_> = (0..10).map(|_| asking(&browser)).collect();
    let mut codes = Vec::new();
    for caller in callers {
        codes.push(caller.await.expect("no panic").code());
    }
    assert!(codes.iter().any(|code| code == "provider_timeout"), "{codes:?}");
    assert!(
        codes.iter().all(|code| ["provider_timeout", "provider_unavailable"].contains(&code.as_str())),
        "{codes:?}"
    );
    assert_eq!((shown(&gateway.op).len(), row(&gateway)), (1, "kept".into()));
}

/// While another one asks, a token that is still good is handed out after a moment.
#[tokio::test]
async fn nobody_waits_long_for_a_token_while_there_is_one() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::seconds(LIFETIME - 30));
    gateway.op.reply("/token", Reply::Held);
    let first = asking(&browser);
    gateway.database.until(LEASED, 1).await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-1");
    assert!(!first.is_finished());
    gateway.op.recover("/token");
    assert_eq!(token(&first.await.expect("no panic")), "access-secret-2");
}

/// It takes the refresh token, rotates, and hangs up without a word. Nobody can know the new one: the next attempt is
/// refused, and the link says that a login is needed. Until then the old token is handed out.
#[tokio::test]
async fn a_provider_that_dies_in_the_middle_leaves_the_vault_consistent() {
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
    let asked = shown(&gateway.op).len();
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(shown(&gateway.op).len(), asked, "nothing is left to be shown");
    browser.sign_in("alice").await;
    assert!(token(&browser.fetch(TOKEN).await).starts_with("access-secret-"));
    assert_eq!(row(&gateway), "kept");
}

#[tokio::test]
async fn a_refused_refresh_marks_the_link_and_a_login_mends_it() {
    for refusal in ["invalid_grant", "bad_refresh_token", "interaction_required"] {
        let gateway = start();
        let browser = signed_in(&gateway, "alice").await;
        let_expire(&gateway);
        let body = format!("{{\"error\":\"{refusal}\",\"error_description\":\"secret words\"}}");
        gateway.op.reply("/token", Reply::text(400, "application/json", &body));
        assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()), "{refusal}");
        assert_eq!(row(&gateway), "reauth");
        let audited = "SELECT detail->>'reason' FROM audit_events WHERE kind = 'provider_link_broken'";
        let reason = gateway.database.words(audited).concat();
        assert!(reason.contains(refusal) && !reason.contains("secret words"), "{reason}");
        assert_eq!(browser.fetch("/session").await.status, 200, "the session is none of it");
        gateway.op.recover("/token");
        browser.sign_in("alice").await;
        assert!(token(&browser.fetch(TOKEN).await).starts_with("access-secret-"));
        assert_eq!(row(&gateway), "kept");
    }
}

/// The holder dies while the provider is at it: its lease runs out, and another replica goes on.
#[tokio::test]
async fn a_holder_that_dies_leaves_a_lease_that_runs_out() {
    let first = start();
    let second = beside(&first);
    first.op.refreshing(|refreshing| refreshing.forgives = true);
    let browser = signed_in(&first, "alice").await;
    let elsewhere = at(&second, &browser);
    let database = first.database.clone();
    first.hand.advance(TimeDelta::seconds(LIFETIME - 30));
    first.op.reply("/token", Reply::Held);
    let (op, hand) = (first.op.clone(), first.hand.clone());
    let dying = asking(&browser);
    database.until(LEASED, 1).await;
    first.stop();
    let _broken_off = dying.await;
    op.recover("/token");
    assert_eq!(database.number(LEASED), 1, "nobody was there to give it up");
    // Until then nobody else asks; what is good is handed out.
    assert_eq!(token(&elsewhere.fetch(TOKEN).await), "access-secret-1");
    assert_eq!(shown(&op).len(), 1);
    hand.advance(TimeDelta::seconds(240));
    assert_eq!(token(&elsewhere.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(shown(&op), ["refresh-secret-1"; 2]);
}

/// However slow the provider is, as long as an attempt may go on nobody shows the same refresh token.
#[tokio::test]
async fn a_lease_is_longer_than_an_attempt() {
    let first = with("[providers.op]\ntimeout = \"8s\"\nclient_secret_previous = \"old\"");
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    first.hand.advance(TimeDelta::seconds(LIFETIME - 59));
    first.op.reply("/token", Reply::HeldOnce);
    let slow = asking(&browser);
    first.database.until(LEASED, 1).await;
    // Metadata, keys, two calls and newer keys twice: six times what one call may take, all but a little.
    first.hand.advance(TimeDelta::seconds(47));
    assert_eq!(token(&at(&second, &browser).fetch(TOKEN).await), "access-secret-1");
    assert_eq!(shown(&first.op), ["refresh-secret-1"]);
    first.op.release("/token");
    assert_eq!(token(&slow.await.expect("no panic")), "access-secret-2");
    assert_eq!(row(&first), "kept");
}

/// A holder whose lease ran out and whose answer comes late writes nothing over what another one wrote since, and hands
/// out what that one got.
#[tokio::test]
async fn a_late_holder_is_fenced() {
    let first = start();
    let second = beside(&first);
    first.op.refreshing(|refreshing| refreshing.forgives = true);
    let browser = signed_in(&first, "alice").await;
    let_expire(&first);
    first.op.reply("/token", Reply::HeldOnce);
    let late = asking(&browser);
    first.database.until(LEASED, 1).await;
    let version =
        |gateway: &crate::support::Gateway| gateway.database.words("SELECT version FROM provider_tokens").concat();
    first.hand.advance(TimeDelta::seconds(240));
    let elsewhere = at(&second, &browser);
    assert_eq!(token(&elsewhere.fetch(TOKEN).await), "access-secret-3");
    let written = version(&first);
    first.op.release("/token");
    assert_eq!(token(&late.await.expect("no panic")), "access-secret-3");
    assert_eq!((version(&first), row(&first)), (written, "kept".into()));
    // What counts is what the second wrote.
    let_expire(&first);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-4");
    assert_eq!(shown(&first.op)[2], "refresh-secret-3");
}

/// A late refusal marks nothing either: somebody else has refreshed since.
#[tokio::test]
async fn a_late_refusal_marks_nothing() {
    let first = start();
    let second = beside(&first);
    let browser = signed_in(&first, "alice").await;
    let_expire(&first);
    // The first one's request is answered last, with a refusal, since the second one has spent the refresh token.
    first.op.reply("/token", Reply::HeldOnce);
    let spent = first.op.clone();
    spent.refreshing(|refreshing| refreshing.rotates = false);
    let late = asking(&browser);
    first.database.until(LEASED, 1).await;
    first.hand.advance(TimeDelta::seconds(240));
    let good = token(&at(&second, &browser).fetch(TOKEN).await);
    let refusal = Reply::text(400, "application/json", r#"{"error":"invalid_grant"}"#);
    first.op.reply("held /token", refusal);
    assert_eq!(token(&late.await.expect("no panic")), good);
    assert_eq!(row(&first), "kept");
}

/// Somebody signs in while an old token is refreshed: the login counts.
#[tokio::test]
async fn a_login_in_the_middle_of_a_refresh_counts() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", Reply::HeldOnce);
    let late = asking(&browser);
    gateway.database.until(LEASED, 1).await;
    let other = signed_in(&gateway, "alice").await;
    let newest = token(&other.fetch(TOKEN).await);
    gateway.op.release("/token");
    assert_eq!(token(&late.await.expect("no panic")), newest);
    assert_eq!(token(&browser.fetch(TOKEN).await), newest);
}

/// The same where the login gave no refresh token, and so kept the one that the refresh spends: its successor is not lost.
#[tokio::test]
async fn a_login_that_keeps_a_refresh_token_gets_its_successor() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", Reply::HeldOnce);
    let late = asking(&browser);
    gateway.database.until(LEASED, 1).await;
    gateway.op.refreshing(|refreshing| refreshing.at_login = false);
    let newest = token(&signed_in(&gateway, "alice").await.fetch(TOKEN).await);
    gateway.op.release("/token");
    assert_eq!(token(&late.await.expect("no panic")), newest);
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-4");
    assert_eq!(shown(&gateway.op), ["refresh-secret-1", "refresh-secret-2"]);
}
