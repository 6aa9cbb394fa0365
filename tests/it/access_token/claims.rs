//! `tokens.claims` and `tokens.max_bytes`.

use serde_json::{Value, json};

use crate::fake_provider::Op;
use crate::support::person::{Person, claims, last_step, two_providers};
use crate::support::{Gateway, LogCapture, Setup, app};

const ALL: &str = "[tokens]\nclaims = ['email', 'email_verified', 'name', 'preferred_username', 'picture', 'groups']\n[providers.op]\nuserinfo = 'never'\n";

fn picked(claims: &Value) -> Value {
    let names = ["email", "email_verified", "name", "preferred_username", "picture", "groups"];
    let known = names.into_iter().filter_map(|name| Some((name.to_owned(), claims.get(name)?.clone())));
    Value::Object(known.collect())
}

fn groups(number: usize) -> Value {
    (0..number).map(|number| format!("group-{number:04}")).collect()
}

/// JW-15: no personal data by default.
#[tokio::test]
async fn access_tokens_have_no_personal_data_by_default() {
    let gateway = Gateway::start();
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(picked(&ada.token_claims().await), json!({}));
}

/// AC-11: in both flows, and after a refresh with the profile of that moment.
#[tokio::test]
async fn access_tokens_have_the_configured_claims() {
    let gateway = Gateway::with(ALL);
    gateway.op.set_claims(json!({
        "preferred_username": "ada", "picture": "https://x.example/a.png", "groups": ["a", "b"],
    }));
    let stated = json!({
        "email": "ada@example.com", "email_verified": true, "name": "ada of Example", "preferred_username": "ada",
        "picture": "https://x.example/a.png", "groups": ["a", "b"],
    });
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(picked(&ada.token_claims().await), stated);
    let tokens = gateway.browser().sign_in_json("ada").await;
    assert_eq!(picked(&claims(&tokens["api"]["access"])), stated);

    gateway.op.set_claims(json!({"email": null, "name": "Countess", "groups": []}));
    Person::at(&gateway, "op", "ada").await;
    let refresh =
        format!("grant_type=refresh_token&refresh_token={}", tokens["api"]["refresh"].as_str().expect("a token"));
    let ask = gateway.browser().ask("POST", "/oauth2/token").for_json();
    let renewed = ask.body("application/x-www-form-urlencoded", refresh).send().await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(picked(&claims(&renewed.json()["access_token"])), json!({"name": "Countess", "groups": []}));
    assert_eq!(picked(&ada.token_claims().await), json!({"name": "Countess", "groups": []}));
}

/// A token of `client_credentials` has no user and so no claims about one.
#[tokio::test]
async fn app_tokens_have_the_claims_and_client_credentials_tokens_do_not() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let gateway = Gateway::with(&format!(
        "{ALL}[clients.app]\ntype = 'confidential'\nclient_secret = '{SECRET}'\nredirect_uris = ['https://app.example/cb']\n\
         grants = ['authorization_code', 'refresh_token', 'client_credentials']\nid_token_alg = 'ES256'\n\
         scopes = ['openid', 'offline_access', 'orders']\n"
    ));
    gateway.op.set_claims(json!({"groups": ["a"]}));
    let ada = Person::at(&gateway, "op", "ada").await;
    let asked = "/oauth2/authorize?response_type=code&client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
                 &scope=openid%20offline_access&state=s";
    let code = ada.browser.get(asked).await.location_parameter("code").expect("a code");
    let redeem = async |form: String| {
        let form = format!("{form}&client_id=app&client_secret={SECRET}");
        let ask = gateway.browser().ask("POST", "/oauth2/token").for_json();
        let answer = ask.body("application/x-www-form-urlencoded", form).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let stated = json!({"email": "ada@example.com", "email_verified": true, "name": "ada of Example", "groups": ["a"]});
    let form = format!("grant_type=authorization_code&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
    let tokens = redeem(form).await;
    assert_eq!(picked(&claims(&tokens["access_token"])), stated);
    let token = tokens["refresh_token"].as_str().expect("a token");
    let renewed = redeem(format!("grant_type=refresh_token&refresh_token={token}")).await;
    assert_eq!(picked(&claims(&renewed["access_token"])), stated);
    let own = redeem("grant_type=client_credentials&scope=orders".to_owned()).await;
    assert_eq!(picked(&claims(&own["access_token"])), json!({}));

    let form =
        format!("token={}&client_id=app&client_secret={SECRET}", renewed["access_token"].as_str().expect("a token"));
    let ask = gateway.browser().ask("POST", "/oauth2/introspect").for_json();
    let known = ask.body("application/x-www-form-urlencoded", form).send().await.json();
    assert_eq!((&known["active"], picked(&known)), (&json!(true), stated));
}

/// JW-15: a login with too many groups is refused, and the log names the claim.
#[tokio::test]
async fn a_login_whose_token_would_be_too_large_is_refused() {
    let gateway =
        Gateway::with("[tokens]\nclaims = ['email', 'groups']\nmax_bytes = 1024\n[providers.op]\nuserinfo = 'never'\n");
    gateway.op.set_claims(json!({"groups": groups(200)}));
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let page = browser.get(&begun.callback_of("ada")).await;
    assert!(page.status == 403 && page.is_page(), "{page:?}");
    assert_eq!(gateway.database.login(&begun.state), "denied not_allowed");
    let step = last_step(&gateway, &begun);
    assert!(step.contains("tokens.max_bytes is 1024") && step.contains("the claim \"groups\""), "{step}");
    assert!(!step.contains("group-0") && !step.contains("ada@"), "{step}");
    assert_eq!(gateway.database.rows("users"), 0);
    gateway.op.set_claims(json!({"groups": groups(3)}));
    Person::at(&gateway, "op", "ada").await;
}

/// A limit of one byte less than the size of the token refuses the login.
#[tokio::test]
async fn max_bytes_is_the_exact_size_of_the_token() {
    let limited = |bytes: usize| {
        format!("[tokens]\nclaims = ['groups']\nmax_bytes = {bytes}\n[providers.op]\nuserinfo = 'never'\n")
    };
    let gateway = Gateway::with(&limited(4096));
    gateway.op.set_claims(json!({"groups": groups(100)}));
    let tokens = gateway.browser().sign_in_json("ada").await;
    let bytes = tokens["api"]["access"].as_str().expect("a token").len();
    let status = async |max: usize| {
        let beside = Setup::beside(&gateway).toml(&limited(max)).start();
        let browser = beside.browser();
        let begun = browser.begin("op").await;
        browser.get(&begun.callback_of("ada")).await.status
    };
    // The status list index is counted with the maximum number of digits.
    assert_eq!((status(bytes - 1).await, status(bytes + 24).await), (403, 303));
}

/// A profile that another login enlarges ends no session.
#[tokio::test]
async fn a_token_that_exceeds_the_limit_after_the_login_is_issued() {
    let gateway =
        Gateway::with("[tokens]\nclaims = ['groups']\nmax_bytes = 1024\n[providers.op]\nuserinfo = 'never'\n");
    let ada = Person::at(&gateway, "op", "ada").await;
    let stated = json!({"groups": groups(300)});
    gateway.database.execute(&format!("UPDATE subs SET profile = profile || '{stated}'"));
    assert_eq!(ada.token_claims().await["groups"].as_array().map(Vec::len), Some(300));
}

/// AC-11: claims of another provider do not get into a session of this one, also not after a refresh: a group of the same
/// name at another provider is another group.
#[tokio::test]
async fn claims_come_from_the_provider_of_the_session_only() {
    let (gateway, other) = two_providers(&format!("{ALL}[providers.other]\nuserinfo = 'never'\n"));
    gateway.op.set_claims(json!({"groups": ["staff"]}));
    other.set_claims(json!({"email": "boss@example.com", "email_verified": true, "groups": ["admins"]}));
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "ada-there").await.status, 303);
    let elsewhere = Person::at(&gateway, "other", "ada-there").await;
    assert_eq!(elsewhere.sub().await, ada.sub().await, "it is the same person");
    assert_eq!(elsewhere.token_claims().await["groups"], json!(["admins"]));
    let here = ada.token_claims().await;
    assert_eq!((&here["groups"], &here["email"]), (&json!(["staff"]), &json!("ada@example.com")));
    assert_eq!(ada.session().await["user"]["groups"], json!(["staff"]));
}

/// The groups and `email_verified` of the provider, in all four places. A missing `email_verified` is not `false`,
/// and an empty list of groups is a statement: an app that keeps its own copy would keep the rights of a person who left
/// the last group.
#[tokio::test]
async fn silence_is_left_out_and_an_empty_list_is_stated() {
    let gateway =
        app::setup().toml("[tokens]\nclaims = ['email', 'groups']\n[providers.op]\nuserinfo = 'never'\n").start();
    let scope = [("scope", "openid email groups offline_access")];
    for (sent, email_verified, groups) in [
        (json!({"groups": ["staff"]}), json!(true), json!(["staff"])),
        (json!({"groups": []}), json!(true), json!([])),
        (json!({"groups": null, "email_verified": false}), json!(false), Value::Null),
        (json!({"email_verified": null}), Value::Null, Value::Null),
        (json!({"groups": "staff", "email_verified": null}), Value::Null, Value::Null),
    ] {
        gateway.op.set_claims(sent.clone());
        let signed_in = app::sign_in(&gateway.browser(), &app::path(&scope), "ada").await;
        let first = app::Tokens::of(&app::redeem(&gateway, &app::code(&signed_in), &[]).await);
        let renewed = app::Tokens::of(&app::refresh(&gateway, first.refresh()).await);
        let userinfo = app::userinfo(&gateway, &renewed.access).await.json();
        let expected = (email_verified.clone(), groups.clone());
        for claims in [first.id_claims(), renewed.id_claims(), userinfo] {
            assert_eq!(claims["email"], "ada@example.com", "{sent}");
            assert_eq!((claims["email_verified"].clone(), claims["groups"].clone()), expected, "{sent}: {claims}");
        }
        for claims in [first.claims(), renewed.claims()] {
            assert_eq!((claims["email_verified"].clone(), claims["groups"].clone()), expected, "{sent}: {claims}");
            assert_eq!(claims.get("email").is_some(), !email_verified.is_null(), "{sent}: {claims}");
            let is_personal = !email_verified.is_null() || !groups.is_null();
            assert_eq!(claims.get("idp"), is_personal.then_some(&json!("op")), "{sent}: {claims}");
        }
    }
}

/// The log says once for each provider and hour why tokens lack the address, and `email_verified = "assume"` gives it back.
#[tokio::test]
async fn an_address_without_a_word_on_its_verification_is_left_out() {
    const OP: &str = "[tokens]\nclaims = ['email']\n[providers.unsaid]\nuserinfo = 'never'\n";
    let op = Op::start();
    op.set_claims(json!({"email_verified": null}));
    let gateway = Setup::new().provider("unsaid", &op).toml(OP).start();
    let log = LogCapture::start();
    for who in ["ada", "bob"] {
        assert_eq!(picked(&Person::at(&gateway, "unsaid", who).await.token_claims().await), json!({}));
    }
    let warned =
        |text: &str| text.lines().filter(|line| line.contains("lack email") && line.contains("unsaid")).count();
    assert_eq!(warned(&log.text()), 1, "{}", log.text());
    assert!(
        log.text().contains("email_verified = \\\"assume\\\"") || log.text().contains("email_verified = \"assume\"")
    );
    gateway.hand.advance(chrono::TimeDelta::hours(1));
    Person::at(&gateway, "unsaid", "ada").await;
    assert_eq!(warned(&log.text()), 2);

    let assuming = Setup::beside(&gateway)
        .provider("unsaid", &op)
        .toml(OP)
        .toml("[providers.unsaid]\nemail_verified = 'assume'\n");
    let assuming = assuming.start();
    let ada = Person::at(&assuming, "unsaid", "ada").await;
    assert_eq!(picked(&ada.token_claims().await), json!({"email": "ada@example.com", "email_verified": true}));
    assert_eq!(ada.session().await["user"]["email_verified"], json!(true));
    // No search for verified addresses finds it.
    assert_eq!(gateway.database.number("SELECT count(*) FROM subs WHERE email_verified"), 0);
}
