//! The cleanup of sessions, logins and other rows.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use vestibule::base::clock::{Clock, Timestamp};
use vestibule::base::db::{Access, Db};
use vestibule::base::secret::Plain;
use vestibule::config;
use vestibule::jobs::{Cleaned, Cleanup};
use vestibule::session::{Endings, Lifetime};

use crate::support::device::{Device, app_under};
use crate::support::{Cluster, Database, Gateway};

/// A replica that only runs the cleanup.
struct Replica {
    cleanup: Cleanup,
    now: Timestamp,
}

impl Replica {
    fn on(database: &Database, batch: u32) -> Self {
        let text = format!(
            "[database]\nurl = {:?}\n[secrets]\nkeys = [{:?}]\n[cleanup]\nbatch = {batch}\n[sessions]\nidle_timeout = \"1h\"\nabsolute_timeout = \"10h\"\nkeep_ended = \"2h\"",
            database.url,
            Cluster::ring_key(),
        );
        let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
        let timeout = std::time::Duration::from_secs(10);
        let url = Plain::new(database.url.clone());
        let db = Db::open(&Access {
            url,
            pool_size: 2,
            batching: true,
            acquire_timeout: timeout,
            statement_timeout: timeout,
        });
        let lifetime = Lifetime::new(&config.sessions, &config.tokens);
        Self {
            cleanup: Cleanup::new(&db, &config, &Endings::new(lifetime, &config.clients)).whole(),
            now: Clock::system().now(),
        }
    }

    async fn pass(&mut self) -> Cleaned {
        self.cleanup.pass(self.now).await.expect("a database")
    }
}

/// Inserts `count` sessions of one user that began `age` ago without later activity, and ended `ended` ago if given.
fn sessions(database: &Database, count: usize, age: &str, ended: Option<&str>) {
    let ended = ended.map_or("NULL".to_owned(), |ended| format!("now() - interval '{ended}'"));
    database.execute(&format!(
        "INSERT INTO users (id, created_at, updated_at) VALUES ('01890000-0000-7000-8000-000000000000', now(), now())
         ON CONFLICT DO NOTHING;
         INSERT INTO sessions (id, user_id, provider, client_id, auth_time, last_activity_at, not_after, created_at, ended_at)
         SELECT gen_random_uuid(), '01890000-0000-7000-8000-000000000000', 'op', 'vestibule', t, t, t + interval '10 h', t, {ended}
         FROM (SELECT now() - interval '{age}' AS t) began, generate_series(1, {count})"
    ));
}

fn by_reason(database: &Database) -> Vec<String> {
    database.words(
        "SELECT ended_reason || ' ' || count(*) FROM sessions WHERE ended_reason IS NOT NULL GROUP BY ended_reason ORDER BY 1",
    )
}

/// SE-05: and revoked in the status list.
#[tokio::test]
async fn expired_and_idle_sessions_are_ended_with_feed_and_audit_rows() {
    let database = Cluster::shared().database();
    sessions(&database, 25, "11 h", None);
    sessions(&database, 25, "2 h", None);
    sessions(&database, 25, "10 min", None);
    let cleaned = Replica::on(&database, 10).pass().await;
    assert_eq!(cleaned, Cleaned { ended_sessions: 50, ..Cleaned::default() });
    assert_eq!(by_reason(&database), ["absolute 25", "idle 25"]);
    let reported =
        "SELECT count(*) FROM revocations r JOIN sessions s ON s.id::text = r.value AND s.status_index = r.status_index
                WHERE r.kind = 'session' AND r.expires_at > now() AND s.ended_at IS NOT NULL";
    assert_eq!(database.number(reported), 50);
    let audited = "SELECT count(*) FROM audit_events a JOIN sessions s ON s.id = a.session_id
                   WHERE a.kind = 'session_ended' AND a.detail->>'reason' = s.ended_reason AND a.user_id = s.user_id";
    assert_eq!(database.number(audited), 50);
    assert_eq!(Replica::on(&database, 10).pass().await, Cleaned::default());
}

/// Deleting the row of the browser session keeps the app session too.
#[tokio::test]
async fn an_idle_browser_session_does_not_end_its_apps() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = \"1h\"\nabsolute_timeout = \"10h\"");
    let device = Device::sign_in(&gateway, "alice").await;
    app_under(&gateway, &device.sid, "web");
    gateway
        .database
        .execute(&format!("UPDATE sessions SET last_activity_at = now() - interval '2 h' WHERE id = '{}'", device.sid));
    let mut replica = Replica::on(&gateway.database, 10);
    assert_eq!(replica.pass().await.ended_sessions, 1);
    assert_eq!(by_reason(&gateway.database), ["idle 1"]);
    gateway.database.execute("UPDATE sessions SET ended_at = now() - interval '3 h' WHERE ended_at IS NOT NULL");
    assert_eq!(replica.pass().await.sessions, 0);
    assert_eq!(gateway.database.rows("sessions"), 2);
    gateway.database.execute("UPDATE sessions SET ended_at = now() - interval '3 h'");
    // The row of the app session is deleted first, then that of its parent.
    assert_eq!((replica.pass().await.sessions, replica.pass().await.sessions), (1, 1));
}

/// IN-12
#[tokio::test]
async fn old_rows_are_deleted_and_rows_in_retention_stay() {
    let database = Cluster::shared().database();
    sessions(&database, 25, "5 h", Some("3 h"));
    sessions(&database, 5, "5 h", Some("1 h"));
    let login = |status: &str, count: usize, age: &str| {
        let id = "(lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 1, 16))::uuid";
        let completed = if status == "pending" { "NULL" } else { "t" };
        let failure = if ["pending", "completed"].contains(&status) { "NULL" } else { "'provider_error'" };
        database.execute(&format!(
            "INSERT INTO authorization_sessions (id, reference, provider, flow, state_hash, handshake, binding_hash, status,
                                                 failure, created_at, expires_at, completed_at)
             SELECT {id}, 'x', 'op', 'browser', sha256(random()::text::bytea), '', '', '{status}', {failure}, t, t, {completed}
             FROM (SELECT now() - interval '{age}' AS t) began, generate_series(1, {count})"
        ));
    };
    login("completed", 15, "3 h");
    login("token_failed", 15, "25 h");
    login("denied", 5, "23 h");
    login("pending", 5, "3 d");
    database.execute(
        "INSERT INTO revocations (kind, value, created_at, expires_at)
         SELECT 'jti', gen_random_uuid()::text, now(), now() + (n - 15) * interval '1 h' FROM generate_series(1, 25) n;
         INSERT INTO audit_events (id, at, kind) SELECT gen_random_uuid(), now() - n * interval '30 d', 'x' FROM generate_series(1, 25) n",
    );
    let mut replica = Replica::on(&database, 10);
    let cleaned = replica.pass().await;
    let expected = Cleaned { sessions: 25, logins: 30, revocations: 15, audit_events: 13, ..Cleaned::default() };
    assert_eq!(cleaned, expected);
    let left = ["sessions", "authorization_sessions", "revocations", "audit_events"].map(|table| database.rows(table));
    assert_eq!(left, [5, 10, 10, 12]);
    // A login without a session is kept for a day, also with a shorter retention.
    database.execute("DELETE FROM authorization_sessions");
    login("expired", 15, "25 h");
    login("expired", 5, "1 h");
    assert_eq!(replica.pass().await.logins, 15);
}

/// One replica at a time.
#[tokio::test]
async fn a_second_concurrent_cleanup_stops() {
    let database = Cluster::shared().database();
    sessions(&database, 5, "5 h", Some("3 h"));
    let mut first = database.connection();
    first.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(x'00636c65616e7570'::bigint)").expect("the lock");
    let mut second = Replica::on(&database, 10);
    assert_eq!(second.pass().await, Cleaned { interrupted: true, ..Cleaned::default() });
    assert_eq!(database.rows("sessions"), 5);
    first.batch_execute("COMMIT").expect("an end");
    assert_eq!(second.pass().await.sessions, 5);
}

/// Two replicas clean up while users use their sessions: each row is ended and deleted once.
#[tokio::test]
async fn concurrent_cleanups_under_load_lose_no_active_session() {
    let database = Cluster::shared().database();
    sessions(&database, 300, "5 h", Some("3 h"));
    sessions(&database, 300, "2 h", None);
    let busy = "UPDATE sessions SET last_activity_at = now() WHERE id IN
                (SELECT id FROM sessions WHERE ended_at IS NULL ORDER BY id LIMIT 100)";
    database.execute(busy);
    let passes = [Replica::on(&database, 20), Replica::on(&database, 20)].map(|mut replica| {
        tokio::spawn(async move {
            let mut total = Cleaned::default();
            for _ in 0..4 {
                let cleaned = replica.pass().await;
                total.sessions += cleaned.sessions;
                total.ended_sessions += cleaned.ended_sessions;
            }
            total
        })
    });
    let used = database.clone();
    let others = std::thread::spawn(move || {
        for _ in 0..20 {
            used.execute(
                "UPDATE sessions SET last_activity_at = now()
                 WHERE last_activity_at > now() - interval '30 min' AND ended_at IS NULL",
            );
        }
    });
    let mut total = Cleaned::default();
    for pass in passes {
        let done = pass.await.expect("no panic");
        total.sessions += done.sessions;
        total.ended_sessions += done.ended_sessions;
    }
    others.join().expect("no panic");
    // If the replicas interrupted each other, this pass does the rest.
    let rest = Replica::on(&database, 20).pass().await;
    assert_eq!((total.sessions + rest.sessions, total.ended_sessions + rest.ended_sessions), (300, 200));
    assert_eq!(database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 100);
    assert_eq!(database.number("SELECT count(*) FROM audit_events WHERE kind = 'session_ended'"), 200);
    assert_eq!(database.number("SELECT count(DISTINCT value) FROM revocations"), 200);
}

#[tokio::test]
async fn the_gateway_runs_the_cleanup() {
    let gateway = Gateway::with("[sessions]\nidle_timeout = \"1h\"\n[cleanup]\nevery = \"1m\"");
    let device = Device::sign_in(&gateway, "alice").await;
    assert_eq!(device.status().await, 200);
    gateway.hand.advance(TimeDelta::hours(2));
    // Its first pass is at the start.
    let again = crate::support::Setup::beside(&gateway).toml("[sessions]\nidle_timeout = \"1h\"").start();
    gateway.database.until("SELECT count(*) FROM sessions WHERE ended_reason = 'idle'", 1).await;
    drop(again);
}

/// IN-12: a person without an account causes audit rows of failed logins, which are kept for 30 days.
#[tokio::test]
async fn audit_rows_of_failed_logins_are_kept_for_a_month() {
    let database = Cluster::shared().database();
    database.execute(
        "INSERT INTO audit_events (id, at, kind, user_id)
         SELECT gen_random_uuid(), now() - age, kind, CASE WHEN kind = 'session_ended' THEN gen_random_uuid() END
         FROM unnest('{31 d,29 d}'::interval[]) age, unnest('{login_failed,session_ended}'::text[]) kind",
    );
    assert_eq!(Replica::on(&database, 10).pass().await, Cleaned { audit_events: 1, ..Cleaned::default() });
    let left = "SELECT kind || ' ' || extract(day FROM now() - at) FROM audit_events ORDER BY 1";
    assert_eq!(database.words(left), ["login_failed 29", "session_ended 29", "session_ended 31"]);
}

/// SE-08: a provider of which nothing is stored is in no configuration.
#[tokio::test]
async fn unused_sessions_of_a_provider_without_a_row_are_ended() {
    let gateway = Gateway::start();
    let database = gateway.database.clone();
    Device::sign_in(&gateway, "ada").await;
    // It would store again that it knows the provider.
    gateway.stop();
    let cleanup = async || {
        let text = database.configuration();
        let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
        let db = Db::open(&config.database.access());
        let endings = Endings::new(Lifetime::new(&config.sessions, &config.tokens), &config.clients);
        let cleaned = Cleanup::new(&db, &config, &endings).whole().pass(Clock::system().now()).await;
        cleaned.expect("a database").ended_sessions
    };
    database.execute("UPDATE providers SET id = 'former'");
    assert_eq!(cleanup().await, 0);
    database.execute("UPDATE sessions SET last_activity_at = now() - interval '26 h'");
    database.execute("UPDATE providers SET id = 'op' WHERE id = 'former'");
    assert_eq!(cleanup().await, 0, "a replica may have it");
    database.execute("UPDATE providers SET id = 'former'");
    assert_eq!(cleanup().await, 1);
    assert_eq!(by_reason(&database), ["provider_removed 1"]);
}
