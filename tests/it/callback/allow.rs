//! `providers.<id>.allow`, at a login.

use serde_json::{Value, json};

use crate::support::Gateway;
use crate::support::person::{Person, address, last_step};

fn with(allow: &str) -> Gateway {
    Gateway::with(&format!("[providers.op]\nuserinfo = 'never'\n[providers.op.allow]\n{allow}\n"))
}

async fn answer(gateway: &Gateway, claims: Value) -> (u16, String, String) {
    gateway.op.set_claims(claims);
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = browser.get(&begun.callback_of("alice")).await;
    assert_eq!(answer.status == 303, answer.set_cookie("vestibule").is_some(), "{answer:?}");
    (answer.status, gateway.database.login(&begun.state), last_step(gateway, &begun))
}

/// AC-02, AC-03: the login row names the rule and no personal data, and no other row is written.
#[tokio::test]
async fn only_verified_addresses_of_allowed_domains_are_admitted() {
    let gateway = with("email_domains = ['Example.com']");
    for claims in [
        json!({"email_verified": false}),
        json!({"email_verified": "true"}),
        json!({"email": "alice@evil.example"}),
        json!({"email": "alice@example.com.evil.example"}),
        json!({"email": null}),
    ] {
        let (status, row, step) = answer(&gateway, claims.clone()).await;
        assert_eq!((status, row.as_str()), (403, "denied not_allowed"), "{claims}");
        assert!(
            step.starts_with("providers.op.allow.email_domains does not hold: ") && !step.contains("alice"),
            "{step}"
        );
    }
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (0, 0));
    assert_eq!(answer(&gateway, json!({"email": "alice@EXAMPLE.com"})).await.0, 303);
}

/// AC-02: a text that is not exactly one address (RFC 5321 §4.1.2) is in no domain, and no token contains it.
#[tokio::test]
async fn a_text_that_is_not_exactly_one_address_is_in_no_domain() {
    let texts = ["a@evil.test,b@corp.test", "a@evil.test@corp.test", "<a@evil>@corp.test", "A <a@corp.test>"];
    let gateway = with("email_domains = ['corp.test']");
    for text in texts {
        let (status, row, step) = answer(&gateway, address(text)).await;
        assert_eq!((status, row.as_str()), (403, "denied not_allowed"), "{text}");
        assert!(step.ends_with("there is no verified e-mail address"), "{step}");
    }
    let open = Gateway::with("[tokens]\nclaims = ['email', 'email_verified']\n[providers.op]\nuserinfo = 'never'\n");
    for text in texts {
        open.op.set_claims(address(text));
        let person = Person::at(&open, "op", "mallory").await;
        let (session, token) = (person.session().await, person.token_claims().await);
        let user = &session["user"];
        assert!(user.get("email").is_none() && user["email_verified"] != json!(true), "{user}");
        assert!(token.get("email").is_none() && token.get("email_verified").is_none(), "{token}");
    }
}

/// A known user is refused as soon as the rule no longer holds.
#[tokio::test]
async fn allow_rules_are_checked_at_every_login() {
    let gateway = with("groups = ['staff']");
    assert_eq!(answer(&gateway, json!({"groups": ["staff"]})).await.0, 303);
    let (status, row, _) = answer(&gateway, json!({"groups": ["guests"]})).await;
    assert_eq!((status, row.as_str()), (403, "denied not_allowed"));
    assert_eq!(
        gateway.database.words("SELECT array_to_string(groups, ',') FROM users"),
        ["staff"],
        "nothing was written"
    );
}

/// AC-15
#[tokio::test]
async fn a_groups_claim_without_exactly_this_group_is_refused() {
    let gateway = with("groups = ['admin']");
    for groups in [
        json!("admin"),
        json!(["admin-viewers"]),
        json!(["ADMIN"]),
        json!({"admin": true}),
        json!([["admin"]]),
        json!([{"name": "admin"}]),
        json!([null, 1]),
        json!(null),
        json!(true),
    ] {
        let (status, row, step) = answer(&gateway, json!({"groups": groups})).await;
        assert_eq!((status, row.as_str()), (403, "denied not_allowed"), "{groups}");
        assert!(step.starts_with("providers.op.allow.groups does not hold: "), "{step}");
    }
    assert_eq!(answer(&gateway, json!({"groups": ["x", "admin"]})).await.0, 303);
}

/// AC-14: a request parameter that a browser can change is not a claim. Rules can read the claims of the protocol.
#[tokio::test]
async fn allow_rules_read_the_id_token_and_not_the_request() {
    let gateway = Gateway::with(
        "[providers.op]\nuserinfo = 'never'\nextra_params = { hd = 'example.com' }\n\
         [providers.op.allow.claims]\n'/hd' = 'example.com'\n'/acr' = 'high'\n",
    );
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert!(begun.url.contains("hd=example.com"), "the provider is asked: {}", begun.url);
    let answered = browser.get(&(begun.callback_of("alice") + "&hd=example.com&acr=high")).await;
    assert_eq!(answered.status, 403, "{answered:?}");
    assert_eq!(
        last_step(&gateway, &begun),
        "providers.op.allow.claims.\"/acr\" does not hold: the provider did not send this claim"
    );
    for claims in [
        json!({"hd": "other.example", "acr": "high"}),
        json!({"hd": "example.com", "acr": "low"}),
        json!({"acr": "high"}),
        json!({"hd": {"example.com": true}, "acr": "high"}),
    ] {
        assert_eq!(answer(&gateway, claims.clone()).await.0, 403, "{claims}");
    }
    assert_eq!(answer(&gateway, json!({"hd": "example.com", "acr": "high"})).await.0, 303);
}

/// The SPA flow answers with a problem document whose `code` is `not_allowed`.
#[tokio::test]
async fn a_refused_login_is_a_problem_document_in_the_spa_flow() {
    let gateway = with("groups = ['staff']");
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    let problem = browser.post_json("/oauth2/token/", &begun.exchange_of("alice")).await;
    assert_eq!(problem.problem(), (403, "not_allowed".into()));
    assert_eq!(gateway.database.login(&begun.state), "denied not_allowed");
}

/// An identity that the rules refuse at a login cannot be linked.
#[tokio::test]
async fn allow_rules_apply_to_linking() {
    let (gateway, other) = crate::support::person::two_providers(
        "[providers.other]\nuserinfo = 'never'\n[providers.other.allow]\ngroups = ['staff']\n",
    );
    let ada = Person::at(&gateway, "op", "ada").await;
    let answer = ada.link("other", "ada-2").await;
    assert!(answer.status == 403 && answer.is_page(), "{answer:?}");
    assert_eq!(ada.identities().await, ["op/ada"]);
    other.set_claims(json!({"groups": ["staff"]}));
    assert_eq!(ada.link("other", "ada-2").await.location(), "/account");
    assert_eq!(ada.identities().await, ["op/ada", "other/ada-2"]);
}
