//! The queries of sessions for logouts.

use chrono::TimeDelta;
use diesel::sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;

/// For so long after an app has revoked its token, its ID token still signs out without a question.
const REVOKED_LATELY: TimeDelta = TimeDelta::minutes(1);

/// The columns of a client's session that a logout uses.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Meant {
    #[diesel(sql_type = Uuid, column_name = user_id)]
    pub user: UserId,
    #[diesel(sql_type = Text)]
    pub client_id: String,
    /// The sign-in that is its parent.
    #[diesel(sql_type = Nullable<Uuid>, column_name = parent_id)]
    pub parent: Option<SessionId>,
    /// Whether that sign-in, or the session itself if it is one, has ended.
    #[diesel(sql_type = Bool)]
    pub parent_over: bool,
    /// Whether the session itself has ended, other than by its app, which revoked its token within the last minute.
    #[diesel(sql_type = Bool)]
    pub over: bool,
    /// Whether the session itself is live: not ended, and within both timeouts.
    #[diesel(sql_type = Bool)]
    pub lives: bool,
}

statement! {
    struct Find {
        id: SessionId => Uuid,
        used_after: Timestamp => Timestamptz,
        lately: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    "SELECT s.user_id, s.client_id, s.parent_id,
            CASE WHEN s.parent_id IS NULL THEN s.ended_at ELSE parent.ended_at END IS NOT NULL AS parent_over,
            s.ended_at IS NOT NULL AND (s.ended_at > {lately} AND s.ended_reason = 'revoked') IS NOT TRUE AS over,
            s.ended_at IS NULL AND s.not_after > {now} AND s.last_activity_at > {used_after} AS lives
     FROM sessions s LEFT JOIN sessions parent ON parent.id = ANY (ARRAY[s.parent_id]) WHERE s.id = {id}"
}

/// The session with that id, also an expired or ended one.
pub fn meant(conn: &mut Conn, id: SessionId, used_after: Timestamp, now: Timestamp) -> QueryResult<Option<Meant>> {
    let lately = now.checked_sub_signed(REVOKED_LATELY).unwrap_or(Timestamp::UNIX_EPOCH);
    Find { id, used_after, lately, now }.get_result(conn).optional()
}

/// A sign-in that may have to end at its provider.
#[derive(QueryableByName)]
pub struct Upstream {
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// The sealed ID token of the provider.
    #[diesel(sql_type = Nullable<Binary>, column_name = upstream_id_token)]
    pub id_token: Option<Vec<u8>>,
}

statement! {
    struct FindUpstream { id: SessionId => Uuid, lately: Timestamp => Timestamptz, proven: bool => Bool }
    "SELECT provider, upstream_id_token FROM sessions
     WHERE id = {id} AND parent_id IS NULL
       AND (ended_at IS NULL OR (ended_reason = 'logout' AND ended_at > {lately}) OR ({proven} AND ended_reason = 'idle'))"
}

statement! {
    struct FindLinked {
        id: SessionId => Uuid,
        used_after: Timestamp => Timestamptz,
        ended_after: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    "SELECT provider, upstream_id_token FROM sessions
     WHERE id = {id} AND parent_id IS NULL
       AND CASE WHEN ended_at IS NULL THEN not_after > {now} AND last_activity_at > {used_after}
                ELSE ended_at > {ended_after}
                     AND ended_reason NOT IN ('idle', 'absolute', 'replaced', 'one_per_user', 'reuse', 'code_reuse') END"
}

/// The sign-in with that id while it is live, and also one that was ended explicitly after `ended_after`.
pub fn linked(
    conn: &mut Conn,
    id: SessionId,
    used_after: Timestamp,
    ended_after: Timestamp,
    now: Timestamp,
) -> QueryResult<Option<Upstream>> {
    FindLinked { id, used_after, ended_after, now }.get_result(conn).optional()
}

/// The live sign-in with that id. Also one that was signed out after `lately`, for the second answer to a double click,
/// and, if it is `proven` that its user asks, one that idled out. Others are not returned, so that a copied cookie
/// obtains no ID token for them.
pub fn upstream(conn: &mut Conn, id: SessionId, lately: Timestamp, proven: bool) -> QueryResult<Option<Upstream>> {
    FindUpstream { id, lately, proven }.get_result(conn).optional()
}
