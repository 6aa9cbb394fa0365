//! The page of a failed login keeps its goal: the button begins the login again, at the same provider and for the same target.

use serde_json::json;

use crate::fake_provider::Reply;
use crate::support::person::two_providers;
use crate::support::{Answer, Begun, Browser, Gateway};

const SITE: &str = "https://site.example/mail?box=1&x=a%20b";

fn gateway() -> Gateway {
    Gateway::with("[login]\nreturn_to = ['https://site.example/**']\n[providers.op.allow]\ngroups = ['staff']\n")
}

async fn begin(browser: &Browser) -> Begun {
    let target: String = url::form_urlencoded::byte_serialize(SITE.as_bytes()).collect();
    Begun::at("op", browser.get(&format!("/login/op?return_to={target}")).await.location())
}

/// Presses the button of a failed login, signs in as a member of `staff`, and must arrive at the target.
async fn press(gateway: &Gateway, browser: &Browser, page: &Answer, text: &str) {
    gateway.op.set_claims(json!({ "groups": ["staff"] }));
    let again = Begun::at("op", browser.get(&page.link(text)).await.location());
    let answer = browser.get(&again.callback_of("alice")).await;
    assert_eq!((answer.status, answer.location()), (303, SITE.to_owned()), "{text}");
}

#[tokio::test]
async fn the_button_of_a_failed_login_leads_to_the_target() {
    let gateway = gateway();
    for (what, status, text) in [
        ("denied", 403, "Sign in again"),
        ("not allowed", 403, "Sign in again"),
        ("token refused", 400, "Sign in again"),
        ("provider broken", 502, "Try again"),
    ] {
        let browser = gateway.browser();
        gateway.op.set_claims(json!({ "groups": [] }));
        let begun = begin(&browser).await;
        let callback = match what {
            "denied" => begun.callback(&[("error", "access_denied"), ("state", &begun.state)]),
            _ => begun.callback_of("alice"),
        };
        match what {
            "token refused" => {
                gateway.op.reply("/token", Reply::text(400, "application/json", "{\"error\":\"invalid_grant\"}"));
            }
            "provider broken" => gateway.op.reply("/token", Reply::text(500, "text/html", "no")),
            _ => {}
        }
        let page = browser.get(&callback).await;
        gateway.op.recover("/token");
        assert_eq!((page.status, page.is_page()), (status, true), "{what}");
        assert!(!page.body.contains(&begun.state), "{what}: the page has the state");
        press(&gateway, &browser, &page, text).await;
    }
}

#[tokio::test]
async fn the_button_of_an_expired_login_leads_to_the_target() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = begin(&browser).await;
    gateway.database.execute("UPDATE authorization_sessions SET expires_at = created_at");
    let page = browser.get(&begun.callback_of("alice")).await;
    assert_eq!((page.status, page.is_page()), (400, true));
    press(&gateway, &browser, &page, "Sign in again").await;
}

/// After "not allowed" the same account would be signed in again at once; the provider is asked for another one.
#[tokio::test]
async fn a_refused_account_can_be_replaced_by_another() {
    let gateway = gateway();
    let browser = gateway.browser();
    gateway.op.set_claims(json!({ "groups": [] }));
    let page = browser.get(&begin(&browser).await.callback_of("alice")).await;
    let another = page.link("Use another account");
    let url = browser.get(&another).await.location();
    assert!(url.contains("prompt=select_account"), "{url}");
    press(&gateway, &browser, &page, "Use another account").await;
}

/// The page of a temporary failure reloads its own address, and so contains neither code nor `state`.
#[tokio::test]
async fn a_temporary_failure_is_tried_again_at_the_same_address() {
    let gateway = Gateway::with("[limits]\nlogins_per_minute = 1\n");
    let browser = gateway.browser();
    assert_eq!(browser.get("/login/op").await.status, 302);
    let page = browser.get("/login/op?return_to=/account").await;
    assert_eq!((page.status, page.is_page()), (429, true));
    assert_eq!(page.link("Try again"), "");
    assert!(page.text().contains(&format!("in {} second", page.header("retry-after"))), "{}", page.text());
}

/// Another browser keeps the goal, and the page names the cookie that did not come.
#[tokio::test]
async fn the_button_of_a_wrong_browser_leads_to_the_target() {
    let gateway = gateway();
    let begun = begin(&gateway.browser()).await;
    let other = gateway.browser();
    let page = other.get(&begun.callback_of("alice")).await;
    assert_eq!((page.status, page.is_page()), (403, true));
    assert!(page.text().contains("vestibule-binding"), "{}", page.text());
    press(&gateway, &other, &page, "Sign in again").await;
}

/// A repeated response in a browser that is not signed in.
#[tokio::test]
async fn the_button_of_a_used_login_leads_to_the_target() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = begin(&browser).await;
    let denied = begun.callback(&[("error", "access_denied"), ("state", &begun.state)]);
    assert_eq!(browser.get(&denied).await.status, 403);
    let page = browser.get(&denied).await;
    assert_eq!((page.status, page.is_page()), (409, true));
    press(&gateway, &browser, &page, "Sign in again").await;
}

/// The page of a disabled user names the account, and offers another one.
#[tokio::test]
async fn a_disabled_account_can_be_replaced_by_another() {
    let gateway = gateway();
    let browser = gateway.browser();
    gateway.op.set_claims(json!({ "groups": ["staff"], "email": "ada@example.com" }));
    browser.sign_in("ada").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    let page = gateway.browser().get("/login/op").await;
    assert_eq!(page.status, 302);
    let browser = gateway.browser();
    let page = browser.get(&begin(&browser).await.callback_of("ada")).await;
    assert_eq!((page.status, page.is_page()), (403, true));
    let text = page.text();
    assert!(text.contains("ada@example.com") && text.contains("disabled"), "{text}");
    press(&gateway, &browser, &page, "Use another account").await;
}

/// In the SPA flow the frontend begins again after each failure: nothing of the first login is in its way.
#[tokio::test]
async fn a_frontend_begins_again_after_each_failure() {
    let gateway = gateway();
    for (what, code) in [
        ("not allowed", "not_allowed"),
        ("token refused", "token_invalid"),
        ("provider broken", "provider_error"),
        ("expired", "state_expired"),
        ("used", "state_used"),
    ] {
        let browser = gateway.browser();
        gateway.op.set_claims(json!({ "groups": if what == "not allowed" { vec![] } else { vec!["staff"] } }));
        let begun = browser.begin_json("op").await;
        match what {
            "token refused" => {
                gateway.op.reply("/token", Reply::text(400, "application/json", "{\"error\":\"invalid_grant\"}"));
            }
            "provider broken" => gateway.op.reply("/token", Reply::text(500, "text/html", "no")),
            "expired" => gateway.database.execute("UPDATE authorization_sessions SET expires_at = created_at"),
            "used" => {
                assert_eq!(browser.post_json("/oauth2/token/", &begun.exchange_of("alice")).await.status, 200);
            }
            _ => {}
        }
        let refused = browser.post_json("/oauth2/token/", &begun.exchange_of("alice")).await;
        gateway.op.recover("/token");
        assert_eq!(refused.code(), code, "{what}");
        gateway.op.set_claims(json!({ "groups": ["staff"] }));
        browser.sign_in_json("alice").await;
    }
}

/// After a sign-out the same account would be signed in again at once: the page offers another one, at a provider that has two,
/// and with several providers by way of the login page.
#[tokio::test]
async fn after_a_sign_out_another_account_can_sign_in() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let page = browser.post("/logout").await;
    assert_eq!((page.status, page.link("Sign in again")), (200, "/login?choose=1".to_owned()));
    let begun = Begun::at("op", browser.get(&page.link("Use another account")).await.location());
    assert!(begun.url.contains("prompt=select_account"), "{}", begun.url);
    assert_eq!(browser.get(&begun.callback_of("grace")).await.location(), "/account");

    let (gateway, other) = two_providers("");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let page = browser.post("/logout").await;
    let chooser = browser.get(&page.link("Use another account")).await;
    let away = browser.get(&chooser.link("Continue with other")).await.location();
    assert!(away.starts_with(&other.issuer) && away.contains("prompt=select_account"), "{away}");
}
