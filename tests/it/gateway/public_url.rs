//! `server.public_url` with a path prefix, and with https behind a proxy.

use serde_json::json;

use crate::support::{Begun, Browser, Setup};

#[tokio::test]
async fn every_path_is_under_the_prefix() {
    let gateway = Setup::new().prefix("/auth").toml("[login]\ndefault_return_to = '/account'\n").start();
    assert!(gateway.public_url.ends_with("/auth") && gateway.base.ends_with("/auth"));
    let browser = gateway.browser();
    assert_eq!(browser.get("/login").await.location(), "/auth/login/op");
    let page = browser.get("/login?choose=1").await;
    assert!(page.body.contains("href=\"/auth/login/op\"") && page.body.contains("href=\"/auth/assets/style-6.css\""));
    let providers = browser.fetch("/providers").await.json();
    assert_eq!(providers["providers"][0]["login_url"], format!("{}/login/op", gateway.public_url));

    let begun = browser.get("/login/op").await;
    assert_eq!(begun.location_parameter("redirect_uri"), Some(format!("{}/callback/op", gateway.public_url)));
    let back = Begun::at("op", begun.location());
    assert_eq!(browser.get(&back.callback_of("alice")).await.location(), "/auth/account");
    let account = browser.get("/account").await;
    assert!(account.status == 200 && account.body.contains("action=\"/auth/logout\""), "{account:?}");
    assert_eq!(browser.fetch("/session").await.status, 200);
    let token = browser.post("/session/token").await.json()["access_token"].clone();
    assert_eq!(crate::well_known::jwks::claims(&token)["iss"], gateway.public_url);
    assert_eq!(crate::well_known::jwks::claims(&token)["aud"], gateway.public_url);
    assert_eq!(browser.fetch("/.well-known/jwks.json").await.status, 200);
    for asset in ["/assets/style-6.css", "/assets/icon-1.svg"] {
        let answer = browser.get(asset).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    }
    let missing = browser.get("/nothing").await;
    assert!(missing.status == 404 && missing.body.contains("href=\"/auth/account\""), "{missing:?}");
    assert_eq!(browser.sign_in_json("alice").await["api"]["token_type"], json!("Bearer"));
    assert_eq!(browser.get("/").await.location(), "/auth/account");
    let out = browser.post("/logout").await;
    assert!(out.status == 200 && out.body.contains("/auth/login?choose=1"), "{out:?}");
    assert_eq!(browser.get("/account").await.location(), "/auth/login?return_to=/auth/account");

    let outside = Browser::new(&format!("http://{}", gateway.address));
    for path in ["/", "/login", "/login/op", "/session", "/.well-known/jwks.json", "/authx", "/authlogin"] {
        assert_eq!(outside.fetch(path).await.problem(), (404, "not_found".into()), "{path}");
    }
}

/// SE-01, WB-02
#[tokio::test]
async fn under_https_cookies_have_the_host_prefix() {
    let gateway = Setup::new().public_url("https://login.example.com").start();
    let browser = gateway.browser();
    let begun = browser.get("/login/op").await;
    let binding = begun.set_cookie("__Host-vestibule-binding").expect("a binding");
    let back = Begun::at("op", begun.location());
    assert_eq!(begun.location_parameter("redirect_uri").as_deref(), Some("https://login.example.com/callback/op"));
    let answer = browser.get(&back.callback_of("alice")).await;
    assert_eq!(answer.location(), "/account");
    let session = answer.set_cookie("__Host-vestibule").expect("a session");
    for cookie in [&binding, &session] {
        for attribute in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{attribute} is missing in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(browser.fetch("/session").await.status, 200);
    for path in ["/session", "/login?choose=1", "/nothing", "/.well-known/jwks.json", "/providers"] {
        assert_eq!(browser.get(path).await.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    let wider =
        Setup::new().public_url("https://login.example.com").toml("[server]\nhsts_include_subdomains = true").start();
    let answer = wider.browser().get("/nothing").await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    let ask = browser.ask("POST", "/logout").for_json().header("origin", "https://login.example.com");
    let out = ask.send().await;
    assert_eq!(out.status, 204);
    let cleared = out.set_cookie("__Host-vestibule").expect("taken away");
    assert!(cleared.contains("Secure") && cleared.contains("Path=/") && cleared.contains("Max-Age=0"), "{cleared}");
    // A cookie without the prefix is ignored.
    let planted = gateway.browser();
    let value = session.split_once('=').and_then(|(_, rest)| rest.split(';').next()).expect("a value");
    planted.set_cookie("vestibule", value);
    assert_eq!(planted.fetch("/session").await.header("www-authenticate"), "Bearer");
}

/// SE-01
#[tokio::test]
async fn a_shared_cookie_has_another_prefix() {
    let gateway = Setup::new()
        .public_url("https://login.example.com")
        .toml("[sessions.cookie]\ndomain = 'example.com'\nname = 'corp'\nsame_site = 'Strict'\n")
        .start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    // With `Strict`, a page of the gateway requests the callback again.
    let back = browser.get(&format!("{}&from_here=1", begun.callback_of("alice"))).await;
    let session = back.set_cookie("__Secure-corp").expect("a session");
    for attribute in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Strict", "; Domain=example.com"] {
        assert!(session.contains(attribute), "{attribute} is missing in {session}");
    }
    assert!(browser.cookie("__Host-corp-binding").is_some(), "the binding is never shared");
    let ask = browser.ask("POST", "/logout").header("origin", "https://login.example.com");
    let cleared = ask.send().await.set_cookie("__Secure-corp").expect("taken away");
    assert!(cleared.contains("Domain=example.com") && cleared.contains("Max-Age=0"), "{cleared}");
}
