//! The provider tokens of a linked identity, with `store_tokens`.

use chrono::TimeDelta;
use serde_json::json;

use crate::fake_provider::Op;
use crate::presets::operator::Operator;
use crate::support::person::Person;
use crate::support::{Gateway, Setup};

const TOKEN: &str = "/identities/other/token";
const OUTBOX: &str = "SELECT count(*) FROM provider_revocations";
const LIFETIME: i64 = 120;

/// A gateway that stores the tokens of both providers, and the second provider.
fn keeping() -> (Gateway, Op) {
    let other = Op::start();
    let setup = Setup::new().provider("other", &other);
    for op in [&setup.op, &other] {
        op.set_metadata("revocation_endpoint", json!(format!("{}/revoke", op.issuer)));
        op.refreshing(|refreshing| refreshing.lifetime = Some(LIFETIME));
    }
    setup.hand.hold();
    (setup.toml("[providers.op]\nstore_tokens = true\n[providers.other]\nstore_tokens = true").start(), other)
}

/// The tokens that the provider was asked to revoke, in order.
fn revoked(op: &Op) -> Vec<String> {
    op.calls_to("/revoke").iter().map(|call| call.form("token").concat()).collect()
}

async fn token(person: &Person) -> String {
    let answer = person.browser.fetch(TOKEN).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["access_token"].as_str().expect("a token").to_owned()
}

/// Removes the identity at `other`, and does not wait for seven days.
async fn remove_due(gateway: &Gateway, person: &Person) {
    let id = person.identity_at("other").await;
    assert_eq!(person.delete(&format!("/identities/{id}")).await.status, 202);
    gateway.database.execute("UPDATE subs SET unlink_at = now() - interval '1 s' WHERE unlink_at IS NOT NULL");
    assert_eq!(Operator::new().run(&gateway.database.configuration(), &["cleanup"]).0, Some(0));
}

/// No session has been created with the identity.
#[tokio::test]
async fn linking_stores_tokens_and_unlinking_revokes_them() {
    let (gateway, other) = keeping();
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.browser.fetch(TOKEN).await.problem(), (404, "not_linked".into()));
    assert_eq!(ada.link("other", "countess").await.status, 303);
    assert_eq!((gateway.database.rows("provider_tokens"), gateway.database.rows("sessions")), (2, 1));
    assert_eq!(token(&ada).await, "access-secret-1");
    gateway.hand.advance(TimeDelta::seconds(LIFETIME + 1));
    assert_eq!(token(&ada).await, "access-secret-2", "tokens of a link are refreshed too");
    remove_due(&gateway, &ada).await;
    let left = "SELECT provider FROM provider_tokens JOIN subs ON subs.id = sub_id";
    assert_eq!(gateway.database.words(left), ["op"]);
    gateway.database.until(OUTBOX, 0).await;
    assert_eq!(revoked(&other), ["refresh-secret-2", "access-secret-2"]);
    assert_eq!(revoked(&gateway.op), Vec::<String>::new());
    assert_eq!(ada.browser.fetch(TOKEN).await.problem(), (404, "not_linked".into()));
}

/// Unlinking ends the sessions of the identity in the same statement.
#[tokio::test]
async fn unlinking_revokes_tokens_once_with_the_sessions() {
    let (gateway, other) = keeping();
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let there = Person::at(&gateway, "other", "countess").await;
    assert_eq!(token(&there).await, "access-secret-2");
    assert_eq!(token(&ada).await, "access-secret-2", "a login replaces the tokens of the link");
    let id = ada.identity_at("other").await;
    assert_eq!(there.delete(&format!("/identities/{id}")).await.status, 204);
    assert_eq!(there.browser.fetch("/session").await.status, 401);
    gateway.database.until(OUTBOX, 0).await;
    assert_eq!(revoked(&other), ["refresh-secret-2", "access-secret-2"]);
    assert_eq!(revoked(&gateway.op), Vec::<String>::new());
}

#[tokio::test]
async fn linking_again_replaces_the_tokens() {
    let (gateway, other) = keeping();
    let ada = Person::at(&gateway, "op", "ada").await;
    for expected in ["access-secret-1", "access-secret-2"] {
        assert_eq!(ada.link("other", "countess").await.status, 303);
        assert_eq!(token(&ada).await, expected);
    }
    assert_eq!(gateway.database.rows("provider_tokens"), 2);
    assert_eq!(revoked(&other), Vec::<String>::new());
}

/// The identity belongs to another user.
#[tokio::test]
async fn a_refused_link_stores_no_tokens() {
    let (gateway, _other) = keeping();
    let ada = Person::at(&gateway, "op", "ada").await;
    let countess = Person::at(&gateway, "other", "countess").await;
    let sealed = "SELECT md5(sealed) FROM provider_tokens ORDER BY 1";
    let before = gateway.database.words(sealed);
    assert_eq!(ada.link("other", "countess").await.status, 409);
    assert_eq!(gateway.database.words(sealed), before);
    assert_eq!(ada.browser.fetch(TOKEN).await.problem(), (404, "not_linked".into()));
    assert_eq!(token(&countess).await, "access-secret-1");
}
