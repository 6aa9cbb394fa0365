//! `POST /oauth2/introspect` (RFC 7662)

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use crate::support::services::{Person, SECRET, basic, beside, claims, encoded, error, form, introspect, is_active};
use crate::support::services::{start, token_of};

/// IR-03: the response has the claims of the token.
#[tokio::test]
async fn an_active_token_is_described_by_its_claims() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let answer = introspect(&gateway, "shop", &person.access).await;
    assert!(is_active(&answer));
    let mut body = answer.json();
    let object = body.as_object_mut().expect("an object");
    assert_eq!(object.remove("active"), Some(json!(true)));
    assert_eq!(object.remove("token_type"), Some(json!("Bearer")));
    assert_eq!(body, person.claims);
    for claim in ["scope", "client_id", "sub", "aud", "iss", "exp", "iat", "jti", "sid"] {
        assert!(!body[claim].is_null(), "{claim} in {body}");
    }
    assert_eq!((&body["client_id"], &body["scope"]), (&json!("vestibule"), &json!("openid profile email")));
}

/// A token is active for the client that it was issued to, and for clients whose id or configured audience it names.
#[tokio::test]
async fn only_the_client_or_an_audience_of_a_token_sees_it_active() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    assert_eq!(person.claims["aud"], json!(["shop-api", gateway.public_url]));
    assert!(is_active(&introspect(&gateway, "till", &person.access).await), "one of its audiences is in `aud`");
    assert!(is_active(&introspect(&gateway, "shop", &person.access).await), "its audience is in `aud`");
    assert!(!is_active(&introspect(&gateway, "other", &person.access).await), "the default audience never counts");
    let issued = token_of(&gateway, "other", "openid").await;
    assert_eq!(claims(&issued)["client_id"], "other");
    assert!(is_active(&introspect(&gateway, "other", &issued).await), "it was issued to it");
}

/// The challenge of HTTP Basic.
const BASIC: &str = "Basic realm=\"vestibule\"";

/// IR-01
#[tokio::test]
async fn unauthenticated_and_public_clients_are_refused() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let token = ("token", person.access.as_str());
    let wrong = SECRET.replace("more", "less");
    let bearer = format!("Bearer {}", person.access);
    for (what, ask) in [
        ("nothing", form(&gateway, "/oauth2/introspect", &[token])),
        ("the built-in client", form(&gateway, "/oauth2/introspect", &[token, ("client_id", "vestibule")])),
        ("a public client", form(&gateway, "/oauth2/introspect", &[token, ("client_id", "web")])),
        ("no secret", form(&gateway, "/oauth2/introspect", &[token, ("client_id", "shop")])),
    ] {
        let answer = ask.send().await;
        assert_eq!(error(&answer), (400, "invalid_client".into()), "{what}");
        assert_eq!(answer.header("www-authenticate"), "", "{what}");
    }
    for (header, challenge) in [
        (basic("shop", &wrong), BASIC),
        (basic("nobody", SECRET), BASIC),
        (basic("web", ""), BASIC),
        (basic("shop", ""), BASIC),
        (bearer, "Bearer"),
    ] {
        let answer = form(&gateway, "/oauth2/introspect", &[token]).header("authorization", &header).send().await;
        assert_eq!(error(&answer), (401, "invalid_client".into()), "{header}");
        assert_eq!(answer.header("www-authenticate"), challenge, "{header}");
    }
}

/// IR-02, IR-25, IN-06: the response is `active: false` without a reason.
#[tokio::test]
async fn an_invalid_or_expired_token_is_inactive() {
    let gateway = start();
    gateway.hand.hold();
    let person = Person::sign_in(&gateway, "alice").await;
    let (head, signature) = person.access.rsplit_once('.').expect("three parts");
    let bent = format!("{head}.{}", "A".repeat(signature.len()));
    let unsigned = format!("{head}.");
    for token in ["x", "a.b.c", "\u{e9}", &bent, &unsigned, &person.refresh, &".".repeat(10_000), &"A".repeat(9_000)] {
        assert!(!is_active(&introspect(&gateway, "shop", token).await), "{token:.20}");
    }
    let padded = format!("{}{}", person.access, "A".repeat(8_192));
    assert!(!is_active(&introspect(&gateway, "shop", &padded).await));
    gateway.hand.advance(TimeDelta::seconds(299));
    assert!(is_active(&introspect(&gateway, "shop", &person.access).await));
    gateway.hand.advance(TimeDelta::seconds(1));
    assert!(!is_active(&introspect(&gateway, "shop", &person.access).await), "it has expired");
}

/// IR-02, IR-06: at once on the same replica, and soon on the others.
#[tokio::test]
async fn a_token_of_an_ended_session_is_inactive_on_every_replica() {
    let here = start();
    let there = beside(&here);
    for turn in 0..5 {
        let browser = here.browser();
        browser.sign_in("alice").await;
        let token = browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
        assert!(is_active(&introspect(&there, "shop", &token).await));
        let began = Instant::now();
        browser.post("/logout").await;
        assert!(!is_active(&introspect(&here, "shop", &token).await));
        while is_active(&introspect(&there, "shop", &token).await) {
            assert!(began.elapsed() < Duration::from_secs(15), "turn {turn}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// IR-05
#[tokio::test]
async fn other_methods_and_media_types_are_refused() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let query = format!("/oauth2/introspect?token={}", person.access);
    let authorization = basic("shop", SECRET);
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let answer = gateway.browser().ask(method, &query).header("authorization", &authorization).send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method}");
        assert!(!answer.body.contains("active"), "{answer:?}");
    }
    let in_query = form(&gateway, &query, &[]).header("authorization", &authorization).send().await;
    assert_eq!(error(&in_query), (400, "invalid_request".into()));
    let json = gateway.browser().ask("POST", "/oauth2/introspect").header("authorization", &authorization);
    let json = json.json(&json!({ "token": person.access })).send().await;
    assert_eq!(error(&json), (400, "invalid_request".into()));
    let credentials = encoded(&[("client_id", "shop"), ("client_secret", SECRET)]);
    let in_query = form(&gateway, &format!("{query}&{credentials}"), &[("token", "x")]).send().await;
    assert_eq!(error(&in_query), (400, "invalid_client".into()));
    for twice in [&[("token", "a"), ("token", "b")][..], &[("token", "")], &[("token", "a\0")]] {
        let answer = form(&gateway, "/oauth2/introspect", twice).header("authorization", &authorization).send().await;
        assert_eq!(error(&answer), (400, "invalid_request".into()), "{twice:?}");
    }
}

/// IR-24
#[tokio::test]
async fn introspection_has_no_cors_headers() {
    let gateway =
        crate::support::services::setup().toml("[login]\nallowed_origins = [\"https://app.example.com\"]").start();
    let person = Person::sign_in(&gateway, "alice").await;
    let ask = form(&gateway, "/oauth2/introspect", &[("token", &person.access)]);
    let ask = ask.header("authorization", &basic("shop", SECRET)).header("origin", "https://app.example.com");
    let answer = ask.send().await;
    assert!(is_active(&answer));
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_wrong_token_type_hint_is_ignored() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    for hint in ["refresh_token", "access_token", "x"] {
        let ask = form(&gateway, "/oauth2/introspect", &[("token", &person.access), ("token_type_hint", hint)]);
        assert!(is_active(&ask.header("authorization", &basic("shop", SECRET)).send().await), "{hint}");
    }
}

/// `clients.<id>.groups` of the client that asks: the token may be of one that sees all.
#[tokio::test]
async fn a_client_sees_the_groups_that_it_is_meant_to_see() {
    let toml = "[tokens]\nclaims = ['groups']\n[clients.shop]\ngroups = ['shop-*', 'staff']";
    let gateway = crate::support::services::setup().toml(toml).start();
    gateway.op.set_claims(json!({ "groups": ["payroll", "shop-x", "staff", "staffing"] }));
    let person = Person::sign_in(&gateway, "alice").await;
    assert_eq!(person.claims["groups"], json!(["payroll", "shop-x", "staff", "staffing"]));
    let groups = async |client: &str| introspect(&gateway, client, &person.access).await.json()["groups"].clone();
    assert_eq!(groups("shop").await, json!(["shop-x", "staff"]));
    assert_eq!(groups("till").await, person.claims["groups"], "an empty list is all");
}
