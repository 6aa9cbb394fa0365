//! What a login leaves in the vault, and who gets it.

use serde_json::json;

use crate::support::{Gateway, Setup};
use crate::vault::house::{TOKEN, let_expire, row, shown, signed_in, start, token, with};

#[tokio::test]
async fn whoever_signed_in_gets_the_providers_token() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let answer = browser.fetch(TOKEN).await;
    assert_eq!(token(&answer), "access-secret-1");
    let expected = json!({"access_token": "access-secret-1", "token_type": "Bearer", "expires_in": 3600,
                          "scope": "openid mail", "provider": "op"});
    assert_eq!(answer.json(), expected);
    assert_eq!(shown(&gateway.op), Vec::<String>::new());
    // By an access token with the scope `account` too, and only of the user's own.
    let session = gateway.browser().sign_in_json("alice").await;
    let bearer = gateway.account_bearer_by(&session["api"]["refresh"]).await;
    let by_bearer = gateway.browser().ask("GET", TOKEN).for_json().header("authorization", &bearer).send().await;
    assert_eq!(token(&by_bearer), "access-secret-2", "of the login that came last");
    assert_eq!(token(&signed_in(&gateway, "bob").await.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    assert_eq!(gateway.database.rows("provider_tokens"), 2);
}

/// Where the vault has the refresh token, a frontend that is shown the rest does not: of a provider that rotates them, the
/// first to refresh would break the other.
#[tokio::test]
async fn a_kept_refresh_token_is_shown_to_no_frontend() {
    let gateway = with("[providers.op]\nexpose_tokens = true");
    let answer = gateway.browser().sign_in_json("alice").await;
    let shown_to_it = &answer["provider"];
    assert_eq!(
        (&shown_to_it["access_token"], &shown_to_it["refresh_token"]),
        (&json!("access-secret-1"), &json!(null))
    );
    assert!(shown_to_it["id_token"].is_string() && !answer.to_string().contains("refresh-secret"), "{answer}");
    let bearer = gateway.account_bearer_by(&answer["api"]["refresh"]).await;
    let kept = gateway.browser().ask("GET", TOKEN).for_json().header("authorization", &bearer).send().await;
    assert_eq!(token(&kept), "access-secret-1");
}

#[tokio::test]
async fn each_refusal_has_its_code() {
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
    // Signed in before the switch was on.
    gateway.database.execute("DELETE FROM provider_tokens");
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    browser.sign_in("alice").await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access");
    let posted = browser.post(TOKEN).await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET"));
}

#[tokio::test]
async fn without_the_switch_nothing_is_kept() {
    let gateway = Gateway::start();
    gateway.op.refreshing(|refreshing| refreshing.lifetime = Some(300));
    let browser = signed_in(&gateway, "alice").await;
    assert_eq!(browser.fetch(TOKEN).await.problem(), (404, "tokens_not_stored".into()));
    assert_eq!(gateway.database.rows("provider_tokens"), 0);
}

/// A provider that gives a refresh token at the first consent only keeps its link; the newest login's token is used.
#[tokio::test]
async fn a_login_without_a_refresh_token_keeps_the_one_from_before() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    gateway.op.refreshing(|refreshing| refreshing.at_login = false);
    browser.sign_in("alice").await;
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(shown(&gateway.op), ["refresh-secret-1"]);
}

/// What stands for other scopes than this login asked for is not what this login stands for.
#[tokio::test]
async fn the_one_from_before_goes_where_other_scopes_were_asked_for() {
    let first = start();
    let browser = signed_in(&first, "alice").await;
    first.op.refreshing(|refreshing| refreshing.at_login = false);
    let second =
        Setup::beside(&first).toml("[providers.op]\nstore_tokens = true\nscopes = [\"openid\", \"mail\"]").start();
    let browser = crate::vault::house::at(&second, &browser);
    browser.sign_in("alice").await;
    let_expire(&second);
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(shown(&second.op), Vec::<String>::new());
    assert_eq!(row(&second), "reauth");
    let audit = "SELECT kind || ' ' || provider FROM audit_events WHERE kind = 'provider_link_broken'";
    assert_eq!(second.database.words(audit), ["provider_link_broken op"]);
}

/// Never a login without its tokens, and never tokens without a login.
#[tokio::test]
async fn a_login_whose_tokens_cannot_be_written_is_none() {
    let gateway = start();
    gateway.database.execute("ALTER TABLE provider_tokens ADD CHECK (created_at < '2000-01-01')");
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 500);
    assert_eq!(["users", "subs", "sessions", "provider_tokens"].map(|table| gateway.database.rows(table)), [0; 4]);
}

#[tokio::test]
async fn a_disabled_user_gets_none() {
    let gateway = with("[admin]\ntoken = \"0123456789abcdef0123456789abcdef\"");
    let browser = signed_in(&gateway, "alice").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    assert_eq!(browser.fetch(TOKEN).await.problem(), (401, "session_revoked".into()));
}
