//! The apps on `GET /account`, and the button that signs out one of them.

use crate::support::device::{Device, IPHONE};
use crate::support::{Answer, Browser, Gateway, app};

async fn press(browser: &Browser, path: &str) -> Answer {
    browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "same-origin").send().await
}

/// The refresh token of the app `spa` after a code for this browser, and the id of its session.
async fn open_app(gateway: &Gateway, browser: &Browser) -> app::Tokens {
    let authorized = browser.get(&app::path(&[])).await;
    app::Tokens::of(&app::redeem(gateway, &app::code(&authorized), &[]).await)
}

/// The paths of the page that ask before an app is signed out.
fn app_paths(page: &Answer) -> Vec<String> {
    let links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|path| path.starts_with("/account/apps/")).map(str::to_owned).collect()
}

/// RF-11: the sessions of the app on that device end, with their refresh tokens; the browser and the other device stay signed in.
#[tokio::test]
async fn one_app_is_signed_out_alone() {
    let gateway = app::start();
    let (own, phone) = (Device::sign_in(&gateway, "alice").await, Device::with(&gateway, "alice", IPHONE).await);
    let here = [open_app(&gateway, &own.browser).await, open_app(&gateway, &own.browser).await];
    let there = open_app(&gateway, &phone.browser).await;
    let page = own.browser.get("/account").await;
    let paths = app_paths(&page);
    assert!(paths.len() == 2 && page.text().contains("Your apps A page Firefox on Linux this one"), "{}", page.text());

    let asked = own.browser.get(&paths[0]).await;
    assert!(asked.text().contains("Sign out of A page?"), "{}", asked.text());
    assert_eq!(asked.form("Sign out").action, paths[0]);
    let done = press(&own.browser, &paths[0]).await.location();
    assert_eq!(done, "/account?done=app");
    let page = own.browser.get(&done).await;
    assert!(page.body.contains("role=\"status\">You were signed out of the app."), "{}", page.body);
    assert_eq!(app_paths(&page), [paths[1].clone()]);
    for tokens in here {
        assert_eq!(
            app::error(&app::refresh(&gateway, tokens.refresh.as_deref().expect("one")).await),
            (400, "invalid_grant".into())
        );
    }
    app::Tokens::of(&app::refresh(&gateway, there.refresh.as_deref().expect("one")).await);
    assert_eq!((own.status().await, phone.status().await), (200, 200));
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_reason = 'logout'"), 2);

    // A double click has no effect; there is nothing to ask any more.
    assert_eq!(press(&own.browser, &paths[0]).await.location(), "/account?done=app");
    assert_eq!(own.browser.get(&paths[0]).await.location(), "/account");
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_reason = 'logout'"), 2);
}

/// The id of a browser's session, and of another user's app, name nothing here.
#[tokio::test]
async fn only_an_app_of_the_user_is_signed_out() {
    let gateway = app::start();
    let (alice, bob) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "bob").await);
    let tokens = open_app(&gateway, &bob.browser).await;
    let bobs = app_paths(&bob.browser.get("/account").await);
    for path in [bobs[0].clone(), format!("/account/apps/{}/end", alice.sid)] {
        assert_eq!(alice.browser.get(&path).await.location(), "/account", "{path}");
        assert_eq!(press(&alice.browser, &path).await.location(), "/account?done=app", "{path}");
    }
    for path in ["/account/apps/x/end", "/account/sessions/x/end"] {
        assert_eq!(
            (alice.browser.get(path).await.status, press(&alice.browser, path).await.status),
            (404, 404),
            "{path}"
        );
    }
    assert_eq!((alice.status().await, bob.status().await), (200, 200));
    app::Tokens::of(&app::refresh(&gateway, tokens.refresh.as_deref().expect("one")).await);
}

/// SE-13: a form of another site signs out nothing.
#[tokio::test]
async fn a_cross_site_form_cannot_sign_out_an_app() {
    let gateway = app::start();
    let own = Device::sign_in(&gateway, "alice").await;
    let tokens = open_app(&gateway, &own.browser).await;
    let path = app_paths(&own.browser.get("/account").await).remove(0);
    let ask = own.browser.ask("POST", &path).header("origin", "null").header("sec-fetch-site", "cross-site");
    assert_eq!(ask.send().await.status, 403);
    app::Tokens::of(&app::refresh(&gateway, tokens.refresh.as_deref().expect("one")).await);
}
