//! `GET /oauth2/url/`: the start of the SPA flow.

use crate::support::Gateway;

const APP: &str = "http://127.0.0.1:5173";

/// RA-01
#[tokio::test]
async fn the_response_has_the_authorization_url() {
    let gateway = Gateway::start();
    for path in ["/oauth2/url/?provider=op", "/oauth2/url?provider=op"] {
        let browser = gateway.browser();
        let answer = browser.fetch(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        let mut names: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["expires_in", "state", "url"]);
        assert_eq!(body["expires_in"], 300);
        let url = body["url"].as_str().expect("a URL");
        assert!(url.starts_with(&format!("{}/auth?", gateway.op.issuer)));
        assert!(url.contains(&format!("state={}", body["state"].as_str().expect("a state"))));
        assert!(url.contains("code_challenge_method=S256"));
        assert!(answer.set_cookie("vestibule-binding").is_some_and(|cookie| cookie.contains("HttpOnly")));
        assert_eq!(answer.set_cookie("vestibule"), None);
    }
}

#[tokio::test]
async fn a_configured_redirect_uri_is_used_in_the_spa_flow_only() {
    let gateway = Gateway::with(&format!("[providers.op]\nredirect_uri = '{APP}/done?x=1'\n"));
    let browser = gateway.browser();
    let redirect_uri = |url: &str| {
        url::Url::parse(url)
            .expect("a URL")
            .query_pairs()
            .find_map(|(name, value)| (name == "redirect_uri").then(|| value.into_owned()))
    };
    let begun = browser.begin_json("op").await;
    assert_eq!(redirect_uri(&begun.url), Some(format!("{APP}/done?x=1")));
    assert_eq!(redirect_uri(&browser.begin("op").await.url), Some(format!("{}/callback/op", gateway.public_url)));
    let answer = browser.post_json("/oauth2/token", &begun.exchange_of("alice")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(gateway.op.calls_to("/token")[0].form("redirect_uri"), [format!("{APP}/done?x=1")]);
}

#[tokio::test]
async fn an_invalid_start_is_a_problem_document() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for (query, code) in [
        ("", "invalid_request"),
        ("?provider=", "invalid_request"),
        ("?provider=op&provider=op", "invalid_request"),
        ("?provider=op%00", "invalid_request"),
        ("?provider=op&max_age=x", "invalid_request"),
        ("?provider=nobody", "unknown_provider"),
        ("?provider=OP", "unknown_provider"),
        ("?provider=../op", "unknown_provider"),
    ] {
        let answer = browser.get(&format!("/oauth2/url/{query}")).await;
        assert_eq!(answer.problem(), (400, code.into()), "{query}");
    }
    for method in ["POST", "PUT", "DELETE"] {
        let answer = browser.ask(method, "/oauth2/url/?provider=op").for_json().send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{method}");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}
