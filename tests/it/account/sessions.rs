//! `GET /account` and its buttons.

use crate::support::device::{Device, IPHONE, reason};
use crate::support::{Gateway, app};

#[tokio::test]
async fn the_page_lists_the_sessions_with_a_button_to_end_each() {
    let gateway = Gateway::start();
    let own = Device::sign_in(&gateway, "alice").await;
    let phone = Device::with(&gateway, "alice", IPHONE).await;
    let strange = Device::with(&gateway, "alice", "<script>alert(1)</script>").await;
    let page = own.browser.get("/account").await;
    assert!(page.is_page() && !page.body.contains("<script"), "{page:?}");
    for words in ["Firefox on Linux", "this one", "Mobile Safari on iOS", "Unknown device", "Sign out everywhere else"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let button = |sid: &str| format!("href=\"/account/sessions/{sid}/end\"");
    assert!(page.body.contains(&button(&phone.sid)) && page.body.contains(&button(&strange.sid)), "{}", page.body);
    assert!(!page.body.contains(&button(&own.sid)), "{}", page.body);
}

/// The session of this browser is first, even if other sessions are newer. A session of an app shows the name of the
/// app.
#[tokio::test]
async fn the_page_begins_with_this_browser_and_names_apps() {
    let gateway = app::start();
    let own = Device::sign_in(&gateway, "alice").await;
    let authorized = own.browser.get(&app::path(&[])).await;
    app::Tokens::of(&app::redeem(&gateway, &app::code(&authorized), &[]).await);
    Device::with(&gateway, "alice", IPHONE).await;
    let text = own.browser.get("/account").await.text();
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} in {text}"));
    assert!(at("Firefox on Linux") < at("Mobile Safari on iOS"), "{text}");
    assert!(at("Signed in to A page") < at("Mobile Safari on iOS"), "{text}");
}

/// SE-07, SE-13: the page has `Referrer-Policy: no-referrer`, so its forms have `Origin: null`, and only
/// `Sec-Fetch-Site` distinguishes them from forms of other sites.
#[tokio::test]
async fn a_cross_site_form_cannot_end_a_session() {
    let gateway = Gateway::start();
    let own = Device::sign_in(&gateway, "alice").await;
    let (phone, tablet) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    let end = format!("/account/sessions/{}/end", phone.sid);
    for path in [end.as_str(), "/account/sessions/end-others"] {
        let answer =
            own.browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "cross-site").send().await;
        assert_eq!((answer.status, answer.is_page()), (403, true), "{path}");
        // The page only asks.
        assert_eq!(own.browser.get(path).await.status, 200, "{path}");
    }
    let press = |path: &str| {
        own.browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "same-origin").send()
    };
    assert_eq!((phone.status().await, tablet.status().await), (200, 200));
    assert_eq!(press(&end).await.location(), "/account?done=device");
    assert_eq!((phone.status().await, tablet.status().await), (401, 200));
    // A double click has no effect.
    assert_eq!(press(&end).await.location(), "/account?done=device");
    assert_eq!(press("/account/sessions/end-others").await.location(), "/account?done=others");
    assert_eq!((tablet.status().await, reason(&gateway, &tablet.sid)), (401, "logout_others".into()));
    assert_eq!(own.status().await, 200);
    assert!(!own.browser.get("/account").await.body.contains("Sign out everywhere else"));
    // A signed-out user is asked to sign in and returns to the page.
    let answer = gateway.browser().post("/account/sessions/end-others").await;
    assert_eq!(answer.location(), "/login?return_to=/account");
}
