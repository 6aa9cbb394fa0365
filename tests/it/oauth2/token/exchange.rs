//! Token exchange (RFC 8693): every check, and the successful response.

use serde_json::json;

use crate::fake_provider::{Op, Reply};
use crate::support::app::{self, Tokens, error, post, post_as, redeem_of_server};
use crate::support::{Answer, Gateway, sign};
use crate::vault::support::{LIFETIME, let_expire, sent_refresh_tokens, with};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The apps of the other tests; `server` may request provider tokens, `cli` may not.
fn start() -> Gateway {
    let other = Op::start();
    let other = format!(
        "[providers.other]\nissuer = {:?}\nclient_id = \"x\"\nclient_secret = \"y\"\nstore_tokens = true",
        other.issuer
    );
    let third = other.replace("providers.other", "providers.third");
    let may = "[clients.server]\nprovider_tokens = [\"op\", \"other\"]";
    with(&format!("{}\n{other}\n{third}", merged(may)))
}

/// The configuration of the apps, with these members added to their tables.
fn merged(may: &str) -> String {
    let mut all: toml_edit::DocumentMut = app::CLIENTS.parse().expect("TOML");
    let may: toml_edit::DocumentMut = may.parse().expect("TOML");
    for (name, client) in may["clients"].as_table().expect("clients") {
        all["clients"][name]["provider_tokens"] = client["provider_tokens"].clone();
    }
    for name in ["spa", "server"] {
        // With one provider, the login page is skipped.
        all["clients"][name]["providers"] = toml_edit::value(toml_edit::Array::from_iter(["op"]));
    }
    all.to_string()
}

/// A token exchange of `server`, with changes to the form of a valid request.
async fn exchange(gateway: &Gateway, token: &str, changes: &[(&str, &str)]) -> Answer {
    let mut form =
        vec![("grant_type", GRANT), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN), ("audience", "op")];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    if form.iter().any(|(name, _)| *name == "client_id") {
        return post(gateway, "/oauth2/token", &form).await;
    }
    post_as(gateway, "server", "/oauth2/token", &form).await
}

/// The tokens of `server` for a user.
async fn tokens_of_server(gateway: &Gateway, sub: &str) -> Tokens {
    let path = app::of_server(&[("scope", "openid offline_access")]);
    let code = app::code(&app::sign_in(&gateway.browser(), &path, sub).await);
    Tokens::of(&redeem_of_server(gateway, &code).await)
}

#[tokio::test]
async fn an_app_gets_a_valid_token_of_the_provider() {
    let gateway = start();
    let tokens = tokens_of_server(&gateway, "alice").await;
    let answer = exchange(&gateway, &tokens.access, &[("requested_token_type", ACCESS_TOKEN)]).await;
    assert_eq!((answer.status, answer.header("cache-control"), answer.header("pragma")), (200, "no-store", "no-cache"));
    let expected = json!({"access_token": "access-secret-1", "issued_token_type": ACCESS_TOKEN,
                          "token_type": "Bearer", "expires_in": LIFETIME, "scope": "openid mail"});
    assert_eq!(answer.json(), expected);
    // A confidential client with its own session, after the first token has expired.
    let browser = gateway.browser();
    let code =
        app::code(&app::sign_in(&browser, &app::of_server(&[("scope", "openid offline_access")]), "alice").await);
    let_expire(&gateway);
    let refresh = redeem_of_server(&gateway, &code).await;
    assert_eq!(refresh.status, 400, "the code has expired too");
    let code = app::code(&browser.get(&app::of_server(&[])).await);
    let tokens = Tokens::of(&redeem_of_server(&gateway, &code).await);
    let form = [
        ("grant_type", GRANT),
        ("subject_token", &tokens.access),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", "op"),
    ];
    let answer = post_as(&gateway, "server", "/oauth2/token", &form).await;
    assert_eq!((answer.status, &answer.json()["access_token"]), (200, &json!("access-secret-3")), "{answer:?}");
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-2"]);
    let grants =
        gateway.browser().fetch("/.well-known/openid-configuration").await.json()["grant_types_supported"].clone();
    assert!(grants.as_array().expect("grants").contains(&json!(GRANT)), "{grants}");
}

/// OP-07: the parameters of the request.
#[tokio::test]
async fn an_invalid_request_is_rejected() {
    let gateway = start();
    let tokens = tokens_of_server(&gateway, "alice").await;
    for (change, expected) in [
        (("client_id", "cli"), "unauthorized_client"),
        (("client_id", "vestibule"), "unauthorized_client"),
        (("subject_token", ""), "invalid_request"),
        (("subject_token_type", ""), "invalid_request"),
        (("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"), "invalid_request"),
        (("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request"),
        (("actor_token", "x"), "invalid_request"),
        (("actor_token_type", ACCESS_TOKEN), "invalid_request"),
        (("audience", ""), "invalid_request"),
        (("audience", "nobody"), "invalid_target"),
        (("audience", "third"), "invalid_target"),
        (("audience", "OP"), "invalid_target"),
        (("audience", "other"), "invalid_target"),
        (("resource", "https://op.example"), "invalid_target"),
        (("scope", "mail"), "invalid_scope"),
    ] {
        let answer = exchange(&gateway, &tokens.access, &[change]).await;
        assert_eq!(error(&answer), (400, expected.to_owned()), "{change:?}");
    }
    assert_eq!(
        error(&exchange(&gateway, &tokens.access, &[("client_id", "server")]).await),
        (400, "invalid_client".into())
    );
    let doubled = [("grant_type", GRANT), ("audience", "op"), ("audience", "other")];
    assert_eq!(error(&post_as(&gateway, "server", "/oauth2/token", &doubled).await), (400, "invalid_request".into()));
    assert_eq!(exchange(&gateway, &tokens.access, &[]).await.status, 200);
    assert_eq!(sent_refresh_tokens(&gateway.op), Vec::<String>::new());
    let quiet = app::start();
    let grants =
        quiet.browser().fetch("/.well-known/openid-configuration").await.json()["grant_types_supported"].clone();
    assert!(!grants.as_array().expect("grants").contains(&json!(GRANT)), "{grants}");
}

/// OP-07: the subject token must be an access token of the gateway, issued to this client.
#[tokio::test]
async fn a_token_of_another_client_issuer_or_type_is_rejected() {
    let gateway = start();
    let tokens = tokens_of_server(&gateway, "alice").await;
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let of_spa = Tokens::of_spa(&gateway, "alice").await;
    let built_in = browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
    let form = [("grant_type", "client_credentials")];
    let own = Tokens::of(&post_as(&gateway, "server", "/oauth2/token", &form).await);
    let (good, refresh) = (tokens.claims(), tokens.refresh().to_owned());
    let bent = |name: &str, value: serde_json::Value| {
        let mut claims = good.clone();
        claims[name] = value;
        sign(&gateway.database, &claims)
    };
    assert_eq!(exchange(&gateway, &bent("x", json!(1)), &[]).await.status, 200, "signed with the gateway's key");
    for (what, token) in [
        ("another app's", of_spa.access.clone()),
        ("the built-in client's", built_in),
        ("an ID token", tokens.id.clone().expect("an ID token")),
        ("a refresh token", refresh),
        ("garbage", "a.b.c".into()),
        ("without a session", bent("sid", json!(null))),
        ("of a session of another app", bent("sid", of_spa.claims()["sid"].clone())),
        ("of another person", bent("sub", json!("0190b1c0-0000-7000-8000-000000000000"))),
        ("of another issuer", bent("iss", json!("https://evil.example"))),
        ("over", bent("exp", json!(1))),
    ] {
        let answer = exchange(&gateway, &token, &[]).await;
        assert_eq!(error(&answer), (400, "invalid_request".into()), "{what}");
    }
    let form = [
        ("grant_type", GRANT),
        ("subject_token", &own.access),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", "op"),
    ];
    assert_eq!(error(&post_as(&gateway, "server", "/oauth2/token", &form).await), (400, "invalid_request".into()));
}

/// OP-07: the subject token must be active: not expired, not revoked, with an active session and an enabled user.
#[tokio::test]
async fn an_inactive_token_is_rejected() {
    for way in ["over", "revoked", "session revoked", "signed out", "disabled"] {
        let gateway = start();
        let browser = gateway.browser();
        let answer = app::sign_in(&browser, &app::of_server(&[("scope", "openid offline_access")]), "alice").await;
        let tokens = Tokens::of(&redeem_of_server(&gateway, &app::code(&answer)).await);
        assert_eq!(exchange(&gateway, &tokens.access, &[]).await.status, 200, "{way}");
        let revoke = |token: String| {
            let gateway = &gateway;
            async move { post_as(gateway, "server", "/oauth2/revoke", &[("token", &token)]).await.status }
        };
        match way {
            "over" => gateway.hand.advance(chrono::TimeDelta::seconds(301)),
            "revoked" => assert_eq!(revoke(tokens.access.clone()).await, 200),
            "session revoked" => assert_eq!(revoke(tokens.refresh().to_owned()).await, 200),
            "signed out" => assert_eq!(browser.post("/logout").await.status, 200),
            _ => gateway.database.execute("UPDATE users SET disabled_at = now()"),
        }
        let answer = exchange(&gateway, &tokens.access, &[]).await;
        assert_eq!(error(&answer), (400, "invalid_request".into()), "{way}");
    }
}

/// Errors after which an app can act have their own codes.
#[tokio::test]
async fn each_failure_at_the_provider_has_its_error() {
    let gateway = start();
    let tokens = tokens_of_server(&gateway, "alice").await;
    // The provider's token runs out before ours does.
    gateway.database.execute("UPDATE provider_tokens SET expires_at = updated_at + interval '1 second'");
    gateway.hand.advance(chrono::TimeDelta::seconds(1));
    gateway.op.reply("/token", Reply::text(503, "text/html", "later"));
    gateway.op.refreshing(|refreshing| refreshing.forgives = true);
    let answer = exchange(&gateway, &tokens.access, &[]).await;
    assert_eq!(error(&answer), (502, "temporarily_unavailable".into()));
    let answer = exchange(&gateway, &tokens.access, &[]).await;
    assert_eq!((error(&answer), answer.header("retry-after")), ((503, "temporarily_unavailable".into()), "2"));
    gateway.hand.advance(chrono::TimeDelta::seconds(5));
    gateway.op.reply("/token", Reply::text(400, "application/json", r#"{"error":"invalid_grant"}"#));
    let answer = exchange(&gateway, &tokens.access, &[]).await;
    assert_eq!(error(&answer), (400, "interaction_required".into()));
    let title = answer.json()["error_description"].clone();
    assert_eq!(title, json!("A new sign-in at the provider is needed"));
}

/// OP-07: a person who may no longer use the app is refused as at a refresh, although the access token has not expired.
#[tokio::test]
async fn an_exchange_is_refused_once_the_person_may_not_use_the_app() {
    let may = merged("[clients.server]\nprovider_tokens = [\"op\"]");
    for rule in ["groups = ['staff']", "claims = { '/department' = 'ops' }"] {
        let gateway = with(&format!("{may}\n[clients.server.allow]\n{rule}"));
        let works = |groups: &[&str], department: &str| {
            gateway.op.set_claims(json!({ "groups": groups, "department": department }));
        };
        works(&["staff"], "ops");
        let tokens = tokens_of_server(&gateway, "alice").await;
        assert_eq!(exchange(&gateway, &tokens.access, &[]).await.status, 200, "{rule}");
        works(&["guests"], "sales");
        gateway.browser().sign_in("alice").await;
        let answer = exchange(&gateway, &tokens.access, &[]).await;
        assert_eq!(error(&answer), (400, "invalid_request".into()), "{rule}");
        works(&["staff"], "ops");
        gateway.browser().sign_in("alice").await;
        assert_eq!(exchange(&gateway, &tokens.access, &[]).await.status, 200, "{rule}");
    }
}

/// OP-07: `clients.<id>.providers` counts for sessions of before too.
#[tokio::test]
async fn an_exchange_is_refused_for_a_session_of_another_provider_than_the_app_takes() {
    let gateway = start();
    let tokens = tokens_of_server(&gateway, "alice").await;
    let other = "[providers.other]\nissuer = 'https://other.example'\nclient_id = 'x'\nclient_secret = 'y'\nstore_tokens = true\n";
    let third = other.replace("providers.other", "providers.third");
    let apps = merged("[clients.server]\nprovider_tokens = [\"op\"]");
    let stores = crate::vault::support::STORES;
    let narrowed = |toml: &str| {
        let setup = crate::support::Setup::beside(&gateway).toml(stores).toml(&apps).toml(other).toml(&third);
        setup.toml(toml).start()
    };
    assert_eq!(exchange(&narrowed(""), &tokens.access, &[]).await.status, 200);
    let narrow = narrowed("[clients.server]\nproviders = ['other']");
    assert_eq!(error(&exchange(&narrow, &tokens.access, &[]).await), (400, "invalid_request".into()));
}
