//! Pushed authorization requests (RFC 9126), and a change of the client secret.

use std::collections::BTreeMap;

use serde_json::json;

use crate::emulations::site::{Site, pairs, path};
use crate::fake_provider::{CLIENT, Op, Reply};
use crate::support::{Begun, Setup};

const JSON: &str = "application/json";
const PAR: &str = "/par";

fn offering() -> (Op, Setup) {
    let setup = Setup::new();
    let op = setup.op.clone();
    op.set_metadata("pushed_authorization_request_endpoint", json!(format!("{}{PAR}", op.issuer)));
    op.reply(PAR, Reply::text(201, JSON, r#"{"request_uri":"urn:ietf:params:oauth:request_uri:x","expires_in":60}"#));
    (op, setup)
}

/// OP-02, RA-01: the authorization URL has only the `request_uri`; the pushed request has all parameters and is authenticated.
#[tokio::test]
async fn the_parameters_are_pushed_and_the_url_has_only_the_request_uri() {
    let (op, setup) = offering();
    op.set_metadata("require_pushed_authorization_requests", json!(true));
    let gateway = setup.start();
    let browser = gateway.browser();
    let there = browser.get("/login/op").await.location();
    let sent: BTreeMap<_, _> = pairs(there.split_once('?').expect("a query").1).into_iter().collect();
    let expected = [("client_id", CLIENT), ("request_uri", "urn:ietf:params:oauth:request_uri:x")]
        .map(|(a, b)| (a.into(), b.into()));
    assert_eq!(sent, BTreeMap::from(expected));

    let calls = op.calls_to(PAR);
    assert_eq!(calls.len(), 1);
    let one = |name: &str| calls[0].form(name).concat();
    assert!(calls[0].basic().is_some_and(|basic| basic.starts_with("us%3A1:")), "as at the token endpoint");
    assert_eq!(
        (one("response_type"), one("client_id"), one("code_challenge_method")),
        ("code".into(), CLIENT.into(), "S256".into())
    );
    assert_eq!(one("redirect_uri"), format!("{}/callback/op", gateway.public_url));
    assert!(one("state").len() >= 43 && one("nonce").len() >= 43 && one("code_challenge").len() == 43);
    assert!(calls[0].form("client_secret").is_empty() && calls[0].form("request_uri").is_empty());

    let whole = format!("{there}&state={}&nonce={}", one("state"), one("nonce"));
    let begun = Begun::at("op", whole);
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
}

/// OP-02: a request that cannot be pushed is not sent through the browser instead, and nothing is stored.
#[tokio::test]
async fn a_login_whose_request_cannot_be_pushed_does_not_start() {
    let (op, setup) = offering();
    let gateway = setup.toml("[providers.op]\ntimeout = \"5s\"\n").start();
    let browser = gateway.browser();
    for (reply, expected) in [
        (Reply::text(401, JSON, r#"{"error":"invalid_client"}"#), (502, "provider_error")),
        (Reply::text(500, "text/html", "<html>"), (502, "provider_error")),
        (Reply::text(201, JSON, r#"{"expires_in":60}"#), (502, "provider_error")),
        (Reply::text(302, JSON, "{}").with("Location", "https://evil.example/"), (502, "provider_error")),
        (Reply::Closed, (502, "provider_error")),
        (Reply::Silent, (504, "provider_timeout")),
    ] {
        op.reply(PAR, reply);
        let (status, code) = expected;
        assert_eq!(browser.fetch("/login/op").await.problem(), (status, code.into()));
        let by_spa = browser.fetch("/oauth2/url/?provider=op").await;
        assert_eq!(by_spa.problem(), (status, code.into()));
    }
    assert!(browser.get("/login/op").await.is_page());
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

#[tokio::test]
async fn pushed_requests_can_be_disabled_or_required() {
    let (op, setup) = offering();
    let gateway = setup.toml("[providers.op]\npushed_authorization = \"never\"\n").start();
    gateway.browser().begin("op").await;
    assert!(op.calls_to(PAR).is_empty());
    let gateway = Setup::new().toml("[providers.op]\npushed_authorization = \"always\"\n").start();
    let refused = gateway.browser().fetch("/login/op").await;
    assert_eq!(refused.problem(), (502, "provider_error".into()), "it offers none");
}

/// During a change of the client secret, the previous one is used once after the current one is rejected; the code is still
/// valid.
#[tokio::test]
async fn the_previous_secret_is_used_once() {
    // This token endpoint accepts only the previous secret.
    let setup = Setup::new();
    let op = setup.op.clone();
    let tokens = op.clone();
    let site = Site::start(move |call| match call.basic() {
        Some(basic) if basic.ends_with(":old") => tokens.answer(call),
        _ => Reply::text(401, JSON, r#"{"error":"invalid_client"}"#),
    });
    op.set_metadata("token_endpoint", json!(format!("{}/token", site.origin)));
    let with = |more: &str| {
        let keys = format!("[providers.op]\nclient_secret = \"new\"\n{more}");
        Setup::new().toml(&keys).provider("op", &op).toml(&keys).start()
    };
    let gateway = with("client_secret_previous = \"old\"\n");
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
    let calls = site.calls_to("/token");
    assert_eq!(calls.iter().map(|call| path(call).to_owned()).collect::<Vec<_>>(), ["/token"; 2]);
    assert_eq!(calls[0].form("code"), calls[1].form("code"));

    let gateway = with("client_secret_previous = \"older\"\n");
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (400, "token_invalid".into()));
    assert_eq!(site.calls_to("/token").len(), 4, "and no more than once");

    let gateway = with("");
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (400, "token_invalid".into()));
    assert_eq!(site.calls_to("/token").len(), 5);
}
