//! `GET, POST /userinfo` (OpenID Connect Core §5.3)

use chrono::TimeDelta;
use serde_json::json;

use crate::support::app::{self, Tokens};
use crate::support::services::{Person, form, revoke, setup, start, token_of, userinfo};
use crate::support::{Answer, Setup};

#[track_caller]
fn refused(answer: &Answer) -> (u16, &str) {
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    (answer.status, answer.header("www-authenticate"))
}

const INVALID: (u16, &str) = (401, "Bearer error=\"invalid_token\"");

/// IR-19, IR-20: by each method.
#[tokio::test]
async fn userinfo_describes_the_user_of_the_token() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let about = json!({
        "sub": person.claims["sub"], "name": "alice of Example", "email": "alice@example.com", "email_verified": true,
    });
    let authorization = format!("Bearer {}", person.access);
    let browser = gateway.browser();
    for ask in [
        browser.ask("GET", "/userinfo").header("authorization", &authorization),
        browser.ask("POST", "/userinfo").header("authorization", &authorization),
        form(&gateway, "/userinfo", &[]).header("authorization", &authorization),
        form(&gateway, "/userinfo", &[("access_token", &person.access)]),
        browser.ask("GET", "/userinfo").header("authorization", &authorization.replace("Bearer", "bEARER")),
        browser.ask("GET", "/userinfo?access_token=x").header("authorization", &authorization),
    ] {
        let answer = ask.send().await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json(), about);
    }
}

/// IR-20: only granted scopes release claims; IR-18: without `openid` the request is refused.
#[tokio::test]
async fn each_scope_releases_its_claims() {
    let gateway = start();
    let keys =
        |answer: Answer| answer.json().as_object().expect("claims").keys().cloned().collect::<Vec<_>>().join(" ");
    for (scopes, expected) in [
        ("openid", "sub"),
        ("openid email", "email email_verified sub"),
        ("profile openid", "name sub"),
        ("openid groups admin", "sub"),
    ] {
        let token = token_of(&gateway, "vestibule", scopes).await;
        assert_eq!(keys(userinfo(&gateway, &token).await), expected, "{scopes}");
    }
    for scopes in ["", "profile email", "openid2"] {
        let token = token_of(&gateway, "vestibule", scopes).await;
        let answer = userinfo(&gateway, &token).await;
        assert_eq!(refused(&answer), (403, "Bearer error=\"insufficient_scope\", scope=\"openid\""), "{scopes}");
        assert_eq!(answer.code(), "insufficient_scope");
    }
}

/// IR-18: not `insufficient_scope`.
#[tokio::test]
async fn a_revoked_token_without_openid_is_invalid_token() {
    let gateway = start();
    let (alone, with_session) =
        (token_of(&gateway, "vestibule", "profile").await, token_of(&gateway, "vestibule", "profile").await);
    for token in [&alone, &with_session] {
        assert_eq!(userinfo(&gateway, token).await.status, 403);
    }
    assert_eq!(revoke(&gateway, &alone).await.status, 200);
    assert_eq!(refused(&userinfo(&gateway, &alone).await), INVALID);
    let same_user = gateway.browser();
    same_user.sign_in("someone-at-vestibule").await;
    let out = same_user.ask("DELETE", "/sessions?scope=all").for_json().header("sec-fetch-site", "same-origin");
    assert_eq!(out.send().await.status, 200);
    assert_eq!(refused(&userinfo(&gateway, &with_session).await), INVALID);
}

/// IR-18, IR-19, IR-22: without a token the challenge has no error, with an invalid one `invalid_token`.
#[tokio::test]
async fn a_missing_or_invalid_token_is_challenged() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let browser = gateway.browser();
    let bare = (401, "Bearer");
    assert_eq!(refused(&browser.get("/userinfo").await), bare);
    let query = format!("/userinfo?access_token={}", person.access);
    assert_eq!(refused(&browser.get(&query).await), bare, "never in the query");
    assert_eq!(refused(&form(&gateway, &query, &[]).send().await), bare);
    let signed_in = gateway.browser();
    signed_in.sign_in("alice").await;
    assert_eq!(refused(&signed_in.get("/userinfo").await), bare, "a cookie is not an access token");

    let (head, signature) = person.access.rsplit_once('.').expect("three parts");
    let bent = format!("Bearer {head}.{}", "A".repeat(signature.len()));
    let long = format!("Bearer {}", "A".repeat(9_000));
    let refresh = format!("Bearer {}", person.refresh);
    let spaces = format!("Bearer  {}", person.access);
    let tab = format!("Bearer\t{}", person.access);
    let trailing = format!("Bearer {} x", person.access);
    let basic = format!("Basic {}", person.access);
    for value in ["Bearer", "Bearer x", "x", &bent, &long, &refresh, &spaces, &tab, &trailing, &basic] {
        let answer = browser.ask("GET", "/userinfo").header("authorization", value).send().await;
        assert_eq!(refused(&answer), INVALID, "{value:.30}");
    }
    let good = format!("Bearer {}", person.access);
    let doubled = browser.ask("GET", "/userinfo").header("authorization", &good).header("authorization", &good);
    assert_eq!(refused(&doubled.send().await), INVALID);
    assert_eq!(refused(&form(&gateway, "/userinfo", &[("access_token", "x")]).send().await), INVALID);
}

/// IR-19
#[tokio::test]
async fn a_token_in_two_places_is_refused() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let ask = form(&gateway, "/userinfo", &[("access_token", &person.access)]);
    let answer = ask.header("authorization", &format!("Bearer {}", person.access)).send().await;
    assert_eq!(refused(&answer), (400, "Bearer error=\"invalid_request\""));
    let twice = form(&gateway, "/userinfo", &[("access_token", &person.access), ("access_token", "x")]).send().await;
    assert_eq!(twice.status, 400);
}

/// A token of an ended session is rejected: after a logout, by an administrator, and after a timeout.
#[tokio::test]
async fn a_token_of_an_ended_session_is_refused() {
    let gateway = setup().toml("[tokens]\naccess_lifetime = \"7d\"").start();
    let person = Person::sign_in(&gateway, "alice").await;
    gateway.hand.advance(TimeDelta::days(6));
    assert_eq!(userinfo(&gateway, &person.access).await.status, 200);
    gateway.database.until("SELECT count(*) FROM sessions WHERE last_activity_at > auth_time", 1).await;
    gateway.hand.advance(TimeDelta::days(2));
    let answer = userinfo(&gateway, &person.access).await;
    assert_eq!(refused(&answer), INVALID, "it ends when its session would have idled out without the use");

    let person = Person::sign_in(&gateway, "bob").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    assert_eq!(refused(&userinfo(&gateway, &person.access).await), INVALID);
}

/// IR-24
#[tokio::test]
async fn scripts_of_allowed_origins_can_read_userinfo() {
    let gateway = setup().toml("[login]\nallowed_origins = [\"https://app.example.com\"]").start();
    let person = Person::sign_in(&gateway, "alice").await;
    for (origin, allowed) in [("https://app.example.com", "https://app.example.com"), ("https://evil.example", "")] {
        let ask = gateway.browser().ask("GET", "/userinfo").header("origin", origin);
        let answer = ask.header("authorization", &format!("Bearer {}", person.access)).send().await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, allowed));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

const TOOLS: &str = "[resources.tools]\nresource = 'https://tools.example.com/mcp'\nscopes = ['tools']\n\
    [clients.spa]\nscopes = ['openid', 'email', 'groups', 'offline_access', 'tools']\nresources = ['tools']\ngroups = ['tools-*']\n";

/// IR-18: a protected resource that receives a token does not get the claims of its user with it.
#[tokio::test]
async fn a_token_for_a_protected_resource_alone_is_refused() {
    let gateway = app::setup().toml(TOOLS).start();
    let asked = app::path(&[("resource", "https://tools.example.com/mcp"), ("scope", "openid email groups tools")]);
    let code = app::code(&app::sign_in(&gateway.browser(), &asked, "ada").await);
    let tokens = Tokens::of(&app::redeem(&gateway, &code, &[]).await);
    assert_eq!(tokens.claims()["aud"], "https://tools.example.com/mcp");
    assert_eq!(refused(&userinfo(&gateway, &tokens.access).await), INVALID);
    assert_eq!(tokens.id_claims()["email"], "ada@example.com", "the app has them from the ID token");
    let own = Tokens::of_spa(&gateway, "ada").await;
    assert_eq!(userinfo(&gateway, &own.access).await.status, 200);
}

/// IR-18: `tokens.claims` in a token for a protected resource are those that its scopes release.
#[tokio::test]
async fn a_token_for_a_protected_resource_has_the_claims_of_its_scopes() {
    let gateway = app::setup().toml(TOOLS).toml("[tokens]\nclaims = ['email', 'name', 'groups']\n").start();
    gateway.op.set_claims(json!({ "groups": ["payroll", "tools-x"] }));
    for (scope, email, groups) in [
        ("openid tools", json!(null), json!(null)),
        ("openid email tools", json!("ada@example.com"), json!(null)),
        ("openid groups tools", json!(null), json!(["tools-x"])),
    ] {
        let asked = app::path(&[("resource", "https://tools.example.com/mcp"), ("scope", scope)]);
        let code = app::code(&app::sign_in(&gateway.browser(), &asked, "ada").await);
        let claims = Tokens::of(&app::redeem(&gateway, &code, &[]).await).claims();
        assert_eq!((&claims["email"], &claims["groups"], &claims["name"]), (&email, &groups, &json!(null)), "{scope}");
    }
    let own = Tokens::of_spa(&gateway, "ada").await.claims();
    assert_eq!((&own["email"], &own["groups"]), (&json!("ada@example.com"), &json!(["tools-x"])), "its own audience");
}

/// IR-18: of an app that was removed nothing is known, as which groups it sees.
#[tokio::test]
async fn a_token_of_an_app_that_was_removed_is_refused() {
    let gateway = app::setup().toml(TOOLS).start();
    gateway.op.set_claims(json!({ "groups": ["payroll", "tools-x"] }));
    let asked = app::path(&[("scope", "openid groups")]);
    let code = app::code(&app::sign_in(&gateway.browser(), &asked, "ada").await);
    let tokens = Tokens::of(&app::redeem(&gateway, &code, &[]).await);
    assert_eq!(userinfo(&gateway, &tokens.access).await.json()["groups"], json!(["tools-x"]));
    let server = "[clients.server]\ntype = 'confidential'\nclient_secret = 's:%+ /secret&of=32-or-more-bytes'\nid_token_alg = 'ES256'\nintrospects = ['*']";
    let with_it = Setup::beside(&gateway).toml(app::CLIENTS).toml(server).start();
    let without = Setup::beside(&gateway).toml(server).start();
    for (replica, is_known) in [(with_it, true), (without, false)] {
        let answer = userinfo(&replica, &tokens.access).await;
        assert_eq!(answer.status, if is_known { 200 } else { 401 });
        let form = [("token", tokens.access.as_str())];
        let introspected = app::post_as(&replica, "server", "/oauth2/introspect", &form).await.json();
        assert_eq!(introspected["active"], is_known);
        if !is_known {
            assert_eq!((refused(&answer), introspected), (INVALID, json!({ "active": false })));
        }
    }
}
