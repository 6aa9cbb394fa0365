//! A session's use.

use diesel::sql_types::{Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;

statement! {
    struct Touch { id: SessionId => Uuid, now: Instant => Timestamptz }
    "UPDATE sessions SET last_activity_at = {now} WHERE id = {id} AND last_activity_at < {now} AND ended_at IS NULL"
}

/// Writes down a use. Touches no indexed column, so that the row stays in its page.
pub fn touch(conn: &mut Conn, id: SessionId, now: Instant) -> QueryResult<()> {
    Touch { id, now }.execute(conn).map(|_| ())
}
