//! Pushed authorization requests (RFC 9126).

use crate::support::app::{Tokens, code, error, post, post_as, redeem, request, start};

async fn push(gateway: &crate::support::Gateway, changes: &[(&str, &str)]) -> crate::support::Answer {
    let ask = gateway.browser().ask("POST", "/oauth2/par");
    ask.body("application/x-www-form-urlencoded", request(changes)).send().await
}

fn uri_of(answer: &crate::support::Answer) -> String {
    assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"), "{answer:?}");
    let body = answer.json();
    assert_eq!(body["expires_in"], 60);
    body["request_uri"].as_str().expect("a request_uri").to_owned()
}

fn path(client: &str, uri: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", client)
        .append_pair("request_uri", uri)
        .finish();
    format!("/oauth2/authorize?{query}")
}

/// OP-01: it is bound to one client and one browser; other parameters of the URL are ignored.
#[tokio::test]
async fn a_request_uri_is_used_once_by_its_client() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let uri = uri_of(&push(&gateway, &[("scope", "openid")]).await);
    assert_eq!(browser.get(&path("cli", &uri)).await.status, 400);
    let brought = browser.get(&format!("{}&scope=openid+email+offline_access&state=x", path("spa", &uri))).await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&brought), &[]).await);
    assert_eq!(tokens.body["scope"], "openid");
    assert!(brought.location().contains("state=s+t%25te"), "{}", brought.location());
    assert_eq!(browser.get(&path("spa", &uri)).await.status, 400);
    let late = uri_of(&push(&gateway, &[]).await);
    gateway.hand.advance(chrono::TimeDelta::seconds(61));
    assert_eq!(browser.get(&path("spa", &late)).await.status, 400);
}

/// OP-01
#[tokio::test]
async fn an_invalid_pushed_request_is_refused_at_once() {
    let gateway = start();
    assert_eq!(
        error(&push(&gateway, &[("redirect_uri", "https://evil.example")]).await),
        (400, "invalid_request".into())
    );
    assert_eq!(error(&push(&gateway, &[("code_challenge_method", "plain")]).await), (400, "invalid_request".into()));
    assert_eq!(error(&push(&gateway, &[("response_type", "token")]).await), (400, "unsupported_response_type".into()));
    assert_eq!(error(&push(&gateway, &[("request_uri", "urn:x")]).await), (400, "invalid_request".into()));
    assert_eq!(error(&push(&gateway, &[("client_id", "nobody")]).await), (400, "invalid_client".into()));
    assert_eq!(error(&push(&gateway, &[("client_id", "server")]).await), (400, "invalid_client".into()));
    let form = [("response_type", "code"), ("redirect_uri", crate::support::app::SERVER)];
    uri_of(&post_as(&gateway, "server", "/oauth2/par", &form).await);
    assert_eq!(error(&post(&gateway, "/oauth2/par", &form).await).0, 400);
    assert_eq!(gateway.browser().get("/oauth2/par").await.status, 405);
}
