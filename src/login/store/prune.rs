//! Deletes old logins.

use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::uuid_v7_lower_bound;
use crate::base::statement::statement;

statement! {
    struct PruneFailed { before: Timestamp => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_sessions
         WHERE status NOT IN ('pending', 'completed') AND expires_at < {before}
         ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_sessions USING due WHERE authorization_sessions.ctid = due.place"
}

statement! {
    struct PruneCompleted { lower_bound: uuid::Uuid => Uuid, before: Timestamp => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_sessions
         WHERE id < {lower_bound} AND status = 'completed' AND completed_at < {before}
         ORDER BY id LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_sessions USING due WHERE authorization_sessions.ctid = due.place"
}

/// Deletes up to `most` logins without a session that expired before `before`, and returns their number.
pub fn prune_failed(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneFailed { before, most }.execute(conn)
}

/// Deletes logins that gave a session before `before`.
pub fn prune_completed(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneCompleted { lower_bound: uuid_v7_lower_bound(before), before, most }.execute(conn)
}
