//! The outbox `logout_notices`. Its rows are inserted by the statements that end sessions (`session/store`).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid};
use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, with_every_plan};
use crate::base::id::{SessionId, UserId};
use crate::base::schema::logout_notices;
use crate::base::statement::statement;

/// A notice that was claimed for an attempt.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Notice {
    /// The id of the notice.
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// The session that ended.
    #[diesel(sql_type = Uuid, column_name = session_id)]
    pub session: SessionId,
    /// The id of the session's user.
    #[diesel(sql_type = Uuid, column_name = user_id)]
    pub user: UserId,
    /// The client that is notified.
    #[diesel(sql_type = Text)]
    pub client_id: String,
    /// When the session ended.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// The number of attempts, this one included. It identifies the claim.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

statement! {
    struct Claim<'a> {
        clients: &'a [String] => Array<Text>,
        most: i64 => BigInt,
        now: Timestamp => Timestamptz,
        until: Timestamp => Timestamptz,
    }
    // One index lookup for each client: many notices of one client do not delay those of the others.
    "WITH due AS MATERIALIZED (
         SELECT line.id FROM unnest({clients}) AS client (client_id) CROSS JOIN LATERAL (
             SELECT id, next_attempt_at FROM logout_notices
             WHERE client_id = client.client_id AND next_attempt_at <= {now}
             ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
         ) line
         ORDER BY line.next_attempt_at LIMIT {most}
     )
     UPDATE logout_notices n SET attempts = attempts + 1, next_attempt_at = {until}
     FROM due WHERE n.id = ANY (ARRAY[due.id])
     RETURNING n.id, n.session_id, n.user_id, n.client_id, n.created_at, n.attempts"
}

/// Claims up to `most` due notices, one of each of these clients, until `until`. A claim without an outcome by then belongs
/// to a process that crashed, and the notice is due again.
pub fn claim_notices(
    conn: &mut Conn,
    clients: &[String],
    most: usize,
    now: Timestamp,
    until: Timestamp,
) -> QueryResult<Vec<Notice>> {
    Claim { clients, most: i64::try_from(most).unwrap_or(i64::MAX), now, until }.load(conn)
}

statement! {
    struct Delivered { id: uuid::Uuid => Uuid, now: Timestamp => Timestamptz }
    "UPDATE logout_notices SET delivered_at = {now}, next_attempt_at = NULL, last_error = NULL
     WHERE id = {id} AND delivered_at IS NULL AND failed_at IS NULL"
}

/// Stores that the client accepted the logout token.
pub fn record_delivery(conn: &mut Conn, id: uuid::Uuid, now: Timestamp) -> QueryResult<()> {
    Delivered { id, now }.execute(conn).map(|_| ())
}

statement! {
    struct Missed<'a> {
        id: uuid::Uuid => Uuid,
        attempts: i32 => Integer,
        reason: &'a str => Text,
        next: Option<Timestamp> => Nullable<Timestamptz>,
        now: Timestamp => Timestamptz,
    }
    // Only while this claim is valid: another attempt may have begun.
    "UPDATE logout_notices
     SET last_error = {reason}, next_attempt_at = {next},
         failed_at = CASE WHEN {next} IS NULL THEN {now} END
     WHERE id = {id} AND attempts = {attempts} AND delivered_at IS NULL AND failed_at IS NULL"
}

/// Stores a failed attempt: the next is at `next`, or the notice is given up.
pub fn record_failure(
    conn: &mut Conn,
    notice: &Notice,
    reason: &str,
    next: Option<Timestamp>,
    now: Timestamp,
) -> QueryResult<()> {
    Missed { id: notice.id, attempts: notice.attempts, reason, next, now }.execute(conn).map(|_| ())
}

statement! {
    struct GiveUp { before: Timestamp => Timestamptz, most: i64 => BigInt, now: Timestamp => Timestamptz }
    "WITH due AS MATERIALIZED (
         SELECT id FROM logout_notices WHERE coalesce(delivered_at, failed_at) IS NULL AND created_at < {before}
         ORDER BY created_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     UPDATE logout_notices n
     SET failed_at = {now}, next_attempt_at = NULL,
         last_error = coalesce(n.last_error, 'the client is not told of logouts any more')
     FROM due WHERE n.id = ANY (ARRAY[due.id])"
}

/// Gives up to `most` notices up that were queued before `before` and are not attempted, since their client was removed
/// from the configuration. Returns their number.
pub fn give_up(conn: &mut Conn, before: Timestamp, now: Timestamp, most: i64) -> QueryResult<usize> {
    GiveUp { before, most, now }.execute(conn)
}

/// The numbers of notices that are not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Depth {
    /// Notices that wait for their first or next attempt.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Notices that were given up.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
}

/// The numbers of notices that are not delivered.
pub fn depth(conn: &mut Conn) -> QueryResult<Depth> {
    let sql = "SELECT (SELECT count(*) FROM logout_notices WHERE next_attempt_at IS NOT NULL) AS waiting,
                      (SELECT count(*) FROM logout_notices WHERE failed_at IS NOT NULL) AS failed";
    with_every_plan(conn, |conn| diesel::sql_query(sql).get_result(conn))
}

/// A notice that is not delivered, as shown to operators.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(table_name = logout_notices)]
pub struct Undelivered {
    /// The id of the notice.
    pub id: uuid::Uuid,
    /// The id of the client.
    #[diesel(column_name = client_id)]
    pub client: String,
    /// The session that ended.
    #[diesel(column_name = session_id)]
    pub sid: SessionId,
    /// The id of the session's user.
    #[diesel(column_name = user_id)]
    pub sub: UserId,
    /// When the session ended.
    pub created_at: Timestamp,
    /// The number of attempts that were begun.
    pub attempts: i32,
    /// The time of the next attempt; `None` if it was given up.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was given up; `None` if it was not.
    pub failed_at: Option<Timestamp>,
    /// The error of the last attempt.
    pub last_error: Option<String>,
}

/// Up to `most` notices that are not delivered, newest first.
pub fn undelivered(conn: &mut Conn, most: i64) -> QueryResult<Vec<Undelivered>> {
    let found = logout_notices::table
        .filter(logout_notices::delivered_at.is_null())
        .order(logout_notices::id.desc())
        .limit(most)
        .select(Undelivered::as_select());
    with_every_plan(conn, |conn| found.load(conn))
}
