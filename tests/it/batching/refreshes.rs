//! Queued refreshes: one statement and one commit, whatever the number of sessions.

use diesel::connection::SimpleConnection;
use vestibule::base::db::Db;
use vestibule::base::id::SessionId;
use vestibule::session::SignedIn;
use vestibule::token::{RotateAsk, Rotations};

use super::held::{Held, Request};
use crate::costs::many_sessions::{ManySessions, session_id};

/// A rotation of the session with that number, as the token endpoint asks for it.
fn rotation(many: &ManySessions, db: &Db, number: u64, counter: i64) -> Request<Option<SignedIn>> {
    let (db, now) = (db.clone(), many.gateway.clock.now());
    let ask = RotateAsk {
        id: session_id(number),
        counter,
        step: 1,
        client_id: "vestibule".to_owned(),
        scope: None,
        resources: Vec::new(),
        is_own_audience: true,
        refreshed_from: 5,
        providers: ["op".to_owned()].into(),
        used_after: now - chrono::TimeDelta::days(7),
        with_claims: false,
        now,
    };
    Box::pin(async move { db.run_batched::<Rotations>(ask).await })
}

/// With at most 300 bytes of WAL for each. The sessions are far apart, as those of different persons are: the versions of one
/// transaction share the free space of a page.
#[tokio::test]
async fn sixty_four_queued_refreshes_are_one_statement_and_one_commit() {
    let many = ManySessions::start();
    let held = Held::new(&many.database, 2);
    // The first one opens the connection and prepares the statement.
    rotation(&many, &held.db, 599, 0).await.expect("an answer").expect("a rotation");
    many.database.execute("CHECKPOINT");
    many.forget();
    let numbers = || (0..64).rev().map(|number| number * 9);
    let results = held.all_at_once(numbers().map(|number| rotation(&many, &held.db, number, 0)).collect()).await;
    let rotated: Vec<SessionId> =
        results.into_iter().map(|result| result.expect("an answer").expect("a rotation").session.id).collect();
    assert_eq!(rotated, numbers().map(session_id).collect::<Vec<_>>(), "each has its own session");
    assert_eq!(many.asked().len(), 1, "{:?}", many.asked());
    let written = "SELECT count(DISTINCT xmin::text) FROM sessions WHERE refresh_token_counter = 1 AND id <> ";
    assert_eq!(many.database.number(&format!("{written}'{}'", session_id(599))), 1, "one transaction");
    assert_eq!(many.database.number("SELECT count(*) FROM sessions WHERE refresh_token_counter = 1"), 65);
    let wal = "SELECT sum(wal_bytes) FROM pg_stat_statements WHERE query LIKE '/* %::RotateAll */%'";
    assert!(many.database.number(wal) <= 64 * 300, "{} bytes", many.database.number(wal));
}

/// A presented token that is not the newest, and a session of another client, match no row.
#[tokio::test]
async fn a_refresh_that_does_not_match_is_left_to_a_statement_of_its_own() {
    let many = ManySessions::start();
    let held = Held::new(&many.database, 1);
    let end = format!("UPDATE sessions SET ended_at = now(), ended_reason = 'logout' WHERE id = '{}'", session_id(3));
    let other = format!("UPDATE sessions SET provider = 'gone' WHERE id = '{}'", session_id(4));
    let idle =
        format!("UPDATE sessions SET last_activity_at = now() - interval '8 days' WHERE id = '{}'", session_id(5));
    let disabled = "UPDATE users SET disabled_at = now() WHERE id = (SELECT user_id FROM sessions WHERE id = ";
    let disabled = format!("{disabled}'{}')", session_id(6));
    many.database.execute(&[end, other, idle, disabled].join(";"));
    let asks = [(1, 0), (2, 1), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0)];
    let requests = asks.map(|(number, counter)| rotation(&many, &held.db, number, counter));
    let results = held.all_at_once(requests.into()).await;
    let rotated: Vec<bool> = results.into_iter().map(|result| result.expect("an answer").is_some()).collect();
    assert_eq!(rotated, [true, false, false, false, false, false, true]);
    assert_eq!(many.database.number("SELECT sum(refresh_token_counter) FROM sessions"), 2);
}

/// Another transaction has locked a row in the middle of the batch. The batch does not wait for it.
#[tokio::test]
async fn a_locked_row_is_left_out_and_delays_no_other() {
    let many = ManySessions::start();
    let held = Held::new(&many.database, 1);
    let lock = format!("SELECT 1 FROM sessions WHERE id = '{}' FOR UPDATE", session_id(2));
    let mut conn = many.database.connection();
    let requests = |counter| (0..5).map(|number| rotation(&many, &held.db, number, counter)).collect();
    conn.batch_execute(&format!("BEGIN; {lock}")).expect("a lock");
    let results = held.all_at_once(requests(0)).await;
    let rotated: Vec<bool> = results.into_iter().map(|result| result.expect("an answer").is_some()).collect();
    assert_eq!(rotated, [true, true, false, true, true]);
    conn.batch_execute("ROLLBACK").expect("the end");
    assert!(rotation(&many, &held.db, 2, 0).await.expect("an answer").is_some());
}
