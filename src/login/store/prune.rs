//! Deletes old logins.

use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::uuid_v7_lower_bound;
use crate::base::statement::statement;

statement! {
    struct PruneCompleted { lower_bound: uuid::Uuid => Uuid, before: Timestamp => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_sessions
         WHERE id < {lower_bound} AND status = 'completed' AND completed_at < {before}
         ORDER BY id LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_sessions USING due WHERE authorization_sessions.ctid = due.place"
}

/// Deletes up to `most` logins that gave a session before `before`, and returns their number. They are found by
/// their id, which contains the time of their creation.
pub fn prune_completed(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneCompleted { lower_bound: uuid_v7_lower_bound(before), before, most }.execute(conn)
}
