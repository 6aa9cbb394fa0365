//! The confirmation page of `/logout` without a valid hint, and `POST /logout/confirm`.

use super::OF_OTHER_SITES;
use crate::support::logout_apps::{
    BYE, FORM, confirm, encoded, field, hidden, log_out, press, reason, sign_in_to, start, wait_for_logout_tokens,
};
use crate::support::{Browser, Gateway};

async fn signed_in(gateway: &Gateway) -> Browser {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    browser
}

/// LO-04, LO-08: a link alone does not sign out.
#[tokio::test]
async fn without_a_hint_a_page_asks_before_the_logout() {
    let (gateway, receiver) = start();
    for (form, lead_to, says) in [
        (vec![], None, None),
        (vec![("state", "s")], None, None),
        (vec![("client_id", "shop")], None, Some("The shop")),
        (vec![("post_logout_redirect_uri", BYE)], None, None),
        (vec![("client_id", "shop"), ("post_logout_redirect_uri", BYE)], Some(BYE.to_owned()), Some("The shop")),
        (
            vec![("client_id", "shop"), ("post_logout_redirect_uri", "https://shop.example/bye"), ("state", "a&b")],
            Some("https://shop.example/bye?state=a%26b".to_owned()),
            Some("The shop"),
        ),
    ] {
        let browser = signed_in(&gateway).await;
        let shop = sign_in_to(&gateway, &browser, "shop").await;
        receiver.forget();
        let asks = log_out(&browser, &form).await;
        assert!(asks.status == 200 && asks.is_page() && asks.body.contains("Sign out?"), "{asks:?}");
        assert!(asks.body.contains("alice of Example") && !asks.body.contains("<script"), "{asks:?}");
        assert_eq!(says.is_some(), asks.body.contains("asks to sign you out"), "{form:?}");
        assert!(says.is_none_or(|says| asks.body.contains(says)), "{form:?}");
        assert_eq!(asks.header("x-frame-options"), "DENY");
        // Browsers apply `form-action` to the redirects that follow.
        let policy = asks.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("form-action"), "{policy}");
        assert_eq!((reason(&gateway, &shop.sid), browser.fetch("/session").await.status), ("NULL".into(), 200));

        let out = confirm(&browser, &asks).await;
        match lead_to {
            Some(address) => assert_eq!(out.location(), address),
            None => assert!(out.status == 200 && out.body.contains("You are signed out"), "{out:?}"),
        }
        assert_eq!((browser.cookie("vestibule"), reason(&gateway, &shop.sid)), (None, "logout".into()));
        wait_for_logout_tokens(&receiver, "shop", 1).await;
    }
}

/// LO-04, SE-13: the form must come from our page and have our sealed value.
#[tokio::test]
async fn the_form_of_another_site_does_not_sign_out() {
    let (gateway, _place) = start();
    let browser = signed_in(&gateway).await;
    let asks = log_out(&browser, &[("client_id", "shop"), ("post_logout_redirect_uri", BYE)]).await;
    let [(_, sealed), (_, shown_to)] = hidden(&asks);
    let own = encoded(&[("request", &sealed), ("shown_to", &shown_to)]);
    let send = |name: &'static str, value: &'static str, form: String| {
        browser.ask("POST", "/logout/confirm").header(name, value).body(FORM, form)
    };
    for (name, value) in OF_OTHER_SITES {
        let refused = send(name, value, own.clone()).send().await;
        assert!(refused.status == 403 && refused.is_page(), "{refused:?}");
        // The form of an app with its client id does not either.
        let form = encoded(&[("client_id", "shop"), ("post_logout_redirect_uri", BYE)]);
        let sent_on = browser.ask("POST", "/logout").header(name, value).body(FORM, form).send().await.location();
        assert!(browser.get(&sent_on).await.body.contains("Sign out?"));
    }
    assert_eq!(browser.fetch("/session").await.status, 200);
    // A page that was open for so long that its sealed request has expired still signs out.
    for request in ["", "junk", &sealed[1..]] {
        let browser = signed_in(&gateway).await;
        let shown_to = field(&log_out(&browser, &[]).await, "shown_to").unwrap_or_default();
        let evil = ("post_logout_redirect_uri", "https://evil.example".to_owned());
        let out = press(&browser, &[("request", request.to_owned()), ("shown_to", shown_to), evil]).await;
        assert!(out.status == 200 && out.body.contains("You are signed out"), "{out:?}");
    }
}

/// LO-04: the page was shown to Alice, then Bob signed in with the same browser. Bob is asked, also when the request has
/// a hint.
#[tokio::test]
async fn a_page_of_one_user_does_not_sign_out_another_user() {
    let (gateway, _place) = start();
    let elsewhere = gateway.browser();
    elsewhere.sign_in("bob").await;
    let hint = sign_in_to(&gateway, &elsewhere, "shop").await.id_token;
    let own = [("client_id", "shop"), ("post_logout_redirect_uri", BYE)];
    for form in [own, [("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]] {
        let browser = signed_in(&gateway).await;
        let asks = log_out(&browser, &form).await;
        browser.sign_in("bob").await;
        let shop = sign_in_to(&gateway, &browser, "shop").await;
        // A second click has no effect either.
        for _ in 0..2 {
            let again = confirm(&browser, &asks).await;
            assert!(again.status == 200 && again.body.contains("Sign out?"), "{again:?}");
            assert!(again.body.contains("bob of Example") && again.body.contains("The shop"), "{again:?}");
            assert_eq!((again.set_cookie("vestibule"), reason(&gateway, &shop.sid)), (None, "NULL".into()));
            assert_eq!(browser.fetch("/session").await.status, 200);
        }
        let again = confirm(&browser, &asks).await;
        assert_eq!(confirm(&browser, &again).await.location(), BYE);
        assert_eq!((browser.cookie("vestibule"), reason(&gateway, &shop.sid)), (None, "logout".into()));
    }
}

/// Another session of the same user is asked again, and so is a form of another browser, a forged one, or an empty one.
#[tokio::test]
async fn a_form_is_valid_only_for_the_session_it_was_shown_to() {
    let (gateway, _place) = start();
    let browser = signed_in(&gateway).await;
    let first = hidden(&log_out(&browser, &[]).await);
    browser.sign_in("alice").await;
    let other = hidden(&log_out(&signed_in(&gateway).await, &[]).await);
    let [request, (name, shown_to)] = hidden(&log_out(&browser, &[]).await);
    let [made_up, cut, empty] = ["x", &shown_to[1..], ""].map(|value| [request.clone(), (name, value.to_owned())]);
    for form in [first, other, made_up, cut, empty] {
        let again = press(&browser, &form).await;
        assert!(again.body.contains("Sign out?") && again.body.contains("alice of Example"), "{form:?}: {again:?}");
    }
    assert!(press(&browser, std::slice::from_ref(&request)).await.body.contains("Sign out?"));
    assert_eq!(browser.fetch("/session").await.status, 200);
    let out = press(&browser, &[request, (name, shown_to)]).await;
    assert!(out.body.contains("You are signed out") && browser.cookie("vestibule").is_none(), "{out:?}");
}

/// The session has ended, or the cookie is missing.
#[tokio::test]
async fn confirming_after_the_session_ended_continues_the_logout() {
    let (gateway, _place) = start();
    let other = signed_in(&gateway).await;
    let form = [("client_id", "shop"), ("post_logout_redirect_uri", BYE)];
    let others_page = log_out(&other, &form).await;
    let end = "UPDATE sessions SET ended_at = now(), ended_reason = 'admin' WHERE ended_at IS NULL";
    for ended in [false, true] {
        let browser = signed_in(&gateway).await;
        let page = log_out(&browser, &form).await;
        if ended {
            gateway.database.execute(end);
        } else {
            browser.forget_cookie("vestibule");
        }
        for asks in [&others_page, &page] {
            assert_eq!(confirm(&browser, asks).await.location(), BYE, "{ended}");
            assert_eq!(browser.cookie("vestibule"), None);
        }
    }
}

/// LO-08
#[tokio::test]
async fn without_a_session_no_confirmation_is_asked() {
    let (gateway, _place) = start();
    let browser = gateway.browser();
    for cookie in [None, Some("garbage")] {
        if let Some(cookie) = cookie {
            browser.set_cookie("vestibule", cookie);
        }
        let page = browser.get("/logout").await;
        assert!(page.status == 200 && page.body.contains("You are signed out"), "{page:?}");
        let form = [("client_id", "shop"), ("post_logout_redirect_uri", BYE), ("state", "s")];
        assert_eq!(log_out(&browser, &form).await.location(), format!("{BYE}&state=s"));
        let page = log_out(&browser, &[("post_logout_redirect_uri", BYE)]).await;
        assert!(page.body.contains("You are signed out"), "the page names no app: {page:?}");
    }
}
