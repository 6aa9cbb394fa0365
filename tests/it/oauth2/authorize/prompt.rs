//! `prompt`, `max_age` and the hints.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::app::{Tokens, code, path, redeem, redirect_error, setup, sign_in, start, to_provider};
use crate::support::{Gateway, parameter};

/// Sets the `auth_time` of the provider, in seconds before now.
fn authenticated(gateway: &Gateway, seconds_ago: i64) {
    let at = gateway.clock.now() - TimeDelta::seconds(seconds_ago);
    gateway.op.set_claims(json!({ "auth_time": at.timestamp() }));
}

/// AZ-22
#[tokio::test]
async fn prompt_none_shows_no_page() {
    let gateway = start();
    let browser = gateway.browser();
    assert_eq!(redirect_error(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
    authenticated(&gateway, 120);
    browser.sign_in("ada").await;
    code(&browser.get(&path(&[("prompt", "none")])).await);
    assert_eq!(redirect_error(&browser.get(&path(&[("prompt", "none"), ("max_age", "60")])).await), "login_required");
    // After a logout, and with an invalid cookie.
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(redirect_error(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
    browser.set_cookie("vestibule", "junk");
    assert_eq!(redirect_error(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
}

/// AZ-24: the parameters are sent to the provider, and `auth_time` is checked.
#[tokio::test]
async fn prompt_login_requires_a_fresh_login_at_the_provider() {
    let gateway = start();
    gateway.hand.hold();
    let browser = gateway.browser();
    authenticated(&gateway, 100);
    browser.sign_in("ada").await;
    code(&browser.get(&path(&[("max_age", "10000")])).await);
    let begun = to_provider(&browser, &path(&[("prompt", "login")])).await;
    assert_eq!(parameter(&begun.url, "prompt").as_deref(), Some("login"));
    assert!(parameter(&begun.url, "max_age").is_some(), "so that the provider returns auth_time");
    // The provider returned an old `auth_time`.
    assert_eq!(redirect_error(&browser.get(&begun.callback_of("ada")).await), "login_required");
    authenticated(&gateway, 0);
    let answer = sign_in(&browser, &path(&[("prompt", "login")]), "ada").await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert!(tokens.id_claims()["auth_time"].as_i64() >= Some(gateway.clock.now().timestamp() - 5));
    gateway.hand.advance(TimeDelta::seconds(61));
    let begun = to_provider(&browser, &path(&[("max_age", "60")])).await;
    assert_eq!(parameter(&begun.url, "max_age").as_deref(), Some("60"));
    authenticated(&gateway, 0);
    code(&browser.get(&begun.callback_of("ada")).await);
    // The browser session stays active.
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// The app gets an error unless `insecure_assume_fresh_login` is set.
#[tokio::test]
async fn without_auth_time_a_login_is_not_fresh() {
    let gateway = start();
    gateway.op.set_claims(json!({ "auth_time": null }));
    for asked in [("prompt", "login"), ("max_age", "60")] {
        assert_eq!(
            redirect_error(&sign_in(&gateway.browser(), &path(&[asked]), "ada").await),
            "login_required",
            "{asked:?}"
        );
    }
    let trusting = setup().toml("[providers.op]\ninsecure_assume_fresh_login = true").start();
    trusting.op.set_claims(json!({ "auth_time": null }));
    for asked in [("prompt", "login"), ("max_age", "60")] {
        let answer = sign_in(&trusting.browser(), &path(&[asked]), "ada").await;
        let tokens = Tokens::of(&redeem(&trusting, &code(&answer), &[]).await);
        // The login counts as fresh, and no token has an `auth_time` that the provider did not state.
        assert!(tokens.id_claims().get("auth_time").is_none() && tokens.claims().get("auth_time").is_none());
    }
}

/// Also with a signed-in browser.
#[tokio::test]
async fn select_account_is_passed_to_the_provider() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let begun = to_provider(&browser, &path(&[("prompt", "select_account")])).await;
    assert_eq!(parameter(&begun.url, "prompt").as_deref(), Some("select_account"));
    let answer = browser.get(&begun.callback_of("eve")).await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert_eq!(tokens.id_claims()["sub"], browser.fetch("/session").await.json()["sub"]);
}

/// AZ-26: parameters of the login link do not change the hints of the request.
#[tokio::test]
async fn hints_are_passed_on_and_cannot_be_overridden() {
    let gateway = start();
    let browser = gateway.browser();
    let hints = [("login_hint", "ada@example.com"), ("ui_locales", "de"), ("acr_values", "1 2")];
    let more = [hints.as_slice(), &[("display", "popup"), ("claims_locales", "de")]].concat();
    let at_once = browser.get(&path(&more)).await.location();
    let id = gateway.database.words("SELECT id FROM authorization_requests").concat();
    let link = format!("/login/op?authorization_request={id}");
    let changed = format!("{link}&login_hint=eve&prompt=none&max_age=1&return_to=%2Felsewhere&scope=all");
    for url in [at_once, browser.get(&changed).await.location()] {
        for (name, value) in hints {
            assert_eq!(parameter(&url, name).as_deref(), Some(value));
        }
        assert_eq!((parameter(&url, "prompt"), parameter(&url, "max_age")), (None, None));
    }
}
