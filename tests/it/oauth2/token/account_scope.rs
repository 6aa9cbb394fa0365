//! The scope `account`: how a frontend gets it, and its effect.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::services::{self, claims, encoded};
use crate::support::{Answer, Gateway, Setup};

const FORM: &str = "application/x-www-form-urlencoded";

async fn refresh(gateway: &Gateway, token: &str, more: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "refresh_token"), ("refresh_token", token)], more].concat();
    services::form(gateway, "/oauth2/token", &form).send().await
}

async fn sessions(gateway: &Gateway, access: &str) -> u16 {
    let ask = gateway.browser().ask("GET", "/sessions").for_json();
    ask.header("authorization", &format!("Bearer {access}")).send().await.status
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The audience is the issuer alone, and the lifetime five minutes.
#[tokio::test]
async fn a_refresh_with_resource_grants_the_scope_account() {
    let gateway = Gateway::with("[tokens]\naudience = ['https://api.example']\naccess_lifetime = '1h'\n");
    let tokens = gateway.browser().sign_in_json("ada").await;
    assert_eq!(claims(text(&tokens["api"]["access"]))["scope"], "openid profile email", "not in a login's answer");
    let issuer = gateway.public_url.as_str();
    let answer = refresh(&gateway, text(&tokens["api"]["refresh"]), &[("resource", issuer)]).await.json();
    assert_eq!((&answer["scope"], &answer["expires_in"]), (&json!("openid profile email account"), &json!(300)));
    let about = claims(text(&answer["access_token"]));
    assert_eq!(
        (&about["aud"], &about["scope"], &about["client_id"]),
        (&json!(issuer), &answer["scope"], &json!("vestibule"))
    );
    assert_eq!(about["exp"].as_i64().zip(about["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(300));
    assert_eq!(sessions(&gateway, text(&answer["access_token"])).await, 200);
    // The next refresh must request it again.
    let next = refresh(&gateway, text(&answer["refresh_token"]), &[]).await.json();
    assert_eq!((&next["scope"], &next["expires_in"]), (&json!("openid profile email"), &json!(3600)));
    assert_eq!(sessions(&gateway, text(&next["access_token"])).await, 403);
    // An empty path equals `/`; a token for a service has no such scope.
    let slash = refresh(&gateway, text(&next["refresh_token"]), &[("resource", &format!("{issuer}/"))]).await.json();
    assert_eq!(claims(text(&slash["access_token"]))["aud"], issuer);
    let api = refresh(&gateway, text(&slash["refresh_token"]), &[("resource", "https://api.example")]).await.json();
    let about = claims(text(&api["access_token"]));
    assert_eq!((&about["aud"], &about["scope"]), (&json!("https://api.example"), &json!("openid profile email")));
}

/// The request may name the scope, alone or with others of the session, but only together with `resource`.
#[tokio::test]
async fn the_scope_parameter_alone_does_not_grant_it() {
    let gateway = Gateway::start();
    let tokens = gateway.browser().sign_in_json("ada").await;
    let (first, issuer) = (text(&tokens["api"]["refresh"]), gateway.public_url.as_str());
    for scope in ["account", "openid account", "openid Account", "openid account profile email"] {
        let answer = refresh(&gateway, first, &[("scope", scope)]).await;
        assert_eq!(services::error(&answer), (400, "invalid_scope".into()), "{scope}");
    }
    for resource in
        ["https://elsewhere.example", &issuer.to_uppercase(), &format!("{issuer}//"), &format!("{issuer}/x")]
    {
        let answer = refresh(&gateway, first, &[("resource", resource)]).await;
        assert_eq!(services::error(&answer), (400, "invalid_target".into()), "{resource}");
    }
    let twice = refresh(&gateway, first, &[("resource", issuer), ("resource", "https://api.example")]).await;
    assert_eq!(services::error(&twice), (400, "invalid_request".into()));
    let wider = refresh(&gateway, first, &[("resource", issuer), ("scope", "account groups")]).await;
    assert_eq!(services::error(&wider), (400, "invalid_scope".into()));
    // None of these requests used up the refresh token.
    let alone = refresh(&gateway, first, &[("resource", issuer), ("scope", "account")]).await.json();
    assert_eq!(alone["scope"], "account");
    assert_eq!(sessions(&gateway, text(&alone["access_token"])).await, 200);
    let again =
        refresh(&gateway, text(&alone["refresh_token"]), &[("resource", issuer), ("scope", "account openid")]).await;
    assert_eq!(again.json()["scope"], "openid account");
}

/// RF-02: within the retry window the response has the same successor and the requested access token.
#[tokio::test]
async fn a_retried_refresh_can_request_it() {
    let gateway = Gateway::start();
    gateway.hand.hold();
    let tokens = gateway.browser().sign_in_json("ada").await;
    let (first, resource) = (text(&tokens["api"]["refresh"]), [("resource", gateway.public_url.as_str())]);
    let plain = refresh(&gateway, first, &[]).await.json();
    gateway.hand.advance(TimeDelta::seconds(30));
    let retried = refresh(&gateway, first, &resource).await.json();
    assert_eq!(plain["refresh_token"], retried["refresh_token"]);
    assert_eq!(sessions(&gateway, text(&plain["access_token"])).await, 403);
    assert_eq!(sessions(&gateway, text(&retried["access_token"])).await, 200);
    let plain_again = refresh(&gateway, first, &[]).await.json();
    assert_eq!((&plain_again["refresh_token"], &plain_again["scope"]), (&plain["refresh_token"], &plain["scope"]));
}

/// By a form at `POST /session/token`; without one, the token is an ordinary one.
#[tokio::test]
async fn a_cookie_requests_it_by_a_form() {
    let gateway = Gateway::with("[tokens]\naudience = ['https://api.example']\n");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let ask = async |media_type: &str, body: String| {
        let ask = browser.ask("POST", "/session/token").header("sec-fetch-site", "same-origin");
        ask.body(media_type, body).send().await
    };
    let issuer = gateway.public_url.clone();
    let answer = ask(FORM, encoded(&[("resource", &issuer)])).await.json();
    let about = claims(text(&answer["access_token"]));
    assert_eq!((&about["aud"], &about["scope"]), (&json!(issuer), &json!("openid profile email account")));
    assert_eq!((&answer["expires_in"], answer.as_object().map(serde_json::Map::len)), (&json!(300), Some(3)));
    let narrowed = ask(FORM, encoded(&[("resource", "https://api.example")])).await.json();
    assert_eq!(claims(text(&narrowed["access_token"]))["aud"], "https://api.example");
    for ordinary in [ask(FORM, String::new()).await, ask(FORM, encoded(&[("scope", "account")])).await] {
        let about = claims(text(&ordinary.json()["access_token"]));
        assert_eq!(about["scope"], "openid profile email");
    }
    // Outside a form `resource` would be ignored, and the token would be for more than was asked.
    for outside in [
        ask("application/json", json!({ "resource": issuer }).to_string()).await,
        browser.post(&format!("/session/token?resource={issuer}")).await,
    ] {
        assert_eq!(outside.problem(), (400, "invalid_request".into()));
    }
    for bad in [
        encoded(&[("resource", "https://elsewhere.example")]),
        encoded(&[("resource", &issuer), ("resource", &issuer)]),
        "resource=%ff".to_owned(),
    ] {
        assert_eq!(ask(FORM, bad.clone()).await.problem(), (400, "invalid_request".into()), "{bad}");
    }
    // Five minutes at most, and not longer than other tokens.
    let gateway = Gateway::with("[tokens]\naccess_lifetime = '1m'\n");
    let tokens = gateway.browser().sign_in_json("ada").await;
    let answer = refresh(&gateway, text(&tokens["api"]["refresh"]), &[("resource", &gateway.public_url)]).await.json();
    assert_eq!(answer["expires_in"], 60);
}

/// It ends by expiry, with its session, and by revocation. Other clients cannot introspect or exchange it.
#[tokio::test]
async fn a_token_with_it_is_revoked_and_introspected_like_others() {
    let gateway = services::setup().start();
    gateway.hand.hold();
    let tokens = gateway.browser().sign_in_json("ada").await;
    let resource = [("resource", gateway.public_url.as_str())];
    let first = refresh(&gateway, text(&tokens["api"]["refresh"]), &resource).await.json();
    let (access, next) = (text(&first["access_token"]), text(&first["refresh_token"]));
    let introspected = services::introspect(&gateway, "shop", access).await;
    assert!(!services::is_active(&introspected), "{introspected:?}");
    assert_eq!(services::revoke(&gateway, access).await.status, 200);
    assert_eq!(sessions(&gateway, access).await, 401);
    let second = refresh(&gateway, next, &resource).await.json();
    let access = text(&second["access_token"]);
    assert_eq!(sessions(&gateway, access).await, 200, "the session is active");
    gateway.hand.advance(TimeDelta::seconds(301));
    assert_eq!(sessions(&gateway, access).await, 401);
    let third = refresh(&gateway, text(&second["refresh_token"]), &resource).await.json();
    assert_eq!(services::revoke(&gateway, text(&third["refresh_token"])).await.status, 200);
    assert_eq!(sessions(&gateway, text(&third["access_token"])).await, 401, "its session ended");
}

/// Also with the issuer as the audience of the app.
#[tokio::test]
async fn an_apps_own_scope_account_grants_no_access() {
    let gateway = Gateway::start();
    let tokens = gateway.browser().sign_in_json("ada").await;
    let mut about = claims(text(&tokens["api"]["access"]));
    let signed = |about: &Value| crate::support::sign(&gateway.database, about);
    about["scope"] = json!("openid account");
    assert_eq!(sessions(&gateway, &signed(&about)).await, 200, "the key is ours");
    for scope in ["openid", "openid accounts", "openid\taccount", "Account", "account,openid", "account\u{a0}"] {
        let mut other = about.clone();
        other["scope"] = json!(scope);
        assert_eq!(sessions(&gateway, &signed(&other)).await, 403, "{scope:?}");
    }
    let issuer = json!(gateway.public_url);
    for (claim, value, status) in [
        ("client_id", json!("web"), 401),
        ("client_id", json!("Vestibule"), 401),
        ("aud", json!([issuer, "https://api.example"]), 403),
        ("aud", json!(["https://api.example"]), 401),
        ("aud", json!([]), 401),
        ("aud", json!([issuer]), 200),
    ] {
        let mut other = about.clone();
        other[claim] = value.clone();
        assert_eq!(sessions(&gateway, &signed(&other)).await, status, "{claim} {value}");
    }
}

/// An invalid token does not fall back to the cookie. Below `/account` only the cookie and the origin count.
#[tokio::test]
async fn a_token_takes_precedence_over_a_cookie() {
    let gateway = Setup::new().start();
    let (ada, bob) = (gateway.browser(), gateway.browser());
    ada.sign_in("ada").await;
    bob.sign_in("bob").await;
    let for_bob = gateway.account_bearer(&bob).await;
    let token = bob.post("/session/token").await.json();
    let ordinary = format!("Bearer {}", text(&token["access_token"]));
    let bobs = bob.fetch("/sessions").await.json()["sessions"][0]["id"].clone();
    let ask = async |authorization: &[&str]| {
        let ask = ada.ask("GET", "/sessions").for_json();
        authorization.iter().fold(ask, |ask, value| ask.header("authorization", value)).send().await
    };
    assert_eq!(ask(&[&for_bob]).await.json()["sessions"][0]["id"], bobs);
    assert_eq!(ask(&[&for_bob.replace("Bearer", "bEARER")]).await.json()["sessions"][0]["id"], bobs);
    assert_eq!(ask(&[&ordinary]).await.problem(), (403, "insufficient_scope".into()));
    for bad in [&["Bearer x"][..], &["Basic YTpi"], &[&for_bob, &for_bob], &[&for_bob, "Bearer x"], &["Bearer"]] {
        assert_eq!(ask(bad).await.problem(), (401, "token_invalid".into()), "{bad:?}");
    }
    let path = "/account/identities/op/link";
    let foreign = ada.ask("POST", path).for_json().header("origin", "https://evil.example");
    let foreign = foreign.header("authorization", &for_bob).send().await;
    assert_eq!(foreign.problem(), (403, "foreign_origin".into()));
    let page = ada.ask("GET", "/account").header("authorization", &for_bob).send().await;
    assert!(page.status == 200 && page.body.contains("ada@example.com") && !page.body.contains("bob@"), "{page:?}");
}
