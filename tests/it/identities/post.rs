//! `POST /identities/{provider}`: links an identity to the signed-in user.

use chrono::TimeDelta;

use serde_json::json;

use crate::support::person::{Person, audit, claims, sign_in, two_providers};
use crate::support::{Gateway, Setup};

/// AC-01, AC-07: a login with either identity finds the same user.
#[tokio::test]
async fn a_linked_identity_signs_in_the_same_user() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let (before, cookie) = (ada.session().await, ada.browser.cookie("vestibule"));
    let answer = ada.link("other", "countess").await;
    assert_eq!(answer.location(), "/account");
    assert_eq!(answer.set_cookie("vestibule"), None, "linking is not a login");
    assert_eq!((ada.session().await, ada.browser.cookie("vestibule")), (before.clone(), cookie));
    assert_eq!(ada.identities().await, ["op/ada", "other/countess"]);
    let other_way = Person::at(&gateway, "other", "countess").await;
    assert_eq!(json!(other_way.sub().await), before["sub"]);
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (1, 2));
    assert_eq!(audit(&gateway), ["identity_linked"]);
    assert_eq!(gateway.database.rows("sessions"), 2, "linking creates no session");
    // The same sub at the other provider is another user.
    assert_ne!(json!(Person::at(&gateway, "other", "ada").await.sub().await), before["sub"]);
}

#[tokio::test]
async fn linking_an_own_identity_again_succeeds() {
    let (gateway, other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    ada.link("other", "countess").await;
    other.set_claims(json!({"name": "Countess"}));
    assert_eq!(ada.link("other", "countess").await.location(), "/account");
    assert_eq!(ada.link("op", "ada").await.location(), "/account");
    assert_eq!((gateway.database.rows("subs"), audit(&gateway).len()), (2, 1));
    let stored = "SELECT claims->>'name' FROM subs WHERE provider = 'other'";
    assert_eq!(gateway.database.words(stored), ["Countess"]);
}

#[tokio::test]
async fn return_to_is_checked_when_linking_begins() {
    let (gateway, _other) = two_providers("[login]\nreturn_to = ['https://app.example.com']\n");
    let ada = Person::at(&gateway, "op", "ada").await;
    let answer = ada.post("/identities/other?return_to=https://app.example.com/settings").await;
    let begun = crate::support::Begun::at("other", answer.json()["url"].as_str().expect("a URL").to_owned());
    assert_eq!(ada.browser.get(&begun.callback_of("x")).await.location(), "https://app.example.com/settings");
    let refused = ada.post("/identities/other?return_to=https://evil.example/").await;
    assert_eq!(refused.problem(), (400, "return_to_refused".into()));
}

/// AC-07, SE-13: only a POST from an allowed origin is accepted.
#[tokio::test]
async fn a_cross_site_request_is_refused() {
    let (gateway, _other) = two_providers("[login]\nallowed_origins = ['https://app.example.com']\n");
    let ada = Person::at(&gateway, "op", "ada").await;
    let ask = |origin: &'static str| ada.browser.ask("POST", "/identities/other").for_json().header("origin", origin);
    for origin in ["https://evil.example", "null"] {
        assert_eq!(ask(origin).send().await.problem(), (403, "foreign_origin".into()), "{origin}");
    }
    assert_eq!(ada.browser.ask("POST", "/identities/other").for_json().send().await.status, 403, "without an origin");
    let answer = ask("https://app.example.com").send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(ada.browser.fetch("/identities/other").await.status, 405, "GET is refused");
    let nobody = gateway.browser().ask("POST", "/identities/other").for_json().header("sec-fetch-site", "same-origin");
    assert_eq!(nobody.send().await.problem(), (401, "no_session".into()));
    assert_eq!(ada.ask_to_link("nobody").await.problem(), (404, "unknown_provider".into()));
}

/// AC-07: another user of an open browser cannot link an identity.
#[tokio::test]
async fn linking_requires_a_fresh_login() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let id = ada.identity_at("op").await;
    gateway.hand.advance(TimeDelta::seconds(580));
    assert_eq!(ada.ask_to_link("other").await.status, 200);
    gateway.hand.advance(TimeDelta::seconds(20));
    for answer in [ada.ask_to_link("other").await, ada.delete(&format!("/identities/{id}")).await] {
        assert_eq!(answer.problem(), (401, "insufficient_user_authentication".into()));
        let challenge = r#"Bearer error="insufficient_user_authentication", max_age="600""#;
        assert_eq!(answer.header("www-authenticate"), challenge);
        assert_eq!(answer.set_cookie("vestibule"), None, "the session stays");
    }
    // By `auth_time`: a login of yesterday that the provider remembers is not fresh.
    let then = gateway.clock.now().timestamp() - 86_400;
    gateway.op.set_claims(json!({"auth_time": then}));
    sign_in(&ada.browser, "op", "ada").await;
    assert_eq!(ada.ask_to_link("other").await.status, 401);
    gateway.op.set_claims(json!({"auth_time": gateway.clock.now().timestamp()}));
    sign_in(&ada.browser, "op", "ada").await;
    assert_eq!(ada.ask_to_link("other").await.status, 200);
}

/// AC-07: the time of the callback is not an authentication time. Single sign-on may have been silent, so that it would
/// open the identities to a person at an unlocked browser.
#[tokio::test]
async fn a_login_without_auth_time_is_not_fresh() {
    let (gateway, other) = two_providers("");
    gateway.op.set_claims(json!({"auth_time": null}));
    let ada = Person::at(&gateway, "op", "ada").await;
    assert!(ada.session().await.get("auth_time").is_none());
    let id = ada.identity_at("op").await;
    for answer in [ada.ask_to_link("other").await, ada.delete(&format!("/identities/{id}")).await] {
        assert_eq!(answer.problem(), (401, "insufficient_user_authentication".into()));
    }
    other.set_claims(json!({"auth_time": null}));
    let assuming = Setup::beside(&gateway).provider("other", &other);
    let assuming = assuming.toml("[providers.op]\ninsecure_assume_fresh_login = true").start();
    let ada = Person::at(&assuming, "op", "ada").await;
    assert_eq!(ada.ask_to_link("other").await.status, 200);
    assert!(ada.session().await.get("auth_time").is_none() && ada.token_claims().await.get("auth_time").is_none());
    assuming.hand.advance(TimeDelta::seconds(600));
    assert_eq!(ada.ask_to_link("other").await.status, 401);
}

/// AC-07: an attacker who began linking does not get the identity of a victim.
#[tokio::test]
async fn linking_cannot_be_completed_in_another_browser() {
    let (gateway, _other) = two_providers("");
    let attacker = Person::at(&gateway, "op", "attacker").await;
    let begun = attacker.begin_link("other").await;
    let victim = Person::at(&gateway, "op", "victim").await;
    let unrelated = gateway.browser();
    for browser in [&victim.browser, &unrelated] {
        let answer = browser.fetch(&begun.callback_of("victim-2")).await;
        assert_eq!(answer.problem(), (403, "wrong_browser".into()));
    }
    assert_eq!(gateway.database.login(&begun.state), "pending NULL", "another client has no effect");
    assert_eq!(gateway.database.rows("subs"), 2);
    // Linking cannot be completed in the SPA flow either.
    let problem = attacker.browser.post_json("/oauth2/token/", &begun.exchange_of("victim-2")).await;
    assert_eq!(problem.problem(), (400, "unknown_state".into()));
}

/// AC-07: another user has signed in with the same browser before the callback.
#[tokio::test]
async fn linking_is_refused_after_another_user_signed_in() {
    let (gateway, _other) = two_providers("");
    let shared = Person::at(&gateway, "op", "ada").await;
    let first = shared.browser.cookie("vestibule").expect("a session");
    let begun = shared.begin_link("other").await;
    // Ada's session is active, but the browser has Bob's cookie.
    shared.browser.forget_cookie("vestibule");
    sign_in(&shared.browser, "op", "bob").await;
    let answer = shared.browser.fetch(&begun.callback_of("mallory")).await;
    assert_eq!(answer.problem(), (403, "wrong_browser".into()));
    assert_eq!(gateway.database.login(&begun.state), "denied wrong_browser");
    assert_eq!(shared.identities().await, ["op/bob"]);
    shared.browser.set_cookie("vestibule", &first);
    assert_eq!(shared.identities().await, ["op/ada"]);
}

/// AC-07, AC-09
#[tokio::test]
async fn linking_is_refused_after_its_session_ended() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let begun = ada.begin_link("other").await;
    assert_eq!(ada.browser.post("/logout").await.status, 200);
    let answer = ada.browser.fetch(&begun.callback_of("countess")).await;
    assert_eq!(answer.problem(), (401, "session_revoked".into()));
    assert_eq!(gateway.database.login(&begun.state), "denied session_revoked");
    assert_eq!(gateway.database.rows("subs"), 1);
    // Not even when the same person is signed in again.
    let ada = Person::at(&gateway, "op", "ada").await;
    let begun = ada.begin_link("other").await;
    sign_in(&ada.browser, "op", "ada").await;
    assert_eq!(ada.browser.fetch(&begun.callback_of("countess")).await.problem(), (401, "session_revoked".into()));
    assert_eq!(gateway.database.rows("subs"), 1);
}

/// AC-09
#[tokio::test]
async fn linking_completes_once_and_expires() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let begun = ada.begin_link("other").await;
    let back = begun.callback_of("countess");
    assert_eq!(ada.browser.get(&back).await.location(), "/account");
    // A reload in the same browser has no effect and causes no request to the provider.
    let calls = ada.browser.get(&begun.callback_of("another")).await;
    assert_eq!(calls.location(), "/account");
    assert_eq!(ada.identities().await, ["op/ada", "other/countess"]);
    ada.browser.forget_cookie("vestibule");
    assert_eq!(ada.browser.fetch(&back).await.problem(), (409, "state_used".into()));

    let bob = Person::at(&gateway, "op", "bob").await;
    let begun = bob.begin_link("other").await;
    gateway.hand.advance(TimeDelta::seconds(301));
    assert_eq!(bob.browser.fetch(&begun.callback_of("b")).await.problem(), (400, "state_expired".into()));
    assert_eq!(bob.identities().await, ["op/bob"]);
}

/// AC-08
#[tokio::test]
async fn linking_an_identity_of_another_user_is_refused() {
    let (gateway, other) = two_providers("");
    let owner = Person::at(&gateway, "other", "countess").await;
    let before = gateway.database.words("SELECT concat(user_id, claims, email, last_login_at) FROM subs");
    other.set_claims(json!({"name": "Mallory", "email": "mallory@evil.example"}));
    let thief = Person::at(&gateway, "op", "mallory").await;
    let begun = thief.begin_link("other").await;
    let page = thief.browser.get(&begun.callback_of("countess")).await;
    assert!(page.status == 409 && page.is_page(), "{page:?}");
    let (back, sign_in) = ("href=\"/account\">Back to your account", "/login?choose=1");
    assert!(page.body.contains(back) && !page.body.contains(sign_in), "{}", page.body);
    assert!(!page.body.contains("countess") && !page.body.contains(&owner.sub().await), "{}", page.body);
    assert_eq!(gateway.database.login(&begun.state), "denied already_linked");
    let begun = thief.begin_link("other").await;
    let problem = thief.browser.fetch(&begun.callback_of("countess")).await;
    assert_eq!(problem.problem(), (409, "already_linked".into()));
    assert_eq!(thief.identities().await, ["op/mallory"]);
    assert_eq!(owner.identities().await, ["other/countess"]);
    let unchanged = "SELECT concat(user_id, claims, email, last_login_at) FROM subs WHERE provider = 'other'";
    assert_eq!(gateway.database.words(unchanged), before);
}

/// AC-10: the user is disabled between the start and the callback.
#[tokio::test]
async fn linking_is_refused_for_a_disabled_user() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let begun = ada.begin_link("other").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    let answer = ada.browser.fetch(&begun.callback_of("countess")).await;
    assert_eq!(answer.problem(), (403, "user_disabled".into()));
    assert_eq!(gateway.database.login(&begun.state), "denied user_disabled");
    assert_eq!(ada.ask_to_link("other").await.problem(), (401, "session_revoked".into()));
    assert_eq!((gateway.database.rows("subs"), audit(&gateway).len()), (1, 1));
    assert_eq!(gateway.database.number("SELECT count(*) FROM users WHERE disabled_at IS NOT NULL"), 1);
}

/// A frontend can use a token with the scope `account`; its browser gets the binding cookie.
#[tokio::test]
async fn an_account_token_can_link() {
    let (gateway, _other) = two_providers("");
    let browser = gateway.browser();
    let tokens = browser.sign_in_json("ada").await;
    let bearer = gateway.account_bearer_by(&tokens["api"]["refresh"]).await;
    browser.forget_cookie("vestibule-binding");
    let asked = browser.ask("POST", "/identities/other").for_json().header("authorization", &bearer).send().await;
    assert!(asked.status == 200 && asked.set_cookie("vestibule-binding").is_some(), "{asked:?}");
    let begun = crate::support::Begun::at("other", asked.json()["url"].as_str().expect("a URL").to_owned());
    assert_eq!(browser.get(&begun.callback_of("countess")).await.location(), "/account");
    let listed = browser.ask("GET", "/identities").for_json().header("authorization", &bearer).send().await.json();
    assert_eq!(listed["identities"].as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(claims(&tokens["api"]["access"])["sub"], tokens["user"]["sub"]);
}

/// Otherwise a service that receives a token could link its own identity and sign in as the user, or read provider tokens.
#[tokio::test]
async fn a_token_without_the_scope_account_cannot_link() {
    let (gateway, _other) = two_providers("[tokens]\naudience = ['https://api.example']\n");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let (id, token) = (ada.identity_at("other").await, ada.browser.post("/session/token").await.json());
    let bearer = format!("Bearer {}", token["access_token"].as_str().expect("a token"));
    for (method, path, status) in [
        ("GET", "/session".to_owned(), 200),
        ("GET", "/identities".to_owned(), 403),
        ("POST", "/identities/other".to_owned(), 403),
        ("DELETE", format!("/identities/{id}"), 403),
        ("GET", "/identities/op/token".to_owned(), 403),
    ] {
        let answer = gateway.browser().ask(method, &path).for_json().header("authorization", &bearer).send().await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert!(status == 200 || answer.problem().1 == "insufficient_scope", "{answer:?}");
    }
}

#[tokio::test]
async fn an_apps_token_cannot_link() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    gateway.database.execute("UPDATE sessions SET client_id = 'web'");
    let token = ada.browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
    for (method, path) in [("GET", "/identities"), ("POST", "/identities/other"), ("DELETE", "/identities/x")] {
        let ask = gateway.browser().ask(method, path).for_json().header("authorization", &format!("Bearer {token}"));
        assert_eq!(ask.send().await.problem(), (401, "token_invalid".into()), "{method}");
    }
}

#[tokio::test]
async fn linking_works_with_sign_up_off() {
    let (gateway, _other) = two_providers("[login]\nsign_up = false\n");
    gateway.database.execute(
        "INSERT INTO users (id, created_at, updated_at) VALUES (gen_random_uuid(), now(), now());
         INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
         SELECT gen_random_uuid(), 'op', 'ada', id, '{}', now(), now() FROM users",
    );
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(sign_in(&gateway.browser(), "other", "countess").await.status, 403);
    assert_eq!(ada.link("other", "countess").await.location(), "/account");
    assert_eq!(Person::at(&gateway, "other", "countess").await.sub().await, ada.sub().await);
}

/// AC-17
#[tokio::test]
async fn concurrent_links_of_one_identity_give_it_to_one_user() {
    let (gateway, _other) = two_providers("");
    for round in 0..10 {
        let (ada, bob) = (
            Person::at(&gateway, "op", &format!("a{round}")).await,
            Person::at(&gateway, "op", &format!("b{round}")).await,
        );
        let who = format!("shared-{round}");
        let (first, second) = (ada.begin_link("other").await, bob.begin_link("other").await);
        let (first, second) = (first.callback_of(&who), second.callback_of(&who));
        let (first, second) = tokio::join!(ada.browser.get(&first), bob.browser.get(&second));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM subs WHERE provider = 'other'"), 10);
}

#[tokio::test]
async fn a_denied_link_changes_nothing() {
    let gateway: (Gateway, _) = two_providers("");
    let ada = Person::at(&gateway.0, "op", "ada").await;
    let begun = ada.begin_link("other").await;
    let denied = begun.callback(&[("error", "access_denied"), ("state", &begun.state)]);
    assert_eq!(ada.browser.fetch(&denied).await.problem(), (403, "provider_denied".into()));
    assert_eq!(ada.identities().await, ["op/ada"]);
    assert_eq!(ada.browser.fetch("/session").await.status, 200);
}
