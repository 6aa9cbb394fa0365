//! A session's end, with all that hangs on it.

use diesel::sql_types::{Jsonb, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;

statement! {
    struct End<'a> {
        id: SessionId => Uuid,
        now: Instant => Timestamptz,
        reason: &'a str => Text,
        audit: uuid::Uuid => Uuid,
        detail: &'a serde_json::Value => Jsonb,
    }
    "WITH ended AS (
         UPDATE sessions SET ended_at = {now}, ended_reason = {reason}
         WHERE (id = {id} OR parent_id = {id}) AND ended_at IS NULL
         RETURNING id, user_id, provider, client_id, not_after
     ), feed AS (
         INSERT INTO revocations (kind, value, created_at, expires_at)
         SELECT 'session', id::text, {now}, not_after FROM ended
     ), audited AS (
         INSERT INTO audit_events (id, at, kind, user_id, session_id, provider, client_id, detail)
         SELECT {audit}, {now}, 'session_ended', user_id, id, provider, client_id, {detail}
         FROM ended WHERE id = {id}
     )
     SELECT user_id FROM ended WHERE id = {id}"
}

/// Ends a session and those under it, with the feed rows and the audit row, in one statement.
/// The answer is whose it was; `None` where it had ended before.
pub fn end(conn: &mut Conn, id: SessionId, reason: &'static str, now: Instant) -> QueryResult<Option<UserId>> {
    #[derive(QueryableByName)]
    struct Ended {
        #[diesel(sql_type = Uuid)]
        user_id: UserId,
    }
    let detail = serde_json::json!({ "reason": reason });
    let end = End { id, now, reason, audit: uuid_v7(now), detail: &detail };
    Ok(end.get_result::<Ended>(conn).optional()?.map(|ended| ended.user_id))
}
