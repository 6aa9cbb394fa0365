//! `logout = "provider"`: the browser is redirected to the provider (OpenID Connect RP-Initiated Logout 1.0, as a
//! relying party).

use serde_json::{Value, json};

use crate::fake_provider::{CLIENT, Op, Reply, WELL_KNOWN};
use crate::support::logout_apps::{
    BYE, Session, claims, configured, confirm, encoded, log_out, names, reason, receiver, sign_in_to,
};
use crate::support::{Answer, Browser, Gateway, Setup};

const PROVIDER: &str = "[providers.op]\nlogout = \"provider\"\n";

fn start() -> (Gateway, Op) {
    let receiver = receiver(&names(["shop", "wiki"]));
    (Setup::new().toml(PROVIDER).toml(&configured(&receiver)).start(), receiver)
}

async fn signed_in(gateway: &Gateway) -> (Browser, Session) {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let shop = sign_in_to(gateway, &browser, "shop").await;
    (browser, shop)
}

/// The URL to which the provider redirects after its logout.
#[track_caller]
fn back(answer: &Answer) -> String {
    let to = answer.location_parameter("post_logout_redirect_uri").expect("a way back");
    let state = answer.location_parameter("state").expect("a state");
    format!("{to}?{}", encoded(&[("state", &state)]))
}

/// LO-27: with an app's hint: to the provider, back, and on to the app with its `state`. Our session ends first.
#[tokio::test]
async fn an_apps_logout_redirects_by_way_of_the_provider() {
    let (gateway, _place) = start();
    let (browser, shop) = signed_in(&gateway).await;
    let state = "% &+=#ä/?\"";
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE), ("state", state)];
    let away = log_out(&browser, &form).await;
    assert_eq!((browser.cookie("vestibule"), reason(&gateway, &shop.sid)), (None, "logout".into()));
    assert!(away.location().starts_with(&format!("{}/end?", gateway.op.issuer)), "{away:?}");
    assert_eq!(away.location_parameter("client_id").as_deref(), Some(CLIENT));
    let hint = claims(&away.location_parameter("id_token_hint").expect("a hint"));
    assert_eq!((&hint["sub"], &hint["iss"]), (&json!("alice"), &json!(gateway.op.issuer)));
    let ours = away.location_parameter("post_logout_redirect_uri").expect("a way back");
    assert_eq!(ours, format!("{}/logout/callback/op", gateway.public_url));
    assert!(!away.location().contains("shop.example"), "the provider does not learn the redirect URI of the app");
    let home = browser.get(&back(&away)).await;
    assert!(home.location().starts_with(&format!("{BYE}&state=")), "{home:?}");
    assert_eq!(home.location_parameter("state").as_deref(), Some(state));
}

/// LO-27: the button of the account page, the confirmation page, and a script. A page whose form leads to the provider has
/// no `form-action`, because browsers apply it to redirects.
#[tokio::test]
async fn every_kind_of_logout_redirects_to_the_provider() {
    let (gateway, _place) = start();
    let (browser, _) = signed_in(&gateway).await;
    let account = browser.get("/account").await;
    assert!(!account.header("content-security-policy").contains("form-action"), "{account:?}");
    let away = browser.post("/logout").await;
    assert!(away.location().starts_with(&format!("{}/end?", gateway.op.issuer)), "{away:?}");
    let home = browser.get(&back(&away)).await;
    assert!(home.status == 200 && home.is_page() && home.body.contains("You are signed out"), "{home:?}");

    let (browser, _) = signed_in(&gateway).await;
    let asks = log_out(&browser, &[("client_id", "shop"), ("post_logout_redirect_uri", BYE), ("state", "s")]).await;
    let away = confirm(&browser, &asks).await;
    assert!(away.location().starts_with(&format!("{}/end?", gateway.op.issuer)), "{away:?}");
    assert_eq!(browser.get(&back(&away)).await.location(), format!("{BYE}&state=s"));

    let (browser, _) = signed_in(&gateway).await;
    let reported = browser.ask("POST", "/logout").for_json().header("sec-fetch-site", "same-origin").send().await;
    let url = reported.json()["logout_url"].as_str().expect("a URL").to_owned();
    assert_eq!((reported.status, browser.cookie("vestibule")), (200, None));
    assert!(url.starts_with(&format!("{}/logout/provider?", gateway.public_url)), "{url}");
    assert!(browser.get(&url).await.location_parameter("id_token_hint").is_some());
    let reported = browser.ask("POST", "/logout").for_json().header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(reported.status, 204, "there was no session");
}

/// LO-27: with another state, without one, with that of another browser or provider, and with an expired one.
#[tokio::test]
async fn an_unexpected_return_from_the_provider_shows_our_page() {
    let other = Op::start();
    let receiver = receiver(&names(["shop", "wiki"]));
    let gateway = Setup::new().provider("other", &other).toml(PROVIDER).toml(&configured(&receiver)).start();
    let (browser, shop) = signed_in(&gateway).await;
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let away = log_out(&browser, &form).await;
    let back = back(&away);
    let state = back.split_once('?').expect("a query").1;
    let unrelated = gateway.browser();
    unrelated.sign_in("mallory").await;
    let mut pages = vec![unrelated.get(&back).await];
    assert_eq!(unrelated.fetch("/session").await.status, 200, "the other browser stays signed in");
    for path in [
        "/logout/callback/op".to_owned(),
        "/logout/callback/op?state=".to_owned(),
        "/logout/callback/op?state=junk".to_owned(),
        format!("/logout/callback/op?{state}x"),
        format!("/logout/callback/op?{state}&{state}"),
        format!("/logout/callback/other?{state}"),
        format!("/logout/callback/nobody?{state}"),
        format!("/logout/callback/op?error=no&{}", state.replace("state", "other")),
    ] {
        pages.push(browser.get(&path).await);
    }
    for page in &pages {
        assert!(page.status == 200 && page.is_page() && page.body.contains("You are signed out"), "{page:?}");
    }
    assert_eq!(browser.get(&back).await.location(), format!("{BYE}&state=s"), "the right state still redirects");
    gateway.hand.advance(chrono::TimeDelta::minutes(10));
    assert_eq!(browser.get(&back).await.status, 200);
    assert_eq!(browser.ask("POST", "/logout/callback/op").send().await.status, 405);
}

/// LO-03
#[tokio::test]
async fn a_redirect_uri_removed_during_the_logout_is_not_followed() {
    let (gateway, receiver) = start();
    let (browser, shop) = signed_in(&gateway).await;
    let form = [("id_token_hint", &*shop.id_token), ("post_logout_redirect_uri", BYE)];
    let back = back(&log_out(&browser, &form).await);
    let changed = configured(&receiver).replace(BYE, "https://shop.example/other");
    let other = Setup::beside(&gateway).toml(PROVIDER).toml(&changed).start();
    let path = back.strip_prefix(&gateway.public_url).expect("ours");
    let elsewhere = other.browser();
    elsewhere.set_cookie("vestibule-binding", &browser.cookie("vestibule-binding").expect("a binding"));
    let page = elsewhere.get(path).await;
    assert!(page.status == 200 && page.body.contains("You are signed out"), "{page:?}");
}

/// After a double click the second response redirects to the provider too. A session that ended long ago, or that the
/// provider ended, does not redirect. A copied cookie of an ended session gets no ID token.
#[tokio::test]
async fn a_second_logout_also_redirects_to_the_provider() {
    let (gateway, _place) = start();
    let (browser, _) = signed_in(&gateway).await;
    let cookie = browser.cookie("vestibule").expect("a session");
    for _ in 0..2 {
        browser.set_cookie("vestibule", &cookie);
        assert!(browser.post("/logout").await.location().contains("/end?"));
    }
    browser.set_cookie("vestibule", &cookie);
    gateway.hand.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(browser.post("/logout").await.status, 200);
    let (browser, _) = signed_in(&gateway).await;
    let cookie = browser.cookie("vestibule").expect("a session");
    for reason in ["admin", "provider_logout", "idle", "replaced"] {
        let end = format!("UPDATE sessions SET ended_at = now(), ended_reason = '{reason}' WHERE ended_at IS NULL");
        gateway.database.execute(&end);
        browser.set_cookie("vestibule", &cookie);
        assert_eq!(browser.post("/logout").await.status, 200, "{reason}");
        gateway.database.execute("UPDATE sessions SET ended_at = NULL, ended_reason = NULL");
    }
}

/// With an app's hint, a browser session that idled out is ended at the provider too.
#[tokio::test]
async fn a_hint_ends_an_idle_session_at_the_provider() {
    let (gateway, _place) = start();
    let (browser, shop) = signed_in(&gateway).await;
    gateway.database.execute("UPDATE sessions SET ended_at = now(), ended_reason = 'idle' WHERE parent_id IS NULL");
    let away = log_out(&browser, &[("id_token_hint", &shop.id_token)]).await;
    assert!(away.location_parameter("id_token_hint").is_some(), "{away:?}");
    assert_eq!(reason(&gateway, &shop.sid), "logout");
}

/// Without an endpoint, with unavailable metadata, and with a hanging provider, the logout is local.
#[tokio::test]
async fn an_unavailable_provider_does_not_prevent_the_logout() {
    let setup = Setup::new().toml(PROVIDER);
    setup.op.set_metadata("end_session_endpoint", Value::Null);
    let gateway = setup.start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let page = browser.post("/logout").await;
    assert!(page.status == 200 && page.body.contains("You are signed out"), "{page:?}");
    assert_eq!(browser.fetch("/session").await.status, 401);

    // Half of the provider timeout: the logout does not wait that long.
    let patience = std::time::Duration::from_secs(15);
    for reply in [Reply::Closed, Reply::Silent] {
        let browser = gateway.browser();
        browser.sign_in("alice").await;
        // A replica that has just started and has no stored metadata.
        gateway.database.execute("DELETE FROM provider_metadata");
        gateway.op.reply(WELL_KNOWN, reply);
        let fresh = Setup::beside(&gateway).toml(PROVIDER).start();
        let there = fresh.browser();
        there.set_cookie("vestibule", &browser.cookie("vestibule").expect("a session"));
        let page = tokio::time::timeout(patience, there.post("/logout")).await.expect("an answer in time");
        assert!(page.status == 200 && page.body.contains("You are signed out"), "{page:?}");
        assert_eq!(browser.fetch("/session").await.status, 401);
        gateway.op.recover(WELL_KNOWN);
    }
}

/// The provider then asks the user for a confirmation.
#[tokio::test]
async fn a_too_long_id_token_hint_is_omitted() {
    let (gateway, _place) = start();
    for (size, hinted) in [(3000, true), (8000, false)] {
        gateway.op.set_claims(json!({ "groups_of_old": "x".repeat(size) }));
        let (browser, _) = signed_in(&gateway).await;
        let away = browser.post("/logout").await;
        assert_eq!(away.location_parameter("id_token_hint").is_some(), hinted, "{size}");
        assert!(away.location().len() <= 7 * 1024);
        assert_eq!(browser.get(&back(&away)).await.status, 200);
    }
}

/// The configured URI is sent to the provider; other providers are not affected.
#[tokio::test]
async fn the_configured_redirect_uri_of_a_frontend_is_sent() {
    let other = Op::start();
    let bye = "https://app.example/bye";
    let gateway = Setup::new()
        .provider("other", &other)
        .toml(&format!("{PROVIDER}post_logout_redirect_uri = \"{bye}\"\n"))
        .start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    assert_eq!(browser.post("/logout").await.location_parameter("post_logout_redirect_uri").as_deref(), Some(bye));

    let url =
        gateway.browser().sign_in_json("alice").await["provider"]["logout_url"].as_str().expect("a URL").to_owned();
    let away = browser.get(&url).await;
    assert_eq!(away.location_parameter("post_logout_redirect_uri").as_deref(), Some(bye));
    assert!(away.location_parameter("id_token_hint").is_some() && away.location_parameter("state").is_none());

    let begun = browser.begin("other").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
    assert_eq!(browser.post("/logout").await.status, 200, "a logout at the other provider stays local");
}

/// LO-28: no address ends a session by its `sid` alone (OpenID Connect Front-Channel Logout 1.0 is not supported).
#[tokio::test]
async fn a_front_channel_logout_request_ends_nothing() {
    let (gateway, _place) = start();
    gateway.op.set_claims(json!({"sid": "one"}));
    let (browser, shop) = signed_in(&gateway).await;
    let query = encoded(&[("iss", &gateway.op.issuer), ("sid", "one")]);
    for path in ["/logout", "/logout/callback/op", "/frontchannel-logout/op", "/backchannel-logout/op"] {
        let answer = browser.get(&format!("{path}?{query}")).await;
        assert!([200, 404, 405].contains(&answer.status), "{path}: {answer:?}");
    }
    assert_eq!((browser.fetch("/session").await.status, reason(&gateway, &shop.sid)), (200, "NULL".into()));
}
