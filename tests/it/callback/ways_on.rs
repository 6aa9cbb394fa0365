//! The page of a failed login keeps its goal: the button begins the login again, at the same provider and for the same target.

use serde_json::json;

use crate::fake_provider::Reply;
use crate::support::{Begun, Browser, Gateway};

const SITE: &str = "https://site.example/mail?box=1&x=a%20b";

fn gateway() -> Gateway {
    Gateway::with("[login]\nreturn_to = ['https://site.example/**']\n[providers.op.allow]\ngroups = ['staff']\n")
}

async fn begin(browser: &Browser) -> Begun {
    let target: String = url::form_urlencoded::byte_serialize(SITE.as_bytes()).collect();
    Begun::at("op", browser.get(&format!("/login/op?return_to={target}")).await.location())
}

/// The address behind a link with that text, as a browser reads it.
fn link(page: &str, text: &str) -> String {
    let (before, _) = page.split_once(&format!("\">{text}</a>")).unwrap_or_else(|| panic!("no {text}: {page}"));
    let (_, address) = before.rsplit_once("href=\"").expect("an address");
    address.replace("&amp;", "&").replace("&#38;", "&")
}

/// Presses the button of a failed login, signs in as a member of `staff`, and must arrive at the target.
async fn press(gateway: &Gateway, browser: &Browser, page: &str, text: &str) {
    gateway.op.set_claims(json!({ "groups": ["staff"] }));
    let again = Begun::at("op", browser.get(&link(page, text)).await.location());
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
        press(&gateway, &browser, &page.body, text).await;
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
    press(&gateway, &browser, &page.body, "Sign in again").await;
}

/// After "not allowed" the same account would be signed in again at once; the provider is asked for another one.
#[tokio::test]
async fn a_refused_account_can_be_replaced_by_another() {
    let gateway = gateway();
    let browser = gateway.browser();
    gateway.op.set_claims(json!({ "groups": [] }));
    let page = browser.get(&begin(&browser).await.callback_of("alice")).await;
    let another = link(&page.body, "Use another account");
    let url = browser.get(&another).await.location();
    assert!(url.contains("prompt=select_account"), "{url}");
    press(&gateway, &browser, &page.body, "Use another account").await;
}

/// The page of a temporary failure reloads its own address, and so contains neither code nor `state`.
#[tokio::test]
async fn a_temporary_failure_is_tried_again_at_the_same_address() {
    let gateway = Gateway::with("[limits]\nlogins_per_minute = 1\n");
    let browser = gateway.browser();
    assert_eq!(browser.get("/login/op").await.status, 302);
    let page = browser.get("/login/op?return_to=/account").await;
    assert_eq!((page.status, page.is_page()), (429, true));
    assert_eq!(link(&page.body, "Try again"), "");
}
