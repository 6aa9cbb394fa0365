//! Rules that want a recent or a strong login.

use chrono::TimeDelta;
use serde_json::json;

use super::support::{get, identity, start};
use crate::support::{Begun, Browser, Gateway, parameter};

const RULES: &str = r#"
[verify]
redirect = true
[providers.op]
aal = { gold = "aal2", silver = "aal1" }
[[verify.rules]]
paths = ["/recent/**"]
allow = { max_age = "10m" }
[[verify.rules]]
paths = ["/strong/**"]
allow = { aal = "aal2" }
[[verify.rules]]
"#;

async fn navigate(browser: &Browser, path: &str) -> crate::support::Answer {
    let ask = browser.ask("GET", "/verify").header("sec-fetch-mode", "navigate");
    let ask = ask.header("x-forwarded-proto", "https").header("x-forwarded-host", "wiki.example.com");
    ask.header("x-forwarded-uri", path).send().await
}

fn claims(gateway: &Gateway, auth_time: Option<i64>, acr: &str) {
    gateway.op.set_claims(json!({ "auth_time": auth_time, "acr": acr }));
}

/// Opens the address on the gateway's host, as the browser does.
async fn follow(browser: &Browser, location: &str) -> crate::support::Answer {
    let path = location.strip_prefix("https://login.example.com").expect("an address of the gateway");
    browser.get(path).await
}

#[tokio::test]
async fn an_old_login_is_renewed_at_the_provider() {
    let gateway = start(RULES);
    gateway.hand.hold();
    let now = || gateway.clock.now().timestamp();
    claims(&gateway, Some(now()), "silver");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    assert_eq!(get(&browser, "https://wiki.example.com/recent/x").await.status, 200);
    gateway.hand.advance(TimeDelta::minutes(11));
    assert_eq!(get(&browser, "https://wiki.example.com/x").await.status, 200, "another rule");

    let by_program = get(&browser, "https://wiki.example.com/recent/x").await;
    assert_eq!(by_program.problem(), (401, "insufficient_user_authentication".into()));
    let challenge = r#"Bearer error="insufficient_user_authentication", max_age="600""#;
    assert_eq!(by_program.header("www-authenticate"), challenge);

    let to_login = navigate(&browser, "/recent/x").await;
    assert_eq!(to_login.status, 302);
    let location = to_login.location();
    assert!(location.starts_with("https://login.example.com/login/op?"), "{location}");
    assert_eq!(parameter(&location, "max_age").as_deref(), Some("600"));
    assert_eq!(parameter(&location, "return_to").as_deref(), Some("https://wiki.example.com/recent/x"));
    let begun = follow(&browser, &location).await;
    assert_eq!(parameter(&begun.location(), "max_age").as_deref(), Some("600"));
    claims(&gateway, Some(now()), "silver");
    let back = browser.get(&Begun::at("op", begun.location()).callback_of("ada")).await;
    assert_eq!(back.location(), "https://wiki.example.com/recent/x");
    identity(&get(&browser, "https://wiki.example.com/recent/x").await);
}

/// The login of a step-up that has worked is not counted, also if the next one is due within ten minutes.
#[tokio::test]
async fn a_step_up_that_worked_is_asked_for_again() {
    let gateway = start(&RULES.replace("\"10m\"", "\"2m\""));
    gateway.hand.hold();
    let sign = |gateway: &Gateway| claims(gateway, Some(gateway.clock.now().timestamp()), "silver");
    let browser = gateway.browser();
    sign(&gateway);
    browser.sign_in("ada").await;
    for round in 0..4 {
        gateway.hand.advance(TimeDelta::minutes(3));
        // A browser drops the counter of redirect loops after two minutes.
        browser.forget_cookie("__Host-vestibule-rounds");
        let begun = follow(&browser, &navigate(&browser, "/recent/x").await.location()).await;
        assert_eq!(begun.status, 302, "round {round}: {begun:?}");
        sign(&gateway);
        let back = browser.get(&Begun::at("op", begun.location()).callback_of("ada")).await;
        assert_eq!(back.location(), "https://wiki.example.com/recent/x", "round {round}");
        assert_eq!(get(&browser, "https://wiki.example.com/recent/x").await.status, 200, "round {round}");
    }
}

/// A second tab, or a first one that was closed, does not refuse the person.
#[tokio::test]
async fn a_step_up_that_was_not_completed_can_be_begun_again() {
    let gateway = start(RULES);
    gateway.hand.hold();
    let browser = gateway.browser();
    claims(&gateway, Some(gateway.clock.now().timestamp()), "silver");
    browser.sign_in("ada").await;
    gateway.hand.advance(TimeDelta::minutes(11));
    let mut begun = Vec::new();
    for tab in 0..3 {
        begun.push(follow(&browser, &navigate(&browser, "/recent/x").await.location()).await);
        assert_eq!(begun[tab].status, 302, "tab {tab}: {:?}", begun[tab]);
    }
    let fourth = follow(&browser, &navigate(&browser, "/recent/x").await.location()).await;
    assert_eq!(fourth.status, 403, "{fourth:?}");
    claims(&gateway, Some(gateway.clock.now().timestamp()), "silver");
    let back = browser.get(&Begun::at("op", begun[1].location()).callback_of("ada")).await;
    assert_eq!(back.location(), "https://wiki.example.com/recent/x");
    identity(&get(&browser, "https://wiki.example.com/recent/x").await);
}

/// A provider that does not authenticate again leads to a page and not to a loop: once for each rule and browser.
#[tokio::test]
async fn a_login_that_changes_nothing_is_not_repeated() {
    let gateway = start(RULES);
    gateway.hand.hold();
    let browser = gateway.browser();
    claims(&gateway, None, "silver");
    browser.sign_in("ada").await;
    let first = navigate(&browser, "/recent/x").await.location();
    let begun = follow(&browser, &first).await;
    assert_eq!(begun.status, 302, "{begun:?}");
    assert_eq!(browser.get(&Begun::at("op", begun.location()).callback_of("ada")).await.status, 303);
    let second = navigate(&browser, "/recent/x").await.location();
    let ended = follow(&browser, &second).await;
    assert_eq!((ended.status, ended.is_page()), (403, true), "{ended:?}");
    assert!(ended.body.contains("signing in again did not change that"), "{}", ended.body);

    // Another rule, another browser, a link that names another session, and ten minutes later.
    let strong = navigate(&browser, "/strong/x").await.location();
    assert_eq!(parameter(&strong, "acr_values").as_deref(), Some("gold"));
    assert_eq!(parameter(&strong, "prompt").as_deref(), Some("login"));
    assert_eq!(follow(&browser, &strong).await.status, 302);
    let other = gateway.browser();
    other.sign_in("eve").await;
    assert_eq!(follow(&other, &second).await.status, 302);
    let own = navigate(&other, "/recent/x").await.location();
    assert_eq!(follow(&other, &own).await.status, 302, "a link of another session uses up no attempt");
    gateway.hand.advance(TimeDelta::minutes(11));
    assert_eq!(follow(&browser, &second).await.status, 302);
}

#[tokio::test]
async fn a_strong_login_passes_where_a_weak_one_does_not() {
    let gateway = start(RULES);
    let browser = gateway.browser();
    for (acr, status) in [("silver", 401), ("gold", 200), ("other", 401)] {
        claims(&gateway, None, acr);
        browser.sign_in("ada").await;
        let answer = get(&browser, "https://wiki.example.com/strong/x").await;
        assert_eq!(answer.status, status, "{acr}");
        if status == 401 {
            let challenge = r#"Bearer error="insufficient_user_authentication", acr_values="gold""#;
            assert_eq!(answer.header("www-authenticate"), challenge);
        }
    }
}
