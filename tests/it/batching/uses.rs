//! Uses of sessions that are stored by a shared statement.

use diesel::connection::SimpleConnection;
use vestibule::base::clock::Timestamp;
use vestibule::session::{Use, touch};

use super::held::{Held, Request};
use crate::costs::many_sessions::{ManySessions, session_id};

fn used(held: &Held, number: u64, now: Timestamp) -> Request<()> {
    let (db, id) = (held.db.clone(), session_id(number));
    Box::pin(async move { touch(&db, Use { id, stale_before: now, now }).await })
}

/// One of the rows is locked: its use is stored once it is free. An ended session keeps its last use.
#[tokio::test]
async fn queued_uses_are_one_statement_and_a_locked_row_delays_no_other() {
    let many = ManySessions::start();
    let (held, now) = (Held::new(&many.database, 2), many.gateway.clock.now() + chrono::TimeDelta::minutes(5));
    used(&held, 599, now).await.expect("an answer");
    let end = format!("UPDATE sessions SET ended_at = now(), ended_reason = 'logout' WHERE id = '{}'", session_id(3));
    many.database.execute(&end);
    many.forget();
    let requests = |numbers: std::ops::Range<u64>| numbers.rev().map(|number| used(&held, number, now)).collect();
    for result in held.all_at_once(requests(0..32)).await {
        result.expect("an answer");
    }
    assert_eq!(many.asked().len(), 1, "{:?}", many.asked());
    let stored = format!("SELECT count(*) FROM sessions WHERE last_activity_at = '{}'", now.to_rfc3339());
    assert_eq!(many.database.number(&stored), 32, "31 of these and the first one");
    let mut conn = many.database.connection();
    let lock = format!("BEGIN; SELECT 1 FROM sessions WHERE id = '{}' FOR UPDATE", session_id(40));
    conn.batch_execute(&lock).expect("a lock");
    let free = async {
        many.database.until(&stored, 63).await;
        conn.batch_execute("ROLLBACK").expect("the end");
    };
    let (results, ()) = tokio::join!(held.all_at_once(requests(32..64)), free);
    assert!(results.into_iter().all(|result| result.is_ok()));
    assert_eq!(many.database.number(&stored), 64);
}
