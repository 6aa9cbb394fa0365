//! The sessions of clients by URL: every endpoint but those of the authorization request works without the document.

use serde_json::json;

use super::support::{Host, beside, setup};
use crate::fake_provider::Reply;
use crate::support::Operator;
use crate::support::app::{self, Tokens, error, userinfo};

#[tokio::test]
async fn tokens_are_refreshed_and_revoked_without_the_document() {
    let host = Host::start();
    let browser = host.signed_in().await;
    let first = host.tokens(&browser, &[]).await;
    host.reply(Reply::Closed);
    let second = Tokens::of(&host.refresh(first.refresh()).await);
    assert_eq!(userinfo(&host.gateway, &second.access).await.status, 200);
    // Another replica has never read the document.
    let beside = beside(&host.gateway, "");
    let form = [("grant_type", "refresh_token"), ("refresh_token", second.refresh()), ("client_id", host.id.as_str())];
    let third = Tokens::of(&app::post(&beside, "/oauth2/token", &form).await);
    // A public client proves nothing, so it introspects nothing.
    let form = [("token", third.access.as_str()), ("client_id", host.id.as_str())];
    assert_eq!(error(&app::post(&host.gateway, "/oauth2/introspect", &form).await), (400, "invalid_client".to_owned()));
    let text = browser.get("/account").await.text();
    let own = host.id.trim_start_matches("http://").split('/').next().expect("a host");
    assert!(text.contains(own), "the account page names the app: {text}");
    let form = [("token", third.refresh()), ("client_id", host.id.as_str())];
    assert_eq!(app::post(&host.gateway, "/oauth2/revoke", &form).await.status, 200);
    assert_eq!(error(&host.refresh(third.refresh()).await), (400, "invalid_grant".to_owned()));
    assert_eq!(userinfo(&host.gateway, &third.access).await.status, 401);
}

/// A client that is not accepted any more gets no tokens.
#[tokio::test]
async fn a_host_that_is_not_allowed_any_more_gets_no_tokens() {
    let host = Host::start();
    let tokens = host.tokens(&host.signed_in().await, &[]).await;
    let beside = beside(&host.gateway, "[clients_by_url]\nhosts = ['app.example']\n");
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("client_id", host.id.as_str())];
    assert_eq!(error(&app::post(&beside, "/oauth2/token", &form).await), (400, "invalid_client".to_owned()));
    Tokens::of(&host.refresh(tokens.refresh()).await);
}

/// RP-initiated logout by the app's ID token, and the limit of sessions for each browser.
#[tokio::test]
async fn an_app_by_url_signs_out_and_has_a_limit_of_sessions() {
    let host = Host::start();
    let browser = host.signed_in().await;
    for _ in 0..21 {
        host.tokens(&browser, &[]).await;
    }
    let live = format!("SELECT count(*) FROM sessions WHERE ended_at IS NULL AND client_id = '{}'", host.id);
    assert_eq!(host.gateway.database.number(&live), 20, "the oldest one has ended");
    let last = host.tokens(&browser, &[]).await;
    let answer = browser.get(&format!("/logout?id_token_hint={}", last.id.clone().expect("an ID token"))).await;
    assert!(matches!(answer.status, 200 | 303), "{answer:?}");
    assert_eq!(host.gateway.database.number(&live), 0);
    let audited = format!("SELECT count(*) FROM audit_events WHERE client_id = '{}'", host.id);
    assert!(host.gateway.database.number(&audited) > 0);
}

/// `vestibule clients list` and `vestibule sessions revoke --client`.
#[tokio::test]
async fn operators_list_clients_by_url_and_end_their_sessions() {
    let host = Host::start();
    let browser = host.signed_in().await;
    let tokens = host.tokens(&browser, &[]).await;
    let operator = Operator::with(&host.gateway, "[clients.web]\nname = 'The web'\n");
    let listed = operator.prints(&["clients", "list"]);
    assert!(listed.contains("web  public  The web\n"), "{listed}");
    assert!(listed.contains(&format!("{}  by URL  calls itself \"An agent\"  first agreed ", host.id)), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&operator.prints(&["clients", "list", "--json"])).expect("JSON");
    assert_eq!(json["by_url"][0]["client_id"], json!(host.id));
    let revoke = ["sessions", "revoke", "--client", host.id.as_str()];
    let dry = operator.prints(&[&revoke[..], &["--dry-run"]].concat());
    assert_eq!(dry.lines().count(), 2, "{dry}");
    assert_eq!(userinfo(&host.gateway, &tokens.access).await.status, 200);
    assert_eq!(operator.prints(&revoke), format!("{}: 1 session ended.\n", host.id));
    assert_eq!(error(&host.refresh(tokens.refresh()).await), (400, "invalid_grant".to_owned()));
    assert_eq!(browser.fetch("/session").await.status, 200, "the person stays signed in");
    assert_eq!(operator.prints(&revoke), format!("{}: it had no active session.\n", host.id));
}

/// Both metadata documents say whether URLs are accepted.
#[tokio::test]
async fn the_metadata_say_whether_urls_are_accepted() {
    for (toml, expected) in [("", json!(true)), ("[clients_by_url]\nenabled = false\n", json!(null))] {
        let gateway = setup().prefix("/auth").toml(toml).start();
        let host = format!("http://{}", gateway.address);
        for path in [
            "/auth/.well-known/openid-configuration",
            "/auth/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/auth",
        ] {
            let said = gateway.browser().fetch(&format!("{host}{path}")).await.json();
            assert_eq!(said["client_id_metadata_document_supported"], expected, "{path}");
            let scopes = said["scopes_supported"].as_array().expect("scopes");
            assert_eq!(scopes.contains(&json!("tools.read")), expected == json!(true), "{path}");
        }
    }
}

/// Scripts of a client by URL redeem codes and refresh: CORS answers the origins that may be a client, without cookies.
#[tokio::test]
async fn scripts_of_a_client_by_url_may_read_the_token_endpoint() {
    let listed = setup().toml("[clients_by_url]\nhosts = ['app.example']\n").start();
    for (origin, allowed) in [
        ("https://app.example", true),
        ("https://evil.example", false),
        ("http://app.example", false),
        ("https://app.example.evil.example", false),
        ("null", false),
    ] {
        let ask = listed.browser().ask("OPTIONS", "/oauth2/token").header("origin", origin);
        let answer = ask.header("access-control-request-method", "POST").send().await;
        assert_eq!(answer.header("access-control-allow-origin") == origin, allowed, "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{origin}");
    }
}

/// The services of `tokens.audience` accept no token of an app that nobody registered, and it gets no claims beyond its scopes.
#[tokio::test]
async fn tokens_are_for_listed_resources_and_release_claims_by_scope() {
    let names = "claims = ['email', 'email_verified', 'name', 'groups']\n";
    for audience in ["", "audience = ['https://api.example']\n", "audience = ['https://api.example', 'wiki']\n"] {
        let host = Host::with(&format!(
            "[tokens]\n{names}{audience}[clients_by_url]\nscopes = ['openid', 'email', 'groups', 'offline_access', 'tools.read']\n"
        ));
        host.gateway.op.set_claims(json!({"groups": ["payroll"]}));
        let browser = host.signed_in().await;
        let own = host.tokens(&browser, &[]).await;
        let renewed = Tokens::of(&host.refresh(own.refresh()).await);
        for tokens in [&own, &renewed] {
            let claims = tokens.claims();
            assert_eq!(claims["aud"], format!("{}/userinfo", host.gateway.public_url), "{audience}");
            for name in ["email", "email_verified", "name", "groups", "idp"] {
                assert_eq!(claims[name], json!(null), "{name}");
            }
            assert_eq!(userinfo(&host.gateway, &tokens.access).await.status, 200);
        }
        for resource in
            ["https://api.example", "wiki", &host.gateway.public_url, &format!("{}/userinfo", host.gateway.public_url)]
        {
            let page = browser.ask("GET", &host.path(&[("resource", resource)])).for_json().send().await;
            assert_eq!(page.status, 400, "{resource}");
        }
        let tools = [("resource", "https://tools.example.com/mcp"), ("scope", "openid groups tools.read")];
        let claims = host.tokens(&browser, &tools).await.claims();
        assert_eq!((&claims["aud"], &claims["groups"]), (&json!("https://tools.example.com/mcp"), &json!(["payroll"])));
        assert_eq!((&claims["email"], &claims["name"]), (&json!(null), &json!(null)));
        // A bearer of it is nobody at the sites behind /verify.
        let ask = host.gateway.browser().ask("GET", "/verify").for_json();
        let answer = ask.header("authorization", &format!("Bearer {}", own.access)).send().await;
        assert_eq!(answer.status, 401);
    }
}
