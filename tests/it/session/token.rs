//! `POST /session/token`: exchanges the session cookie for an access token.

use serde_json::json;

use crate::support::Gateway;

const PATH: &str = "/session/token";
const APP: &str = "https://app.example.com";

#[tokio::test]
async fn a_cookie_gets_an_access_token() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let answer = browser.post(PATH).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{answer:?}");
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(3));
    let session = browser.fetch("/session").await.json();
    let claims = crate::well_known::jwks::claims(&body["access_token"]);
    assert_eq!((&claims["sid"], &claims["sub"]), (&session["sid"], &session["sub"]));
    assert_eq!(claims["auth_time"].as_i64().map(|time| time > 1_700_000_000), Some(true));
    let second = browser.post(PATH).await.json();
    assert_ne!(crate::well_known::jwks::claims(&second["access_token"])["jti"], claims["jti"]);
}

/// SE-13
#[tokio::test]
async fn a_cross_site_request_is_refused() {
    let gateway = Gateway::with(&format!("[login]\nallowed_origins = ['{APP}']\n"));
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let own = gateway.public_url.clone();
    let ask = async |headers: &[(&str, &str)]| {
        let ask = browser.ask("POST", PATH).for_json();
        headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await
    };
    for good in [
        vec![("origin", own.as_str())],
        vec![("origin", APP)],
        vec![("origin", APP), ("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "same-origin")],
    ] {
        assert_eq!(ask(&good).await.status, 200, "{good:?}");
    }
    let upper = own.to_uppercase();
    let https = own.replace("http:", "https:");
    for bad in [
        vec![],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "")],
        vec![("origin", "https://app.example.com.evil.example")],
        vec![("origin", "https://app.example.com:8443")],
        vec![("origin", "http://app.example.com")],
        vec![("origin", "https://App.example.com")],
        vec![("origin", upper.as_str())],
        vec![("origin", https.as_str())],
        vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        vec![("origin", APP), ("origin", "https://evil.example")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "none")],
        vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        vec![("referer", own.as_str())],
    ] {
        assert_eq!(ask(&bad).await.problem(), (403, "foreign_origin".into()), "{bad:?}");
    }
}

#[tokio::test]
async fn other_credentials_are_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let nobody = browser.post(PATH).await;
    assert_eq!((nobody.status, nobody.header("www-authenticate")), (401, "Bearer"));
    let token = browser.sign_in_json("alice").await["api"]["access"].as_str().expect("a token").to_owned();
    let ask = browser.ask("POST", PATH).header("sec-fetch-site", "same-origin");
    let bearer = ask.header("authorization", &format!("Bearer {token}")).send().await;
    assert_eq!(bearer.status, 401, "no token makes a token");
    browser.set_cookie("vestibule", "garbage");
    let garbage = browser.post(PATH).await;
    assert_eq!(garbage.status, 401);
    assert!(garbage.set_cookie("vestibule").is_some_and(|cookie| cookie.contains("Max-Age=0")));
    assert_eq!(browser.ask("GET", PATH).send().await.status, 405);
}
