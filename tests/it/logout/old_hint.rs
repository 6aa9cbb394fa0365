//! `/logout` with an ID token of a session that has ended.

use crate::support::logout_apps::{BYE, confirm, log_out, reason, sign_in_to, start};

/// LO-05: an ID token that leaked long ago does not sign its user out of today's session. The user is asked.
#[tokio::test]
async fn a_hint_of_an_ended_session_asks_before_it_ends_the_current_one() {
    let (gateway, _receiver) = start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let old = sign_in_to(&gateway, &browser, "shop").await;
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(reason(&gateway, &old.sid), "logout");
    browser.sign_in("alice").await;
    let form = [("id_token_hint", &*old.id_token), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let asked = log_out(&browser, &form).await;
    assert!(asked.status == 200 && asked.body.contains("Sign out?"), "{asked:?}");
    assert_eq!(browser.fetch("/session").await.status, 200);
    assert_eq!(confirm(&browser, &asked).await.location(), format!("{BYE}&state=s"));
    assert_eq!(browser.fetch("/session").await.status, 401);
}

/// LO-05: the same for a session that has ended under the sign-in that still lives, however it ended.
#[tokio::test]
async fn a_hint_of_a_session_that_has_ended_alone_asks_before_it_ends_the_sign_in() {
    let (gateway, _receiver) = start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let old = sign_in_to(&gateway, &browser, "shop").await;
    let query = format!("/logout?id_token_hint={}", old.id_token);
    let by_server = gateway.browser().get(&query).await;
    assert_eq!((by_server.status, reason(&gateway, &old.sid)), (200, "logout".to_owned()));
    let asked = log_out(&browser, &[("id_token_hint", &*old.id_token)]).await;
    assert!(asked.status == 200 && asked.body.contains("Sign out?"), "{asked:?}");
    assert_eq!(browser.fetch("/session").await.status, 200);
}
