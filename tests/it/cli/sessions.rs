//! `vestibule sessions`, `vestibule users` and `vestibule cleanup`, which use the database directly.

use serde_json::{Value, json};

use crate::support::device::{Device, reason};
use crate::support::{Gateway, Operator};

#[tokio::test]
async fn sessions_are_listed_and_revoked() {
    let gateway = Gateway::start();
    let operator = Operator::of(&gateway);
    let (alice, bob) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "bob").await);
    let all: Value = serde_json::from_str(&operator.prints(&["sessions", "list", "--json"])).expect("JSON");
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    assert_eq!((&all[0]["id"], &all[0]["sub"], &all[1]["id"]), (&json!(bob.sid), &json!(bob.sub), &json!(alice.sid)));
    assert_eq!(all[0]["email"], "bob@example.com", "{all}");
    assert!(all[0].as_object().is_some_and(|members| members.contains_key("name")), "{all}");
    let listed = operator.prints(&["sessions", "list"]);
    for (device, email) in [(&alice, "alice@example.com"), (&bob, "bob@example.com")] {
        assert!(listed.contains(&format!("user {} ({email})", device.sub)), "{listed}");
    }
    for user in [&alice.sub, "alice@example.com", "ALICE@example.com"] {
        let lines = operator.prints(&["sessions", "list", "--user", user]);
        assert!(
            lines.lines().count() == 1 && lines.starts_with(&alice.sid) && lines.contains("Firefox, Linux, desktop"),
            "{lines}"
        );
    }
    assert!(operator.prints(&["sessions", "revoke", "--user", "alice@example.com", "--dry-run"]).contains(&alice.sid));
    assert_eq!(alice.status().await, 200);
    let said = operator.prints(&["sessions", "revoke", "--user", "alice@example.com"]);
    assert_eq!(said, format!("{} (alice@example.com): 1 session ended.\n", alice.sub));
    alice.ends().await;
    assert_eq!(bob.status().await, 200);
    assert_eq!(reason(&gateway, &alice.sid), "admin");
    assert!(operator.prints(&["sessions", "revoke", "--user", &alice.sub]).contains("it had no active session"));
    assert!(operator.prints(&["sessions", "revoke", &alice.sub]).contains("it had no active session"));
    assert_eq!(operator.says(&["sessions", "revoke", &alice.sub, "--user", &bob.sub]).status.code(), Some(2));
    let unnamed = operator.says(&["sessions", "revoke"]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unnamed.stderr).contains("revoke --client <CLIENT_ID>"), "{unnamed:?}");
}

/// AC-10, SE-08, LG-02
#[tokio::test]
async fn users_are_listed_disabled_and_enabled() {
    let gateway = Gateway::start();
    let operator = Operator::of(&gateway);
    let (alice, bob) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "bob").await);
    let all: Value = serde_json::from_str(&operator.prints(&["users", "list", "--json"])).expect("JSON");
    assert_eq!((&all[0]["sub"], &all[1]["sub"]), (&json!(bob.sub), &json!(alice.sub)));
    assert_eq!(operator.prints(&["users", "list", "--q", "bob@"]).lines().count(), 1);

    let said = operator.prints(&["users", "disable", "alice@example.com"]);
    assert!(said.contains("is disabled since") && said.contains("1 session ended"), "{said}");
    alice.ends().await;
    assert!(operator.prints(&["users", "list", "--q", "alice"]).contains("  disabled "));
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 403);
    assert!(operator.prints(&["users", "enable", &alice.sub]).contains("is enabled"));
    Device::sign_in(&gateway, "alice").await;
    let audit = "SELECT kind || detail::text FROM audit_events WHERE kind LIKE 'user\\_%' ORDER BY at";
    let by = "{\"by\": \"command line\"}";
    assert_eq!(gateway.database.words(audit), [format!("user_disabled{by}"), format!("user_enabled{by}")]);

    // An e-mail address of two users selects neither.
    gateway.database.execute("UPDATE users SET email = 'alice@example.com'");
    for words in
        [&["users", "disable", "alice@example.com"][..], &["sessions", "revoke", "--user", "Alice@example.com"]]
    {
        let said = operator.complains(words);
        assert!(said.contains("several users") && said.contains(&alice.sub) && said.contains(&bob.sub), "{said}");
    }
    assert!(operator.complains(&["users", "disable", "nobody@example.com"]).contains("no user has"));
    assert_eq!(bob.status().await, 200);
}

#[tokio::test]
async fn one_session_is_ended_by_its_id() {
    let gateway = Gateway::start();
    let operator = Operator::of(&gateway);
    let (laptop, phone) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    assert_eq!(operator.prints(&["sessions", "end", &laptop.sid]), format!("session {} ended.\n", laptop.sid));
    laptop.ends().await;
    assert_eq!(phone.status().await, 200);
    assert_eq!(reason(&gateway, &laptop.sid), "admin");
    for (words, complaint) in [(laptop.sid.as_str(), "no active session"), ("nonsense", "no session id")] {
        let said = operator.complains(&["sessions", "end", words]);
        assert!(said.contains(complaint), "{said}");
    }
    assert_eq!(operator.prints(&["sessions", "list", "--limit", "1"]).lines().count(), 1);
}

#[tokio::test]
async fn users_are_shown_limited_and_deleted() {
    let gateway = Gateway::start();
    let operator = Operator::of(&gateway);
    let (alice, bob) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "bob").await);
    assert_eq!(operator.prints(&["users", "list", "--limit", "1"]).lines().count(), 1);
    assert!(operator.prints(&["users", "list", "--limit", "1"]).starts_with(&bob.sub), "the newest");
    assert_eq!(operator.says(&["users", "list", "--limit", "0"]).status.code(), Some(2));

    let shown = operator.prints(&["users", "show", "alice@example.com"]);
    assert!(shown.starts_with(&alice.sub) && shown.contains("  op  alice  alice@example.com"), "{shown}");
    let json: Value = serde_json::from_str(&operator.prints(&["users", "show", &alice.sub, "--json"])).expect("JSON");
    assert_eq!((&json["sub"], &json["identities"][0]["provider"]), (&json!(alice.sub), &json!("op")));

    assert!(operator.prints(&["users", "delete", &alice.sub, "--dry-run"]).contains("would be deleted"));
    assert_eq!(alice.status().await, 200);
    let said = operator.prints(&["users", "delete", "alice@example.com"]);
    assert_eq!(said, format!("{} (alice@example.com) is deleted, with identities and sessions.\n", alice.sub));
    alice.ends().await;
    assert_eq!(bob.status().await, 200);
    for verb in ["show", "delete"] {
        assert!(operator.complains(&["users", verb, &alice.sub]).contains("no user has"), "{verb}");
    }
    let audit = "SELECT kind || detail::text FROM audit_events WHERE kind = 'user_deleted'";
    assert_eq!(gateway.database.words(audit), ["user_deleted{\"by\": \"command line\"}"]);
}

#[tokio::test]
async fn the_cleanup_prints_its_counts() {
    let gateway = Gateway::start();
    let operator = Operator::of(&gateway);
    let alice = Device::sign_in(&gateway, "alice").await;
    assert_eq!(alice.delete("/sessions?scope=all").await.status, 200);
    gateway.database.execute(
        "UPDATE sessions SET ended_at = now() - interval '31 d';
         UPDATE revocations SET expires_at = now() - interval '1 s'",
    );
    let said = operator.prints(&["cleanup"]);
    let lines = [
        "sessions ended     0",
        "identities removed 0",
        "sessions deleted   1",
        "logins deleted     0",
        "revocations past   1",
        "notices given up   0",
        "notices deleted    0",
        "audit rows past    0",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), lines);
    assert_eq!(gateway.database.rows("sessions"), 0);
}
