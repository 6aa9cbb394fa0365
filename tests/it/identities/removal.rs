//! Removals of identities that wait for seven days: taking them back, and the cleanup.

use diesel::connection::SimpleConnection;
use serde_json::Value;

use super::delete::{cleanup, unlink_at, with_two_identities};
use crate::presets::operator::Operator;
use crate::support::person::{Person, audit, two_providers};

/// AC-07: a removal that has begun is not answered with "kept".
#[tokio::test]
async fn keeping_an_identity_waits_for_a_removal_that_has_begun() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    assert_eq!(ada.delete(&path).await.status, 202);
    let mut removal = gateway.database.connection();
    let user = ada.sub().await;
    removal.batch_execute(&format!("BEGIN; SELECT FROM users WHERE id = '{user}' FOR NO KEY UPDATE")).expect("a lock");
    let keep = format!("{path}/keep");
    let remove = async {
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        gateway.database.until(waits, 1).await;
        removal.batch_execute("DELETE FROM subs WHERE provider = 'other'; COMMIT").expect("removed");
    };
    let (kept, ()) = tokio::join!(ada.post(&keep), remove);
    assert_eq!(kept.problem(), (404, "not_found".into()));
}

/// AC-07: a use of the identity takes a requested removal back.
#[tokio::test]
async fn signing_in_by_an_identity_or_linking_it_again_takes_its_removal_back() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    for again in ["sign in", "link"] {
        assert_eq!(ada.delete(&path).await.status, 202);
        assert_ne!(unlink_at(&ada).await, Value::Null);
        if again == "link" {
            assert_eq!(ada.link("other", "countess").await.status, 303);
        } else {
            Person::at(&gateway, "other", "countess").await;
        }
        assert_eq!(unlink_at(&ada).await, Value::Null, "{again}");
    }
    let [requested, taken_back] = ["identity_removal_requested", "identity_removal_taken_back"];
    assert_eq!(audit(&gateway), ["identity_linked", requested, requested, taken_back, taken_back]);
}

/// An identity that cannot be removed stops neither the other removals nor the rest of the cleanup.
#[tokio::test]
async fn the_cleanup_goes_on_after_an_identity_that_it_cannot_remove() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    assert_eq!(ada.delete(&path).await.status, 202);
    let bob = Person::at(&gateway, "op", "bob").await;
    assert_eq!(bob.link("other", "bobby").await.status, 303);
    assert_eq!(bob.delete(&format!("/identities/{}", bob.identity_at("other").await)).await.status, 202);
    gateway.database.execute(
        "UPDATE subs SET unlink_at = now() - CASE sub WHEN 'countess' THEN interval '2 s' ELSE interval '1 s' END
         WHERE unlink_at IS NOT NULL;
         UPDATE sessions SET not_after = now() - interval '1 s' WHERE user_id = (SELECT user_id FROM subs WHERE sub = 'bob');
         CREATE TABLE keeps (sub_id uuid REFERENCES subs);
         INSERT INTO keeps SELECT id FROM subs WHERE sub = 'countess'",
    );
    cleanup(&gateway);
    assert_eq!(gateway.database.words("SELECT sub FROM subs ORDER BY sub"), ["ada", "bob", "countess"]);
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_reason = 'absolute'"), 1);
    gateway.database.execute("DROP TABLE keeps");
    cleanup(&gateway);
    assert_eq!(gateway.database.words("SELECT sub FROM subs ORDER BY sub"), ["ada", "bob"]);
}

/// The sessions of an identity end in batches before the cleanup removes it.
#[tokio::test]
async fn the_cleanup_ends_the_sessions_of_a_removed_identity_in_batches() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    let owners = [Person::at(&gateway, "other", "countess").await, Person::at(&gateway, "other", "countess").await];
    assert_eq!(ada.delete(&path).await.status, 202);
    gateway.database.execute("UPDATE subs SET unlink_at = now() - interval '1 s' WHERE unlink_at IS NOT NULL");
    let text = gateway.database.configuration() + "[cleanup]\nbatch = 1\n";
    let (code, said, complaint) = Operator::new().run(&text, &["cleanup"]);
    assert_eq!(code, Some(0), "{said}{complaint}");
    assert_eq!(ada.identities().await, ["op/ada"]);
    for owner in &owners {
        assert_eq!(owner.browser.fetch("/session").await.status, 401);
    }
    let transactions = "SELECT count(DISTINCT xmin::text) FROM audit_events WHERE kind = 'session_ended'";
    assert_eq!(gateway.database.number(transactions), 2);
}
