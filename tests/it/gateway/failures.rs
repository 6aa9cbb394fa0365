//! Every failure of a login, in the browser flow, in the SPA flow and for an app: the main button of its page, or a new
//! beginning of the frontend, ends at the URL that the user wanted.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::fake_provider::{Reply, WELL_KNOWN};
use crate::support::app::{SPA, Tokens, code, path, redeem, redirect_error, setup};
use crate::support::{Answer, Begun, Browser, Gateway, parameter};

const SITE: &str = "https://site.example/mail?box=1&x=a%20b";

/// The place where a failed login for an app ends, before a button is pressed.
#[derive(Clone, Copy)]
enum AtApp {
    /// At a page with this main button.
    Page(&'static str),
    /// At the app, with this `error`.
    Error(&'static str),
}

struct Failure {
    /// The failure, for the message of an assertion.
    what: &'static str,
    /// The status and the main button of the page in the browser flow.
    page: (u16, &'static str),
    /// The code in the SPA flow; empty if this failure does not exist in it.
    code: &'static str,
    app: AtApp,
}

const fn failure(what: &'static str, page: (u16, &'static str), code: &'static str, app: AtApp) -> Failure {
    Failure { what, page, code, app }
}

const FAILURES: [Failure; 10] = [
    failure("expired", (400, "Sign in again"), "state_expired", AtApp::Page("Sign in again")),
    failure("wrong browser", (403, "Sign in again"), "wrong_browser", AtApp::Page("Start again")),
    failure("denied", (403, "Sign in again"), "", AtApp::Error("access_denied")),
    failure("token refused", (400, "Sign in again"), "token_invalid", AtApp::Error("server_error")),
    failure("provider broken", (502, "Try again"), "provider_error", AtApp::Error("server_error")),
    failure("not allowed", (403, "Sign in again"), "not_allowed", AtApp::Page("Sign in again")),
    failure("disabled", (403, "Sign in again"), "user_disabled", AtApp::Page("Sign in again")),
    failure("used", (409, "Sign in again"), "state_used", AtApp::Page("Back to A page")),
    failure("too many logins", (429, "Try again"), "rate_limited", AtApp::Page("Try again")),
    failure("provider down", (503, "Try again"), "provider_unavailable", AtApp::Page("Try again")),
];

/// The last response of a login, and its browser.
struct Ended {
    browser: Browser,
    answer: Answer,
    /// The address of the page.
    at: String,
}

impl Failure {
    fn gateway(&self) -> Gateway {
        // Twelve a minute: one is allowed again within five seconds.
        let limit = if self.what == "too many logins" { 12 } else { 1_000_000 };
        setup()
            .toml(&format!(
                "[login]\nreturn_to = ['https://site.example/**']\n[providers.op.allow]\ngroups = ['staff']\n\
                 [limits]\nlogins_per_minute = {limit}\n"
            ))
            .start()
    }

    /// The change before the login begins.
    async fn before(&self, gateway: &Gateway) {
        gateway.op.set_claims(json!({ "groups": ["staff"], "email": "ada@example.com" }));
        match self.what {
            "disabled" => {
                gateway.browser().sign_in("ada").await;
                gateway.database.execute("UPDATE users SET disabled_at = now()");
            }
            "not allowed" => gateway.op.set_claims(json!({ "groups": [], "email": "ada@example.com" })),
            "too many logins" => while gateway.browser().get("/login/op").await.status == 302 {},
            "provider down" => gateway.op.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>")),
            _ => {}
        }
    }

    /// The change between the beginning of the login and the response.
    fn between(&self, gateway: &Gateway) {
        match self.what {
            "expired" => gateway
                .database
                .execute("UPDATE authorization_sessions SET expires_at = created_at WHERE completed_at IS NULL"),
            "token refused" => {
                gateway.op.reply("/token", Reply::text(400, "application/json", "{\"error\":\"invalid_grant\"}"));
            }
            "provider broken" => gateway.op.reply("/token", Reply::text(500, "text/html", "no")),
            _ => {}
        }
    }

    /// A login of a browser, which begins at that address of the gateway.
    async fn login(&self, gateway: &Gateway, address: &str) -> Ended {
        self.before(gateway).await;
        let browser = gateway.browser();
        let begun = match follow(&browser, address).await {
            Ok(url) => Begun::at("op", url),
            Err(answer) => return Ended { browser, answer, at: address.to_owned() },
        };
        self.between(gateway);
        let at = match self.what {
            "denied" => begun.callback(&[("error", "access_denied"), ("state", &begun.state)]),
            _ => begun.callback_of("ada"),
        };
        let browser = if self.what == "wrong browser" { gateway.browser() } else { browser };
        let mut answer = browser.get(&at).await;
        if self.what == "used" {
            // In the browser flow, a repeated response of a signed-in browser succeeds; so this one signed out
            // meanwhile.
            browser.forget_cookie("vestibule");
            answer = browser.get(&at).await;
        }
        Ended { browser, answer, at }
    }
}

/// The cause is gone: the person has another account, and the provider is up again.
fn repair(gateway: &Gateway) {
    gateway.op.set_claims(json!({ "groups": ["staff"], "email": "grace@example.com" }));
    gateway.op.recover("/token");
    gateway.op.recover(WELL_KNOWN);
    gateway.hand.advance(TimeDelta::seconds(61));
}

/// Follows redirects of the gateway up to another site; `Err` with the page that it ends at.
async fn follow(browser: &Browser, address: &str) -> Result<String, Answer> {
    let mut address = address.to_owned();
    for _ in 0..6 {
        if !address.starts_with('/') {
            return Ok(address);
        }
        let answer = browser.get(&address).await;
        if !(300..400).contains(&answer.status) {
            return Err(answer);
        }
        address = answer.location();
    }
    panic!("never away: {address}")
}

/// Presses a button of the page, signs in at the provider as another person, and returns the last response.
async fn press(gateway: &Gateway, ended: &Ended, button: &str, what: &str) -> String {
    let href = ended.answer.link(button);
    let href = if href.is_empty() { ended.at.clone() } else { href };
    let mut away = follow(&ended.browser, &href).await;
    while away.as_ref().is_err_and(|page| page.status == 429) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        away = follow(&ended.browser, &href).await;
    }
    let away = away.unwrap_or_else(|page| panic!("{what}: {page:?}"));
    if !away.starts_with(&gateway.op.issuer) {
        return away;
    }
    ended.browser.get(&Begun::at("op", away).callback_of("grace")).await.location()
}

/// RA-04, RA-12
#[tokio::test]
async fn the_main_button_leads_to_the_page_that_the_person_wanted() {
    let target: String = url::form_urlencoded::byte_serialize(SITE.as_bytes()).collect();
    for failure in &FAILURES {
        let (gateway, (status, button)) = (failure.gateway(), failure.page);
        let ended = failure.login(&gateway, &format!("/login/op?return_to={target}")).await;
        let page = &ended.answer;
        assert_eq!((page.status, page.is_page()), (status, true), "{}: {page:?}", failure.what);
        assert!(!page.body.contains("state="), "{}: the page contains the state", failure.what);
        repair(&gateway);
        assert_eq!(press(&gateway, &ended, button, failure.what).await, SITE, "{}", failure.what);
    }
}

/// RA-12
#[tokio::test]
async fn a_login_for_an_app_ends_at_the_app() {
    for failure in &FAILURES {
        let (gateway, what) = (failure.gateway(), failure.what);
        let ended = failure.login(&gateway, &path(&[])).await;
        let answer = &ended.answer;
        repair(&gateway);
        match failure.app {
            AtApp::Error(error) => assert_eq!(redirect_error(answer), error, "{what}"),
            AtApp::Page(button) => {
                assert_eq!((answer.status, answer.is_page()), (failure.page.0, true), "{what}: {answer:?}");
                let end = press(&gateway, &ended, button, what).await;
                if what == "used" {
                    assert_eq!(end, "https://spa.example/");
                    continue;
                }
                assert!(end.starts_with(SPA), "{what}: {end}");
                assert_eq!(parameter(&end, "state").as_deref(), Some("s t%te"), "{what}");
                let code = parameter(&end, "code").unwrap_or_else(|| panic!("{what}: no code in {end}"));
                Tokens::of(&redeem(&gateway, &code, &[]).await);
            }
        }
    }
}

/// The failure of a login that a frontend began; `Value` is the answer of the gateway.
async fn exchanged(failure: &Failure, gateway: &Gateway) -> (Browser, Value) {
    failure.before(gateway).await;
    let browser = gateway.browser();
    let url = browser.fetch("/oauth2/url/?provider=op").await;
    if url.status != 200 {
        return (browser, url.json());
    }
    let begun = Begun::at("op", url.json()["url"].as_str().expect("a URL").to_owned());
    failure.between(gateway);
    let mut sender = browser.clone();
    if failure.what == "wrong browser" {
        sender = gateway.browser();
        sender.begin_json("op").await;
    }
    let exchange = begun.exchange_of("ada");
    let mut answer = sender.post_json("/oauth2/token/", &exchange).await;
    if failure.what == "used" {
        answer = sender.post_json("/oauth2/token/", &exchange).await;
    }
    (browser, answer.json())
}

/// Nothing of the failed login is in the way of the next one.
#[tokio::test]
async fn a_frontend_begins_again_after_each_failure() {
    for failure in FAILURES.iter().filter(|failure| !failure.code.is_empty()) {
        let gateway = failure.gateway();
        let (browser, refused) = exchanged(failure, &gateway).await;
        assert_eq!(refused["code"], failure.code, "{}: {refused}", failure.what);
        repair(&gateway);
        while browser.fetch("/oauth2/url/?provider=op").await.status == 429 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if failure.what != "too many logins" {
            browser.sign_in_json("grace").await;
        }
    }
}

/// At a provider at which the person has two accounts, the refused one is signed in: the other button reaches the other
/// one, and the goal is kept. After a sign-out it does as well.
#[tokio::test]
async fn a_login_with_another_account_ends_at_the_same_url() {
    let target: String = url::form_urlencoded::byte_serialize(SITE.as_bytes()).collect();
    let to_site = format!("/login/op?return_to={target}");
    for failure in FAILURES.iter().filter(|failure| ["not allowed", "disabled"].contains(&failure.what)) {
        for (address, end) in [(&*to_site, SITE), (&*path(&[]), SPA)] {
            let gateway = failure.gateway();
            let ended = failure.login(&gateway, address).await;
            let another =
                follow(&ended.browser, &ended.answer.link("Use another account")).await.expect("the provider");
            assert_eq!(parameter(&another, "prompt").as_deref(), Some("select_account"), "{}", failure.what);
            repair(&gateway);
            let answer = ended.browser.get(&Begun::at("op", another).callback_of("grace")).await;
            assert!(answer.location().starts_with(end), "{}: {answer:?}", failure.what);
            if end == SPA {
                code(&answer);
            }
        }
    }
}
