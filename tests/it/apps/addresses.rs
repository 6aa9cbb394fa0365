//! Addresses as apps send them: redirect URIs of every kind of app, resources, other spellings of our own addresses, and a
//! `request_uri` that is loaded again.

use chrono::TimeDelta;

use crate::support::app::{
    self, SECRET, Tokens, claims, code, path, post, post_as, redeem, redirect_error, request, to_provider,
};
use crate::support::{Answer, Browser, Gateway, Setup, parameter};

const FORM: &str = "application/x-www-form-urlencoded";

fn authorize(pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).append_pair("response_type", "code").append_pair("scope", "openid");
    query.append_pair("code_challenge", app::CHALLENGE).append_pair("code_challenge_method", "S256");
    format!("/oauth2/authorize?{}", query.finish())
}

/// The answer to an authorization request with that redirect URI from a signed-in browser: `code`, `page` (the consent
/// page), the `error` of a redirect, or `refused` (400).
async fn outcome(gateway: &Gateway, client: &str, redirect_uri: &str, more: &[(&str, &str)]) -> String {
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let mut pairs = vec![("client_id", client), ("redirect_uri", redirect_uri)];
    pairs.extend_from_slice(more);
    let answer = browser.get(&authorize(&pairs)).await;
    match answer.status {
        400 => "refused".to_owned(),
        302 if answer.location().contains("/oauth2/authorize/agree") => "page".to_owned(),
        302 if parameter(&answer.location(), "code").is_some() => "code".to_owned(),
        _ => redirect_error(&answer),
    }
}

/// The private-use schemes of Immich, ownCloud, Cursor and Home Assistant: each request shows the consent page, and
/// `prompt=none` returns `consent_required`.
#[tokio::test]
async fn a_private_use_scheme_needs_consent_each_time() {
    let confidential = |id: &str, lines: &str| {
        format!("[clients.{id}]\ntype = 'confidential'\nclient_secret = '{SECRET}'\nid_token_alg = 'ES256'\n{lines}\n")
    };
    let text = confidential(
        "immich",
        "redirect_uris = ['https://photos.example/auth/login', 'app.immich:///oauth-callback']",
    ) + &confidential(
        "owncloud",
        "redirect_uris = ['oc://android.owncloud.com']\ninsecure_allow_dotless_schemes = true",
    ) + "[clients.cursor]\nredirect_uris = ['cursor://anysphere.cursor-mcp/oauth/callback']\ninsecure_allow_dotless_schemes = true\n"
        + "[clients.home]\nredirect_uris = ['homeassistant://auth-callback', 'https://home.example/cb']\ninsecure_allow_dotless_schemes = true\n"
        + "[signing]\nalgorithms = ['ES256', 'RS256']\n";
    let gateway = Setup::new().toml(&text).start();
    for (client, redirect_uri, expected) in [
        ("immich", "https://photos.example/auth/login", "code"),
        ("immich", "app.immich:///oauth-callback", "page"),
        ("immich", "app.immich:/oauth-callback", "refused"),
        ("immich", "app.immich://oauth-callback", "refused"),
        ("owncloud", "oc://android.owncloud.com", "page"),
        ("owncloud", "oc://android.owncloud.com/", "refused"),
        ("cursor", "cursor://anysphere.cursor-mcp/oauth/callback", "page"),
        ("home", "homeassistant://auth-callback", "page"),
        ("home", "https://home.example/cb", "code"),
        ("home", "homeassistant://other", "refused"),
    ] {
        assert_eq!(outcome(&gateway, client, redirect_uri, &[]).await, expected, "{client} {redirect_uri}");
        let silent = outcome(&gateway, client, redirect_uri, &[("prompt", "none")]).await;
        let expected = if expected == "page" { "consent_required" } else { expected };
        assert_eq!(silent, expected, "{client} {redirect_uri}");
    }
}

/// Claude Code, mcp-remote and VS Code send `localhost` with a free port.
#[tokio::test]
async fn a_public_client_may_use_any_port_at_its_registered_loopback_host() {
    let text = format!(
        "[clients.cli]\nredirect_uris = ['http://localhost/callback', 'http://127.0.0.1/callback', 'http://[::1]/callback']\n\
         [clients.dev]\nredirect_uris = ['http://localhost:3000/callback']\ninsecure_skip_loopback_consent = true\n\
         [clients.server]\ntype = 'confidential'\nclient_secret = '{SECRET}'\nredirect_uris = ['http://localhost/callback']\n\
         [signing]\nalgorithms = ['ES256', 'RS256']\n"
    );
    let gateway = Setup::new().toml(&text).start();
    for (client, redirect_uri, expected) in [
        ("cli", "http://localhost:53682/callback", "page"),
        ("cli", "http://localhost:1/callback", "page"),
        ("cli", "http://localhost/callback", "page"),
        ("cli", "http://127.0.0.1:53682/callback", "page"),
        ("cli", "http://[::1]:53682/callback", "page"),
        ("cli", "http://localhost:53682/other", "refused"),
        ("cli", "http://localhost:0/callback", "refused"),
        ("cli", "http://localhost:99999/callback", "refused"),
        ("cli", "https://localhost:53682/callback", "refused"),
        ("cli", "http://localhost.evil.example:80/callback", "refused"),
        ("cli", "http://localhost:80@evil.example/callback", "refused"),
        ("dev", "http://localhost:3000/callback", "code"),
        ("dev", "http://localhost:3001/callback", "page"),
        ("server", "http://localhost:53682/callback", "refused"),
        ("server", "http://localhost/callback", "page"),
    ] {
        assert_eq!(outcome(&gateway, client, redirect_uri, &[]).await, expected, "{client} {redirect_uri}");
    }
}

/// RFC 3986 §6.2.3: an empty path and `/` are the same; `aud` is as the configuration writes it.
#[tokio::test]
async fn a_resource_matches_with_and_without_the_slash_of_an_empty_path() {
    let mcp =
        "[clients.spa]\naudience = ['https://mcp.example.com', 'https://api.example/v1', 'https://slash.example/']\n";
    let gateway = app::setup().toml(mcp).start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    for (resource, audience) in [
        ("https://mcp.example.com", Some("https://mcp.example.com")),
        ("https://mcp.example.com/", Some("https://mcp.example.com")),
        ("HTTPS://MCP.example.com:443/", None),
        ("https://slash.example", Some("https://slash.example/")),
        ("https://api.example/v1", Some("https://api.example/v1")),
        ("https://api.example/v1/", None),
        ("https://mcp.example.com/x", None),
        ("http://mcp.example.com/", None),
    ] {
        let answer = browser.get(&path(&[("resource", resource)])).await;
        let Some(audience) = audience else {
            assert_eq!(redirect_error(&answer), "invalid_target", "{resource}");
            continue;
        };
        let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[("resource", resource)]).await);
        assert_eq!(claims(&tokens.access)["aud"], audience, "{resource}");
    }
}

/// AZ-30: an http(s) redirect ends with `#`, so that the browser drops the previous fragment; a redirect to a
/// private-use scheme does not, because the app receives the whole URL.
#[tokio::test]
async fn an_http_redirect_ends_with_a_fragment_sign() {
    let gateway = app::start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    for (changes, ends) in [
        (vec![], true),
        (vec![("response_type", "token")], true),
        (vec![("prompt", "none"), ("client_id", "cli"), ("redirect_uri", "com.example.tool:/cb")], false),
    ] {
        let to = browser.get(&path(&changes)).await.location();
        assert_eq!(to.ends_with('#'), ends, "{to}");
        assert_eq!(to.matches('#').count(), usize::from(ends), "{to}");
    }
}

/// URLs with a slash at the end or two in a row, which a client builds by appending to an issuer that ends with `/`.
#[tokio::test]
async fn surplus_slashes_redirect_a_get_and_are_ignored_in_a_post() {
    for prefix in ["", "/auth/v1"] {
        let gateway = app::setup().prefix(prefix).start();
        let browser = gateway.browser();
        let origin = gateway.base.strip_suffix(prefix).expect("a prefix").to_owned();
        let documents =
            ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"];
        for known in documents.into_iter().chain(["/userinfo", "/login", "/logout"]) {
            let target = format!("{}{known}", gateway.public_url);
            for spelled in [format!("{prefix}{known}/"), format!("{prefix}/{known}"), format!("/{prefix}{known}//")] {
                if spelled == known {
                    continue;
                }
                for method in ["GET", "HEAD"] {
                    let answer = browser.ask(method, &format!("{origin}{spelled}?a=b%20c")).send().await;
                    assert_eq!(answer.status, 308, "{method} {spelled} {answer:?}");
                    assert_eq!(answer.header("location"), format!("{target}?a=b%20c"), "{spelled}");
                    let readable = answer.header("access-control-allow-origin") == "*";
                    assert_eq!(readable, documents.contains(&known), "{spelled}");
                }
            }
        }
        let form = [("token", "x")];
        for (endpoint, status) in
            [("/oauth2/introspect/", 200), ("/oauth2/revoke/", 200), ("/oauth2/par/", 400), ("/oauth2/token/", 400)]
        {
            assert_eq!(post_as(&gateway, "server", endpoint, &form).await.status, status, "{endpoint}");
        }
        assert_eq!(post(&gateway, "/userinfo/", &[]).await.status, 401);
        assert_eq!(browser.ask("POST", "/oauth2/authorize/").body(FORM, request(&[])).send().await.status, 303);
        assert_eq!(browser.ask("POST", "/logout/").body(FORM, "client_id=spa").send().await.status, 303);
        let asked = browser.ask("OPTIONS", "/oauth2/revoke/").header("origin", "https://spa.example");
        let asked = asked.header("access-control-request-method", "POST").send().await;
        assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, "https://spa.example"));
        for nothing in [
            "/account/",
            "/login/op/",
            "/oauth2/authorize/",
            "//evil.example/login",
            "/evil.example//userinfo/",
            "/oauth2/par/",
        ] {
            let answer = browser.ask("GET", &format!("{origin}{prefix}{nothing}")).send().await;
            assert_eq!((answer.status, answer.header("location")), (404, ""), "{nothing}");
        }
        assert_eq!(post(&gateway, "/.well-known/jwks.json/", &[]).await.status, 404, "only GET is redirected");
        let bare = browser.ask("GET", &format!("{origin}{prefix}")).send().await;
        assert_eq!(bare.location(), format!("{prefix}/account"), "the bare issuer");
    }
}

fn pushed_path(uri: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", "spa"), ("request_uri", uri)])
        .finish();
    format!("/oauth2/authorize?{query}")
}

async fn push(gateway: &Gateway) -> String {
    let answer = gateway.browser().ask("POST", "/oauth2/par").body(FORM, request(&[])).send().await;
    answer.json()["request_uri"].as_str().expect("a URI").to_owned()
}

#[track_caller]
fn names_request_uri(answer: &Answer) {
    assert!(answer.status == 400 && answer.is_page() && answer.body.contains("request_uri"), "{answer:?}");
}

/// RFC 9126 §4: the browser that used a `request_uri` first may load it again until the request is answered; another
/// browser may not.
#[tokio::test]
async fn the_same_browser_may_reload_a_request_uri_until_it_is_answered() {
    let gateway = app::start();
    let (browser, other) = (gateway.browser(), gateway.browser());
    let uri = push(&gateway).await;
    let first = to_provider(&browser, &pushed_path(&uri)).await;
    gateway.hand.advance(TimeDelta::seconds(90));
    let second = to_provider(&browser, &pushed_path(&uri)).await;
    assert_ne!(first.state, second.state);
    names_request_uri(&other.get(&pushed_path(&uri)).await);
    let of_other_client = pushed_path(&uri).replace("client_id=spa", "client_id=cli");
    names_request_uri(&browser.get(&of_other_client).await);
    let answered = browser.get(&first.callback_of("ada")).await;
    assert!(parameter(&answered.location(), "state").is_some_and(|state| state == "s t%te"));
    Tokens::of(&redeem(&gateway, &code(&answered), &[]).await);
    for browser in [&browser, &other] {
        names_request_uri(&browser.get(&pushed_path(&uri)).await);
    }
    // The second login of the same request comes too late.
    let late = browser.get(&second.callback_of("ada")).await;
    assert!(late.status == 409 || late.status == 303, "{late:?}");
    // A POST to `/oauth2/authorize` is stored like a pushed request, so the URL that it redirects to can be reloaded as
    // well.
    let to =
        browser.ask("POST", "/oauth2/authorize").body(FORM, request(&[("prompt", "login")])).send().await.location();
    for _ in 0..3 {
        to_provider(&browser, &to).await;
    }
    names_request_uri(&gateway.browser().get(&to).await);
}

/// For a `request_uri` that is used, expired, unknown or of another client, the error page names the parameter, and the
/// browser is not redirected to the app.
#[tokio::test]
async fn a_bad_request_uri_is_named() {
    let gateway = app::start();
    let browser: Browser = gateway.browser();
    browser.sign_in("ada").await;
    let used = push(&gateway).await;
    code(&browser.get(&pushed_path(&used)).await);
    let late = push(&gateway).await;
    gateway.hand.advance(TimeDelta::seconds(61));
    let unknown = "urn:ietf:params:oauth:request_uri:unknown";
    for uri in [used.as_str(), &late, unknown, "urn:ietf:params:oauth:request_uri:", "urn:x"] {
        names_request_uri(&browser.get(&pushed_path(uri)).await);
        names_request_uri(&gateway.browser().get(&pushed_path(uri)).await);
    }
    let foreign = push(&gateway).await;
    names_request_uri(&browser.get(&pushed_path(&foreign).replace("client_id=spa", "client_id=cli")).await);
    code(&browser.get(&pushed_path(&foreign)).await);
}
