//! `session::end_where`: the sessions that it ends, and the rows that it writes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use vestibule::base::clock::Clock;
use vestibule::base::id::{SessionId, UserId};
use vestibule::session::{EndReason, Ending, Scope, Use, end, end_where, touch};

use crate::batching::held::Held;
use crate::support::{Cluster, Database};

fn now() -> vestibule::base::clock::Timestamp {
    Clock::system().now()
}

fn ending(reason: EndReason, keep_until: vestibule::base::clock::Timestamp) -> Ending {
    Ending { reason, now: now(), keep_until, notified_clients: [].into(), revokes: true, used_after: now() }
}

fn user(conn: &mut PgConnection) -> UserId {
    let user = UserId::new(now());
    conn.batch_execute(&format!("INSERT INTO users (id, created_at, updated_at) VALUES ('{user}', now(), now())"))
        .expect("a user");
    user
}

fn session(conn: &mut PgConnection, user: UserId, parent: Option<SessionId>) -> SessionId {
    let id = SessionId::new(now());
    let parent = parent.map_or("NULL".into(), |parent| format!("'{parent}'"));
    conn.batch_execute(&format!(
        "INSERT INTO sessions (id, user_id, provider, client_id, parent_id, auth_time, last_activity_at, not_after, created_at)
         VALUES ('{id}', '{user}', 'op', 'vestibule', {parent}, now(), now(), now() + interval '1 d', now())"
    ))
    .expect("a session");
    id
}

fn ended(database: &Database) -> BTreeSet<String> {
    database.words("SELECT id FROM sessions WHERE ended_at IS NOT NULL").into_iter().collect()
}

fn texts<const N: usize>(ids: [SessionId; N]) -> BTreeSet<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// SE-03: app sessions end with their browser session. Each ended session has one feed row and one audit row.
#[test]
fn each_scope_ends_its_sessions_with_feed_and_audit_rows() {
    for name in ["one", "one of the user", "another user's", "others", "all"] {
        let database = Cluster::shared().database();
        let mut conn = database.connection();
        let (alice, bob) = (user(&mut conn), user(&mut conn));
        let first = session(&mut conn, alice, None);
        let app = session(&mut conn, alice, Some(first));
        let second = session(&mut conn, alice, None);
        let _bobs = session(&mut conn, bob, None);
        let keep_until = now() + TimeDelta::minutes(6);
        let ending = ending(EndReason::Admin, keep_until);
        let scope = match name {
            "one" => Scope::One(first),
            "one of the user" => Scope::OneOfUser { user: alice, id: first },
            "another user's" => Scope::OneOfUser { user: bob, id: first },
            "others" => Scope::OthersOfUser { user: alice, except: first },
            _ => Scope::OfUser(alice),
        };
        let answer = end_where(&mut conn, scope, &ending).expect("ended");
        let expected = match name {
            "one" | "one of the user" => texts([first, app]),
            "another user's" => texts([]),
            "others" => texts([second]),
            _ => texts([first, app, second]),
        };
        assert_eq!(ended(&database), expected, "{name}");
        assert_eq!(answer.iter().map(|ended| ended.id.to_string()).collect::<BTreeSet<_>>(), expected, "{name}");
        assert!(answer.iter().all(|ended| ended.user == alice && (ended.id == app) == ended.parent.is_some()));
        let feed = "SELECT r.value FROM revocations r JOIN sessions s ON s.id::text = r.value
                    WHERE r.kind = 'session' AND r.status_index = s.status_index AND s.ended_reason = 'admin'";
        assert_eq!(database.words(feed).into_iter().collect::<BTreeSet<_>>(), expected, "{name}");
        let audit = format!(
            "SELECT session_id FROM audit_events WHERE kind = 'session_ended' AND detail->>'reason' = 'admin'
             AND user_id = '{alice}' AND substr(id::text, 15, 1) = '7' AND id::text LIKE '{}%'",
            &SessionId::new(ending.now).to_string()[..13]
        );
        assert_eq!(database.words(&audit).into_iter().collect::<BTreeSet<_>>(), expected, "{name}");
        let life = (keep_until - ending.now).num_microseconds().expect("short");
        let kept = format!(
            "SELECT count(*) FROM revocations WHERE expires_at - created_at <> {life} * interval '1 microsecond'"
        );
        assert_eq!(database.number(&kept), 0, "{name}: the entry lives by the database's clock");
        // A second call ends and writes nothing.
        assert_eq!(end_where(&mut conn, scope, &ending).expect("nothing"), []);
        assert_eq!(database.rows("revocations"), i64::try_from(expected.len()).expect("few"), "{name}");
    }
}

#[test]
fn ending_one_session_returns_its_user_once() {
    let database = Cluster::shared().database();
    let mut conn = database.connection();
    let alice = user(&mut conn);
    let id = session(&mut conn, alice, None);
    assert_eq!(end(&mut conn, id, &ending(EndReason::Logout, now())), Ok(Some(alice)));
    assert_eq!(end(&mut conn, id, &ending(EndReason::Logout, now())), Ok(None));
}

/// RC-11: overlapping endings, with uses and new sessions between them, for a few seconds.
#[test]
fn overlapping_endings_do_not_deadlock() {
    let database = Cluster::shared().database();
    let mut conn = database.connection();
    let users: Vec<UserId> = (0..3).map(|_| user(&mut conn)).collect();
    let (until, endings) = (Instant::now() + Duration::from_secs(3), AtomicUsize::new(0));
    let shared = Held::new(&database, 2);
    std::thread::scope(|threads| {
        for number in 0..6_usize {
            let (database, users, endings, shared) = (&database, &users, &endings, &shared);
            threads.spawn(move || {
                let mut conn = database.connection();
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
                for turn in 0_usize.. {
                    if Instant::now() > until {
                        break;
                    }
                    let user = users[(number + turn) % users.len()];
                    let parents = [session(&mut conn, user, None), session(&mut conn, user, None)];
                    let [first, second] = parents;
                    let child = session(&mut conn, user, Some(second));
                    let touched = Use { id: child, stale_before: now() + TimeDelta::seconds(1), now: now() };
                    runtime.block_on(touch(&shared.db, touched)).expect("touched");
                    let scope = match (number + turn / 3) % 4 {
                        0 => Scope::One(first),
                        1 => Scope::OfUser(user),
                        2 => Scope::OthersOfUser { user, except: second },
                        _ => Scope::OneOfUser { user, id: second },
                    };
                    end_where(&mut conn, scope, &ending(EndReason::Admin, now())).expect("no deadlock");
                    endings.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    println!("{} endings", endings.load(Ordering::Relaxed));
    assert!(endings.load(Ordering::Relaxed) > 50);
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(database.number(deadlocks), 0);
    let wrong = "SELECT count(*) FROM sessions s WHERE (s.ended_at IS NOT NULL) <>
                 (EXISTS (SELECT 1 FROM revocations r WHERE r.value = s.id::text))";
    assert_eq!(database.number(wrong), 0, "an ended session has its row on the feed, and no other has");
    let twice = "SELECT count(*) FROM (SELECT value FROM revocations GROUP BY value HAVING count(*) > 1) AS twice";
    assert_eq!(database.number(twice), 0);
}
