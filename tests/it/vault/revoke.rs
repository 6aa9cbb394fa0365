//! Provider tokens that no session needs are revoked at the provider (RFC 7009).

use chrono::TimeDelta;
use serde_json::json;

use crate::fake_provider::{CLIENT, Op, Reply};
use crate::support::{Browser, CLIENT_SECRET, Gateway, Setup};
use crate::vault::support::{STORES, TOKEN, beside, let_expire, signed_in, start, token, with};

const ADMIN: &str = "Bearer 0123456789abcdef0123456789abcdef";
const OUTBOX: &str = "SELECT count(*) FROM provider_revocations";
const KEPT: &str = "SELECT count(*) FROM provider_tokens";

/// The tokens in revocation requests, in order.
fn revoked(op: &Op) -> Vec<String> {
    op.calls_to("/revoke").iter().map(|call| call.form("token").concat()).collect()
}

async fn until_empty(gateway: &Gateway) {
    gateway.database.until(OUTBOX, 0).await;
}

#[tokio::test]
async fn the_last_logout_revokes_all_tokens() {
    let gateway = start();
    let (laptop, phone) = (signed_in(&gateway, "alice").await, signed_in(&gateway, "alice").await);
    let bob = signed_in(&gateway, "bob").await;
    assert_eq!(laptop.post("/logout").await.status, 200);
    assert_eq!((gateway.database.number(KEPT), gateway.database.number(OUTBOX)), (2, 0), "the phone is signed in");
    assert_eq!(token(&phone.fetch(TOKEN).await), "access-secret-2");
    assert_eq!(phone.post("/logout").await.status, 200);
    assert_eq!(gateway.database.number(KEPT), 1);
    until_empty(&gateway).await;
    assert_eq!(revoked(&gateway.op), ["refresh-secret-2", "access-secret-2"]);
    let calls = gateway.op.calls_to("/revoke");
    let hints: Vec<_> = calls.iter().map(|call| call.form("token_type_hint").concat()).collect();
    assert_eq!(hints, ["refresh_token", "access_token"]);
    let part = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    assert_eq!(calls[0].basic(), Some(format!("{}:{}", part(CLIENT), part(CLIENT_SECRET))));
    assert_eq!(token(&bob.fetch(TOKEN).await), "access-secret-3");
    // A new login stores new tokens.
    laptop.sign_in("alice").await;
    assert_eq!(token(&laptop.fetch(TOKEN).await), "access-secret-4");
}

/// Every session end that a user or an administrator requests; not a replaced or expired session.
#[tokio::test]
async fn requested_session_ends_revoke_tokens() {
    let gateway = with("[admin]\ntoken = \"0123456789abcdef0123456789abcdef\"");
    let admin = |method: &'static str, path: String| {
        Browser::new(&gateway.admin).ask(method, &path).for_json().header("authorization", ADMIN).send()
    };
    let script = |browser: &Browser, path: String| {
        browser.ask("DELETE", &path).for_json().header("sec-fetch-site", "same-origin").send()
    };
    for way in ["all", "one", "admin session", "admin sessions", "disabled", "deleted", "replaced", "idle"] {
        gateway.op.forget();
        let browser = signed_in(&gateway, "alice").await;
        let session = browser.fetch("/session").await.json();
        let [sub, sid] = ["sub", "sid"].map(|name| session[name].as_str().expect("text").to_owned());
        let status = match way {
            "all" => script(&browser, "/sessions?scope=all".into()).await.status,
            "one" => script(&browser, format!("/sessions/{sid}")).await.status,
            "admin session" => admin("DELETE", format!("/admin/sessions/{sid}")).await.status,
            "admin sessions" => admin("DELETE", format!("/admin/users/{sub}/sessions")).await.status,
            "disabled" => admin("POST", format!("/admin/users/{sub}/disable")).await.status,
            "deleted" => admin("DELETE", format!("/admin/users/{sub}")).await.status,
            "replaced" => browser.sign_in("bob").await.status,
            _ => {
                gateway.hand.advance(TimeDelta::days(8));
                browser.fetch("/session").await.status
            }
        };
        assert!(matches!(status, 200 | 204 | 303 | 401), "{way}: {status}");
        let of_alice = "SELECT count(*) FROM provider_tokens JOIN subs ON subs.id = sub_id WHERE sub = 'alice'";
        if matches!(way, "replaced" | "idle") {
            assert_eq!((gateway.database.number(of_alice), gateway.database.number(OUTBOX)), (1, 0), "{way}");
        } else {
            assert_eq!(gateway.database.number(of_alice), 0, "{way}");
            until_empty(&gateway).await;
            assert_eq!(revoked(&gateway.op).len(), 2, "{way}");
        }
        if way == "disabled" {
            assert_eq!(admin("POST", format!("/admin/users/{sub}/enable")).await.status, 200);
        }
    }
}

/// Tokens of all identities of a deleted or disabled user are revoked, also of identities without a session.
#[tokio::test]
async fn all_tokens_of_a_deleted_or_disabled_user_are_revoked() {
    for way in ["disable", "delete"] {
        let other = Op::start();
        let setup = Setup::new().provider("other", &other).toml(
            "[providers.op]\nstore_tokens = true\n[providers.other]\nstore_tokens = true\n
             [admin]\ntoken = \"0123456789abcdef0123456789abcdef\"",
        );
        for op in [&setup.op, &other] {
            op.set_metadata("revocation_endpoint", json!(format!("{}/revoke", op.issuer)));
        }
        let gateway = setup.start();
        let browser = signed_in(&gateway, "alice").await;
        let sub = browser.fetch("/session").await.json()["sub"].as_str().expect("a sub").to_owned();
        let linked = gateway.browser();
        let begun = linked.begin("other").await;
        assert_eq!(linked.get(&begun.callback_of("alice")).await.status, 303);
        gateway.database.execute(&format!(
            "UPDATE sessions SET ended_at = now() WHERE provider = 'other'; UPDATE subs SET user_id = '{sub}'"
        ));
        assert_eq!(gateway.database.rows("provider_tokens"), 2);
        let (method, path) = match way {
            "delete" => ("DELETE", format!("/admin/users/{sub}")),
            _ => ("POST", format!("/admin/users/{sub}/disable")),
        };
        let answer = Browser::new(&gateway.admin).ask(method, &path).for_json().header("authorization", ADMIN).send();
        assert!(answer.await.status < 300);
        assert_eq!(gateway.database.number(KEPT), 0, "{way}");
        until_empty(&gateway).await;
        assert_eq!((revoked(&gateway.op), revoked(&other)), (vec!["access".into()], vec!["access".to_owned()]));
    }
}

/// A failed revocation is retried with back-off; a rejected one is not retried.
#[tokio::test]
async fn a_failed_revocation_is_retried_with_back_off() {
    let gateway = start();
    gateway.op.reply("/revoke", Reply::text(503, "text/html", "later"));
    signed_in(&gateway, "alice").await.post("/logout").await;
    // What is claimed for an attempt that runs is due in four minutes only; it still has the error of the one before.
    let failed = "SELECT count(*) FROM provider_revocations
                  WHERE last_error LIKE '%503%' AND next_attempt_at < created_at + interval '1 min'";
    gateway.database.until(&format!("{failed} AND attempts = 1"), 1).await;
    gateway.hand.advance(TimeDelta::seconds(7));
    gateway.database.until(&format!("{failed} AND attempts = 2"), 1).await;
    gateway.op.recover("/revoke");
    gateway.hand.advance(TimeDelta::seconds(19));
    until_empty(&gateway).await;
    gateway.op.forget();
    gateway.op.reply("/revoke", Reply::text(400, "application/json", r#"{"error":"unsupported_token_type"}"#));
    signed_in(&gateway, "alice").await.post("/logout").await;
    until_empty(&gateway).await;
    assert_eq!(revoked(&gateway.op).len(), 1);
    // For ever it is not.
    gateway.op.reply("/revoke", Reply::text(503, "text/html", "later"));
    signed_in(&gateway, "alice").await.post("/logout").await;
    gateway.database.until(failed, 1).await;
    gateway.hand.advance(TimeDelta::days(3));
    until_empty(&gateway).await;
}

/// A replica stops during the request: another replica repeats it.
#[tokio::test]
async fn another_replica_repeats_a_revocation_after_a_crash() {
    let first = start();
    let browser = signed_in(&first, "alice").await;
    first.op.reply("/revoke", Reply::Held);
    assert_eq!(browser.post("/logout").await.status, 200);
    first.database.until("SELECT count(*) FROM provider_revocations WHERE attempts = 1", 1).await;
    let second = beside(&first);
    let hand = first.hand.clone();
    first.stop();
    second.op.recover("/revoke");
    assert_eq!(second.database.number(OUTBOX), 1);
    hand.advance(TimeDelta::seconds(240));
    until_empty(&second).await;
    assert_eq!(revoked(&second.op)[1..], ["refresh-secret-1", "access-secret-1"]);
}

/// A provider without a revocation endpoint: the tokens are deleted from the vault. Its metadata never names one, since
/// the gateway reads them as soon as it starts.
#[tokio::test]
async fn without_a_revocation_endpoint_tokens_are_deleted() {
    let gateway = Setup::new().toml(STORES).start();
    signed_in(&gateway, "alice").await.post("/logout").await;
    assert_eq!(gateway.database.number(KEPT), 0);
    until_empty(&gateway).await;
    assert_eq!(revoked(&gateway.op), Vec::<String>::new());
}

/// The configured endpoint overrides the endpoint of the metadata.
#[tokio::test]
async fn the_revocation_endpoint_can_be_configured() {
    let op = Op::start();
    let toml = format!("[providers.op]\nstore_tokens = true\nrevocation_endpoint = \"{}/revoke\"", op.issuer);
    let gateway = Setup::new().toml(&toml).start();
    signed_in(&gateway, "alice").await.post("/logout").await;
    until_empty(&gateway).await;
    assert_eq!(revoked(&op), ["access"]);
}

/// A logout during a refresh: the new tokens are revoked and not returned.
#[tokio::test]
async fn tokens_that_arrive_after_the_logout_are_revoked() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.reply("/token", Reply::Held);
    let asking = {
        let browser = browser.clone();
        tokio::spawn(async move { browser.fetch(TOKEN).await })
    };
    gateway.database.until("SELECT count(*) FROM provider_tokens WHERE lease_holder IS NOT NULL", 1).await;
    assert_eq!(browser.post("/logout").await.status, 200);
    gateway.op.recover("/token");
    assert_eq!(asking.await.expect("no panic").problem(), (409, "reauth_required".into()));
    until_empty(&gateway).await;
    let given = revoked(&gateway.op);
    assert!(
        given.contains(&"refresh-secret-1".to_owned()) && given.contains(&"refresh-secret-2".to_owned()),
        "{given:?}"
    );
    assert_eq!(gateway.database.number(KEPT), 0);
}

/// After the last session of a user is deleted, the tokens are revoked.
#[tokio::test]
async fn the_cleanup_revokes_tokens_of_users_without_sessions() {
    let gateway = start();
    signed_in(&gateway, "alice").await;
    let bob = signed_in(&gateway, "bob").await;
    gateway.database.execute(
        "UPDATE sessions SET ended_at = now() - interval '31 d', ended_reason = 'idle'
         FROM subs WHERE subs.id = sub_id AND sub = 'alice'",
    );
    let again = beside(&gateway);
    gateway.database.until("SELECT count(*) FROM sessions", 1).await;
    until_empty(&gateway).await;
    assert_eq!((gateway.database.number(KEPT), revoked(&gateway.op)[0].as_str()), (1, "refresh-secret-1"));
    assert_eq!(token(&bob.fetch(TOKEN).await), "access-secret-2");
    drop(again);
}
