//! `POST /backchannel-logout/{provider}` (OpenID Connect Back-Channel Logout 1.0, as a relying party).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

use crate::fake_provider::{CLIENT, EcKey, KID, Op, Reply};
use crate::support::logout_apps::{
    FORM, encoded, logout_tokens, reason, receiver, refresh, sign_in_to, start, wait_for_logout_tokens,
};
use crate::support::{Answer, Browser, Gateway, Setup};

pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const ADDRESS: &str = "/backchannel-logout/op";

/// The claims of a logout token with changes; null removes a claim.
pub fn claims(gateway: &Gateway, changes: &Value) -> Value {
    let mut claims = json!({
        "iss": gateway.op.issuer, "aud": CLIENT, "iat": gateway.clock.now().timestamp(), "events": {EVENT: {}},
        "jti": uuid::Uuid::new_v4().to_string(),
    });
    for (name, value) in changes.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
    claims
}

pub fn header() -> Value {
    json!({"alg": "EdDSA", "kid": KID, "typ": "logout+jwt"})
}

/// A logout token of the fake provider.
pub fn token(gateway: &Gateway, changes: &Value) -> String {
    gateway.op.signed(&header(), &claims(gateway, changes))
}

/// Posts a logout token, as a provider does.
pub async fn send_logout_token(gateway: &Gateway, token: &str) -> Answer {
    post(gateway, ADDRESS, &encoded(&[("logout_token", token)])).await
}

async fn post(gateway: &Gateway, path: &str, form: &str) -> Answer {
    Browser::new(&gateway.base).ask("POST", path).header("accept", "*/*").body(FORM, form.to_owned()).send().await
}

/// A browser that is signed in with that `sid` of the provider.
pub async fn signed_in(gateway: &Gateway, who: &str, sid: Option<&str>) -> Browser {
    gateway.op.set_claims(json!({ "sid": sid }));
    let browser = gateway.browser();
    browser.sign_in(who).await;
    browser
}

async fn is_active(browser: &Browser) -> bool {
    browser.fetch("/session").await.status == 200
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_request")), "{answer:?}");
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
}

/// LO-11: by `sid` alone and with `sub`. The app sessions end with the browser session, and no other session does. A
/// provider may use the same `sid` again.
#[tokio::test]
async fn a_logout_token_with_a_sid_ends_its_session_and_notifies_its_apps() {
    let (gateway, receiver) = start();
    let mut times = 0;
    for sub in [Value::Null, json!("alice")] {
        let (laptop, phone) =
            (signed_in(&gateway, "alice", Some("one")).await, signed_in(&gateway, "alice", Some("two")).await);
        let bob = signed_in(&gateway, "bob", Some("three")).await;
        let (shop, wiki) = (sign_in_to(&gateway, &laptop, "shop").await, sign_in_to(&gateway, &phone, "wiki").await);
        let answer = send_logout_token(&gateway, &token(&gateway, &json!({"sid": "one", "sub": sub}))).await;
        assert_eq!((answer.status, &*answer.body, answer.header("cache-control")), (200, "", "no-store"), "{answer:?}");
        assert_eq!(laptop.fetch("/session").await.problem(), (401, "session_revoked".into()));
        assert!(is_active(&phone).await && is_active(&bob).await);
        assert_eq!(reason(&gateway, &shop.sid), "provider_logout");
        assert_eq!((refresh(&gateway, "shop", &shop).await, refresh(&gateway, "wiki", &wiki).await), (400, 200));
        times += 1;
        wait_for_logout_tokens(&receiver, "shop", times).await;
        assert!(logout_tokens(&receiver, "wiki").is_empty());
    }
    let audited = "SELECT count(*) FROM audit_events WHERE detail->>'reason' = 'provider_logout'";
    assert_eq!(gateway.database.number(audited), 4, "a sign-in and an app, twice");
}

/// LO-11
#[tokio::test]
async fn a_logout_token_with_a_sub_ends_all_sessions_of_the_identity() {
    let other = Op::start();
    let gateway = Setup::new().provider("other", &other).start();
    let (laptop, phone) = (signed_in(&gateway, "alice", Some("one")).await, signed_in(&gateway, "alice", None).await);
    let bob = signed_in(&gateway, "bob", Some("three")).await;
    let elsewhere = gateway.browser();
    let begun = elsewhere.begin("other").await;
    assert_eq!(elsewhere.get(&begun.callback_of("alice")).await.status, 303);
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sub": "alice"}))).await.status, 200);
    assert!(!is_active(&laptop).await && !is_active(&phone).await);
    assert!(is_active(&bob).await && is_active(&elsewhere).await, "the same sub at another provider is another user");
    gateway.hand.advance(chrono::TimeDelta::seconds(1));
    assert!(is_active(&signed_in(&gateway, "alice", Some("four")).await).await, "a new login is possible");
}

/// A session whose login had no `sid` ends by its `sub`, whatever `sid` the logout token has. A session with another
/// `sid` or another `sub` does not end.
#[tokio::test]
async fn a_session_without_a_provider_sid_ends_by_sub() {
    let gateway = Gateway::start();
    let (nameless, named) = (signed_in(&gateway, "alice", None).await, signed_in(&gateway, "alice", Some("two")).await);
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "nobody's"}))).await.status, 200);
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "two", "sub": "bob"}))).await.status, 200);
    assert!(is_active(&nameless).await && is_active(&named).await);
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "one", "sub": "alice"}))).await.status, 200);
    assert!(!is_active(&nameless).await && is_active(&named).await);
}

/// LO-21: a valid token about a user or session that is unknown or has ended.
#[tokio::test]
async fn a_valid_logout_token_for_an_unknown_session_is_accepted() {
    let gateway = Gateway::start();
    let alice = signed_in(&gateway, "alice", Some("one")).await;
    for nobody in [json!({"sid": "x"}), json!({"sub": "x"}), json!({"sid": "x", "sub": "x"})] {
        assert_eq!(send_logout_token(&gateway, &token(&gateway, &nobody)).await.status, 200, "{nobody}");
    }
    assert!(is_active(&alice).await);
    for _ in 0..2 {
        assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "one"}))).await.status, 200);
    }
    assert!(!is_active(&alice).await);
}

/// LO-12, LO-13, LO-14, LO-15, LO-16, LO-19, RT-38
#[tokio::test]
async fn an_invalid_logout_token_ends_no_session() {
    let gateway = Gateway::start();
    let alice = signed_in(&gateway, "alice", Some("one")).await;
    let now = gateway.clock.now().timestamp();
    let with = |changes: Value| {
        let mut about = json!({"sid": "one", "sub": "alice"});
        about.as_object_mut().expect("claims").extend(changes.as_object().expect("claims").clone());
        token(&gateway, &about)
    };
    let headed = |header: Value| gateway.op.signed(&header, &claims(&gateway, &json!({"sid": "one", "sub": "alice"})));
    let good = with(json!({}));
    let (input, signature) = good.rsplit_once('.').expect("three parts");
    let body = input.split_once('.').expect("two parts").1;
    let none = B64.encode(r#"{"alg":"none","typ":"logout+jwt"}"#);
    let unrelated = Op::start();
    let bad = [
        ("LO-12", format!("{none}.{body}.")),
        ("LO-12", format!("{none}.{body}.{signature}")),
        ("LO-13", format!("{input}.{}", "A".repeat(signature.len()))),
        ("LO-13", format!("{input}.")),
        ("LO-13", unrelated.signed(&header(), &claims(&gateway, &json!({"sid": "one"})))),
        ("LO-13", headed(json!({"alg": "HS256", "typ": "logout+jwt"}))),
        ("LO-13", headed(json!({"alg": "ES256", "kid": KID, "typ": "logout+jwt"}))),
        ("LO-13", headed(json!({"alg": "EdDSA", "kid": "other", "typ": "logout+jwt"}))),
        ("LO-13", headed(json!({"alg": "EdDSA", "kid": KID, "crit": ["exp"]}))),
        ("LO-14", with(json!({"iss": "https://evil.example"}))),
        ("LO-14", with(json!({"iss": format!("{}/", gateway.op.issuer)}))),
        ("LO-14", with(json!({"iss": null}))),
        ("LO-14", with(json!({"aud": "them"}))),
        ("LO-14", with(json!({"aud": [CLIENT, "them"]}))),
        ("LO-14", with(json!({"aud": null}))),
        ("LO-15", with(json!({"events": null}))),
        ("LO-15", with(json!({"events": {}}))),
        ("LO-15", with(json!({"events": {"http://schemas.openid.net/event/other": {}}}))),
        ("LO-15", with(json!({"events": {EVENT: "yes"}}))),
        ("LO-15", with(json!({"events": [EVENT]}))),
        ("LO-16", with(json!({"nonce": "n"}))),
        ("LO-19", headed(json!({"alg": "EdDSA", "kid": KID, "typ": "at+jwt"}))),
        ("LO-19", headed(json!({"alg": "EdDSA", "kid": KID, "typ": "secevent+jwt"}))),
        ("LO-19", with(json!({"events": null, "nonce": "n", "exp": now + 300}))),
        ("RT-38", with(json!({"jti": null}))),
        ("RT-38", with(json!({"jti": ""}))),
        ("RT-38", with(json!({"iat": null}))),
        ("RT-38", with(json!({"iat": now - 660}))),
        ("RT-38", with(json!({"iat": now + 62}))),
        ("RT-38", with(json!({"exp": now - 60}))),
        ("LO-11", with(json!({"sid": null, "sub": null}))),
        ("LO-11", with(json!({"sid": 7}))),
        ("LO-11", with(json!({"sub": ["alice"]}))),
        ("LO-13", "junk".to_owned()),
        ("LO-13", "a.b.c".to_owned()),
    ];
    for (case, token) in &bad {
        let answer = send_logout_token(&gateway, token).await;
        assert_eq!(answer.status, 400, "{case}: {token}");
        refused(&answer);
    }
    assert!(is_active(&alice).await);
    assert_eq!(gateway.database.rows("provider_logouts"), 0, "no token id is stored");

    // The ID token of that login.
    let own = json!({"iss": gateway.op.issuer, "aud": CLIENT, "sub": "alice", "sid": "one", "nonce": "n", "iat": now, "exp": now + 300});
    refused(&send_logout_token(&gateway, &gateway.op.signed(&json!({"alg": "EdDSA", "kid": KID}), &own)).await);
    assert!(is_active(&alice).await);
    assert_eq!(send_logout_token(&gateway, &good).await.status, 200, "the unchanged token is accepted");
    assert!(!is_active(&alice).await);
}

/// LO-19: older providers send no `typ`, or its long form.
#[tokio::test]
async fn a_logout_token_without_typ_is_accepted() {
    let gateway = Gateway::start();
    for typ in [Value::Null, json!("JWT"), json!("application/logout+jwt"), json!("LOGOUT+JWT")] {
        let alice = signed_in(&gateway, "alice", Some("one")).await;
        let mut header = header();
        header["typ"] = typ.clone();
        header.as_object_mut().expect("members").retain(|_, value| !value.is_null());
        let token = gateway.op.signed(&header, &claims(&gateway, &json!({"sid": "one"})));
        assert_eq!(send_logout_token(&gateway, &token).await.status, 200, "{typ}");
        assert!(!is_active(&alice).await, "{typ}");
    }
}

/// RT-38: its `jti` is stored until the token is too old to be accepted.
#[tokio::test]
async fn a_repeated_logout_token_is_refused() {
    let gateway = Gateway::start();
    let mine = token(&gateway, &json!({"sub": "alice"}));
    assert_eq!(send_logout_token(&gateway, &mine).await.status, 200);
    gateway.hand.advance(chrono::TimeDelta::seconds(1));
    let alice = signed_in(&gateway, "alice", None).await;
    refused(&send_logout_token(&gateway, &mine).await);
    assert!(is_active(&alice).await);
    // The same `jti` of another provider is accepted.
    let other = Op::start();
    let both = Setup::beside(&gateway).provider("other", &other).start();
    let same = json!({"sub": "alice", "jti": crate::support::logout_apps::claims(&mine)["jti"], "iss": other.issuer});
    let theirs = other.signed(&header(), &claims(&both, &same));
    let answer = post(&both, "/backchannel-logout/other", &encoded(&[("logout_token", &theirs)])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(is_active(&alice).await);
}

/// LO-22, IN-04: only a form with one parameter is accepted.
#[tokio::test]
async fn other_methods_media_types_and_parameters_are_refused() {
    let gateway = Gateway::start();
    let alice = signed_in(&gateway, "alice", Some("one")).await;
    let good = token(&gateway, &json!({"sid": "one"}));
    let parameter = encoded(&[("logout_token", &good)]);
    refused(&post(&gateway, &format!("{ADDRESS}?{parameter}"), "").await);
    refused(&post(&gateway, &format!("{ADDRESS}?{parameter}"), &parameter).await);
    refused(&post(&gateway, ADDRESS, &format!("{parameter}&{parameter}")).await);
    refused(&post(&gateway, ADDRESS, "logout_token=").await);
    refused(&post(&gateway, ADDRESS, "").await);
    refused(&post(&gateway, ADDRESS, "logout_token=%ff").await);
    for method in ["GET", "PUT", "DELETE"] {
        let answer = gateway.browser().ask(method, &format!("{ADDRESS}?{parameter}")).send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method}");
    }
    let json = json!({ "logout_token": good });
    refused(&gateway.browser().ask("POST", ADDRESS).json(&json).send().await);
    let large = format!("logout_token={}", "x".repeat(1024 * 1024));
    assert_eq!(post(&gateway, ADDRESS, &large).await.status, 413);
    assert_eq!(post(&gateway, "/backchannel-logout/nobody", &parameter).await.status, 404);
    assert!(is_active(&alice).await);
    assert_eq!(post(&gateway, ADDRESS, &format!("{parameter}&more=1")).await.status, 200);
    assert!(!is_active(&alice).await);
}

/// RD-07: an unknown key causes a request of the key set, at most once a minute.
#[tokio::test]
async fn a_new_key_is_fetched() {
    let gateway = Gateway::start();
    let alice = signed_in(&gateway, "alice", Some("one")).await;
    gateway.op.rotate("second");
    let mut new = header();
    new["kid"] = json!("second");
    let good = gateway.op.signed(&new, &claims(&gateway, &json!({"sid": "one"})));
    assert_eq!(send_logout_token(&gateway, &good).await.status, 200);
    assert!(!is_active(&alice).await);
    let asked = gateway.op.calls_to("/jwks").len();
    for _ in 0..5 {
        new["kid"] = json!(uuid::Uuid::new_v4().to_string());
        refused(
            &send_logout_token(&gateway, &gateway.op.signed(&new, &claims(&gateway, &json!({"sid": "one"})))).await,
        );
    }
    assert_eq!(gateway.op.calls_to("/jwks").len(), asked);
}

/// While its keys are unavailable, the provider is asked to retry; a malformed token is refused.
#[tokio::test]
async fn without_provider_keys_a_logout_token_is_answered_with_503() {
    let setup = Setup::new();
    // Set before the start, because the gateway reads the keys then.
    setup.op.reply("/jwks", Reply::text(500, "text/plain", ""));
    let gateway = setup.start();
    let good = token(&gateway, &json!({"sid": "one"}));
    let answer = send_logout_token(&gateway, &good).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"), "{answer:?}");
    refused(&send_logout_token(&gateway, &token(&gateway, &json!({"sid": "one", "nonce": "n"}))).await);
    gateway.op.recover("/jwks");
    gateway.hand.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(send_logout_token(&gateway, &good).await.status, 200);
}

/// Only invalid tokens use up the limit of their address.
#[tokio::test]
async fn invalid_logout_tokens_are_rate_limited_and_valid_ones_are_not() {
    let gateway = Gateway::with("[limits]\ntokens_per_minute = 1");
    for _ in 0..5 {
        assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "x"}))).await.status, 200);
    }
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(send_logout_token(&gateway, "junk").await.status);
    }
    assert_eq!(statuses, [400, 429, 429]);
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "x"}))).await.status, 200);
}

#[tokio::test]
async fn the_cleanup_deletes_expired_logout_token_ids() {
    let gateway = Gateway::with("[cleanup]\nevery = \"1s\"");
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "x"}))).await.status, 200);
    assert_eq!(gateway.database.rows("provider_logouts"), 1);
    gateway.hand.advance(chrono::TimeDelta::minutes(12));
    gateway.database.until("SELECT count(*) FROM provider_logouts", 0).await;
}

/// The app session is still active after its browser session idled out.
#[tokio::test]
async fn a_logout_ends_apps_whose_browser_session_idled_out() {
    let apps = crate::support::logout_apps::names(["shop", "wiki"]);
    let receiver = receiver(&apps);
    let gateway = crate::support::logout_apps::setup(&receiver).start();
    let browser = signed_in(&gateway, "alice", Some("one")).await;
    let shop = sign_in_to(&gateway, &browser, "shop").await;
    gateway.database.execute("UPDATE sessions SET ended_at = now(), ended_reason = 'idle' WHERE parent_id IS NULL");
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "one"}))).await.status, 200);
    assert_eq!(reason(&gateway, &shop.sid), "provider_logout");
    wait_for_logout_tokens(&receiver, "shop", 1).await;
}

/// A logout token is signed with the algorithm of the session's ID token, or with that of the provider's newest one; ended sessions
/// count. `Ed25519` and `EdDSA` are one algorithm.
#[tokio::test]
async fn a_logout_token_with_another_algorithm_than_the_id_tokens_is_refused() {
    let gateway = Setup::new().start();
    let ec = EcKey::publish_beside(&gateway.op);
    let alice = signed_in(&gateway, "alice", Some("one")).await;
    let by_ec = |changes: &Value| ec.signed(&json!({"alg": "ES256", "kid": "ec"}), &claims(&gateway, changes));
    refused(&send_logout_token(&gateway, &by_ec(&json!({"sid": "one"}))).await);
    assert!(is_active(&alice).await);
    // The newest ID token has the other algorithm: it ends older sessions too.
    let noted = "SELECT count(*) FROM providers WHERE id_token_alg = ";
    gateway.database.until(&format!("{noted}'EdDSA'"), 1).await;
    gateway.op.sign_by(&ec.pkcs8());
    let bob = signed_in(&gateway, "bob", Some("two")).await;
    gateway.database.until(&format!("{noted}'ES256'"), 1).await;
    assert_eq!(send_logout_token(&gateway, &by_ec(&json!({"sid": "one"}))).await.status, 200);
    assert!(!is_active(&alice).await && is_active(&bob).await);
    // Of a session by another algorithm than both, none.
    gateway.op.sign_by(&[]);
    let carol = signed_in(&gateway, "carol", Some("three")).await;
    gateway.database.until(&format!("{noted}'EdDSA'"), 1).await;
    refused(&send_logout_token(&gateway, &by_ec(&json!({"sid": "three"}))).await);
    let named = gateway.op.signed(&json!({"alg": "Ed25519", "kid": KID}), &claims(&gateway, &json!({"sid": "three"})));
    assert_eq!(send_logout_token(&gateway, &named).await.status, 200);
    assert!(!is_active(&carol).await);
    // The session has ended, and its ID token still decides.
    refused(&send_logout_token(&gateway, &by_ec(&json!({"sid": "three"}))).await);
    // Without a session, the newest ID token decides.
    refused(&send_logout_token(&gateway, &by_ec(&json!({"sid": "unknown"}))).await);
    assert_eq!(send_logout_token(&gateway, &token(&gateway, &json!({"sid": "unknown"}))).await.status, 200);
}

/// A session from before the algorithms were stored ends by any that the provider lists.
#[tokio::test]
async fn a_session_without_a_stored_algorithm_ends_by_any_that_is_listed() {
    let gateway = Setup::new().start();
    let ec = EcKey::publish_beside(&gateway.op);
    let alice = signed_in(&gateway, "alice", Some("one")).await;
    gateway.database.until("SELECT count(*) FROM providers WHERE id_token_alg IS NOT NULL", 1).await;
    gateway.database.execute("UPDATE sessions SET upstream_alg = NULL");
    let by_ec = || ec.signed(&json!({"alg": "ES256", "kid": "ec"}), &claims(&gateway, &json!({"sid": "one"})));
    assert_eq!(send_logout_token(&gateway, &by_ec()).await.status, 200);
    assert!(!is_active(&alice).await);
}
