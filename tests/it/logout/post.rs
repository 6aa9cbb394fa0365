//! `POST /logout`, without parameters.

use super::OF_OTHER_SITES;
use crate::support::Gateway;

const APP: &str = "https://app.example.com";

/// Every request that ends the session of its own browser, and no other.
#[tokio::test]
async fn a_sign_out_clears_the_cache_of_the_browser() {
    let gateway = Gateway::start();
    let cleared = "\"cache\"";
    for (method, path) in [
        ("POST", "/logout"),
        ("DELETE", "/sessions?scope=all"),
        ("DELETE", "/sessions/{own}"),
        ("POST", "/account/sessions/{own}/end"),
    ] {
        let (browser, other) = (gateway.browser(), gateway.browser());
        browser.sign_in("alice").await;
        other.sign_in("alice").await;
        let id = |listed: serde_json::Value, current: bool| {
            let sessions = listed["sessions"].as_array().expect("a list").clone();
            let found = sessions.into_iter().find(|session| session["current"] == current).expect("a session");
            found["id"].as_str().expect("an id").to_owned()
        };
        let listed = browser.fetch("/sessions").await.json();
        let (own, others) = (id(listed.clone(), true), id(listed, false));
        let ask = |path: String| browser.ask(method, &path).header("sec-fetch-site", "same-origin").send();
        if path.contains("{own}") {
            let answer = ask(path.replace("{own}", &others)).await;
            assert_eq!(answer.header("clear-site-data"), "", "{method} {path}: another session");
        }
        let answer = ask(path.replace("{own}", &own)).await;
        assert!(answer.status < 400, "{method} {path}: {answer:?}");
        assert_eq!(answer.header("clear-site-data"), cleared, "{method} {path}");
    }
}

#[tokio::test]
async fn a_logout_ends_the_session_and_writes_an_audit_row() {
    let gateway = Gateway::start();
    let (browser, other_tab) = (gateway.browser(), gateway.browser());
    browser.sign_in("alice").await;
    let cookie = browser.cookie("vestibule").expect("a session");
    other_tab.set_cookie("vestibule", &cookie);
    let token = browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();

    let page = browser.post("/logout").await;
    assert!(page.status == 200 && page.is_page() && page.body.contains("signed out"), "{page:?}");
    let cleared = page.set_cookie("vestibule").expect("taken away");
    assert!(cleared.contains("Max-Age=0") && cleared.contains("HttpOnly") && cleared.contains("Path=/"), "{cleared}");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(browser.cookie("vestibule"), None);

    assert_eq!(other_tab.fetch("/session").await.problem(), (401, "session_revoked".into()));
    assert_eq!(other_tab.post("/session/token").await.problem(), (401, "session_revoked".into()));
    let by_bearer = browser.ask("GET", "/session").for_json().header("authorization", &format!("Bearer {token}"));
    let refused = by_bearer.send().await;
    assert_eq!(refused.problem(), (401, "session_revoked".into()));
    assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    let ended = other_tab.get("/account").await;
    assert!(ended.status == 401 && ended.is_page() && ended.body.contains("return_to"), "{ended:?}");

    let database = &gateway.database;
    assert_eq!(database.words("SELECT ended_reason FROM sessions WHERE ended_at IS NOT NULL"), ["logout"]);
    let fed =
        "SELECT count(*) FROM revocations r JOIN sessions s ON r.value = s.id::text AND r.expires_at > r.created_at + interval '5 minutes'
               WHERE r.kind = 'session'";
    assert_eq!(database.number(fed), 1);
    let audited = "SELECT detail->>'reason' FROM audit_events e JOIN sessions s ON s.id = e.session_id
                   AND s.user_id = e.user_id WHERE e.kind = 'session_ended'";
    assert_eq!(database.words(audited), ["logout"]);
}

#[tokio::test]
async fn a_script_gets_204_also_for_a_second_logout() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let cookie = browser.cookie("vestibule").expect("a session");
    let out = async || browser.ask("POST", "/logout").for_json().header("origin", &gateway.public_url).send().await;
    let answer = out().await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert!(answer.set_cookie("vestibule").is_some_and(|cookie| cookie.contains("Max-Age=0")));
    browser.set_cookie("vestibule", &cookie);
    assert_eq!(out().await.status, 204);
    browser.set_cookie("vestibule", "garbage");
    assert_eq!(out().await.status, 204);
    assert_eq!(browser.cookie("vestibule"), None);
    assert_eq!(out().await.status, 204);
    assert_eq!(gateway.database.rows("revocations"), 1);
    assert_eq!(gateway.database.number("SELECT count(*) FROM audit_events WHERE kind = 'session_ended'"), 1);
}

/// SE-13
#[tokio::test]
async fn a_cross_site_logout_is_refused() {
    let gateway = Gateway::with(&format!("[login]\nallowed_origins = ['{APP}']\n"));
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    for (name, value) in OF_OTHER_SITES {
        let answer = browser.ask("POST", "/logout").for_json().header(name, value).send().await;
        assert_eq!(answer.problem(), (403, "foreign_origin".into()), "{name}: {value}");
        assert!(answer.body.contains("Sec-Fetch-Site: same-origin"), "the error names the required header: {answer:?}");
        let sent_on = browser.ask("POST", "/logout").header(name, value).send().await;
        assert_eq!(sent_on.location(), "/logout", "a same-site request carries the cookie");
        assert_eq!(sent_on.set_cookie("vestibule"), None);
    }
    let asks = browser.get("/logout").await;
    assert!(asks.status == 200 && asks.body.contains("Sign out?"), "a link does not sign out: {asks:?}");
    assert_eq!(asks.set_cookie("vestibule"), None);
    assert_eq!(browser.fetch("/session").await.status, 200);
    let listed = browser.ask("POST", "/logout").for_json().header("origin", APP).send().await;
    assert_eq!(listed.status, 204);
}

#[tokio::test]
async fn a_logout_ends_only_its_own_session() {
    let gateway = Gateway::start();
    let (laptop, phone) = (gateway.browser(), gateway.browser());
    laptop.sign_in("alice").await;
    phone.sign_in("alice").await;
    laptop.post("/logout").await;
    assert_eq!(phone.fetch("/session").await.status, 200);
    laptop.sign_in("alice").await;
    assert_eq!(laptop.fetch("/session").await.status, 200);
}
