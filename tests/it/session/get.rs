//! `GET /session`, with a cookie or an access token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::support::{Answer, Browser, Gateway};

async fn by_bearer(browser: &Browser, header: &str) -> Answer {
    browser.ask("GET", "/session").for_json().header("authorization", header).send().await
}

#[tokio::test]
async fn the_session_is_shown_for_a_cookie_and_for_a_token() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = '2h'\nabsolute_timeout = '10h'\n");
    let (browser, program) = (gateway.browser(), gateway.browser());
    browser.sign_in("alice").await;
    let by_cookie = browser.fetch("/session").await;
    assert_eq!((by_cookie.status, by_cookie.header("cache-control")), (200, "no-store"));
    let body = by_cookie.json();
    let mut names: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["auth_time", "expires_at", "idle_expires_at", "provider", "sid", "sub", "user"]);
    let at = |name: &str| body[name].as_str().expect("text").parse::<DateTime<Utc>>().expect("RFC 3339 in UTC");
    assert!((gateway.clock.now() - at("auth_time")).abs() < TimeDelta::minutes(1));
    assert_eq!(at("expires_at") - at("idle_expires_at"), TimeDelta::hours(8));
    assert_eq!((&body["provider"], &body["user"]["sub"]), (&json!("op"), &body["sub"]));
    assert_eq!(gateway.database.words("SELECT id FROM sessions"), [body["sid"].as_str().expect("a sid")]);
    assert_eq!(gateway.database.words("SELECT user_id FROM sessions"), [body["sub"].as_str().expect("a sub")]);

    let token = program.sign_in_json("alice").await["api"]["access"].as_str().expect("a token").to_owned();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let by_bearer = by_bearer(&program, &format!("{scheme} {token}")).await.json();
        assert_eq!(by_bearer["sub"], body["sub"]);
        assert_ne!(by_bearer["sid"], body["sid"]);
    }
    // A token takes precedence over a cookie.
    let both = by_bearer(&browser, &format!("Bearer {token}")).await.json();
    assert_ne!(both["sid"], body["sid"]);
}

#[tokio::test]
async fn missing_or_invalid_credentials_are_challenged() {
    let gateway = Gateway::start();
    let answer = gateway.browser().fetch("/session").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    assert_eq!(answer.header("cache-control"), "no-store");
    for other in ["Basic YTpi", "Bearer", "Bearer ", "Bearer  x", "Bearer a b", "Token x", "x"] {
        let answer = by_bearer(&gateway.browser(), other).await;
        assert_eq!(answer.problem(), (401, "token_invalid".into()), "{other}");
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
}

/// SE-05
#[tokio::test]
async fn a_session_ends_at_its_idle_or_absolute_timeout() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = '2h'\nabsolute_timeout = '10h'\n");
    let (idle, used) = (gateway.browser(), gateway.browser());
    idle.sign_in("alice").await;
    used.sign_in("bob").await;
    let absolute_end = used.fetch("/session").await.json()["expires_at"].clone();
    for hour in 1..10 {
        gateway.hand.advance(TimeDelta::hours(1));
        let answer = used.fetch("/session").await;
        assert_eq!(answer.status, 200, "hour {hour}: {answer:?}");
        assert_eq!(answer.json()["expires_at"], absolute_end, "use extends the idle timeout only");
        // Activity is written in the background.
        let recent = format!(
            "SELECT count(*) FROM sessions WHERE last_activity_at > '{}'",
            gateway.clock.now() - TimeDelta::minutes(5)
        );
        gateway.database.until(&recent, 1).await;
    }
    for (browser, code) in [(&idle, "session_expired"), (&used, "")] {
        let answer = browser.fetch("/session").await;
        if code.is_empty() {
            assert_eq!(answer.status, 200);
        } else {
            assert_eq!(answer.problem(), (401, code.into()));
            assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        }
    }
    gateway.hand.advance(TimeDelta::hours(1));
    assert_eq!(used.fetch("/session").await.problem(), (401, "session_expired".into()));
    assert_eq!(used.post("/session/token").await.problem(), (401, "session_expired".into()));
}

#[tokio::test]
async fn a_token_expires_before_its_session() {
    let gateway = Gateway::with("[tokens]\naccess_lifetime = '5m'\n");
    gateway.hand.hold();
    let browser = gateway.browser();
    let bearer = format!("Bearer {}", browser.sign_in_json("alice").await["api"]["access"].as_str().expect("a token"));
    gateway.hand.advance(TimeDelta::seconds(290));
    assert_eq!(by_bearer(&browser, &bearer).await.status, 200);
    gateway.hand.advance(TimeDelta::seconds(11));
    let answer = by_bearer(&browser, &bearer).await;
    assert_eq!(answer.problem(), (401, "token_invalid".into()));
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

/// A token of this issuer and key, but of another client.
#[tokio::test]
async fn an_apps_token_is_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let answer = browser.sign_in_json("alice").await;
    let mut claims = crate::well_known::jwks::claims(&answer["api"]["access"]);
    let own = crate::support::sign(&gateway.database, &claims);
    assert_eq!(by_bearer(&browser, &format!("Bearer {own}")).await.status, 200, "the forger has our key");
    claims["client_id"] = json!("some-app");
    let forged = crate::support::sign(&gateway.database, &claims);
    assert_eq!(by_bearer(&browser, &format!("Bearer {forged}")).await.problem(), (401, "token_invalid".into()));
    claims["client_id"] = json!("vestibule");
    claims["sid"] = json!("01900000-0000-7000-8000-000000000000");
    let unknown = crate::support::sign(&gateway.database, &claims);
    assert_eq!(by_bearer(&browser, &format!("Bearer {unknown}")).await.problem(), (401, "session_revoked".into()));
}

/// SE-02
#[tokio::test]
async fn every_login_creates_a_new_session() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let first = browser.cookie("vestibule").expect("a session");
    browser.sign_in("alice").await;
    let second = browser.cookie("vestibule").expect("a session");
    assert_ne!(first, second);

    let victim = gateway.browser();
    victim.set_cookie("vestibule", &first);
    victim.sign_in("bob").await;
    let third = victim.cookie("vestibule").expect("a session");
    assert!(third != first && third != second);
    let email = victim.fetch("/session").await.json()["user"]["email"].clone();
    assert_eq!(email, "bob@example.com");
    assert_eq!(gateway.database.rows("sessions"), 3);
}

/// SE-04, SE-17
#[tokio::test]
async fn an_invalid_session_cookie_is_deleted() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let good = browser.cookie("vestibule").expect("a session");
    let mut bytes = B64.decode(&good).expect("base64url");
    let mut forgeries: Vec<String> =
        vec![String::new(), "x".into(), format!("{good}A"), good[1..].into(), "A".repeat(3000)];
    forgeries.push(good.to_lowercase());
    for at in 0..bytes.len() {
        bytes[at] ^= 1;
        forgeries.push(B64.encode(&bytes));
        bytes[at] ^= 1;
    }
    for forged in forgeries.iter().filter(|forged| **forged != good) {
        let unrelated = gateway.browser();
        unrelated.set_cookie("vestibule", forged);
        let answer = unrelated.fetch("/session").await;
        assert_eq!(answer.status, 401, "{forged}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        let cleared = answer.set_cookie("vestibule").expect("taken away");
        assert!(cleared.contains("Max-Age=0") && cleared.contains("Path=/"), "{cleared}");
        assert_eq!(unrelated.cookie("vestibule"), None);
    }
    assert_eq!(browser.fetch("/session").await.status, 200);
    let account = gateway.browser();
    account.set_cookie("vestibule", "garbage");
    assert_eq!(account.get("/account").await.location(), "/login?return_to=/account");
    assert_eq!(account.cookie("vestibule"), None, "no loop with a bad cookie");
}

/// SE-12
#[tokio::test]
async fn a_cookie_planted_by_a_sibling_site_does_not_prevent_a_login() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let good = browser.cookie("vestibule").expect("a session");
    let plain = gateway.browser();
    for cookies in [
        format!("vestibule=planted; vestibule={good}"),
        format!("vestibule={good}; vestibule=planted"),
        format!("vestibule=; vestibule=x; a=b; vestibule={good}"),
        format!("vestibule=\"{good}\""),
        format!("a=\u{e9}; vestibule={good}"),
    ] {
        let answer = plain.ask("GET", "/session").for_json().header("cookie", &cookies).send().await;
        assert!(answer.status == 200 || cookies.contains('"'), "{cookies}: {answer:?}");
    }
    let many = "vestibule=planted; ".repeat(200);
    let answer =
        plain.ask("GET", "/session").for_json().header("cookie", &format!("{many}vestibule={good}")).send().await;
    assert_eq!(answer.status, 200, "every cookie is tried");

    // The binding cookie too.
    let begun = browser.begin("op").await;
    let binding = browser.cookie("vestibule-binding").expect("a binding");
    let tossed = format!("vestibule-binding=planted; vestibule-binding={binding}");
    let ask = plain.ask("GET", &begun.callback_of("alice")).header("cookie", &tossed);
    assert_eq!(ask.send().await.status, 303);
}

/// SE-11: the session is one cookie; parts and counts in other cookies are not read.
#[tokio::test]
async fn chunked_cookies_are_ignored() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let good = browser.cookie("vestibule").expect("a session");
    let (first, rest) = good.split_at(good.len() / 2);
    let ask = async |cookies: String| {
        let ask = gateway.browser().ask("GET", "/session").for_json().header("cookie", &cookies);
        tokio::time::timeout(std::time::Duration::from_secs(10), ask.send()).await.expect("an answer")
    };
    for junk in [
        "vestibule-chunks=99999999".to_owned(),
        "vestibule.chunks=99999999; vestibule_size=4294967296; vestibule-count=-1".to_owned(),
        format!("vestibule-chunks=2; vestibule-0={first}; vestibule-1={rest}"),
        format!("vestibule.0={first}; vestibule.1={rest}"),
        format!("vestibule_0={good}; vestibule0={good}; vestibule[0]={good}; Vestibule={good}"),
    ] {
        let answer = ask(junk.clone()).await;
        assert_eq!((answer.status, answer.set_cookie("vestibule")), (401, None), "{junk}");
        assert_eq!(ask(format!("{junk}; vestibule={good}")).await.status, 200, "{junk}");
    }
}

/// SE-10
#[tokio::test]
async fn the_cookie_size_does_not_depend_on_the_user() {
    let gateway = Gateway::start();
    let groups: Vec<_> = (0..400).map(|number| format!("a-rather-long-name-of-group-{number}")).collect();
    gateway.op.set_claims(json!({"groups": groups, "name": "n".repeat(250), "picture": "https://x.example/p"}));
    let browser = gateway.browser();
    let answer = browser.sign_in("alice").await;
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(cookie.len() < 300, "{cookie:?}");
    }
    assert_eq!(browser.fetch("/session").await.json()["user"]["groups"].as_array().map(Vec::len), Some(400));
    let access = browser.sign_in_json("alice").await["api"]["access"].as_str().expect("a token").len();
    assert!(access < 1500, "{access} bytes of token");
}

#[tokio::test]
async fn the_cookie_lasts_to_the_absolute_end() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = '1h'\nabsolute_timeout = '10h'\n");
    let cookie = gateway.browser().sign_in("alice").await.set_cookie("vestibule").expect("a session");
    assert!(cookie.contains("; Max-Age=36000") || cookie.contains("; Max-Age=35999"), "{cookie}");
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"),
        "{cookie}"
    );
}

#[tokio::test]
async fn head_is_answered_like_get() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    for path in
        ["/session", "/providers", "/login?choose=1", "/account", "/.well-known/jwks.json", "/assets/style-6.css"]
    {
        let answer = browser.ask("HEAD", path).send().await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
    }
}
