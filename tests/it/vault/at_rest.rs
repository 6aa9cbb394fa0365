//! No provider token in plain text in the database or the log; sealed values are bound to their row.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::fake_provider::Reply;
use crate::support::{Gateway, LogCapture, hexadecimal};
use crate::vault::support::{TOKEN, let_expire, row, signed_in, start, token};

/// Every row of every table, as PostgreSQL writes it.
fn dump(gateway: &Gateway) -> String {
    let tables = gateway.database.words("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    let mut all = String::new();
    for table in tables {
        for line in gateway.database.words(&format!("SELECT t::text FROM {table} t")) {
            writeln!(all, "{table} {line}").expect("a text grows");
        }
    }
    all
}

/// The prefixes of the provider's secrets, in every encoding in which they could occur.
fn forms() -> Vec<String> {
    let secrets = ["access-secret-", "refresh-secret-"];
    let hex = secrets.map(|secret| hexadecimal(secret.as_bytes()));
    let encoded = secrets.map(|secret| {
        let text = STANDARD.encode(secret);
        text[..text.len() - 4].to_owned()
    });
    secrets.map(String::from).into_iter().chain(hex).chain(encoded).chain([URL_SAFE_NO_PAD.encode("secret-")]).collect()
}

#[track_caller]
fn assert_no_token_in(place: &str, text: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{form} occurs in {place}:\n{text}");
    }
}

/// `provider_tokens`, `provider_revocations` and `audit_events` contain tokens sealed or not at all.
#[tokio::test]
async fn no_token_is_in_the_database_in_plain_text() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    token(&browser.fetch(TOKEN).await);
    gateway.op.reply("/revoke", Reply::text(503, "text/plain", "refresh-secret-3 is not known"));
    signed_in(&gateway, "bob").await.post("/logout").await;
    gateway.database.until("SELECT count(*) FROM provider_revocations WHERE last_error IS NOT NULL", 1).await;
    let broken = signed_in(&gateway, "carol").await;
    let_expire(&gateway);
    let refusal = r#"{"error":"invalid_grant","error_description":"refresh-secret-4 was used"}"#;
    gateway.op.reply("/token", Reply::text(400, "application/json", refusal));
    assert_eq!(broken.fetch(TOKEN).await.status, 409);
    let all = dump(&gateway);
    assert!(all.contains("provider_tokens (") && all.contains("provider_revocations (") && all.contains("alice"));
    assert_no_token_in("the database", &all);
}

/// LG-05: a sealed value does not unseal in another row or as another version, so that write access to the database does not
/// give access to tokens.
#[tokio::test]
async fn a_moved_sealed_value_does_not_unseal() {
    let gateway = start();
    let alice = signed_in(&gateway, "alice").await;
    let bob = signed_in(&gateway, "bob").await;
    gateway.database.execute("CREATE TABLE old AS SELECT * FROM provider_tokens");
    let of = |sub: &str| format!("(SELECT id FROM subs WHERE sub = '{sub}')");
    gateway.database.execute(&format!(
        "UPDATE provider_tokens SET (sealed, version) = (SELECT sealed, version FROM old WHERE sub_id = {})
         WHERE sub_id = {}",
        of("alice"),
        of("bob"),
    ));
    assert_eq!(bob.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(token(&alice.fetch(TOKEN).await), "access-secret-1");
    let_expire(&gateway);
    assert_eq!(token(&alice.fetch(TOKEN).await), "access-secret-3");
    gateway.database.execute("UPDATE provider_tokens t SET sealed = old.sealed FROM old WHERE old.sub_id = t.sub_id");
    assert_eq!(alice.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
    assert_eq!(row(&gateway), "kept, kept", "another replica may have the key, so nothing is written");
}

/// No kept token is logged, whether it is refreshed, refused or revoked.
#[tokio::test]
async fn no_token_is_in_the_log() {
    let log = LogCapture::start();
    let gateway = start();
    gateway.op.refreshing(|refreshing| refreshing.forgives = true);
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    token(&browser.fetch(TOKEN).await);
    let bob = signed_in(&gateway, "bob").await;
    let_expire(&gateway);
    let refusal = r#"{"error":"refresh-secret-2","error_description":"refresh-secret-2"}"#;
    for reply in [
        Reply::Closed,
        Reply::text(500, "text/plain", "refresh-secret-2"),
        Reply::text(400, "application/json", refusal),
    ] {
        gateway.op.reply("/token", reply);
        assert_ne!(browser.fetch(TOKEN).await.status, 200);
        gateway.hand.advance(chrono::TimeDelta::seconds(5));
    }
    // The refusal has ended the tokens of that session.
    gateway.op.reply("/revoke", Reply::text(500, "text/plain", "refresh-secret-3"));
    bob.post("/logout").await;
    gateway.database.until("SELECT count(*) FROM provider_revocations WHERE last_error IS NOT NULL", 1).await;
    let text = log.text();
    for said in ["provider_token_refreshed", "provider_token_not_refreshed", "provider_tokens_not_revoked"] {
        assert!(text.contains(said), "{said} is not logged");
    }
    assert_no_token_in("the log", &text);
}
