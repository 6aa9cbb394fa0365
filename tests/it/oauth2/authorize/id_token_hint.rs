//! `id_token_hint`: the user that the app expects.

use chrono::TimeDelta;

use crate::support::app::{Tokens, code, path, redeem, redirect_error, sign_in, start};

/// `oidcc-id-token-hint`; an expired hint is accepted too.
#[tokio::test]
async fn another_user_than_the_hinted_one_is_refused() {
    let gateway = start();
    let browser = gateway.browser();
    let answer = sign_in(&browser, &path(&[]), "ada").await;
    let id_token = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await).id.expect("an ID token");
    gateway.hand.advance(TimeDelta::hours(1));
    let silent = path(&[("prompt", "none"), ("id_token_hint", &id_token)]);
    code(&browser.get(&silent).await);
    browser.sign_in("eve").await;
    assert_eq!(redirect_error(&browser.get(&silent).await), "login_required");
    // Without `prompt=none` a user can sign in, and it must be the hinted one.
    let asked = path(&[("id_token_hint", &id_token)]);
    assert_eq!(redirect_error(&sign_in(&browser, &asked, "eve").await), "login_required");
    code(&sign_in(&browser, &asked, "ada").await);
}

#[tokio::test]
async fn an_invalid_hint_is_refused() {
    let gateway = start();
    let browser = gateway.browser();
    let answer = sign_in(&browser, &path(&[]), "ada").await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    let id_token = tokens.id.as_deref().expect("an ID token");
    let (signed, signature) = id_token.rsplit_once('.').expect("three parts");
    let forged = format!("{signed}.{}", "A".repeat(signature.len()));
    for hint in ["junk", &forged, &tokens.access] {
        assert_eq!(redirect_error(&browser.get(&path(&[("id_token_hint", hint)])).await), "invalid_request", "{hint}");
    }
    // A hint of another app is refused too.
    let of_another = crate::support::app::of_server(&[("id_token_hint", id_token)]);
    assert_eq!(redirect_error(&browser.get(&of_another).await), "invalid_request");
}
