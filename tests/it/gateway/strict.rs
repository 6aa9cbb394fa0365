//! `sessions.cookie.same_site = "Strict"`: a navigation from another site first gets a page that continues by itself.

use crate::support::app::{path, request, setup};
use crate::support::{Answer, Ask, Begun, Browser, Gateway};

const STRICT: &str = "[sessions.cookie]\nsame_site = 'Strict'\n";

/// A navigation that another site began.
fn cross_site_navigation(ask: Ask) -> Ask {
    ask.header("sec-fetch-site", "cross-site").header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document")
}

/// A login that begins and ends at our own site.
async fn sign_in(browser: &Browser) {
    let begun = browser.begin("op").await;
    let callback = browser.ask("GET", &begun.callback_of("ada")).header("sec-fetch-site", "same-origin");
    assert_eq!(callback.send().await.status, 303);
}

/// The URL to which the page continues.
#[track_caller]
fn next(address: &str, answer: &Answer) -> String {
    assert_eq!((answer.status, answer.is_page()), (200, true), "{address}: {answer:?}");
    let refresh = answer.header("refresh").strip_prefix("0;url=").unwrap_or_else(|| panic!("{address}: {answer:?}"));
    assert_eq!(answer.link("Continue"), refresh);
    let base = url::Url::parse(&format!("http://x{address}")).expect("an address");
    let url = base.join(refresh).expect("an address");
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// FW-21: once for each address; the marked one is answered as usual. `process::cookie_policies` walks through it in Chromium.
#[tokio::test]
async fn the_page_that_continues_is_shown_once_for_each_url() {
    let gateway = setup().toml(STRICT).start();
    let browser = gateway.browser();
    let begun: Begun = gateway.browser().begin("op").await;
    for address in [
        "/account".to_owned(),
        "/login?return_to=%2Faccount%3Fa%3Db%26c".to_owned(),
        path(&[("prompt", "none")]),
        begun.callback_of("ada"),
        "/logout?client_id=spa&state=x".to_owned(),
    ] {
        let marked = next(&address, &cross_site_navigation(browser.ask("GET", &address)).send().await);
        assert!(marked.starts_with(&address) && marked.ends_with("from_here=1"), "{address}: {marked}");
        let answer = cross_site_navigation(browser.ask("GET", &marked)).send().await;
        assert_eq!(answer.header("refresh"), "", "{marked}: {answer:?}");
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM authorization_sessions WHERE claimed_at IS NOT NULL"), 0);
}

/// Single sign-on: after the page the cookie comes, and the app has its code.
#[tokio::test]
async fn single_sign_on_works() {
    let gateway = setup().toml(STRICT).start();
    let browser = gateway.browser();
    sign_in(&browser).await;
    let (session, asked) = (browser.cookie("vestibule").expect("a cookie"), path(&[("prompt", "none")]));
    browser.forget_cookie("vestibule");
    let marked = next(&asked, &cross_site_navigation(browser.ask("GET", &asked)).send().await);
    browser.set_cookie("vestibule", &session);
    let answer = browser.ask("GET", &marked).header("sec-fetch-site", "same-origin").send().await;
    assert!(answer.location_parameter("code").is_some(), "{answer:?}");
}

/// A frame cannot show the page; scripts, forms, servers and our own pages do not need it.
#[tokio::test]
async fn other_requests_are_answered_at_once() {
    let gateway = setup().toml(STRICT).start();
    let browser = gateway.browser();
    let asked = path(&[("prompt", "none")]);
    let frame = browser.ask("GET", &asked).header("sec-fetch-site", "cross-site").header("sec-fetch-dest", "iframe");
    assert_eq!(frame.send().await.location_parameter("error").as_deref(), Some("login_required"));
    for site in ["same-origin", "same-site", "none"] {
        let answer = browser.ask("GET", &asked).header("sec-fetch-site", site).send().await;
        assert_eq!(answer.status, 302, "{site}");
    }
    assert_eq!(cross_site_navigation(browser.ask("GET", "/account").for_json()).send().await.status, 401);
    let form = browser.ask("POST", "/oauth2/authorize").body("application/x-www-form-urlencoded", request(&[]));
    assert_eq!(cross_site_navigation(form).send().await.status, 303);
    // A logout that names no site is a server's.
    assert_eq!(browser.get("/logout").await.header("refresh"), "");
    // With `Lax` the cookie comes with a navigation from another site.
    let lax = Gateway::start();
    assert_eq!(cross_site_navigation(lax.browser().ask("GET", "/login")).send().await.status, 303);
}
