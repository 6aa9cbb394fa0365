//! Deletes old sessions and feed entries.

use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use super::move_tokens_to_outbox::move_tokens_to_outbox;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::uuid_v7;
use crate::base::statement::statement;

statement! {
    struct PruneEnded<'a> {
        before: Timestamp => Timestamptz,
        most: i64 => BigInt,
        stamp: &'a str => Text,
        now: Timestamp => Timestamptz,
    }
    // A sign-in that idled out stays while an app's session is under it: deleting it would delete the app's session too.
    // With the last session of a user the stored tokens of providers are removed, since no session can fetch them.
    concat!(
        "WITH due AS MATERIALIZED (
         SELECT s.ctid AS place, s.id, s.user_id FROM sessions s
         WHERE s.ended_at < {before} AND NOT EXISTS (SELECT FROM sessions app WHERE app.parent_id = s.id)
         ORDER BY s.ended_at LIMIT {most} FOR UPDATE SKIP LOCKED
         ), ",
        move_tokens_to_outbox!(
            "s.user_id IN (SELECT user_id FROM due)
             AND NOT EXISTS (
                 SELECT FROM sessions other WHERE other.user_id = s.user_id AND other.id NOT IN (SELECT id FROM due)
             )"
        ),
        " DELETE FROM sessions USING due WHERE sessions.ctid = due.place"
    )
}

statement! {
    struct PruneFeed { now: Timestamp => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM revocations
         WHERE expires_at <= least({now}, statement_timestamp()) ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM revocations USING due WHERE revocations.ctid = due.place"
}

/// Deletes up to `most` sessions that ended before `before`, and returns their number.
pub fn prune_ended(conn: &mut Conn, before: Timestamp, most: i64, now: Timestamp) -> QueryResult<usize> {
    let stamp = uuid_v7(now).to_string();
    PruneEnded { before, most, stamp: stamp.get(..15).unwrap_or_default(), now }.execute(conn)
}

/// Deletes feed entries whose last token has expired.
pub fn prune_feed(conn: &mut Conn, now: Timestamp, most: i64) -> QueryResult<usize> {
    PruneFeed { now, most }.execute(conn)
}
