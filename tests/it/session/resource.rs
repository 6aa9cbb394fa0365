//! The access tokens that `/session` accepts, and the parameter `resource` of `POST /session/token`.

use serde_json::json;

use crate::support::app::post;
use crate::support::{Browser, Gateway};

/// The user at `GET /session`, by an access token.
async fn user(gateway: &Gateway, token: &serde_json::Value) -> serde_json::Value {
    let bearer = format!("Bearer {}", token.as_str().expect("a token"));
    let answer = gateway.browser().ask("GET", "/session").for_json().header("authorization", &bearer).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["user"].clone()
}

/// IR-20: services are handed tokens, so a token shows no more of its user than at userinfo. A cookie shows all.
#[tokio::test]
async fn a_token_shows_of_its_user_what_its_scopes_release() {
    let gateway = Gateway::start();
    gateway.op.set_claims(json!({"name": "Ada", "email": "ada@example.com", "email_verified": true, "groups": ["a"]}));
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    assert_eq!(browser.fetch("/session").await.json()["user"]["groups"], json!(["a"]));
    let tokens = browser.sign_in_json("ada").await;
    let mut whole = tokens["user"].clone();
    assert_eq!(whole.as_object_mut().and_then(|members| members.remove("groups")), Some(json!(["a"])));
    assert_eq!(user(&gateway, &tokens["api"]["access"]).await, whole);
    assert_eq!(whole["name"], "Ada");
    let mut refresh = tokens["api"]["refresh"].clone();
    for (scope, members) in [
        ("openid", vec!["sub"]),
        ("openid email", vec!["email", "email_verified", "sub"]),
        ("openid profile", vec!["name", "sub"]),
    ] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str().expect("a token"))];
        let answer = post(&gateway, "/oauth2/token", &[&form[..], &[("scope", scope)]].concat()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let narrowed = user(&gateway, &answer.json()["access_token"]).await;
        assert_eq!(narrowed.as_object().expect("an object").keys().collect::<Vec<_>>(), members, "{scope}");
        refresh = answer.json()["refresh_token"].clone();
    }
}

async fn ask(browser: &Browser, path: &str, body: Option<(&str, &str)>) -> crate::support::Answer {
    let ask = browser.ask("POST", path).for_json().header("sec-fetch-site", "same-origin");
    match body {
        Some((media_type, body)) => ask.body(media_type, body.to_owned()).send().await,
        None => ask.send().await,
    }
}

/// A `resource` outside a form is refused: ignored, it would give a token for more than was asked for.
#[tokio::test]
async fn a_resource_outside_a_form_is_refused() {
    let gateway = Gateway::with("[tokens]\naudience = ['https://api.example', 'https://other.example']\n");
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let (path, resource) = ("/session/token", "resource=https%3A%2F%2Fapi.example");
    for (path, body) in [
        (format!("{path}?{resource}"), None),
        (format!("{path}?x=y"), None),
        (path.to_owned(), Some(("application/json", r#"{"resource":"https://api.example"}"#))),
        (path.to_owned(), Some(("text/plain", resource))),
        (path.to_owned(), Some(("application/x-www-form-urlencoded", "resource=a&resource=b"))),
    ] {
        assert_eq!(ask(&browser, &path, body).await.problem(), (400, "invalid_request".into()), "{path} {body:?}");
    }
    let form = ask(&browser, path, Some(("application/x-www-form-urlencoded", resource))).await;
    let claims = crate::well_known::jwks::claims(&form.json()["access_token"]);
    assert_eq!(claims["aud"], "https://api.example");
    assert_eq!(ask(&browser, path, None).await.status, 200);
}
