//! The tokens that a login stores, and `GET /identities/{provider}/token`.

use serde_json::json;

use crate::support::{Gateway, Setup};
use crate::vault::support::{TOKEN, let_expire, row, sent_refresh_tokens, signed_in, start, token, with};

#[tokio::test]
async fn a_session_gets_the_providers_access_token() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let answer = browser.fetch(TOKEN).await;
    assert_eq!(token(&answer), "access-secret-1");
    let expected = json!({"access_token": "access-secret-1", "token_type": "Bearer", "expires_in": 3600,
                          "scope": "openid mail", "provider": "op"});
    assert_eq!(answer.json(), expected);
    assert_eq!(sent_refresh_tokens(&gateway.op), Vec::<String>::new());
    // Also with an access token with the scope `account`, and only for its own user.
    let session = gateway.browser().sign_in_json("alice").await;
    let bearer = gateway.account_bearer_by(&session["api"]["refresh"]).await;
    let by_bearer = gateway.browser().ask("GET", TOKEN).for_json().header("authorization", &bearer).send().await;
    assert_eq!(token(&by_bearer), "access-secret-2", "of the latest login");
    assert_eq!(token(&signed_in(&gateway, "bob").await.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    assert_eq!(gateway.database.rows("provider_tokens"), 2);
}

/// With `store_tokens`, `expose_tokens` does not expose the refresh token: with rotation, two holders would invalidate each
/// other's tokens.
#[tokio::test]
async fn a_stored_refresh_token_is_never_exposed() {
    let gateway = with("[providers.op]\nexpose_tokens = true");
    let answer = gateway.browser().sign_in_json("alice").await;
    let exposed = &answer["provider"];
    assert_eq!((&exposed["access_token"], &exposed["refresh_token"]), (&json!("access-secret-1"), &json!(null)));
    assert!(exposed["id_token"].is_string() && !answer.to_string().contains("refresh-secret"), "{answer}");
    let bearer = gateway.account_bearer_by(&answer["api"]["refresh"]).await;
    let kept = gateway.browser().ask("GET", TOKEN).for_json().header("authorization", &bearer).send().await;
    assert_eq!(token(&kept), "access-secret-1");
}

#[tokio::test]
async fn each_error_has_its_code() {
    let other = crate::fake_provider::Op::start();
    let setup = Setup::new().provider("other", &other).provider("third", &other);
    let gateway = setup.toml("[providers.op]\nstore_tokens = true\n[providers.other]\nstore_tokens = true").start();
    assert_eq!(gateway.browser().fetch(TOKEN).await.problem(), (401, "no_session".into()));
    let browser = signed_in(&gateway, "alice").await;
    for (provider, expected) in
        [("nobody", (404, "unknown_provider")), ("third", (404, "tokens_not_stored")), ("other", (404, "not_linked"))]
    {
        let answer = browser.fetch(&format!("/identities/{provider}/token")).await;
        assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()), "{provider}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // A login before `store_tokens` was set.
    gateway.database.execute("DELETE FROM provider_tokens");
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    browser.sign_in("alice").await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access");
    let posted = browser.post(TOKEN).await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET"));
}

#[tokio::test]
async fn without_store_tokens_nothing_is_stored() {
    let gateway = Gateway::start();
    gateway.op.refreshing(|refreshing| refreshing.lifetime = Some(300));
    let browser = signed_in(&gateway, "alice").await;
    assert_eq!(browser.fetch(TOKEN).await.problem(), (404, "tokens_not_stored".into()));
    assert_eq!(gateway.database.rows("provider_tokens"), 0);
}

/// A provider may issue a refresh token at the first consent only. The access token of the latest login is used.
#[tokio::test]
async fn a_login_without_a_refresh_token_keeps_the_previous_one() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.op.refreshing(|refreshing| refreshing.at_login = false);
    browser.sign_in("alice").await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1"]);
}

/// A refresh token for other scopes does not belong to this login.
#[tokio::test]
async fn the_previous_refresh_token_is_dropped_after_a_login_for_other_scopes() {
    let first = start();
    let browser = signed_in(&first, "alice").await;
    first.op.refreshing(|refreshing| refreshing.at_login = false);
    let second =
        Setup::beside(&first).toml("[providers.op]\nstore_tokens = true\nscopes = [\"openid\", \"mail\"]").start();
    let browser = crate::vault::support::at(&second, &browser);
    browser.sign_in("alice").await;
    let_expire(&second);
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(sent_refresh_tokens(&second.op), Vec::<String>::new());
    assert_eq!(row(&second), "reauth");
    let audit = "SELECT kind || ' ' || provider FROM audit_events WHERE kind = 'provider_link_broken'";
    assert_eq!(second.database.words(audit), ["provider_link_broken op"]);
}

/// A login and its tokens are written in one transaction.
#[tokio::test]
async fn a_login_whose_tokens_cannot_be_written_is_rolled_back() {
    let gateway = start();
    gateway.database.execute("ALTER TABLE provider_tokens ADD CHECK (created_at < '2000-01-01')");
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 500);
    assert_eq!(["users", "subs", "sessions", "provider_tokens"].map(|table| gateway.database.rows(table)), [0; 4]);
}

#[tokio::test]
async fn a_disabled_user_gets_no_token() {
    let gateway = with("[admin]\ntoken = \"0123456789abcdef0123456789abcdef\"");
    let browser = signed_in(&gateway, "alice").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    assert_eq!(browser.fetch(TOKEN).await.problem(), (401, "session_revoked".into()));
}
