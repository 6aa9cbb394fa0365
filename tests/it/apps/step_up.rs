//! `acr_values` of an app: if the session has none of them, its provider is asked once.

use serde_json::json;

use crate::fake_provider::Op;
use crate::support::app::{self, Tokens, code, path, redeem, redirect_error, to_provider};
use crate::support::{Browser, Gateway, Setup, parameter};

/// The answer to a signed-in browser for these `acr_values`: `code`, or the place to which it is sent.
async fn asked(browser: &Browser, changes: &[(&str, &str)]) -> String {
    let answer = browser.get(&path(changes)).await;
    let to = answer.location();
    match parameter(&to, "code") {
        Some(_) => "code".to_owned(),
        None if to.contains("/auth?") => format!("provider {}", parameter(&to, "acr_values").unwrap_or_default()),
        None if to.starts_with('/') => "a page of ours".to_owned(),
        None => redirect_error(&answer),
    }
}

async fn signed_in(gateway: &Gateway, acr: &str) -> Browser {
    gateway.op.set_claims(json!({ "acr": acr }));
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    browser
}

/// Once for a session and these values: an app that always asks keeps single sign-on if the provider cannot do better.
#[tokio::test]
async fn the_provider_is_asked_once_for_a_session_and_these_values() {
    let gateway = app::start();
    let browser = signed_in(&gateway, "silver").await;
    let gold = [("acr_values", "gold")];
    for (values, expected) in
        [("silver", "code"), ("gold silver", "code"), ("gold", "provider gold"), ("Silver", "provider Silver")]
    {
        assert_eq!(asked(&browser, &[("acr_values", values)]).await, expected, "{values}");
    }
    assert_eq!(asked(&browser, &[("acr_values", "gold"), ("prompt", "none")]).await, "code", "what is there");
    // The provider cannot do better: the app gets what came, and is not sent again for the same values.
    let begun = to_provider(&browser, &path(&gold)).await;
    let answer = browser.get(&begun.callback_of("ada")).await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert_eq!(tokens.id_claims()["acr"], "silver");
    assert_eq!(asked(&browser, &gold).await, "code");
    assert_eq!(asked(&browser, &[("acr_values", "platinum")]).await, "provider platinum");
    assert_eq!(asked(&browser, &[("acr_values", "gold platinum")]).await, "provider gold platinum");
    // It can now.
    gateway.op.set_claims(json!({"acr": "platinum"}));
    let begun = to_provider(&browser, &path(&[("acr_values", "platinum")])).await;
    let answer = browser.get(&begun.callback_of("ada")).await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert_eq!(tokens.id_claims()["acr"], "platinum");
    assert_eq!(asked(&browser, &[("acr_values", "platinum gold")]).await, "code");
    // A new sign-in is asked again.
    let other = signed_in(&gateway, "silver").await;
    assert_eq!(asked(&other, &gold).await, "provider gold");
}

/// Past the chooser: the session's own provider, also if there are others; and never one that lists other values only.
#[tokio::test]
async fn the_session_s_own_provider_is_asked_if_it_may_give_the_value() {
    for (supported, values, expected) in [
        (json!(null), "gold", "provider gold"),
        (json!(["silver", "gold"]), "gold", "provider gold"),
        (json!(["silver"]), "gold", "code"),
        (json!(["silver"]), "gold platinum", "code"),
        (json!(["platinum"]), "gold platinum", "provider gold platinum"),
        (json!([]), "gold", "code"),
    ] {
        let other = Op::start();
        let setup = app::setup().provider("other", &other);
        if !supported.is_null() {
            setup.op.set_metadata("acr_values_supported", supported.clone());
        }
        let gateway = setup.start();
        let browser = signed_in(&gateway, "silver").await;
        assert_eq!(asked(&browser, &[("acr_values", values)]).await, expected, "{supported} {values}");
        if expected != "code" {
            let to = browser.get(&path(&[("acr_values", values)])).await.location();
            assert!(to.starts_with(&gateway.op.issuer), "{to}");
        }
    }
    // OAuth providers have no `acr`.
    let hub = "[providers.hub]\nkind = 'oauth2'\nname = 'Hub'\nclient_id = 'us'\nclient_secret = 's'\n\
               authorization_endpoint = 'https://hub.example/auth'\ntoken_endpoint = 'https://hub.example/token'\n\
               userinfo_endpoint = 'https://hub.example/me'\n";
    let gateway = app::setup().toml(hub).start();
    let browser = signed_in(&gateway, "silver").await;
    gateway.database.execute("UPDATE sessions SET provider = 'hub', acr = NULL");
    assert_eq!(asked(&browser, &[("acr_values", "gold")]).await, "code");
}

/// Another person who signs in there is answered as at any login; with `id_token_hint` it is `login_required`.
#[tokio::test]
async fn another_person_who_signs_in_there_is_answered_as_at_any_login() {
    let gateway = app::start();
    let browser = signed_in(&gateway, "silver").await;
    let answer = browser.get(&path(&[])).await;
    let hint = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await).id.expect("an ID token");
    let begun = to_provider(&browser, &path(&[("acr_values", "gold"), ("id_token_hint", &hint)])).await;
    assert_eq!(redirect_error(&browser.get(&begun.callback_of("eve")).await), "login_required");
    browser.sign_in("ada").await;
    let begun = to_provider(&browser, &path(&[("acr_values", "gold")])).await;
    let answer = browser.get(&begun.callback_of("eve")).await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert_eq!(tokens.id_claims()["email"], "eve@example.com");
}

/// The operator's `acr_values` wins at the provider, and the app is not sent there again and again.
#[tokio::test]
async fn with_the_operator_s_acr_values_the_provider_is_asked_once_too() {
    let gateway = Setup::new().toml(app::CLIENTS).toml("[providers.op.extra_params]\nacr_values = 'fixed'\n").start();
    let browser = signed_in(&gateway, "silver").await;
    let gold = [("acr_values", "gold")];
    assert_eq!(asked(&browser, &gold).await, "provider fixed");
    let begun = to_provider(&browser, &path(&gold)).await;
    code(&browser.get(&begun.callback_of("ada")).await);
    assert_eq!(asked(&browser, &gold).await, "code");
}
