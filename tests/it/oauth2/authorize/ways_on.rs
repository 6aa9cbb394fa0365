//! The pages that an app's login can end on: the main button leads to the app with a code, and another one returns to
//! the app with an error.

use serde_json::json;

use crate::fake_provider::{Reply, WELL_KNOWN};
use crate::support::app::{
    SPA, Tokens, code, path, post, redeem, redirect_error, request, setup, sign_in, start, to_provider,
};
use crate::support::{Answer, Begun, Browser, Gateway, parameter, wait_until};

const STAFF: &str = "[providers.op.allow]\ngroups = ['staff']\n[limits]\nlogins_per_minute = 1000000\n";

/// Follows redirects of the gateway up to another site.
async fn follow(browser: &Browser, address: &str) -> String {
    let mut address = address.to_owned();
    for _ in 0..6 {
        if !address.starts_with('/') {
            return address;
        }
        address = browser.get(&address).await.location();
    }
    panic!("never away: {address}")
}

/// Presses a link, signs `sub` in, and must arrive at the app with a code that works.
async fn arrive(gateway: &Gateway, browser: &Browser, page: &Answer, text: &str, sub: &str) {
    gateway.op.set_claims(json!({ "groups": ["staff"] }));
    let away = follow(browser, &page.link(text)).await;
    let answer = if away.starts_with(SPA) {
        redeem(gateway, &parameter(&away, "code").unwrap_or_else(|| panic!("no code in {away}")), &[]).await
    } else {
        let answer = browser.get(&Begun::at("op", away).callback_of(sub)).await;
        assert_eq!(parameter(&answer.location(), "state").as_deref(), Some("s t%te"), "{text}");
        redeem(gateway, &code(&answer), &[]).await
    };
    Tokens::of(&answer);
}

/// Presses the button that returns to the app.
async fn back(browser: &Browser, page: &Answer) -> Answer {
    let answer = page.form("Back to A page").press(browser, None).send().await;
    assert_eq!(answer.location_parameter("state").as_deref(), Some("s t%te"));
    answer
}

/// A login for the app that ends with a page.
async fn failed(gateway: &Gateway, browser: &Browser, what: &str) -> Answer {
    gateway.op.set_claims(
        json!({ "groups": if what == "not allowed" { vec![] } else { vec!["staff"] }, "email": "ada@example.com" }),
    );
    let begun = to_provider(browser, &path(&[])).await;
    match what {
        "expired" => {
            gateway
                .database
                .execute("UPDATE authorization_sessions SET expires_at = created_at WHERE completed_at IS NULL");
        }
        "request expired" => {
            gateway
                .database
                .execute("UPDATE authorization_requests SET expires_at = created_at WHERE answered_at IS NULL");
            gateway
                .database
                .execute("UPDATE authorization_sessions SET expires_at = created_at WHERE completed_at IS NULL");
        }
        "disabled" => {
            gateway.browser().sign_in("ada").await;
            gateway.database.execute("UPDATE users SET disabled_at = now()");
        }
        _ => {}
    }
    browser.get(&begun.callback_of("ada")).await
}

/// RA-12
#[tokio::test]
async fn way_on_loses_the_app() {
    for (what, status, button, error) in [
        ("expired", 400, "Sign in again", "access_denied"),
        ("not allowed", 403, "Sign in again", "access_denied"),
        ("disabled", 403, "Use another account", "access_denied"),
        ("request expired", 400, "Start again", "access_denied"),
    ] {
        let gateway = setup().toml(STAFF).start();
        let browser = gateway.browser();
        let page = failed(&gateway, &browser, what).await;
        assert_eq!((page.status, page.is_page()), (status, true), "{what}: {page:?}");
        arrive(&gateway, &browser, &page, button, "grace").await;
        let browser = gateway.browser();
        gateway.database.execute("UPDATE users SET disabled_at = NULL");
        let page = failed(&gateway, &browser, what).await;
        let answer = back(&browser, &page).await;
        assert_eq!((answer.status, redirect_error(&answer)), (303, error.to_owned()), "{what}");
        // Once: a second press shows that the app has its answer, and leads to the app.
        let again = page.form("Back to A page").press(&browser, None).send().await;
        assert_eq!((again.status, again.link("Back to A page")), (409, "https://spa.example/".to_owned()), "{what}");
    }
}

/// A page of "not allowed" names the account, its provider and the app.
#[tokio::test]
async fn a_refused_account_is_named() {
    let gateway = setup().toml(STAFF).start();
    let browser = gateway.browser();
    let page = failed(&gateway, &browser, "not allowed").await;
    let text = page.text();
    for name in ["ada@example.com", "at op", "A page"] {
        assert!(text.contains(name), "{name} in {text}");
    }
    assert!(
        page.body.contains("<bdi>ada@example.com</bdi>") && page.body.contains("<bdi>A page</bdi>"),
        "{}",
        page.body
    );
    let another = follow(&browser, &page.link("Use another account")).await;
    assert_eq!(parameter(&another, "prompt").as_deref(), Some("select_account"));
}

/// RA-04: what is pressed on the page of a wrong browser begins a request of its own, and the first browser still gets its code.
#[tokio::test]
async fn a_wrong_browser_begins_a_request_of_its_own() {
    let gateway = start();
    let (mine, theirs) = (gateway.browser(), gateway.browser());
    let begun = to_provider(&mine, &path(&[])).await;
    let page = theirs.get(&begun.callback_of("eve")).await;
    assert_eq!((page.status, page.is_page()), (403, true), "{page:?}");
    assert!(page.text().contains("the cookie vestibule-binding"), "{}", page.text());
    assert!(!page.body.contains("Back to"), "nothing answers the request of the other browser: {}", page.body);
    arrive(&gateway, &theirs, &page, "Start again", "eve").await;
    let mine = mine.get(&begun.callback_of("ada")).await;
    Tokens::of(&redeem(&gateway, &code(&mine), &[]).await);
    assert_eq!(gateway.database.rows("authorization_requests"), 2);
}

/// The parameters of a pushed request are for the browser that brought it.
#[tokio::test]
async fn a_pushed_request_cannot_begin_again_in_another_browser() {
    let gateway = start();
    let form: Vec<_> = url::form_urlencoded::parse(request(&[]).as_bytes()).into_owned().collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let pushed = post(&gateway, "/oauth2/par", &form).await.json();
    let uri = pushed["request_uri"].as_str().expect("a request_uri");
    let begun = to_provider(&gateway.browser(), &format!("/oauth2/authorize?client_id=spa&request_uri={uri}")).await;
    let browser = gateway.browser();
    let page = browser.get(&begun.callback_of("eve")).await;
    assert_eq!((page.status, page.link("Back to A page")), (403, "https://spa.example/".to_owned()));
    let id = gateway.database.words("SELECT id FROM authorization_requests").concat();
    let forced = browser.get(&format!("/oauth2/authorize/again?authorization_request={id}")).await;
    assert_eq!((forced.status, forced.is_page()), (400, true), "{forced:?}");
}

/// A reload of the callback: if the app has its answer the page leads to the app.
#[tokio::test]
async fn a_repeated_response_leads_to_the_app() {
    let gateway = start();
    let browser = gateway.browser();
    let begun = to_provider(&browser, &path(&[])).await;
    code(&browser.get(&begun.callback_of("ada")).await);
    let page = browser.get(&begun.callback_of("ada")).await;
    assert_eq!((page.status, page.link("Back to A page")), (409, "https://spa.example/".to_owned()));
    assert!(!page.body.contains("Sign in"), "the person is signed in: {}", page.body);
    // The app may still hold its `state`, so nobody gets a second answer to it.
    let id = gateway.database.words("SELECT id FROM authorization_requests").concat();
    let again = gateway.browser().get(&format!("/oauth2/authorize/again?authorization_request={id}")).await;
    assert_eq!((again.status, again.link("Back to A page")), (409, "https://spa.example/".to_owned()));
    // While a consent page is open, a reload leads to it.
    let begun = to_provider(&browser, &path(&[("prompt", "login consent")])).await;
    gateway.op.set_claims(json!({ "auth_time": gateway.clock.now().timestamp() }));
    let consent = browser.get(&begun.callback_of("ada")).await.location();
    assert!(consent.starts_with("/oauth2/authorize/agree?"), "{consent}");
    assert_eq!(browser.get(&begun.callback_of("ada")).await.location(), consent);
}

/// A provider that is down, and a limit: the page tries again at its own address, and has a button that returns to the
/// app.
#[tokio::test]
async fn a_temporary_failure_keeps_the_app() {
    let gateway = setup().toml("[limits]\nlogins_per_minute = 1\n").start();
    let browser = gateway.browser();
    gateway.op.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>"));
    let page = browser.get(&path(&[])).await;
    assert_eq!((page.status, page.link("Try again")), (503, String::new()), "{page:?}");
    assert_eq!(redirect_error(&back(&browser, &page).await), "temporarily_unavailable");
    gateway.op.recover(WELL_KNOWN);
    gateway.hand.advance(chrono::TimeDelta::seconds(31));
    wait_until("the limit is used up", async || browser.get(&path(&[])).await.status != 302).await;
    let page = browser.get(&path(&[])).await;
    let seconds = page.header("retry-after");
    assert_eq!((page.status, page.link("Try again")), (429, String::new()));
    assert!(page.text().contains(&format!("in {seconds} second")), "{}", page.text());
    assert_eq!(redirect_error(&back(&browser, &page).await), "temporarily_unavailable");
}

/// With several providers the login page stands between, and its request fails at one of them.
#[tokio::test]
async fn a_provider_that_is_down_keeps_the_request() {
    let other = crate::fake_provider::Op::start();
    let gateway = setup().provider("second", &other).start();
    let browser = gateway.browser();
    gateway.op.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>"));
    let chooser = browser.get(&browser.get(&path(&[])).await.location()).await;
    let page = browser.get(&chooser.link("Continue with op")).await;
    assert_eq!(page.status, 503);
    gateway.op.recover(WELL_KNOWN);
    gateway.hand.advance(chrono::TimeDelta::seconds(31));
    arrive(&gateway, &browser, &page, "Try again", "ada").await;
}

/// A page for an app's request that is refused has a reference, which `logins show` finds with the reason.
#[tokio::test]
async fn a_refused_request_has_a_reference() {
    let gateway = start();
    let browser = gateway.browser();
    for (change, named) in [
        (("client_id", "unknown"), "unknown"),
        (("redirect_uri", "https://evil.example/cb?secret=1"), "https://evil.example/cb"),
        (("state", &*"s".repeat(5000)), "spa"),
    ] {
        let page = browser.get(&path(&[change])).await;
        assert_eq!((page.status, page.is_page()), (400, true), "{change:?}");
        let kept = kept_reason(&gateway, &page);
        assert!(kept.contains(named) && !kept.contains("secret"), "{kept}");
    }
}

/// The page of a stored request that this browser cannot continue has a reference too; `logins show` finds it with the client.
#[tokio::test]
async fn a_stored_request_that_cannot_go_on_has_a_reference() {
    let gateway = start();
    let browser = gateway.browser();
    let form: Vec<_> = url::form_urlencoded::parse(request(&[]).as_bytes()).into_owned().collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let pushed = post(&gateway, "/oauth2/par", &form).await.json();
    let uri = pushed["request_uri"].as_str().expect("a request_uri").to_owned();
    let by_push = format!("/oauth2/authorize?client_id=spa&request_uri={uri}");
    to_provider(&browser, &path(&[])).await;
    let id = gateway.database.words("SELECT id FROM authorization_requests WHERE request_uri_hash IS NULL").concat();
    gateway.database.execute("UPDATE authorization_requests SET expires_at = created_at");
    let other = gateway.browser();
    for (who, address, named) in [
        (&browser, by_push, "spa"),
        (&browser, format!("/oauth2/authorize/agree?authorization_request={id}"), "https://spa.example/cb"),
        (&browser, format!("/login?authorization_request={id}"), "spa"),
        (&browser, format!("/login/op?authorization_request={id}"), "spa"),
        (&other, format!("/login/op?authorization_request={id}"), ""),
        (&other, "/oauth2/authorize/again?authorization_request=0190a6a0-0000-7000-8000-000000000000".into(), ""),
    ] {
        let page = who.get(&address).await;
        assert!(page.status >= 400 && page.is_page(), "{address}: {page:?}");
        assert!(kept_reason(&gateway, &page).contains(named), "{address}");
    }
    let form = browser.ask("POST", "/oauth2/authorize").body("application/x-www-form-urlencoded", "client_id=unknown");
    assert!(kept_reason(&gateway, &form.send().await).contains("unknown"));
}

/// The reason that `logins show` prints for the reference on a page.
#[track_caller]
fn kept_reason(gateway: &Gateway, page: &Answer) -> String {
    let reference = page.body.split_once("<code dir=\"ltr\">").and_then(|(_, rest)| rest.split_once("</code>"));
    let reference = reference.unwrap_or_else(|| panic!("no reference in {}", page.body)).0;
    let sql = format!("SELECT reason FROM logins_not_begun WHERE reference = '{reference}'");
    let kept = gateway.database.words(&sql).concat();
    assert!(!kept.is_empty(), "{reference} is not found");
    kept
}

/// A sealed value of another kind, and one of another app's address, lead nowhere.
#[tokio::test]
async fn only_a_value_of_a_page_leads_back() {
    let gateway = setup().toml(STAFF).start();
    let browser = gateway.browser();
    let page = failed(&gateway, &browser, "not allowed").await;
    let leave = page.form("Back to A page").field("leave").to_owned();
    for value in ["", "junk", &leave[1..], &format!("{leave}AA")] {
        let body = format!("leave={value}");
        let ask = browser.ask("POST", "/oauth2/authorize/leave").header("sec-fetch-site", "same-origin");
        let answer = ask.body("application/x-www-form-urlencoded", body).send().await;
        assert_eq!((answer.status, answer.is_page()), (400, true), "{value}");
    }
    let foreign = browser.ask("POST", "/oauth2/authorize/leave").header("sec-fetch-site", "cross-site");
    let foreign = foreign.body("application/x-www-form-urlencoded", format!("leave={leave}")).send().await;
    assert_eq!(foreign.status, 403);
    gateway.hand.advance(chrono::TimeDelta::hours(2));
    let late = page.form("Back to A page").press(&browser, None).send().await;
    assert_eq!(late.status, 400);
}

/// `prompt=none` never ends on a page, and a login of a signed-in person never asks to sign in.
#[tokio::test]
async fn a_signed_in_person_is_not_asked_to_sign_in() {
    let gateway = setup().toml(STAFF).start();
    let browser = gateway.browser();
    gateway.op.set_claims(json!({ "groups": ["staff"] }));
    sign_in(&browser, &path(&[]), "ada").await;
    gateway.op.set_claims(json!({ "groups": [] }));
    let begun = to_provider(&browser, &path(&[("prompt", "select_account")])).await;
    let page = browser.get(&begun.callback_of("bob")).await;
    assert_eq!((page.status, page.link("Back to your account")), (403, "/account".to_owned()));
    assert!(!page.body.contains(">Sign in"), "{}", page.body);
}
