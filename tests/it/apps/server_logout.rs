//! `GET, POST /logout` from the server of an app: a good `id_token_hint`, no cookie, no `Sec-Fetch-Site`.

use chrono::TimeDelta;

use crate::support::logout_apps::{
    BYE, FORM, Session, configured, encoded, log_out, logout_tokens, reason, sign_in_to, start, wait_for_logout_tokens,
};
use crate::support::{Answer, Browser, Gateway, Setup};

/// The apps end the sign-in.
fn ending_sign_ins(gateway: &Gateway, receiver: &crate::fake_provider::Op) -> Gateway {
    let setup = Setup::beside(gateway).toml(&configured(receiver));
    setup.toml("[clients.shop]\nserver_logout = 'sign_in'\n").start()
}

async fn signed_in(gateway: &Gateway) -> (Browser, Session, Session) {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let (shop, wiki) = (sign_in_to(gateway, &browser, "shop").await, sign_in_to(gateway, &browser, "wiki").await);
    (browser, shop, wiki)
}

/// A request as a server sends it: by GET, or by POST with the redirect followed.
async fn ask(gateway: &Gateway, by_form: bool, form: &[(&str, &str)]) -> Answer {
    let server = gateway.browser();
    if !by_form {
        return log_out(&server, form).await;
    }
    let on = server.ask("POST", "/logout").body(FORM, encoded(form)).send().await;
    assert_eq!(on.status, 303, "{on:?}");
    server.get(&on.location()).await
}

fn set_cookies(answer: &Answer) -> usize {
    answer.headers.get_all("set-cookie").iter().count()
}

/// oauth2-proxy's `backend_logout_url`, Keycloak's "Backchannel logout", zitadel's `rp.EndSession`: the app's session ends, and
/// the page says that the sign-in may live on.
#[tokio::test]
async fn by_default_the_session_of_the_app_ends() {
    let (gateway, receiver) = start();
    for (round, by_form) in [false, true].into_iter().enumerate() {
        let (browser, shop, wiki) = signed_in(&gateway).await;
        let page = ask(&gateway, by_form, &[("id_token_hint", &shop.id_token)]).await;
        assert!(page.status == 200 && page.is_page(), "{page:?}");
        let says = "You are signed out of <strong><bdi>The shop</bdi></strong>. You may still be signed in here.";
        assert!(page.body.contains(says), "{page:?}");
        assert!(page.body.contains("href=\"/logout\"") && set_cookies(&page) == 0, "{page:?}");
        assert_eq!((reason(&gateway, &shop.sid), reason(&gateway, &wiki.sid)), ("logout".into(), "NULL".into()));
        assert_eq!(browser.fetch("/session").await.status, 200);
        wait_for_logout_tokens(&receiver, "shop", 2 * round + 1).await;
        let (_, shop, _) = signed_in(&gateway).await;
        let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE), ("state", "s")];
        assert_eq!(ask(&gateway, by_form, &form).await.location(), format!("{BYE}&state=s"));
        assert_eq!(reason(&gateway, &shop.sid), "logout");
        wait_for_logout_tokens(&receiver, "shop", 2 * round + 2).await;
        assert!(logout_tokens(&receiver, "wiki").is_empty());
    }
}

/// `server_logout = "sign_in"`: the sign-in and all apps under it, once; a hint for an ended session ends nothing more.
#[tokio::test]
async fn with_sign_in_the_sign_in_and_its_apps_end() {
    let (first, receiver) = start();
    let gateway = ending_sign_ins(&first, &receiver);
    for by_form in [false, true] {
        let (browser, shop, wiki) = signed_in(&gateway).await;
        let (other, ..) = signed_in(&gateway).await;
        let page = ask(&gateway, by_form, &[("id_token_hint", &shop.id_token)]).await;
        assert!(page.status == 200 && page.body.contains("You are also signed out here"), "{page:?}");
        assert_eq!((reason(&gateway, &shop.sid), reason(&gateway, &wiki.sid)), ("logout".into(), "logout".into()));
        assert_eq!((browser.fetch("/session").await.status, other.fetch("/session").await.status), (401, 200));
        // The same hint again, after a new sign-in of the same browser.
        browser.sign_in("alice").await;
        let wiki = sign_in_to(&gateway, &browser, "wiki").await;
        let page = ask(&gateway, by_form, &[("id_token_hint", &shop.id_token)]).await;
        assert!(page.body.contains("You may still be signed in here."), "{page:?}");
        assert_eq!((reason(&gateway, &wiki.sid), browser.fetch("/session").await.status), ("NULL".into(), 200));
        // Another app keeps the default.
        ask(&gateway, by_form, &[("id_token_hint", &wiki.id_token)]).await;
        assert_eq!((reason(&gateway, &wiki.sid), browser.fetch("/session").await.status), ("logout".into(), 200));
    }
}

/// Also after the app's session moved under a newer sign-in, and not once it has idled out.
#[tokio::test]
async fn the_sign_in_is_that_above_a_live_session() {
    let (first, receiver) = start();
    let gateway = ending_sign_ins(&first, &receiver);
    let (browser, shop, _) = signed_in(&gateway).await;
    browser.sign_in("alice").await;
    ask(&gateway, false, &[("id_token_hint", &shop.id_token)]).await;
    assert_eq!((reason(&gateway, &shop.sid), browser.fetch("/session").await.status), ("logout".into(), 401));
    let (browser, shop, wiki) = signed_in(&gateway).await;
    for _ in 0..3 {
        gateway.hand.advance(TimeDelta::days(3));
        assert_eq!(browser.fetch("/session").await.status, 200);
        let used = "SELECT count(*) FROM sessions WHERE parent_id IS NULL AND ended_at IS NULL AND last_activity_at > \
                    created_at + interval '1 day'";
        gateway.database.until(used, 1).await;
    }
    let page = ask(&gateway, false, &[("id_token_hint", &shop.id_token)]).await;
    assert!(page.body.contains("You may still be signed in here."), "{page:?}");
    assert_eq!((browser.fetch("/session").await.status, reason(&gateway, &wiki.sid)), (200, "NULL".into()));
}

/// The requests that count as those of a server, and the sessions that a request without a session cookie ends.
#[tokio::test]
async fn a_browser_without_the_cookie_ends_the_session_of_the_app_at_most() {
    let (first, receiver) = start();
    let gateway = ending_sign_ins(&first, &receiver);
    let cookie = ["vestibule=junk", "other=1", "vestibule-binding=x"];
    for (headers, ends_sign_in) in [
        (vec![], true),
        (vec![("user-agent", "Mozilla/5.0")], true),
        (vec![("accept", "*/*")], true),
        (vec![("cookie", cookie[1])], true),
        (vec![("cookie", cookie[2])], true),
        (vec![("cookie", cookie[0])], false),
        (vec![("sec-fetch-site", "none")], false),
        (vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], false),
        (vec![("sec-fetch-site", "same-origin")], false),
        (vec![("sec-fetch-site", "")], false),
    ] {
        let (browser, shop, wiki) = signed_in(&gateway).await;
        let form = encoded(&[("id_token_hint", &shop.id_token)]);
        let mut request = gateway.browser().ask("GET", &format!("/logout?{form}"));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let page = request.send().await;
        assert!(page.status == 200 && page.is_page() && set_cookies(&page) == 0, "{headers:?} {page:?}");
        assert_eq!(page.body.contains("You are also signed out here"), ends_sign_in, "{headers:?} {page:?}");
        assert_eq!(reason(&gateway, &shop.sid), "logout", "{headers:?}");
        assert_eq!(reason(&gateway, &wiki.sid) == "logout", ends_sign_in, "{headers:?}");
        assert_eq!(browser.fetch("/session").await.status == 401, ends_sign_in, "{headers:?}");
    }
}

/// LO-05: a hint that the gateway did not issue ends nothing, whatever the client's setting is.
#[tokio::test]
async fn a_bad_hint_ends_nothing() {
    let (first, receiver) = start();
    let gateway = ending_sign_ins(&first, &receiver);
    let (browser, shop, wiki) = signed_in(&gateway).await;
    let (signed, signature) = shop.id_token.rsplit_once('.').expect("three parts");
    let forged = format!("{signed}.{}", "A".repeat(signature.len()));
    let access = shop.tokens["access_token"].as_str().expect("a token");
    let refresh = shop.tokens["refresh_token"].as_str().expect("a token");
    for hint in ["junk", &forged, access, refresh, &format!("{}.", shop.id_token)] {
        let page = ask(&gateway, false, &[("id_token_hint", hint), ("client_id", "shop")]).await;
        assert!(page.status == 200 && !page.body.contains("The shop"), "{page:?}");
    }
    assert_eq!(ask(&gateway, false, &[("client_id", "shop")]).await.status, 200);
    let contradicts = [("id_token_hint", &*shop.id_token), ("client_id", "wiki")];
    assert_eq!(log_out(&gateway.browser(), &contradicts).await.status, 400);
    for session in [&shop, &wiki] {
        assert_eq!(reason(&gateway, &session.sid), "NULL");
    }
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// The address of the provider's logout contains the provider's ID token, which the holder of an app's ID token may not see.
#[tokio::test]
async fn nothing_is_sent_to_the_provider() {
    let (first, receiver) = start();
    let setup = Setup::beside(&first).toml(&configured(&receiver));
    let gateway =
        setup.toml("[clients.shop]\nserver_logout = 'sign_in'\n[providers.op]\nlogout = 'provider'\n").start();
    for (name, value) in [("x-none", "1"), ("sec-fetch-site", "cross-site")] {
        let (_, shop, _) = signed_in(&gateway).await;
        let form = encoded(&[("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE)]);
        let answer = gateway.browser().ask("GET", &format!("/logout?{form}")).header(name, value).send().await;
        assert_eq!((answer.location().as_str(), set_cookies(&answer)), (BYE, 0), "{name}");
        assert_eq!(reason(&gateway, &shop.sid), "logout");
    }
}
