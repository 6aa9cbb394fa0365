//! Rows that nobody needs any more.

use diesel::sql_types::{BigInt, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::statement::statement;

statement! {
    struct PruneEnded { before: Instant => Timestamptz, most: i64 => BigInt }
    // A sign-in that idled out stays as long as an app is under it: deleting it would delete the app's session.
    "WITH due AS MATERIALIZED (
         SELECT s.ctid AS place FROM sessions s
         WHERE s.ended_at < {before} AND NOT EXISTS (SELECT FROM sessions app WHERE app.parent_id = s.id)
         ORDER BY s.ended_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM sessions USING due WHERE sessions.ctid = due.place"
}

statement! {
    struct PruneFeed { now: Instant => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM revocations
         WHERE expires_at <= {now} ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM revocations USING due WHERE revocations.ctid = due.place"
}

/// Deletes sessions that ended before `before`, `most` at the most. The answer is how many.
pub fn prune_ended(conn: &mut Conn, before: Instant, most: i64) -> QueryResult<usize> {
    PruneEnded { before, most }.execute(conn)
}

/// Deletes what the feed tells no more: the tokens that it was about have expired.
pub fn prune_feed(conn: &mut Conn, now: Instant, most: i64) -> QueryResult<usize> {
    PruneFeed { now, most }.execute(conn)
}
