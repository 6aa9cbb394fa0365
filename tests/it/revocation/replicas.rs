//! Revocations on one replica, seen by another.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::revocation::clocks::database_with_a_clock;
use crate::revocation::person::{Person, copy_of};
use crate::support::{BOUND, Browser, Cluster, Gateway, Setup};

/// The connections that listen for feed notifications.
const FOLLOWING: &str = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                         AND application_name = 'vestibule' AND query LIKE '%pg_snapshot_xmin%'";

fn two() -> [Gateway; 2] {
    let first = Gateway::start();
    let second = Setup::beside(&first).start();
    [first, second]
}

/// The time until the status list of that replica has the session as revoked.
async fn until_listed(person: &Person, gateway: &Gateway, since: Instant) -> Duration {
    while since.elapsed() < BOUND {
        if person.is_listed(gateway).await {
            return since.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("not seen within {BOUND:?}");
}

async fn sign_in(gateway: &Gateway, name: &str) -> (Browser, Person) {
    let browser = gateway.browser();
    browser.sign_in(name).await;
    let answer = browser.post("/session/token").await;
    let person = Person::holding(answer.json()["access_token"].as_str().expect("a token"));
    (browser, person)
}

/// LO-09, SE-07, IR-06: requests that read the row refuse at once, the others as soon as the feed is read.
#[tokio::test]
async fn a_logout_on_one_replica_is_seen_by_the_other() {
    let [here, there] = two();
    let mut took = Vec::new();
    for _ in 0..30 {
        let (browser, person) = sign_in(&here, "alice").await;
        let copied = copy_of(&browser, &there);
        assert_eq!((copied.fetch("/session").await.status, person.session(&there).await.status), (200, 200));
        assert!(!person.is_listed(&there).await);
        let began = Instant::now();
        assert_eq!(browser.post("/logout").await.status, 200);
        assert!(person.is_listed(&here).await || until_listed(&person, &here, began).await < BOUND);
        took.push(until_listed(&person, &there, began).await);
        for gateway in [&here, &there] {
            let copied = copy_of(&copied, gateway);
            assert_eq!(copied.fetch("/session").await.problem(), (401, "session_revoked".into()));
            assert_eq!(copied.post("/session/token").await.problem(), (401, "session_revoked".into()));
            assert_eq!(person.session(gateway).await.problem(), (401, "session_revoked".into()));
        }
    }
    took.sort();
    let at = |part: usize| took[(took.len() - 1) * part / 100].as_millis();
    println!(
        "seen by the other replica, of {}: min {} ms, median {} ms, p95 {} ms, max {} ms",
        took.len(),
        at(0),
        at(50),
        at(95),
        at(100)
    );
    assert!(took[took.len() - 1] < BOUND, "{took:?}");
}

/// The row of the session looks active.
#[tokio::test]
async fn a_feed_entry_alone_refuses_a_session() {
    let [here, there] = two();
    let (browser, person) = sign_in(&here, "alice").await;
    here.database.execute(&person.revoke_on_the_feed(&here));
    until_listed(&person, &there, Instant::now()).await;
    assert_eq!(person.session(&there).await.problem(), (401, "session_revoked".into()));
    assert_eq!(copy_of(&browser, &there).fetch("/session").await.problem(), (401, "session_revoked".into()));
}

/// After a failover, the row of an ended session may look active again.
#[tokio::test]
async fn a_feed_entry_alone_refuses_a_refresh() {
    let [here, there] = two();
    let answer = here.browser().sign_in_json("alice").await;
    let text = |kind: &str| answer["api"][kind].as_str().expect("a token").to_owned();
    let person = Person::holding(&text("access"));
    here.database.execute(&person.revoke_on_the_feed(&here));
    until_listed(&person, &there, Instant::now()).await;
    let form = format!("grant_type=refresh_token&refresh_token={}", text("refresh"));
    let refresh = there.browser().ask("POST", "/oauth2/token").body("application/x-www-form-urlencoded", form);
    let refused = refresh.send().await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &"invalid_grant".into()));
    assert_eq!(here.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 1, "its row looks alive");
    assert_eq!(here.database.number("SELECT max(refresh_token_counter) FROM sessions"), 0);
}

/// The session, its other tokens and the status lists are not affected.
#[tokio::test]
async fn a_revoked_jti_refuses_only_its_token() {
    let [here, there] = two();
    let (browser, person) = sign_in(&here, "alice").await;
    let other = browser.post("/session/token").await.json();
    let other = Person::holding(other["access_token"].as_str().expect("a token"));
    let jti = person.claims["jti"].as_str().expect("a jti");
    here.database.execute(&format!(
        "INSERT INTO revocations (kind, value, created_at, expires_at)
         VALUES ('jti', '{jti}', now(), now() + interval '5 min')"
    ));
    for gateway in [&here, &there] {
        let began = Instant::now();
        while person.session(gateway).await.status == 200 {
            assert!(began.elapsed() < BOUND);
        }
        assert_eq!(person.session(gateway).await.problem(), (401, "token_invalid".into()));
        assert_eq!(other.session(gateway).await.status, 200);
        assert!(!person.is_listed(gateway).await);
    }
}

#[tokio::test]
async fn a_restarted_replica_reads_the_whole_feed_before_it_is_ready() {
    let [here, there] = two();
    let mut people = Vec::new();
    for number in 0..40 {
        people.push(sign_in(&here, &format!("p{number}")).await);
    }
    there.stop();
    here.database.until(&format!("SELECT count(*) {FOLLOWING}"), 1).await;
    for (browser, _) in &people {
        assert_eq!(browser.post("/logout").await.status, 200);
    }
    let there = Setup::beside(&here).start();
    assert_eq!(there.browser().get(&format!("{}/readyz", there.admin)).await.status, 200);
    for (_, person) in &people {
        assert!(person.is_listed(&there).await);
        assert_eq!(person.session(&there).await.problem(), (401, "session_revoked".into()));
    }
}

/// Without notifications, replicas read the feed at the poll interval.
#[tokio::test]
async fn a_lost_listen_connection_delays_at_most_by_the_poll_interval() {
    let [here, there] = two();
    let mut took = Vec::new();
    for _ in 0..5 {
        let (browser, person) = sign_in(&here, "alice").await;
        here.database.until(&format!("SELECT count(*) {FOLLOWING}"), 2).await;
        assert_eq!(here.database.number(&format!("SELECT count(pg_terminate_backend(pid, 5000)) {FOLLOWING}")), 2);
        let began = Instant::now();
        // Only the listening connections were terminated, not the pool.
        assert_eq!(browser.post("/logout").await.status, 200);
        took.push(until_listed(&person, &there, began).await);
    }
    println!("after a cut: {took:?}");
    assert!(took.iter().all(|took| *took < BOUND), "{took:?}");
}

/// Two transactions can commit in another order than they wrote their rows.
#[tokio::test]
async fn a_feed_row_that_commits_late_is_read() {
    let [here, there] = two();
    let early = Person::sign_in(&here, "alice").await;
    let late = Person::sign_in(&here, "bob").await;
    let mut slow = here.database.connection();
    slow.batch_execute("BEGIN").expect("a transaction");
    slow.batch_execute(&early.revoke_on_the_feed(&here)).expect("a row with the lower number");
    // Another row, written later and committed first.
    here.database.execute(&late.revoke_on_the_feed(&here));
    for gateway in [&here, &there] {
        until_listed(&late, gateway, Instant::now()).await;
        assert!(!early.is_listed(gateway).await);
    }
    slow.batch_execute("COMMIT").expect("committed");
    let began = Instant::now();
    for gateway in [&here, &there] {
        assert!(until_listed(&early, gateway, began).await < BOUND);
    }
}

/// After a failover behind a pooler the same connection reaches a server whose transaction ids begin lower. What was
/// written there before the next look is found all the same.
#[tokio::test]
async fn after_a_failover_the_feed_is_read_from_the_beginning() {
    let database = Cluster::shared().database();
    // Stands in front of the built-in function and adds what the lost server was ahead.
    let name = database.words("SELECT current_database()").concat();
    database.execute(&format!(
        "CREATE TABLE ahead AS SELECT 1000000::bigint AS by;
         CREATE FUNCTION public.pg_snapshot_xmin(pg_snapshot) RETURNS xid8 LANGUAGE sql STABLE AS $$
             SELECT (pg_catalog.pg_snapshot_xmin($1)::text::bigint + by)::text::xid8 FROM ahead
         $$;
         ALTER DATABASE {name} SET search_path = public, pg_catalog"
    ));
    let gateway = Setup::new().on(&database).start();
    let person = Person::sign_in(&gateway, "alice").await;
    let ahead = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                 - pg_catalog.pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
    assert_eq!(database.number(ahead), 1_000_000);
    assert!(!person.is_listed(&gateway).await);
    database.execute(&format!("BEGIN; {}; UPDATE ahead SET by = 0; COMMIT", person.revoke_on_the_feed(&gateway)));
    assert!(until_listed(&person, &gateway, Instant::now()).await < BOUND);
}

#[tokio::test]
async fn an_expired_entry_is_dropped() {
    let (database, set_clock) = database_with_a_clock();
    let gateway = Setup::new().on(&database).start();
    let person = Person::sign_in(&gateway, "alice").await;
    gateway.database.execute(&person.revoke_on_the_feed(&gateway));
    until_listed(&person, &gateway, Instant::now()).await;
    // One clock alone does not drop it.
    gateway.hand.advance(chrono::TimeDelta::minutes(7));
    let later = Person::sign_in(&gateway, "bob").await;
    gateway.database.execute(&later.revoke_on_the_feed(&gateway));
    until_listed(&later, &gateway, Instant::now()).await;
    assert!(person.is_listed(&gateway).await);
    set_clock("7 min");
    let began = Instant::now();
    while person.is_listed(&gateway).await {
        assert!(began.elapsed() < BOUND);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let metrics = gateway.browser().get(&format!("{}/metrics", gateway.admin)).await.body;
    for name in [
        "vestibule_revocations{kind=\"session\"}",
        "vestibule_revocation_feed_age_seconds",
        "vestibule_revocation_lag_seconds",
    ] {
        assert!(metrics.contains(name), "{name}");
    }
}
