//! A session's use.

use diesel::sql_types::{Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;

statement! {
    struct Touch { id: SessionId => Uuid, stale_before: Timestamp => Timestamptz, now: Timestamp => Timestamptz }
    // The row is judged again: another replica may have written the same minute down since this one read it.
    "UPDATE sessions SET last_activity_at = {now}
     WHERE id = {id} AND last_activity_at < {stale_before} AND ended_at IS NULL"
}

/// Writes down a use, where the last one that was written is older than `stale_before`
/// ([`Lifetime::stale_before`](crate::session::Lifetime::stale_before)). Touches no indexed column, so that the row
/// stays in its page. The answer is whether it was written.
pub fn touch(conn: &mut Conn, id: SessionId, stale_before: Timestamp, now: Timestamp) -> QueryResult<bool> {
    Touch { id, stale_before, now }.execute(conn).map(|written| written > 0)
}
