//! The account on the page of a failed login, and the button for another account. `gateway/failures.rs` walks through
//! every failure.

use serde_json::json;

use crate::fake_provider::Reply;
use crate::support::person::two_providers;
use crate::support::{Answer, Begun, Browser, Gateway, app};

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

/// RA-07: the page of an expired login keeps the target. If the login was for an app, it keeps the authorization
/// request of the app, and its button repeats the request.
#[tokio::test]
async fn error_page_loses_the_way() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = begin(&browser).await;
    gateway.database.execute("UPDATE authorization_sessions SET expires_at = created_at");
    let page = browser.get(&begun.callback_of("alice")).await;
    assert_eq!((page.status, page.is_page()), (400, true));
    press(&gateway, &browser, &page, "Sign in again").await;

    let gateway = app::start();
    for what in ["expired", "denied", "token refused", "wrong browser"] {
        let browser = gateway.browser();
        let begun = Begun::at("op", browser.get(&app::path(&[])).await.location());
        let mut callback = begun.callback_of("alice");
        match what {
            "expired" => gateway.database.execute("UPDATE authorization_sessions SET expires_at = created_at"),
            "denied" => callback = begun.callback(&[("error", "access_denied"), ("state", &begun.state)]),
            "token refused" => gateway.op.reply("/token", Reply::text(400, "text/html", "{\"error\":\"x\"}")),
            _ => {}
        }
        let there = if what == "wrong browser" { gateway.browser() } else { browser };
        let page = there.get(&callback).await;
        gateway.op.recover("/token");
        if what == "denied" || what == "token refused" {
            // The error is sent to the app at once.
            assert!(!app::redirect_error(&page).is_empty(), "{what}: {page:?}");
            continue;
        }
        assert!(page.is_page() && page.status >= 400, "{what}: {page:?}");
        let button = if what == "expired" { "Sign in again" } else { "Start again" };
        let again = Begun::at("op", there.get(&page.link(button)).await.location());
        let answer = there.get(&again.callback_of("alice")).await;
        assert!(!app::code(&answer).is_empty(), "{what}: {answer:?}");
    }
}

/// After "not allowed" the provider would sign in the same account again at once, so the gateway requests another
/// account.
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

/// The page of a disabled user names the account, and offers a login with another account.
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
