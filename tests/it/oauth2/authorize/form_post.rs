//! `response_mode=form_post` (OAuth 2.0 Form Post Response Mode), as a success and as an error.

use url::form_urlencoded::Serializer;

use crate::support::app::{
    SECRET, SERVER, Tokens, path, post, redeem, redeem_of_server, redirect_error, setup, sign_in, start, to_provider,
};
use crate::support::{Answer, Form};

/// The parameters that ASP.NET Core 9 sends by default, with a `redirect_uri` of the app `server`.
const ASP_NET: [(&str, &str); 11] = [
    ("client_id", "server"),
    ("redirect_uri", SERVER),
    ("response_type", "code"),
    ("scope", "openid email"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
    ("response_mode", "form_post"),
    ("nonce", "638500000000000000.YTdmNmYwNzAtNzYxOS00ZmQ1LWE0OWYtZjBiMjQ4MmIxOGQ1"),
    ("state", "CfDJ8Nq-Xk3l_9uT0pXn&=\"<b>'"),
    ("x-client-SKU", "ID_NET9_0"),
    ("x-client-ver", "8.0.1.0"),
];

/// The page with the form for an app of that name, and its form.
#[track_caller]
fn posted(answer: &Answer, app: &str) -> Form {
    assert_eq!(
        (answer.status, answer.is_page(), answer.header("cache-control")),
        (200, true, "no-store"),
        "{answer:?}"
    );
    let policy = answer.header("content-security-policy");
    let script =
        answer.body.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).expect("a script");
    let hash = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        vestibule::base::secret::Hashed::of(script.0).as_bytes(),
    );
    assert!(policy.contains(&format!("script-src 'sha256-{hash}'; ")), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("form-action"), "{policy}");
    assert_eq!(answer.body.matches("<script").count(), 1);
    assert!(answer.text().contains(&format!("Continue to {app}")), "{}", answer.text());
    answer.form("Continue")
}

/// The request of ASP.NET Core's defaults: by `GET`, and pushed.
#[tokio::test]
async fn response_mode_form_post() {
    let gateway = start();
    let browser = gateway.browser();
    let query = Serializer::new(String::new()).extend_pairs(ASP_NET).finish();
    let mut pushed = ASP_NET.to_vec();
    pushed.push(("client_secret", SECRET));
    let pushed = post(&gateway, "/oauth2/par", &pushed).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let uri = pushed.json()["request_uri"].as_str().expect("a request_uri").to_owned();
    let by_uri = [("client_id", "server"), ("request_uri", &*uri), ("x-client-SKU", "ID_NET9_0")];
    let by_uri = Serializer::new(String::new()).extend_pairs(by_uri).finish();
    for query in [query, by_uri] {
        let form = posted(&sign_in(&browser, &format!("/oauth2/authorize?{query}"), "ada").await, "A server");
        assert_eq!(form.action, SERVER, "the form is posted to the redirect URI as it is registered");
        let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        assert_eq!((form.field("state"), form.field("iss")), (ASP_NET[8].1, &*gateway.public_url));
        let code = form.field("code");
        let redeemed = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", SERVER),
            ("client_id", "server"),
            ("client_secret", SECRET),
            ("code_verifier", crate::support::app::VERIFIER),
        ];
        let tokens = Tokens::of(&post(&gateway, "/oauth2/token", &redeemed).await);
        assert_eq!(tokens.id_claims()["nonce"], ASP_NET[7].1);
        assert_eq!(redeem_of_server(&gateway, code).await.status, 400, "once");
        browser.forget_cookie("vestibule");
    }
}

/// A signed-in browser, a consent page, and a form of another site.
#[tokio::test]
async fn each_way_to_a_code_ends_with_the_form() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let at_once = posted(&browser.get(&path(&[("response_mode", "form_post")])).await, "A page");
    assert_eq!(redeem(&gateway, at_once.field("code"), &[]).await.status, 200);
    let page = browser.get(&path(&[("response_mode", "form_post"), ("prompt", "consent")])).await.location();
    for (button, name) in [("yes", "code"), ("no", "error")] {
        let page = if button == "yes" {
            page.clone()
        } else {
            browser.get(&path(&[("response_mode", "form_post"), ("prompt", "consent")])).await.location()
        };
        let asked = browser.get(&page).await.form("Cancel");
        let answer = asked.press(&browser, Some(("answer", button))).send().await;
        posted(&answer, "A page").field(name);
    }
    let form = crate::support::app::request(&[("response_mode", "form_post")]);
    let sent = browser.ask("POST", "/oauth2/authorize").body("application/x-www-form-urlencoded", form).send().await;
    posted(&browser.get(&sent.location()).await, "A page").field("code");
}

/// An error goes the way that the request asks for, also if the request itself is wrong.
#[tokio::test]
async fn errors_are_posted_too() {
    let gateway = start();
    let browser = gateway.browser();
    for (change, error) in [
        (("prompt", "none"), "login_required"),
        (("code_challenge", ""), "invalid_request"),
        (("scope", "unknown"), "invalid_scope"),
        (("response_type", "token"), "unsupported_response_type"),
        (("request", "x.y.z"), "request_not_supported"),
    ] {
        let form = posted(&browser.get(&path(&[("response_mode", "form_post"), change])).await, "A page");
        assert_eq!((form.field("error"), form.field("state")), (error, "s t%te"), "{change:?}");
        assert!(!form.field("error_description").is_empty() && form.field("iss") == gateway.public_url);
    }
    let begun = to_provider(&browser, &path(&[("response_mode", "form_post")])).await;
    let denied = browser.get(&begun.callback(&[("error", "access_denied"), ("state", &begun.state)])).await;
    assert_eq!(posted(&denied, "A page").field("error"), "access_denied");
}

/// Browsers post forms to `http` and `https` only. If the response mode is not known, the error is in the query.
#[tokio::test]
async fn the_mode_is_for_redirect_uris_of_the_web() {
    let gateway = start();
    let browser = gateway.browser();
    let tool = [("client_id", "cli"), ("response_mode", "form_post")];
    let own_scheme = path(&[tool[0], tool[1], ("redirect_uri", "com.example.tool:/cb")]);
    assert_eq!(redirect_error(&browser.get(&own_scheme).await), "invalid_request");
    let loopback = path(&[tool[0], tool[1], ("redirect_uri", "http://127.0.0.1:4711/cb"), ("prompt", "none")]);
    assert_eq!(posted(&browser.get(&loopback).await, "A tool").action, "http://127.0.0.1:4711/cb");
    for mode in ["fragment", "form_post.jwt", "web_message", "FORM_POST"] {
        let answer = browser.get(&path(&[("response_mode", mode)])).await;
        assert_eq!(redirect_error(&answer), "invalid_request", "{mode}");
    }
    let twice = format!("{}&response_mode=query", path(&[("response_mode", "form_post")]));
    assert_eq!(redirect_error(&browser.get(&twice).await), "invalid_request");
    let metadata = browser.fetch("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["response_modes_supported"], serde_json::json!(["query", "form_post"]));
}

/// WB-04: nothing of the request or of the configuration becomes markup.
#[tokio::test]
async fn the_values_of_the_form_are_escaped() {
    let gateway = setup().toml("[clients.spa]\nname = '\"><script>alert(1)</script>'\n").start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let state = "\"'><script>alert(2)</script>&amp;";
    let answer = browser.get(&path(&[("response_mode", "form_post"), ("state", state)])).await;
    let form = posted(&answer, "\"><script>alert(1)</script>");
    assert_eq!(form.field("state"), state);
}
