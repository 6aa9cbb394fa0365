//! `prompt`, `max_age` and the hints.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::app::{Tokens, code, path, redeem, setup, sign_in, start, to_provider, told};
use crate::support::{Gateway, parameter};

/// What the provider says of the moment in which it authenticated the person, as seconds before now.
fn authenticated(gateway: &Gateway, seconds_ago: i64) {
    let at = gateway.clock.now() - TimeDelta::seconds(seconds_ago);
    gateway.op.set_claims(json!({ "auth_time": at.timestamp() }));
}

/// AZ-22
#[tokio::test]
async fn prompt_none_shows_no_page() {
    let gateway = start();
    let browser = gateway.browser();
    assert_eq!(told(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
    browser.sign_in("ada").await;
    code(&browser.get(&path(&[("prompt", "none")])).await);
    assert_eq!(told(&browser.get(&path(&[("prompt", "none"), ("max_age", "60")])).await), "login_required");
    // Who was signed out is nobody, and so is whose cookie is not ours.
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(told(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
    browser.set_cookie("vestibule", "junk");
    assert_eq!(told(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
}

/// AZ-24: the provider is asked too, and its word is checked.
#[tokio::test]
async fn prompt_login_requires_a_fresh_login_at_the_provider() {
    let gateway = start();
    let browser = gateway.browser();
    authenticated(&gateway, 100);
    browser.sign_in("ada").await;
    code(&browser.get(&path(&[("max_age", "10000")])).await);
    let begun = to_provider(&browser, &path(&[("prompt", "login")])).await;
    assert_eq!(parameter(&begun.url, "prompt").as_deref(), Some("login"));
    assert!(parameter(&begun.url, "max_age").is_some(), "so that it says when");
    // It did not: its word is an old one.
    assert_eq!(told(&browser.get(&begun.callback_of("ada")).await), "login_required");
    authenticated(&gateway, 0);
    let answer = sign_in(&browser, &path(&[("prompt", "login")]), "ada").await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert!(tokens.id_claims()["auth_time"].as_i64() >= Some(gateway.clock.now().timestamp() - 5));
    gateway.hand.advance(TimeDelta::seconds(61));
    let begun = to_provider(&browser, &path(&[("max_age", "60")])).await;
    assert_eq!(parameter(&begun.url, "max_age").as_deref(), Some("60"));
    authenticated(&gateway, 0);
    code(&browser.get(&begun.callback_of("ada")).await);
    // Nothing of this ends the sign-in.
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// A provider that does not say when: the app is told, unless the operator trusts it.
#[tokio::test]
async fn without_auth_time_a_login_is_not_fresh() {
    let gateway = start();
    for asked in [("prompt", "login"), ("max_age", "60")] {
        assert_eq!(told(&sign_in(&gateway.browser(), &path(&[asked]), "ada").await), "login_required", "{asked:?}");
    }
    let trusting = setup().toml("[providers.op]\ninsecure_assume_fresh_login = true").start();
    for asked in [("prompt", "login"), ("max_age", "60")] {
        code(&sign_in(&trusting.browser(), &path(&[asked]), "ada").await);
    }
}

/// `select_account` asks who to be, even where somebody is signed in.
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

/// AZ-26: hints reach the provider as they were asked for, and nothing in a link of ours changes them.
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
