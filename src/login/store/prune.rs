//! Deletes old logins.

use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::uuid_v7_lower_bound;
use crate::base::statement::statement;

statement! {
    struct PruneExpired { before: Timestamp => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_sessions
         WHERE status = 'expired' AND expires_at < {before}
         ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_sessions USING due WHERE authorization_sessions.ctid = due.place"
}

statement! {
    struct PruneFinished { lower_bound: uuid::Uuid => Uuid, before: Timestamp => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_sessions
         WHERE id < {lower_bound} AND status <> 'pending' AND completed_at < {before}
         ORDER BY id LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_sessions USING due WHERE authorization_sessions.ctid = due.place"
}

/// Deletes up to `most` logins without an authorization response that expired before `before`, and returns their number.
pub fn prune_expired(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneExpired { before, most }.execute(conn)
}

/// Deletes logins that reached a terminal status before `before`.
pub fn prune_finished(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneFinished { lower_bound: uuid_v7_lower_bound(before), before, most }.execute(conn)
}
