//! Apps get a logout token for each end of their session (OpenID Connect Back-Channel Logout 1.0).

use std::collections::BTreeSet;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::logout_apps::{
    claims, code, header, log_out, logout_tokens, names, reason, redeem, sign_in_to, start, toml,
    wait_for_logout_tokens,
};
use crate::support::{Browser, Gateway, Setup};

async fn signed_in(gateway: &Gateway) -> Browser {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    browser
}

/// A new session: its browser, sub and sid.
async fn named(gateway: &Gateway) -> (Browser, String, String) {
    let browser = signed_in(gateway).await;
    let session = browser.fetch("/session").await.json();
    let text = |name: &str| session[name].as_str().expect("text").to_owned();
    (browser, text("sub"), text("sid"))
}

async fn verified(gateway: &Gateway, token: &str) -> Value {
    let jwks: JwkSet =
        serde_json::from_value(gateway.browser().fetch("/.well-known/jwks.json").await.json()).expect("keys");
    let head = jsonwebtoken::decode_header(token).expect("a header");
    let key = jwks.find(head.kid.as_deref().expect("a kid")).expect("a published key");
    let mut rules = Validation::new(head.alg);
    rules.validate_aud = false;
    jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key).expect("a key"), &rules).expect("our own").claims
}

/// LO-23: an app that has not asked for notifications gets none.
#[tokio::test]
async fn each_app_gets_a_logout_token_of_its_own() {
    let (gateway, receiver) = start();
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let wiki = sign_in_to(&gateway, &browser, "wiki").await;
    sign_in_to(&gateway, &browser, "silent").await;
    assert_eq!(browser.post("/logout").await.status, 200);
    let mut seen = BTreeSet::new();
    for (app, session, algorithm) in [("shop", &shop, "ES256"), ("wiki", &wiki, "RS256")] {
        let token = wait_for_logout_tokens(&receiver, app, 1).await.concat();
        let head = header(&token);
        assert_eq!((&head["typ"], &head["alg"]), (&json!("logout+jwt"), &json!(algorithm)));
        let claims = verified(&gateway, &token).await;
        let names: Vec<_> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
        assert_eq!(names, ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"], "no nonce and no other claim");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(gateway.public_url), &json!(app)));
        assert_eq!((&claims["sid"], &claims["sub"]), (&json!(session.sid), &json!(session.sub)));
        assert_eq!(claims["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
        let [iat, exp] = ["iat", "exp"].map(|name| claims[name].as_i64().expect("a time"));
        assert!((1..=120).contains(&(exp - iat)) && (gateway.clock.now().timestamp() - iat).abs() < 60, "{claims}");
        assert!(seen.insert(claims["jti"].as_str().expect("a jti").to_owned()));
    }
    gateway.database.until("SELECT count(*) FROM logout_notices WHERE delivered_at IS NOT NULL", 2).await;
    assert_eq!(gateway.database.rows("logout_notices"), 2);
    assert_eq!(receiver.calls().len(), 2);
}

#[tokio::test]
async fn every_kind_of_session_end_notifies_the_apps() {
    const ADMIN: &str = "Bearer 0123456789abcdef0123456789abcdef";
    let (gateway, receiver) = start();
    let admin = |method: &'static str, path: String| {
        Browser::new(&gateway.admin).ask(method, &path).for_json().header("authorization", ADMIN).send()
    };
    let script = |browser: &Browser, path: &str| {
        browser.ask("DELETE", path).for_json().header("sec-fetch-site", "same-origin").send()
    };
    for way in [
        "logout",
        "hint",
        "one device",
        "others",
        "all",
        "account",
        "admin session",
        "admin sessions",
        "disabled",
        "deleted",
        "another user",
        "revoked",
        "reuse",
        "code reuse",
    ] {
        receiver.forget();
        let (browser, sub, sid) = named(&gateway).await;
        let (other, ..) = named(&gateway).await;
        let code = code(&browser, "shop").await;
        let first = redeem(&gateway, "shop", &code).await;
        assert_eq!(first.status, 200, "{way}: {first:?}");
        let refresh_token = first.json()["refresh_token"].as_str().expect("a token").to_owned();
        let id_token = first.json()["id_token"].as_str().expect("a token").to_owned();
        let shop = claims(&id_token)["sid"].as_str().expect("a sid").to_owned();
        let renew = || {
            let form = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
            let (gateway, form) = (&gateway, form.map(|(name, value)| (name, value.to_owned())));
            async move {
                let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                crate::support::logout_apps::ask(gateway, "shop", "/oauth2/token", &form).await
            }
        };
        let status = match way {
            "logout" => browser.post("/logout").await.status,
            "hint" => log_out(&browser, &[("id_token_hint", &id_token)]).await.status,
            "one device" => script(&other, &format!("/sessions/{sid}")).await.status,
            "others" => script(&other, "/sessions?scope=others").await.status,
            "all" => script(&browser, "/sessions?scope=all").await.status,
            "account" => other.post(&format!("/account/sessions/{sid}/end")).await.status,
            "admin session" => admin("DELETE", format!("/admin/sessions/{sid}")).await.status,
            "admin sessions" => admin("DELETE", format!("/admin/users/{sub}/sessions")).await.status,
            "disabled" => {
                let disabled = admin("POST", format!("/admin/users/{sub}/disable")).await.status;
                admin("POST", format!("/admin/users/{sub}/enable")).await;
                disabled
            }
            "deleted" => admin("DELETE", format!("/admin/users/{sub}")).await.status,
            "another user" => browser.sign_in("bob").await.status,
            "revoked" => {
                crate::support::logout_apps::ask(&gateway, "shop", "/oauth2/revoke", &[("token", &refresh_token)])
                    .await
                    .status
            }
            "reuse" => {
                assert_eq!((renew().await.status, renew().await.status), (200, 200));
                gateway.database.execute("UPDATE sessions SET refresh_token_counter = refresh_token_counter + 9");
                renew().await.status
            }
            _ => redeem(&gateway, "shop", &code).await.status,
        };
        let expected = match way {
            "one device" | "admin session" | "deleted" => 204,
            "account" | "another user" => 303,
            "reuse" | "code reuse" => 400,
            _ => 200,
        };
        assert_eq!(status, expected, "{way}");
        let token = wait_for_logout_tokens(&receiver, "shop", 1).await.concat();
        assert_eq!((&claims(&token)["sid"], &claims(&token)["sub"]), (&json!(shop), &json!(sub)), "{way}");
        if way != "deleted" {
            assert_ne!(reason(&gateway, &shop), "NULL", "{way}");
        }
    }
}

/// A new login keeps the apps of the same browser; with `sessions.one_per_user` the apps of another browser end.
#[tokio::test]
async fn a_new_login_notifies_the_apps_of_another_user_only() {
    let apps = names(["shop", "wiki"]);
    let receiver = crate::support::logout_apps::receiver(&apps);
    let gateway = Setup::new().toml(&toml(&receiver.issuer, &apps)).toml("[sessions]\none_per_user = true").start();
    let (laptop, phone) = (signed_in(&gateway).await, gateway.browser());
    let shop = sign_in_to(&gateway, &laptop, "shop").await;
    laptop.sign_in("alice").await;
    assert_eq!((reason(&gateway, &shop.sid), logout_tokens(&receiver, "shop").len()), ("NULL".into(), 0));
    phone.sign_in("alice").await;
    assert_eq!(claims(&wait_for_logout_tokens(&receiver, "shop", 1).await.concat())["sid"], json!(shop.sid));
    assert_eq!(reason(&gateway, &shop.sid), "one_per_user");
}

/// Apps are notified when a session reaches its absolute timeout, but not when it idles out: an app may keep its own
/// session without calling the gateway. A later logout notifies them.
#[tokio::test]
async fn the_absolute_timeout_notifies_and_the_idle_timeout_does_not() {
    let apps = names(["shop", "wiki"]);
    let receiver = crate::support::logout_apps::receiver(&apps);
    let text = "[sessions]\nidle_timeout = \"1h\"\nabsolute_timeout = \"10h\"\n[cleanup]\nevery = \"1s\"";
    let gateway = Setup::new().toml(&toml(&receiver.issuer, &apps)).toml(text).start();
    let database = &gateway.database;
    let browser = signed_in(&gateway).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    let wiki = sign_in_to(&gateway, &browser, "wiki").await;
    database
        .execute(&format!("UPDATE sessions SET last_activity_at = now() - interval '2 h' WHERE id = '{}'", shop.sid));
    database.until("SELECT count(*) FROM sessions WHERE ended_reason = 'idle'", 1).await;
    assert_eq!((reason(&gateway, &shop.sid), database.rows("logout_notices")), ("idle".into(), 0));
    browser.sign_in("alice").await;
    assert_eq!(database.rows("logout_notices"), 0, "a new login of the same user sends no notice");
    assert_eq!(browser.post("/logout").await.status, 200);
    let sid = |token: &str| claims(token)["sid"].as_str().expect("a sid").to_owned();
    assert_eq!(sid(&wait_for_logout_tokens(&receiver, "shop", 1).await.concat()), shop.sid);
    assert_eq!(sid(&wait_for_logout_tokens(&receiver, "wiki", 1).await.concat()), wiki.sid);

    let browser = signed_in(&gateway).await;
    let wiki = sign_in_to(&gateway, &browser, "wiki").await;
    database.execute("UPDATE sessions SET not_after = now() - interval '1 s'");
    let reported = wait_for_logout_tokens(&receiver, "wiki", 2).await;
    assert_eq!((sid(&reported[1]), reason(&gateway, &wiki.sid)), (wiki.sid.clone(), "absolute".into()));
    let mut jtis: Vec<_> = reported.iter().map(|token| claims(token)["jti"].clone()).collect();
    jtis.dedup();
    assert_eq!(jtis.len(), 2);
    assert!(jtis.iter().all(|jti| Uuid::parse_str(jti.as_str().expect("text")).is_ok()));
}
