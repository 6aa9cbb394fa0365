//! Stores the last use of a session.

use diesel::sql_types::{Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;

statement! {
    struct Touch { id: SessionId => Uuid, stale_before: Timestamp => Timestamptz, now: Timestamp => Timestamptz }
    // The condition is checked on the current row: another replica may have stored the same minute since the read.
    "UPDATE sessions SET last_activity_at = {now}
     WHERE id = {id} AND last_activity_at < {stale_before} AND ended_at IS NULL"
}

/// Stores a use if the stored one is older than `stale_before`
/// ([`Lifetime::stale_before`](crate::session::Lifetime::stale_before)), and returns whether it did. No indexed column
/// changes, so that the update stays in its page (HOT).
pub fn touch(conn: &mut Conn, id: SessionId, stale_before: Timestamp, now: Timestamp) -> QueryResult<bool> {
    Touch { id, stale_before, now }.execute(conn).map(|written| written > 0)
}
