//! Remembered consent, its list on `GET /account`, and the button that withdraws one.

use super::support::Host;
use crate::support::app::{self, code, error};
use crate::support::{Answer, Browser};

const REDIRECT: (&str, &str) = ("redirect_uri", "https://app.example/cb");

async fn press(browser: &Browser, path: &str) -> Answer {
    browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "same-origin").send().await
}

/// The paths of the pages that ask before a consent is withdrawn.
async fn withdrawals(browser: &Browser) -> Vec<String> {
    let page = browser.get("/account").await;
    let links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|path| path.starts_with("/account/consents/")).map(str::to_owned).collect()
}

/// The answer to a request of the app that may show no page.
async fn silent(host: &Host, browser: &Browser) -> Answer {
    browser.get(&host.path(&[REDIRECT, ("prompt", "none")])).await
}

/// The tokens of a request to which the person agrees.
async fn agreed(host: &Host, browser: &Browser) -> app::Tokens {
    let page = host.consent_page(browser, &[REDIRECT]).await;
    let code = code(&host.agree(browser, &page).await);
    app::Tokens::of(&host.redeem(&code, &[REDIRECT]).await)
}

async fn refresh(host: &Host, token: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", host.id.as_str())];
    app::post(&host.gateway, "/oauth2/token", &form).await
}

/// WB-09, RF-11: the person sees what the app may do and withdraws it. The app's sessions end with their refresh tokens, a code that it has
/// not redeemed is void, and the next request asks again.
#[tokio::test]
async fn a_withdrawn_consent_ends_the_sessions_of_its_app() {
    let host = Host::start();
    let browser = host.signed_in().await;
    let other_browser = host.signed_in().await;
    let tokens = agreed(&host, &browser).await;
    let again = app::Tokens::of(&host.redeem(&code(&silent(&host, &other_browser).await), &[REDIRECT]).await);
    let unused = code(&silent(&host, &browser).await);
    let text = browser.get("/account").await.text();
    assert!(text.contains("Apps that you have given access 127.0.0.1"), "{text}");
    assert!(text.contains("recognises you") && text.contains("Access given just now"), "{text}");

    let paths = withdrawals(&browser).await;
    assert_eq!(paths.len(), 1, "{text}");
    let asked = browser.get(&paths[0]).await;
    assert!(asked.text().contains("Remove the access of 127.0.0.1"), "{}", asked.text());
    assert_eq!(asked.form("Remove access").action, paths[0]);
    let done = press(&browser, &paths[0]).await.location();
    assert_eq!(done, "/account?done=consent");
    assert!(browser.get(&done).await.text().contains("The access of the app was removed."));
    for token in [&tokens, &again] {
        let refused = refresh(&host, token.refresh.as_deref().expect("a refresh token")).await;
        assert_eq!(error(&refused), (400, "invalid_grant".into()));
    }
    assert_eq!(error(&host.redeem(&unused, &[REDIRECT]).await), (400, "invalid_grant".into()));
    for browser in [&browser, &other_browser] {
        assert_eq!(browser.fetch("/session").await.status, 200);
        host.consent_page(browser, &[REDIRECT]).await;
    }
    // Idempotent.
    assert_eq!(press(&browser, &paths[0]).await.location(), "/account?done=consent");
    assert_eq!(browser.get(&paths[0]).await.location(), "/account");
    assert_eq!(press(&browser, "/account/consents/x/withdraw").await.status, 404);
}

/// Another person's consent stays, also if its id is known.
#[tokio::test]
async fn only_an_own_consent_is_withdrawn() {
    let host = Host::start();
    let ada = host.signed_in().await;
    agreed(&host, &ada).await;
    let path = withdrawals(&ada).await.remove(0);
    let bob = host.gateway.browser();
    bob.sign_in("bob").await;
    assert_eq!(bob.get(&path).await.location(), "/account");
    press(&bob, &path).await;
    assert_eq!(withdrawals(&ada).await, [path]);
    assert!(code(&silent(&host, &ada).await).len() > 10);
    host.consent_page(&bob, &[REDIRECT]).await;
}

/// A registered app asks only with `prompt=consent`; that consent is listed too.
#[tokio::test]
async fn the_consent_of_a_registered_app_is_listed() {
    let gateway = app::start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let page = browser.get(&app::path(&[("prompt", "consent")])).await.location();
    let form = browser.get(&page).await.form("Continue");
    assert_eq!(form.press(&browser, Some(("answer", "yes"))).send().await.status, 303);
    assert_eq!(withdrawals(&browser).await.len(), 1);
    assert!(browser.get("/account").await.text().contains("Apps that you have given access A page"));
    // It is asked again wherever it asks for that.
    assert!(browser.get(&app::path(&[("prompt", "consent")])).await.location().contains("/agree?"));
}

/// A further scope and another origin are asked for; the scopes of one origin add up.
#[tokio::test]
async fn consent_is_remembered_for_its_scopes_and_its_origin() {
    let host = Host::start();
    host.serve(&serde_json::json!({"redirect_uris": ["https://app.example/cb", "https://app.example/2", "https://other.example/cb"]}));
    let browser = host.signed_in().await;
    let request = |scope: &'static str, redirect_uri: &'static str| {
        host.path(&[("scope", scope), ("redirect_uri", redirect_uri), ("prompt", "none")])
    };
    let agree = async |scope: &str, redirect_uri: &str| {
        let page = host.consent_page(&browser, &[("scope", scope), ("redirect_uri", redirect_uri)]).await;
        code(&host.agree(&browser, &page).await);
    };
    let is_remembered = async |scope: &'static str, redirect_uri: &'static str| {
        browser.get(&request(scope, redirect_uri)).await.header("location").contains("code=")
    };
    let (first, second, other) = ("https://app.example/cb", "https://app.example/2", "https://other.example/cb");
    agree("openid", first).await;
    assert!(is_remembered("openid", first).await && is_remembered("openid", second).await);
    assert!(!is_remembered("openid offline_access", first).await && !is_remembered("openid", other).await);
    agree("offline_access", second).await;
    assert!(is_remembered("openid offline_access", first).await);
    agree("openid", other).await;
    assert!(is_remembered("openid", other).await && !is_remembered("openid", first).await, "one origin at a time");
    assert!(!is_remembered("openid offline_access", other).await);
}
