//! `clients.<id>.allow`: who may use an app. `clients.<id>.groups`: which groups it sees.

use chrono::TimeDelta;
use serde_json::json;

use crate::fake_provider::Reply;
use crate::support::app::{
    SPA, Tokens, code, error, of_server, path, post_as, redeem, redeem_of_server, redirect_error,
};
use crate::support::app::{refresh, setup, sign_in, userinfo};
use crate::support::{Answer, Begun, Browser, Gateway, LogCapture};

const STAFF: &str = "[clients.spa.allow]\ngroups = ['staff', 'ops']";

fn with(toml: &str) -> Gateway {
    setup().toml("[limits]\nlogins_per_minute = 1000000").toml(toml).start()
}

fn in_groups(gateway: &Gateway, who: &str, groups: &[&str]) {
    let email = format!("{who}@example.com");
    gateway.op.set_claims(json!({ "email": email, "email_verified": true, "groups": groups }));
}

/// The page that a response leads to.
async fn page_of(browser: &Browser, answer: &Answer) -> Answer {
    assert!(answer.location().starts_with("/oauth2/authorize/agree?"), "{answer:?}");
    let page = browser.get(&answer.location()).await;
    assert_eq!((page.status, page.is_page()), (403, true), "{page:?}");
    page
}

/// With a session of before and with a new one, the page names the app and the account, and leads on.
#[tokio::test]
async fn a_person_whom_the_app_does_not_take_gets_a_page_with_ways_on() {
    let log = LogCapture::start();
    let gateway = with(STAFF);
    in_groups(&gateway, "eve", &["guests"]);
    let browser = gateway.browser();
    let after_login = sign_in(&browser, &path(&[]), "eve").await;
    let page = page_of(&browser, &after_login).await;
    assert!(page.body.contains("eve@example.com") && page.body.contains("A page"), "{}", page.body);
    assert_eq!(gateway.database.rows("authorization_codes"), 0);
    assert!(log.text().contains("clients.spa.allow.groups does not hold"), "{}", log.text());
    assert!(!log.text().contains("guests"), "{}", log.text());

    let with_session = browser.get(&path(&[])).await;
    let page = page_of(&browser, &with_session).await;
    let another = page.link("Use another account");
    assert!(another.contains("prompt=select_account"), "{another}");
    let begun = Begun::at("op", browser.get(&another).await.location());
    assert!(begun.url.contains("prompt=select_account"), "{}", begun.url);
    in_groups(&gateway, "ada", &["ops"]);
    let answer = browser.get(&begun.callback_of("ada")).await;
    Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
}

#[tokio::test]
async fn the_app_hears_that_access_is_denied() {
    let gateway = with(STAFF);
    in_groups(&gateway, "eve", &["guests"]);
    let browser = gateway.browser();
    let page = page_of(&browser, &sign_in(&browser, &path(&[]), "eve").await).await;
    let back = page.form("Back to A page").press(&browser, None).send().await;
    assert!(back.location().starts_with(SPA), "{back:?}");
    assert_eq!(redirect_error(&back), "access_denied");
    // A page must not be shown.
    let silent = browser.get(&path(&[("prompt", "none")])).await;
    assert_eq!(redirect_error(&silent), "access_denied");
    // The session itself and the sessions of other apps stay active.
    assert_eq!(browser.fetch("/session").await.status, 200);
    let other = browser.get(&of_server(&[])).await;
    assert!(!code(&other).is_empty());
}

/// No consent is asked for if the app may not be used.
#[tokio::test]
async fn the_rule_goes_before_the_consent_page() {
    let gateway = with("[clients.spa.allow]\nemail_domains = ['example.org']");
    in_groups(&gateway, "eve", &[]);
    let browser = gateway.browser();
    let page = page_of(&browser, &sign_in(&browser, &path(&[("prompt", "consent")]), "eve").await).await;
    assert!(page.body.contains("not allowed to use"), "{}", page.body);
}

/// The rules are applied at each refresh to the claims of the last login.
#[tokio::test]
async fn a_refresh_is_refused_once_the_person_left_the_group() {
    let log = LogCapture::start();
    let gateway = with(STAFF);
    in_groups(&gateway, "ada", &["staff"]);
    let tokens = Tokens::of_spa(&gateway, "ada").await;
    let tokens = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
    in_groups(&gateway, "ada", &["guests"]);
    gateway.browser().sign_in("ada").await;
    assert_eq!(error(&refresh(&gateway, tokens.refresh()).await), (400, "invalid_grant".into()));
    assert!(log.text().contains("a refresh is refused") && log.text().contains("clients.spa.allow.groups"));
    in_groups(&gateway, "ada", &["staff"]);
    gateway.browser().sign_in("ada").await;
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
}

/// A refused refresh rotates nothing, so that an app that tries again is not taken for a thief: it is signed in again once the
/// person is back in the group.
#[tokio::test]
async fn a_refused_refresh_does_not_use_up_the_token() {
    for rule in [STAFF, "[clients.spa.allow]\nclaims = { '/department' = 'ops' }"] {
        let gateway = with(rule);
        let works = |groups: &[&str], department: &str| {
            gateway.op.set_claims(json!({ "groups": groups, "department": department }));
        };
        works(&["staff"], "ops");
        let tokens = Tokens::of_spa(&gateway, "ada").await;
        let counter = || gateway.database.number("SELECT max(refresh_token_counter) FROM sessions");
        works(&["guests"], "sales");
        gateway.browser().sign_in("ada").await;
        for round in 0..4 {
            assert_eq!(error(&refresh(&gateway, tokens.refresh()).await).1, "invalid_grant", "{rule} {round}");
            assert_eq!(counter(), 0, "{rule} {round}");
            gateway.hand.advance(TimeDelta::minutes(3));
        }
        works(&["staff"], "ops");
        gateway.browser().sign_in("ada").await;
        let renewed = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
        // The same for a late retry of the previous token, which is forgiven once.
        gateway.hand.advance(TimeDelta::minutes(3));
        works(&["guests"], "sales");
        gateway.browser().sign_in("ada").await;
        assert_eq!(error(&refresh(&gateway, tokens.refresh()).await).1, "invalid_grant", "{rule}");
        works(&["staff"], "ops");
        gateway.browser().sign_in("ada").await;
        let again = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
        assert_eq!(again.refresh, renewed.refresh, "{rule}");
        let events =
            |kind: &str| gateway.database.number(&format!("SELECT count(*) FROM audit_events WHERE kind = '{kind}'"));
        assert_eq!((events("refresh_reused"), events("refresh_forgiven")), (0, 1), "{rule}");
        // A token that was replaced twice is a copy, also while the user may not use the app.
        Tokens::of(&refresh(&gateway, again.refresh()).await);
        works(&["guests"], "sales");
        gateway.browser().sign_in("ada").await;
        assert_eq!(error(&refresh(&gateway, tokens.refresh()).await).1, "invalid_grant", "{rule}");
        assert_eq!(events("refresh_reused"), 1, "{rule}");
    }
}

/// RFC 7662: a refresh token is active where a refresh would succeed.
#[tokio::test]
async fn a_refresh_token_is_inactive_while_the_person_may_not_use_the_app() {
    for rule in ["groups = ['staff']", "claims = { '/department' = 'ops' }"] {
        let gateway = with(&format!("[clients.server.allow]\n{rule}"));
        let works = |groups: &[&str], department: &str| {
            gateway.op.set_claims(json!({ "groups": groups, "department": department }));
        };
        works(&["staff"], "ops");
        let code = code(&sign_in(&gateway.browser(), &of_server(&[]), "ada").await);
        let tokens = Tokens::of(&redeem_of_server(&gateway, &code).await);
        let is_active = async || {
            let form = [("token", tokens.refresh())];
            post_as(&gateway, "server", "/oauth2/introspect", &form).await.json()["active"].clone()
        };
        assert_eq!(is_active().await, true, "{rule}");
        works(&["guests"], "sales");
        gateway.browser().sign_in("ada").await;
        assert_eq!(is_active().await, false, "{rule}");
        works(&["staff"], "ops");
        gateway.browser().sign_in("ada").await;
        assert_eq!(is_active().await, true, "{rule}");
    }
}

/// A claim beyond the profile, which each of the three ways to a token has to read.
#[tokio::test]
async fn a_rule_about_a_claim_of_the_provider_holds_everywhere() {
    let gateway = with("[clients.spa.allow]\nclaims = { '/department' = 'ops' }");
    let works_at = |department: &str| gateway.op.set_claims(json!({ "department": department }));
    for (department, passes) in [("ops", true), ("sales", false), ("OPS", false)] {
        works_at(department);
        let browser = gateway.browser();
        let by_login = sign_in(&browser, &path(&[]), "ada").await;
        let by_session = browser.get(&path(&[])).await;
        for answer in [by_login, by_session] {
            if passes {
                Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
            } else {
                page_of(&browser, &answer).await;
            }
        }
    }
    works_at("ops");
    let tokens = Tokens::of_spa(&gateway, "ada").await;
    let tokens = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
    works_at("sales");
    gateway.browser().sign_in("ada").await;
    assert_eq!(error(&refresh(&gateway, tokens.refresh()).await).1, "invalid_grant");
}

/// If only the userinfo endpoint of the provider has the claim that the rule of an app or of a site needs, it is
/// requested.
#[tokio::test]
async fn userinfo_is_asked_for_what_a_rule_needs() {
    let app = "[clients.web]\nscopes = ['openid']\n[clients.web.allow]\n";
    let department = "claims = { '/department' = 'ops' }";
    for (rule, calls) in [
        (app.to_owned(), 0),
        (format!("{app}{department}"), 1),
        (format!("{app}groups = ['staff']"), 1),
        (format!("[[verify.rules]]\nallow = {{ {department} }}"), 1),
        ("[[verify.rules]]\nallow = { groups = ['staff'] }".to_owned(), 1),
        ("[[verify.rules]]\nallow = { max_age = '1h' }".to_owned(), 0),
    ] {
        let gateway = Gateway::with(&format!("{rule}\n[providers.op]\nuserinfo = 'auto'"));
        gateway.op.reply("/userinfo", Reply::text(200, "application/json", r#"{"sub":"ada","department":"ops"}"#));
        gateway.op.set_claims(json!({ "email": "ada@example.com", "email_verified": true, "groups": null }));
        gateway.browser().sign_in("ada").await;
        assert_eq!(gateway.op.calls_to("/userinfo").len(), calls, "{rule}");
    }
}

/// A claim that only an app compares stays stored where all of them are too large, since each refresh is judged by it; a login that
/// cannot get it fails, and changes nothing.
#[tokio::test]
async fn a_claim_that_only_an_app_compares_is_there_when_it_is_judged() {
    let gateway = with("[clients.spa.allow]\nclaims = { '/department' = 'ops' }\n[providers.op]\nuserinfo = 'auto'");
    let json = |status: u16, body: &serde_json::Value| Reply::text(status, "application/json", &body.to_string());
    let info = json!({ "sub": "ada", "department": "ops", "bio": "x".repeat(20_000) });
    gateway.op.reply("/userinfo", json(200, &info));
    gateway.op.set_claims(json!({ "email": "ada@example.com", "email_verified": true }));
    let tokens = Tokens::of_spa(&gateway, "ada").await;
    let tokens = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
    gateway.op.reply("/userinfo", json(503, &json!({})));
    let other = gateway.browser();
    let failed = other.get(&other.begin("op").await.callback_of("ada")).await;
    assert_eq!(failed.status, 502, "{failed:?}");
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
}

#[tokio::test]
async fn an_app_sees_the_groups_that_it_is_meant_to_see() {
    let own = "[clients.spa]\ngroups = ['staff', 'team-*']\n[clients.spa.allow]\ngroups = ['ops']\n[tokens]\nclaims = ['groups']";
    let gateway = with(own);
    let scope = ("scope", "openid groups offline_access");
    for (has, sees) in [
        (
            &["staff", "ops", "team-", "team-blue", "teams", "Staff", "staffing"][..],
            &["staff", "team-", "team-blue"][..],
        ),
        (&["ops"], &[]),
    ] {
        in_groups(&gateway, "ada", has);
        let browser = gateway.browser();
        let answer = sign_in(&browser, &path(&[scope]), "ada").await;
        let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
        let renewed = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
        let at_userinfo = userinfo(&gateway, &tokens.access).await.json();
        for claims in [tokens.claims(), tokens.id_claims(), renewed.claims(), renewed.id_claims(), at_userinfo] {
            assert_eq!(claims["groups"], json!(sees), "{claims}");
        }
        // The gateway's own tokens have all of them, and the rule looked at all.
        let own = browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
        assert_eq!(crate::support::app::claims(&own)["groups"], json!(has));
    }
}
