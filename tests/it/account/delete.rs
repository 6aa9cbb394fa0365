//! `/account/delete`: a person deletes their own account.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use serde_json::json;

use crate::support::logout_apps;
use crate::support::person::{Person, address, audit, sign_in, two_providers};
use crate::support::{Answer, Begun, Browser, Gateway, Setup, app};

const PATH: &str = "/account/delete";
const ALLOWED: &str = "[login]\nself_deletion = true\n";
const FORM: &str = "application/x-www-form-urlencoded";
const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";

/// A gateway whose provider reports this address.
fn gateway() -> Gateway {
    let gateway = Setup::new().toml(ALLOWED).start();
    gateway.op.set_claims(address("Ada@Example.com"));
    gateway
}

/// The sealed value in the form of the page.
async fn shown_to(browser: &Browser) -> String {
    let page = browser.get(PATH).await;
    assert_eq!(page.status, 200, "{page:?}");
    let (_, value) = page.body.split_once("name=\"shown_to\" value=\"").unwrap_or_else(|| panic!("{}", page.body));
    value.split('"').next().expect("a value").to_owned()
}

/// Sends the form with this value, as a browser does from a page with `Referrer-Policy: no-referrer`.
async fn send(browser: &Browser, shown_to: &str, typed: &str) -> Answer {
    let ask = browser.ask("POST", PATH).header("origin", "null").header("sec-fetch-site", "same-origin");
    let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
    ask.body(FORM, format!("shown_to={shown_to}&typed={typed}")).send().await
}

/// Loads the page and types a text.
async fn delete(browser: &Browser, typed: &str) -> Answer {
    let value = shown_to(browser).await;
    send(browser, &value, typed).await
}

#[track_caller]
fn is_done(answer: &Answer) {
    assert!(answer.status == 303 && answer.location().starts_with("/account-deleted/"), "{answer:?}");
}

fn users(gateway: &Gateway) -> i64 {
    gateway.database.rows("users")
}

#[tokio::test]
async fn the_account_goes_with_its_sessions_and_a_later_login_creates_another() {
    let gateway = gateway();
    let (ada, phone) = (Person::at(&gateway, "op", "ada").await, Person::at(&gateway, "op", "ada").await);
    let bob = Person::at(&gateway, "op", "bob").await;
    let (sub, session) = (ada.sub().await, ada.session().await);
    let page = ada.browser.get(PATH).await;
    assert!(page.text().contains("Delete your account?") && page.text().contains("type Ada@Example.com"), "{page:?}");
    assert!(ada.browser.get("/account").await.body.contains("href=\"/account/delete\""));

    let answer = delete(&ada.browser, "  aDA@example.COM ").await;
    is_done(&answer);
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
    assert_eq!(ada.browser.cookie("vestibule"), None);
    let after = ada.browser.get(&answer.location()).await;
    assert!(after.status == 200 && after.text().contains("Your account was deleted"), "{after:?}");
    assert_eq!(phone.browser.fetch("/session").await.problem(), (401, "session_revoked".into()));
    assert_eq!(bob.browser.fetch("/session").await.status, 200);
    assert_eq!((users(&gateway), gateway.database.rows("subs")), (1, 1));

    let event = format!(
        "SELECT detail::text FROM audit_events
         WHERE kind = 'user_deleted' AND user_id = '{sub}' AND ip IS NOT NULL AND session_id = '{}'",
        session["sid"].as_str().or(session["session"]["id"].as_str()).expect("an id")
    );
    assert_eq!(gateway.database.words(&event), ["{\"by\": \"self\", \"fresh_login\": true}"]);
    let ended = "SELECT DISTINCT detail->>'reason' FROM audit_events WHERE kind = 'session_ended'";
    assert_eq!(gateway.database.words(ended), ["logout_all"]);

    // To load the page of the form or the answer again leads to the login, and creates nothing.
    assert_eq!(ada.browser.get(PATH).await.location(), "/login?return_to=/account");
    assert_eq!(send(&ada.browser, "x", "ada@example.com").await.location(), "/login?return_to=/account");
    assert_ne!(Person::at(&gateway, "op", "ada").await.sub().await, sub);
}

/// Only this gateway leads to the page that says so, and for an hour.
#[tokio::test]
async fn the_page_after_it_needs_a_proof() {
    let gateway = gateway();
    let ada = Person::at(&gateway, "op", "ada").await;
    let page = delete(&ada.browser, "ada@example.com").await.location();
    gateway.hand.advance(TimeDelta::minutes(59));
    assert_eq!(gateway.browser().get(&page).await.status, 200);
    gateway.hand.advance(TimeDelta::minutes(1));
    for wrong in [page.as_str(), "/account-deleted/x", "/account-deleted/AAAA"] {
        assert_eq!(gateway.browser().get(wrong).await.status, 404, "{wrong}");
    }
}

/// As for `users delete`: apps are notified, and the tokens of the provider are revoked there.
#[tokio::test]
async fn apps_are_notified_and_provider_tokens_are_revoked() {
    let apps = logout_apps::names(["shop"]);
    let receiver = logout_apps::receiver(&apps);
    let toml = logout_apps::toml(&receiver.issuer, &apps);
    let gateway = Setup::new().toml(ALLOWED).toml("[providers.op]\nstore_tokens = true\n").toml(&toml).start();
    let ada = Person::at(&gateway, "op", "ada").await;
    let sid = gateway.database.words("SELECT id::text FROM sessions").concat();
    crate::support::device::app_under(&gateway, &sid, "shop");
    assert_eq!(gateway.database.rows("provider_tokens"), 1);
    is_done(&delete(&ada.browser, "ada@example.com").await);
    assert_eq!((gateway.database.rows("sessions"), gateway.database.rows("provider_tokens")), (0, 0));
    let delivered = "SELECT count(*) FROM logout_notices WHERE delivered_at IS NOT NULL";
    gateway.database.until(delivered, 1).await;
    gateway.database.until("SELECT count(*) FROM audit_events WHERE kind = 'user_deleted'", 1).await;
    assert!(gateway.database.rows("provider_revocations") <= 1);
}

#[tokio::test]
async fn without_the_key_there_is_nothing() {
    let gateway = Gateway::start();
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.browser.get(PATH).await.status, 404);
    assert_eq!(send(&ada.browser, "x", "delete").await.status, 404);
    assert!(!ada.browser.get("/account").await.body.contains("/account/delete"));
    assert_eq!(users(&gateway), 1);
}

/// A wrong text deletes nothing, and no text is in the field before the person types: neither from the URL nor after an error.
#[tokio::test]
async fn the_text_has_to_be_typed() {
    let gateway = gateway();
    let ada = Person::at(&gateway, "op", "ada").await;
    for wrong in ["", "delete", "ada@example.co", "ada@example.com x", "ada"] {
        let answer = delete(&ada.browser, wrong).await;
        assert!(answer.status == 400 && answer.text().contains("Nothing was deleted"), "{wrong}: {answer:?}");
        assert!(wrong.is_empty() || !answer.body.contains(&format!("value=\"{wrong}\"")), "{}", answer.body);
    }
    let page = ada.browser.get("/account/delete?typed=Ada@Example.com").await;
    assert!(page.status == 200 && !page.body.contains("value=\"Ada"), "{}", page.body);
    assert_eq!(users(&gateway), 1);
    // Without an address it is the word.
    gateway.op.set_claims(json!({"email": null, "email_verified": null}));
    let bob = Person::at(&gateway, "op", "bob").await;
    assert!(bob.browser.get(PATH).await.text().contains("type delete"));
    assert_eq!(delete(&bob.browser, "bob@example.com").await.status, 400);
    is_done(&delete(&bob.browser, " Delete ").await);
    assert_eq!(users(&gateway), 1);
}

/// AC-07, SE-13: a form of another site, a form without the value of the page, and the form that was shown to another session
/// delete nothing. The page cannot be framed.
#[tokio::test]
async fn only_the_form_of_the_own_page_deletes() {
    let gateway = gateway();
    let (ada, bob) = (Person::at(&gateway, "op", "ada").await, Person::at(&gateway, "op", "bob").await);
    let value = shown_to(&ada.browser).await;
    let body = format!("shown_to={value}&typed=ada@example.com");
    for (origin, site) in [("null", "cross-site"), ("null", "same-site"), ("https://evil.example", "cross-site")] {
        let ask = ada.browser.ask("POST", PATH).header("origin", origin).header("sec-fetch-site", site);
        assert_eq!(ask.body(FORM, body.clone()).send().await.status, 403, "{origin} {site}");
    }
    let bobs = shown_to(&bob.browser).await;
    let of_account = ada.browser.get("/account").await.body;
    let (_, of_account) = of_account.split_once("name=\"shown_to\" value=\"").unwrap_or(("", "x\""));
    for wrong in ["", "x", &bobs, of_account.split('"').next().expect("a value")] {
        assert_eq!(send(&ada.browser, wrong, "ada@example.com").await.location(), PATH, "{wrong}");
    }
    // Bob signs in in Ada's browser, where her page stands in another tab.
    sign_in(&ada.browser, "op", "bob").await;
    assert_eq!(send(&ada.browser, &value, "ada@example.com").await.location(), PATH);
    assert_eq!(users(&gateway), 2);
    let page = ada.browser.get(PATH).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
    // A program gets an error instead of a page.
    let program = ada.browser.ask("POST", PATH).for_json().header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(program.problem(), (400, "invalid_request".into()));
}

/// Follows the button of the page to a login of `who`. Returns the page after it.
async fn sign_in_again(gateway: &Gateway, person: &Person, who: &str) -> Answer {
    let page = person.browser.get(PATH).await;
    assert!(!page.body.contains("name=\"typed\"") && page.text().contains("sign in again first"), "{}", page.body);
    let (_, href) = page.body.split_once("class=\"button\" href=\"").unwrap_or_else(|| panic!("{}", page.body));
    let href = href.split('"').next().expect("an address").replace("&#38;", "&").replace("&amp;", "&");
    let begun = Begun::at("op", person.browser.get(&href).await.location());
    assert!(begun.url.contains("max_age=60"), "{}", begun.url);
    let mut claims = address("ada@example.com");
    claims["auth_time"] = json!(gateway.clock.now().timestamp());
    gateway.op.set_claims(claims);
    let back = person.browser.get(&begun.callback_of(who)).await.location();
    assert!(back.starts_with("/account/delete?user="), "{back}");
    person.browser.get(&back).await
}

/// AC-07: a stolen session that is not fresh deletes nothing. After a login the person is back at the page.
#[tokio::test]
async fn an_old_login_is_renewed_first() {
    let gateway = gateway();
    let ada = Person::at(&gateway, "op", "ada").await;
    let value = shown_to(&ada.browser).await;
    gateway.hand.advance(TimeDelta::minutes(10));
    assert_eq!(send(&ada.browser, &value, "ada@example.com").await.location(), PATH);
    let ask = ada.browser.ask("POST", PATH).for_json().header("sec-fetch-site", "same-origin");
    let program = ask.body(FORM, format!("shown_to={value}&typed=ada@example.com")).send().await;
    assert_eq!(program.problem(), (401, "insufficient_user_authentication".into()));
    assert_eq!(users(&gateway), 1);
    let page = sign_in_again(&gateway, &ada, "ada").await;
    assert!(page.body.contains("name=\"typed\""), "{}", page.body);
    is_done(&delete(&ada.browser, "ada@example.com").await);
}

/// The identity of another user at the new login: the page has no form, and that user stays.
#[tokio::test]
async fn another_user_at_the_new_login_deletes_nothing() {
    let gateway = gateway();
    let ada = Person::at(&gateway, "op", "ada").await;
    gateway.hand.advance(TimeDelta::minutes(10));
    let page = sign_in_again(&gateway, &ada, "bob").await;
    assert!(page.text().contains("This is another account") && !page.body.contains("name=\"typed\""), "{}", page.body);
    assert_eq!(users(&gateway), 2);
}

/// No provider shows a fresh login: the first minutes of a session count, and the audit says so. A stolen cookie is older.
#[tokio::test]
async fn without_a_provider_that_shows_fresh_logins_a_new_session_is_needed() {
    let gateway = gateway();
    let mut claims = address("ada@example.com");
    claims["auth_time"] = json!(null);
    gateway.op.set_claims(claims);
    let ada = Person::at(&gateway, "op", "ada").await;
    gateway.database.execute("UPDATE providers SET auth_time_sent_at = NULL, auth_time_withheld_at = now()");
    gateway.hand.advance(TimeDelta::minutes(10));
    let page = ada.browser.get(PATH).await;
    assert!(!page.body.contains("name=\"typed\"") && page.body.contains("/login/op?return_to="), "{}", page.body);
    sign_in(&ada.browser, "op", "ada").await;
    is_done(&delete(&ada.browser, "ada@example.com").await);
    let detail = "SELECT detail::text FROM audit_events WHERE kind = 'user_deleted'";
    assert_eq!(gateway.database.words(detail), ["{\"by\": \"self\", \"fresh_login\": false}"]);
}

/// The row of the user is locked first: an administrator who disables the user, or a session that ends, at the same moment wins.
#[tokio::test]
async fn a_user_who_is_disabled_or_signed_out_meanwhile_is_not_deleted() {
    for (change, problem) in [
        ("UPDATE users SET disabled_at = now()", (403, "user_disabled")),
        ("UPDATE sessions SET ended_at = now(), ended_reason = 'logout'", (401, "session_revoked")),
    ] {
        let gateway = gateway();
        let ada = Person::at(&gateway, "op", "ada").await;
        let value = shown_to(&ada.browser).await;
        let mut other = gateway.database.connection();
        other.batch_execute("BEGIN; SELECT FROM users FOR NO KEY UPDATE").expect("a lock");
        let meanwhile = async {
            gateway.database.until(WAITING, 1).await;
            other.batch_execute(&format!("{change}; COMMIT")).expect("changed");
        };
        let ask = ada.browser.ask("POST", PATH).for_json().header("sec-fetch-site", "same-origin");
        let sent = ask.body(FORM, format!("shown_to={value}&typed=ada@example.com")).send();
        let (answer, ()) = tokio::join!(sent, meanwhile);
        assert_eq!(answer.problem(), (problem.0, problem.1.into()), "{change}");
        assert_eq!((users(&gateway), audit(&gateway)), (1, Vec::new()), "{change}");
    }
}

/// A second press while the first one runs has the same answer, and one event is written.
#[tokio::test]
async fn a_second_press_has_the_same_answer() {
    let gateway = gateway();
    let ada = Person::at(&gateway, "op", "ada").await;
    let value = shown_to(&ada.browser).await;
    let mut other = gateway.database.connection();
    other.batch_execute("BEGIN; SELECT FROM users FOR NO KEY UPDATE").expect("a lock");
    let meanwhile = async {
        gateway.database.until(WAITING, 2).await;
        other.batch_execute("COMMIT").expect("released");
    };
    let press = || send(&ada.browser, &value, "ada@example.com");
    let (first, second, ()) = tokio::join!(press(), press(), meanwhile);
    is_done(&first);
    is_done(&second);
    assert_eq!(audit(&gateway), ["session_ended", "user_deleted"]);
}

/// A statement that fails leaves everything as it was.
#[tokio::test]
async fn a_failed_deletion_changes_nothing() {
    let gateway = app::setup().toml(ALLOWED).toml("[providers.op]\nstore_tokens = true\n").start();
    let ada = Person::at(&gateway, "op", "ada").await;
    gateway
        .database
        .execute("CREATE TABLE keeps (user_id uuid REFERENCES users); INSERT INTO keeps SELECT id FROM users");
    let answer = delete(&ada.browser, "ada@example.com").await;
    assert!(answer.status >= 500 && answer.is_page(), "{answer:?}");
    assert_eq!(ada.browser.fetch("/session").await.status, 200);
    let rows = ["provider_tokens", "provider_revocations", "logout_notices"].map(|table| gateway.database.rows(table));
    assert_eq!((rows, audit(&gateway)), ([1, 0, 0], Vec::new()));
    gateway.database.execute("DROP TABLE keeps");
    is_done(&delete(&ada.browser, "ada@example.com").await);
}

/// A login that began before creates a new account, and a link that began before creates nothing.
#[tokio::test]
async fn logins_that_began_before_it_do_not_bring_the_account_back() {
    let (gateway, _other) = two_providers(ALLOWED);
    let ada = Person::at(&gateway, "op", "ada").await;
    let sub = ada.sub().await;
    let elsewhere = gateway.browser();
    let (login, link) = (elsewhere.begin("op").await, ada.begin_link("other").await);
    is_done(&delete(&ada.browser, "ada@example.com").await);
    let linked = ada.browser.get(&link.callback_of("countess")).await;
    assert!((400..500).contains(&linked.status), "{linked:?}");
    assert_eq!((users(&gateway), gateway.database.rows("subs")), (0, 0));
    assert_eq!(elsewhere.get(&login.callback_of("ada")).await.status, 303);
    let session = elsewhere.fetch("/session").await.json();
    assert_ne!(session["sub"], json!(sub));
    assert_eq!(users(&gateway), 1);
}
