//! `GET, POST /logout` with `id_token_hint` (OpenID Connect RP-Initiated Logout 1.0).

use serde_json::{Value, json};

use crate::support::logout_apps::{
    BYE, FORM, claims, encoded, log_out, reason, refresh, setup, sign_in_to, start, wait_for_logout_tokens,
};
use crate::support::{Browser, Gateway, Setup, sign, sign_as};

async fn signed_in(gateway: &Gateway) -> Browser {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    browser
}

/// LO-01, LO-02, LO-06, LO-10: by link and by form, with special characters in `state`, and with an expired hint. App
/// sessions end with the browser session, also with `offline_access`.
#[tokio::test]
async fn a_valid_hint_ends_the_session_and_redirects_to_the_app() {
    let (gateway, receiver) = start();
    let state = "% &+=#ä/?\u{1f600}\"";
    for (round, by_form) in [false, true].into_iter().enumerate() {
        let browser = signed_in(&gateway).await;
        let shop = sign_in_to(&gateway, &browser, "shop").await;
        let wiki = sign_in_to(&gateway, &browser, "wiki").await;
        gateway.hand.advance(chrono::TimeDelta::hours(2));
        let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE), ("state", state)];
        let answer = if by_form {
            // A cross-site form carries no cookie and no origin.
            let unrelated = gateway.browser();
            let sent_on = unrelated.ask("POST", "/logout").body(FORM, encoded(&form)).send().await.location();
            assert!(sent_on.starts_with("/logout?request=") && !sent_on.contains(&shop.id_token), "{sent_on}");
            assert_eq!(reason(&gateway, &shop.sid), "NULL", "a form alone ends nothing");
            browser.get(&sent_on).await
        } else {
            log_out(&browser, &form).await
        };
        let back = answer.location();
        assert!(back.starts_with(&format!("{BYE}&state=")), "{back}");
        assert_eq!(answer.location_parameter("state").as_deref(), Some(state));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(browser.cookie("vestibule"), None);
        for sid in [&shop.sid, &wiki.sid] {
            assert_eq!(reason(&gateway, sid), "logout");
        }
        assert_eq!((refresh(&gateway, "shop", &shop).await, refresh(&gateway, "wiki", &wiki).await), (400, 400));
        wait_for_logout_tokens(&receiver, "shop", round + 1).await;
        wait_for_logout_tokens(&receiver, "wiki", round + 1).await;
        let none = browser.get(&format!("{}&prompt=none", crate::support::logout_apps::authorization("shop"))).await;
        assert_eq!(none.location_parameter("error").as_deref(), Some("login_required"));
    }
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let bye = "https://shop.example/bye";
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", bye), ("client_id", "shop")];
    assert_eq!(log_out(&browser, &form).await.location(), bye, "without a state none is returned");
}

/// LO-08: with a hint and without a redirect URI; other parameters have no effect.
#[tokio::test]
async fn without_a_redirect_uri_our_page_is_shown() {
    let (gateway, _place) = start();
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let form = [("id_token_hint", &*shop.id_token), ("state", "s"), ("logout_hint", "alice"), ("ui_locales", "de")];
    let page = log_out(&browser, &form).await;
    assert!(page.status == 200 && page.is_page() && page.body.contains("Sie sind abgemeldet"), "{page:?}");
    assert_eq!((browser.cookie("vestibule"), reason(&gateway, &shop.sid)), (None, "logout".into()));
}

/// LO-03: URIs are compared byte for byte, and no session ends. Contradicting parameters are refused too.
#[tokio::test]
async fn an_unregistered_redirect_uri_is_refused() {
    let (gateway, _place) = start();
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let hint = ("id_token_hint", &*shop.id_token);
    for uri in [
        "https://evil.example/",
        "https://shop.example/bye?from=us&x=1",
        "https://shop.example/bye?",
        "https://shop.example/bye/",
        "https://shop.example/callback",
        "https://SHOP.example/bye",
        "https://wiki.example/bye",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        for asked in [vec![hint], vec![("client_id", "shop")], vec![hint, ("client_id", "shop")]] {
            let mut form = asked;
            form.extend([("post_logout_redirect_uri", uri), ("state", "s")]);
            let page = log_out(&browser, &form).await;
            assert!(page.status == 400 && page.is_page() && !page.body.contains("evil"), "{uri}: {page:?}");
            assert_eq!(page.set_cookie("vestibule"), None);
            let by_form = browser.ask("POST", "/logout").for_json().body(FORM, encoded(&form)).send().await;
            assert_eq!(by_form.problem(), (400, "return_to_refused".into()), "{uri}");
        }
    }
    for contradicting in [
        vec![hint, ("client_id", "wiki")],
        vec![hint, ("client_id", "nobody")],
        vec![("client_id", "nobody")],
        vec![hint, hint],
        vec![("request", "junk")],
    ] {
        assert_eq!(log_out(&browser, &contradicting).await.status, 400, "{contradicting:?}");
    }
    assert_eq!(reason(&gateway, &shop.sid), "NULL");
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// LO-05: only an ID token of this gateway is a hint. After the confirmation our page is shown.
#[tokio::test]
async fn an_invalid_hint_asks_before_the_logout() {
    let (gateway, _place) = start();
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let good = claims(&shop.id_token);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let database = &gateway.database;
    let (head, rest) = shop.id_token.split_once('.').expect("three parts");
    let (body, signature) = rest.split_once('.').expect("three parts");
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let mut hints = vec![
        sign(database, &good),
        sign_as("logout+jwt", database, &good),
        sign_as("JWT", database, &with("iss", json!("https://evil.example"))),
        sign_as("JWT", database, &with("aud", json!("nobody"))),
        sign_as("JWT", database, &with("aud", json!(["shop", "wiki"]))),
        sign_as("JWT", database, &with("sid", json!("x"))),
        shop.tokens["access_token"].as_str().expect("a token").to_owned(),
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{head}.{body}.{}", "A".repeat(signature.len())),
        Setup::new().start().public_url,
        "junk".into(),
    ];
    let elsewhere = start().0;
    let unrelated = signed_in(&elsewhere).await;
    hints.push(sign_in_to(&elsewhere, &unrelated, "shop").await.id_token);
    // Valid, but of a session that this browser never had.
    hints.push(sign_as("JWT", database, &with("sid", json!("01890000-0000-7000-8000-000000000000"))));
    hints.push(sign_as("JWT", database, &with("sub", json!("01890000-0000-7000-8000-000000000000"))));
    hints.push(sign_as("JWT", database, &with("aud", json!("wiki"))));
    for hint in &hints {
        let asks = log_out(&browser, &[("id_token_hint", hint), ("post_logout_redirect_uri", BYE)]).await;
        assert!(asks.status == 200 && asks.body.contains("Sign out?"), "{hint}: {asks:?}");
        assert_eq!((asks.header("location"), asks.set_cookie("vestibule")), ("", None), "{hint}");
    }
    assert_eq!(reason(&gateway, &shop.sid), "NULL");
    assert_eq!(browser.fetch("/session").await.status, 200);
    let asks = log_out(&browser, &[("id_token_hint", &hints[0]), ("post_logout_redirect_uri", BYE)]).await;
    let out = crate::support::logout_apps::confirm(&browser, &asks).await;
    assert!(out.status == 200 && out.body.contains("You are signed out"), "{out:?}");
}

/// LO-05: a valid hint of another user, or of another browser that is still signed in.
#[tokio::test]
async fn a_hint_of_another_user_asks_before_the_logout() {
    let (gateway, _place) = start();
    let (laptop, phone, bob) = (signed_in(&gateway).await, signed_in(&gateway).await, gateway.browser());
    bob.sign_in("bob").await;
    let shop = sign_in_to(&gateway, &phone, "shop").await;
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE), ("state", "s")];
    for other in [&laptop, &bob] {
        let asks = log_out(other, &form).await;
        assert!(asks.status == 200 && asks.body.contains("Sign out?"), "{asks:?}");
    }
    assert_eq!((reason(&gateway, &shop.sid), phone.fetch("/session").await.status), ("NULL".into(), 200));
    let asks = log_out(&bob, &form).await;
    assert!(asks.body.contains("bob") && !asks.body.contains("alice"), "{asks:?}");
    assert_eq!(crate::support::logout_apps::confirm(&bob, &asks).await.location(), format!("{BYE}&state=s"));
    assert_eq!((bob.fetch("/session").await.status, laptop.fetch("/session").await.status), (401, 200));
    assert_eq!(reason(&gateway, &shop.sid), "NULL");
}

/// A new login of the same user in the same browser keeps the apps, so an older hint stays valid.
#[tokio::test]
async fn a_hint_from_before_a_new_login_of_the_same_user_is_valid() {
    let (gateway, _place) = start();
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    browser.sign_in("alice").await;
    assert_eq!(refresh(&gateway, "shop", &shop).await, 200);
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE)];
    assert_eq!(log_out(&browser, &form).await.location(), BYE);
    assert_eq!((reason(&gateway, &shop.sid), browser.fetch("/session").await.status), ("logout".into(), 401));
}

/// The browser has no session; the app session ends without a confirmation.
#[tokio::test]
async fn without_a_browser_session_the_apps_session_ends() {
    let (gateway, receiver) = start();
    let browser = signed_in(&gateway).await;
    let (shop, wiki) = (sign_in_to(&gateway, &browser, "shop").await, sign_in_to(&gateway, &browser, "wiki").await);
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE)];
    let unrelated = gateway.browser();
    assert_eq!(log_out(&unrelated, &form).await.location(), BYE);
    assert_eq!((reason(&gateway, &shop.sid), reason(&gateway, &wiki.sid)), ("logout".into(), "NULL".into()));
    wait_for_logout_tokens(&receiver, "shop", 1).await;
    assert_eq!(browser.fetch("/session").await.status, 200, "another browser stays signed in");

    // The browser session idled out, and its app session did not; the cookie still names the user.
    gateway.database.execute("UPDATE sessions SET ended_at = now(), ended_reason = 'idle' WHERE parent_id IS NULL");
    let form = [("id_token_hint", &*wiki.id_token), ("post_logout_redirect_uri", BYE)];
    assert_eq!(log_out(&browser, &form).await.location(), BYE);
    assert_eq!(reason(&gateway, &wiki.sid), "logout");
    assert_eq!(log_out(&browser, &form).await.location(), BYE, "a second time");
}

/// LO-09
#[tokio::test]
async fn a_copied_cookie_is_refused_on_every_replica() {
    let (gateway, receiver) = start();
    let other = Setup::beside(&gateway).toml(&crate::support::logout_apps::configured(&receiver)).start();
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let copy = other.browser();
    copy.set_cookie("vestibule", &browser.cookie("vestibule").expect("a session"));
    assert_eq!(copy.fetch("/session").await.status, 200);
    assert_eq!(log_out(&browser, &[("id_token_hint", &shop.id_token)]).await.status, 200);
    assert_eq!(copy.ends().await.problem(), (401, "session_revoked".into()));
    assert_eq!(refresh(&other, "shop", &shop).await, 400);
    let mine = gateway.browser();
    mine.set_cookie("vestibule", &copy.cookie("vestibule").expect("the copy"));
    assert_eq!(mine.fetch("/session").await.problem(), (401, "session_revoked".into()));
}

/// IN-04
#[tokio::test]
async fn invalid_and_too_large_requests_are_refused() {
    let (gateway, receiver) = start();
    drop(setup(&receiver));
    let browser = signed_in(&gateway).await;
    let long = "s".repeat(5_000);
    let too_long = [("client_id", "shop"), ("post_logout_redirect_uri", BYE), ("state", &*long)];
    assert_eq!(browser.ask("POST", "/logout").body(FORM, encoded(&too_long)).send().await.status, 400);
    for query in ["state=%ff", "state=%00", "state=1&state=2", "id_token_hint=%ff"] {
        assert_eq!(browser.get(&format!("/logout?{query}")).await.status, 400, "{query}");
        assert_eq!(browser.ask("POST", "/logout").body(FORM, query).send().await.status, 400, "{query}");
    }
    for method in ["HEAD", "PUT", "DELETE"] {
        assert_eq!(browser.ask(method, "/logout").send().await.status, 405, "{method}");
    }
    assert_eq!(browser.get("/logout/confirm").await.status, 405);
    assert_eq!(browser.fetch("/session").await.status, 200);
}
