//! Idle and absolute timeout, `last_activity_at`, and `one_per_user`.

use chrono::TimeDelta;
use vestibule::base::id::SessionId;
use vestibule::session::{Use, touch};

use crate::batching::held::Held;
use crate::sessions::races::four_logins;
use crate::support::device::{Device, reason};
use crate::support::{Gateway, Setup};

/// SE-05: use extends the idle timeout and never the absolute timeout.
#[tokio::test]
async fn both_timeouts_apply_to_every_credential() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = \"1h\"\nabsolute_timeout = \"150m\"");
    let (used, idle) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    for _ in 0..2 {
        gateway.hand.advance(TimeDelta::minutes(50));
        assert_eq!(used.browser.fetch("/sessions").await.status, 200);
        let written =
            format!("SELECT count(*) FROM sessions WHERE id = '{}' AND last_activity_at > created_at", used.sid);
        gateway.database.until(&written, 1).await;
    }
    for path in ["/session", "/sessions"] {
        assert_eq!(idle.browser.fetch(path).await.problem(), (401, "session_expired".into()), "{path}");
    }
    assert_eq!(idle.delete("/sessions?scope=all").await.problem(), (401, "session_expired".into()));
    assert_eq!(idle.browser.post("/session/token").await.status, 401);
    assert_eq!(idle.browser.get("/account").await.location(), "/login?return_to=/account");
    gateway.hand.advance(TimeDelta::minutes(51));
    assert_eq!(used.browser.fetch("/session").await.problem(), (401, "session_expired".into()));
}

#[tokio::test]
async fn activity_is_written_at_most_once_a_minute() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = \"1h\"");
    gateway.hand.hold();
    let device = Device::sign_in(&gateway, "alice").await;
    // Each write makes a new version of the row.
    let version = format!("SELECT xmin::text::bigint FROM sessions WHERE id = '{}'", device.sid);
    let first = gateway.database.number(&version);
    for _ in 0..5 {
        gateway.hand.advance(TimeDelta::seconds(10));
        assert_eq!(device.status().await, 200);
    }
    assert_eq!(gateway.database.number(&version), first);
    gateway.hand.advance(TimeDelta::seconds(11));
    assert_eq!(device.status().await, 200);
    let written =
        format!("SELECT count(*) FROM sessions WHERE id = '{}' AND last_activity_at > created_at", device.sid);
    gateway.database.until(&written, 1).await;
    let second = gateway.database.number(&version);
    assert_ne!(second, first);
    assert_eq!(device.status().await, 200);
    assert_eq!(gateway.database.number(&version), second);
}

#[tokio::test]
async fn activity_seen_by_two_replicas_is_written_once() {
    let gateway = Gateway::start();
    let device = Device::sign_in(&gateway, "alice").await;
    let id: SessionId = device.sid.parse().expect("a sid");
    let later = gateway.clock.now() + TimeDelta::minutes(2);
    let replica = Held::new(&gateway.database, 1);
    let stored = format!("SELECT last_activity_at::text FROM sessions WHERE id = '{id}'");
    let mut written = Vec::new();
    for after in [0, 1, 59_999, 60_001, 60_002, 0] {
        let (before, at) = (gateway.database.words(&stored), later + TimeDelta::milliseconds(after));
        let used = Use { id, stale_before: at - TimeDelta::minutes(1), now: at };
        touch(&replica.db, used).await.expect("a statement");
        written.push(gateway.database.words(&stored) != before);
    }
    assert_eq!(written, [true, false, false, true, false, false]);
}

/// SE-20
#[tokio::test]
async fn with_one_session_per_user_a_login_ends_the_older_one() {
    let gateway = Gateway::with("[sessions]\none_per_user = true");
    let first = Device::sign_in(&gateway, "alice").await;
    let bob = Device::sign_in(&gateway, "bob").await;
    let second = Device::sign_in(&gateway, "alice").await;
    assert_eq!((first.status().await, second.status().await, bob.status().await), (401, 200, 200));
    assert_eq!(reason(&gateway, &first.sid), "one_per_user");
    assert_eq!(second.sessions().await.len(), 1);
    let reported = "SELECT count(*) FROM revocations WHERE kind = 'session'";
    assert_eq!(gateway.database.number(reported), 1);
    // The same in the SPA flow.
    gateway.browser().sign_in_json("alice").await;
    assert_eq!(second.status().await, 401);
}

/// SE-20
#[tokio::test]
async fn with_one_session_per_user_concurrent_logins_leave_one() {
    let gateway = Gateway::with("[sessions]\none_per_user = true");
    let other = Setup::beside(&gateway).toml("[sessions]\none_per_user = true").start();
    Device::sign_in(&gateway, "alice").await;
    for _ in 0..20 {
        assert_eq!(four_logins(&gateway, &other).await, [303; 4]);
        assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 1);
    }
}
