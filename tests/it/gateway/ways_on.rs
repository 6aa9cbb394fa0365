//! A page offers no login to a user who is signed in, and gives the reason to a user whose session was ended.

use crate::support::{Answer, Gateway, person::two_providers};

#[tokio::test]
async fn pages_offer_no_sign_in_to_a_signed_in_person() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    for (method, path) in [
        ("GET", "/login/nobody"),
        ("GET", "/login?return_to=//evil.example"),
        ("GET", "/login/op?return_to=https://evil.example/"),
        ("GET", "/callback/op?code=c&state=unknown"),
        ("GET", "/callback/nobody?code=c&state=s"),
        ("GET", "/nothing/here"),
        ("GET", "/login/op?a=1&a=2"),
        ("GET", "/oauth2/authorize?client_id=nobody"),
        ("DELETE", "/login"),
        ("GET", "/oauth2/authorize/agree?authorization_request=x"),
        ("GET", "/oauth2/authorize/again?authorization_request=0190a6a0-0000-7000-8000-000000000000"),
    ] {
        let page = browser.ask(method, path).send().await;
        assert!(page.is_page() && page.status >= 400, "{method} {path}: {page:?}");
        assert_eq!(page.link("Back to your account"), "/account", "{path}");
        assert!(!page.text().contains("Sign in"), "{path}: {}", page.text());
        let unknown = gateway.browser().ask(method, path).send().await;
        assert!(
            unknown.find_link("Sign in").or(unknown.find_link("Sign in again")).is_some(),
            "{path}: {}",
            unknown.body
        );
    }
    // A failed login of a person who is signed in.
    let begun = browser.begin("op").await;
    let page = browser.get(&begun.callback(&[("error", "access_denied"), ("state", &begun.state)])).await;
    assert_eq!((page.link("Try again"), page.link("Back to your account")), ("/login/op".into(), "/account".into()));
    assert!(!page.text().contains("Sign in"), "{}", page.text());
}

fn ended(page: &Answer) -> (u16, bool, String) {
    (page.status, page.is_page(), page.text())
}

/// The page says that the session was ended in another browser, and its button leads to the URL that the user opened.
#[tokio::test]
async fn the_page_says_that_the_session_was_ended() {
    let gateway = Gateway::start();
    let (ended_browser, other_browser) = (gateway.browser(), gateway.browser());
    ended_browser.sign_in("ada").await;
    other_browser.sign_in("ada").await;
    let answer =
        other_browser.ask("DELETE", "/sessions?scope=others").for_json().header("sec-fetch-site", "same-origin");
    assert_eq!(answer.send().await.status, 200);
    let page = ended_browser.get("/account?x=1").await;
    let (status, is_page, text) = ended(&page);
    assert!(status == 401 && is_page && text.contains("was ended"), "{text}");
    assert_eq!(page.link("Sign in again"), "/login?return_to=%2Faccount%3Fx%3D1");
    // A script gets the code.
    assert_eq!(ended_browser.fetch("/session").await.problem(), (401, "session_revoked".into()));
}

/// The page says that the account is disabled. A session that has reached its idle timeout leads to the login at once.
#[tokio::test]
async fn the_page_says_that_the_account_is_disabled() {
    let (gateway, _other) = two_providers("[admin]\ntoken = 'tttttttttttttttttttttttttttttttttttttttt'\n");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let sub = browser.fetch("/session").await.json()["sub"].as_str().expect("a sub").to_owned();
    gateway.hand.advance(chrono::TimeDelta::days(8));
    assert_eq!(browser.get("/account").await.location(), "/login?return_to=/account");
    browser.sign_in("ada").await;
    let disable = gateway.browser().ask("POST", &format!("{}/admin/users/{sub}/disable", gateway.admin));
    let disabled =
        disable.for_json().header("authorization", "Bearer tttttttttttttttttttttttttttttttttttttttt").send().await;
    assert_eq!(disabled.status, 200, "{disabled:?}");
    let page = browser.get("/account").await;
    let (status, is_page, text) = ended(&page);
    assert!(status == 403 && is_page && text.contains("disabled"), "{text}");
}
