//! `GET /oauth2/url/`: the start of the SPA flow.

use serde_json::json;

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

/// What is missing is named, and the ids that exist, which `GET /providers` shows to everyone.
#[tokio::test]
async fn a_missing_or_unknown_provider_is_answered_with_the_ids() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for (path, code, detail) in [
        ("/oauth2/url", "invalid_request", "The parameter provider is missing; the ids are: op."),
        ("/oauth2/url?provider=", "invalid_request", "The parameter provider is missing; the ids are: op."),
        ("/oauth2/url?provider=corp", "unknown_provider", "The parameter provider names no provider; the ids are: op."),
        ("/oauth2/url?provider=op&provider=op", "invalid_request", "The parameter provider is repeated."),
        ("/oauth2/url?provider=op&max_age=soon", "invalid_request", "The parameter max_age is not a whole number"),
        ("/oauth2/url?provider=op&code_challenge=x", "invalid_request", "The parameter code_challenge is not"),
        ("/oauth2/url?provider=op&code_challenge_method=S256", "invalid_request", "code_challenge is missing"),
        ("/oauth2/url?provider=op&<script>=1&<script>=2", "invalid_request", "A parameter is repeated."),
    ] {
        let answer = browser.fetch(path).await;
        assert_eq!(answer.problem(), (400, code.into()), "{path}");
        assert!(
            answer.json()["detail"].as_str().is_some_and(|said| said.contains(detail)),
            "{path}: {}",
            answer.json()
        );
    }
}

/// The same at the other end of the SPA flow, whose parameters are members of a JSON body.
#[tokio::test]
async fn a_missing_member_of_the_exchange_is_named() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for (body, detail) in [
        (json!({ "state": "s", "code": "c" }), "The member provider of the body is missing."),
        (json!({ "provider": "op", "code": "c" }), "The member state of the body is missing."),
        (json!({ "provider": "op", "state": "s" }), "The member code of the body is missing"),
        (json!({ "provider": "op", "state": "s", "oauth_token": "t" }), "oauth_verifier of the body is missing"),
        (json!({ "provider": "op", "state": "s", "code": "" }), "A member of the body is empty"),
        (json!({ "provider": "op", "state": "s", "code": 7 }), "has a value of the wrong type"),
    ] {
        let answer = browser.post_json("/oauth2/token/", &body).await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{body}");
        let said = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(detail), "{body}: {said}");
    }
    let ask = browser.ask("POST", "/oauth2/token/").for_json().body("application/json", "{\"provider\": op}");
    let said = ask.send().await.json()["detail"].to_string();
    assert!(said.contains("The body is not valid JSON."), "{said}");
}
