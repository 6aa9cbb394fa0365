//! `logout_notices`, the outbox. Its rows are written where sessions end (`session/store`).

use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, with_every_plan};
use crate::base::id::{SessionId, UserId};
use crate::base::statement::{pruning, statement};

/// A notice that was claimed for an attempt.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Notice {
    /// Which.
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// The session that ended.
    #[diesel(sql_type = Uuid, column_name = session_id)]
    pub session: SessionId,
    /// Whose it was.
    #[diesel(sql_type = Uuid, column_name = user_id)]
    pub user: UserId,
    /// The client that is told.
    #[diesel(sql_type = Text)]
    pub client_id: String,
    /// When the session ended.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// Attempts with this one. Nobody else has a claim of this number.
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
    // A look into the index for each client: a long line of one does not stand before the others.
    "WITH due AS MATERIALIZED (
         SELECT line.id FROM unnest({clients}) AS lane (client_id) CROSS JOIN LATERAL (
             SELECT id, next_attempt_at FROM logout_notices
             WHERE client_id = lane.client_id AND next_attempt_at <= {now}
             ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
         ) line
         ORDER BY line.next_attempt_at LIMIT {most}
     )
     UPDATE logout_notices n SET attempts = attempts + 1, next_attempt_at = {until}
     FROM due WHERE n.id = ANY (ARRAY[due.id])
     RETURNING n.id, n.session_id, n.user_id, n.client_id, n.created_at, n.attempts"
}

/// Takes due notices for an attempt: one of each of these clients, `most` in all. They are nobody else's until `until`;
/// whoever has not said by then what became of them has crashed, and they are due again.
pub fn claim(
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

/// The client was told.
pub fn delivered(conn: &mut Conn, id: uuid::Uuid, now: Timestamp) -> QueryResult<()> {
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
    // Only while the claim is still ours: another attempt may be under way.
    "UPDATE logout_notices
     SET last_error = {reason}, next_attempt_at = {next},
         failed_at = CASE WHEN {next} IS NULL THEN {now} END
     WHERE id = {id} AND attempts = {attempts} AND delivered_at IS NULL AND failed_at IS NULL"
}

/// The client was not told: it is tried again at `next`, or given up.
pub fn missed(
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

/// Gives up notices of before `before`, `most` at the most: those that nobody tries, since their client is not
/// configured any more. The answer is how many.
pub fn give_up(conn: &mut Conn, before: Timestamp, now: Timestamp, most: i64) -> QueryResult<usize> {
    GiveUp { before, most, now }.execute(conn)
}

statement! {
    struct PruneDelivered { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("logout_notices", "delivered_at")
}

statement! {
    struct PruneFailed { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("logout_notices", "failed_at")
}

/// Deletes notices that were delivered before `before`, `most` at the most. The answer is how many.
pub fn prune_delivered(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneDelivered { before, most }.execute(conn)
}

/// Deletes notices that were given up before `before`, `most` at the most. The answer is how many.
pub fn prune_failed(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneFailed { before, most }.execute(conn)
}

/// How many notices are not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Depth {
    /// Those that will be tried, or tried again.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Those that were given up.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
}

/// How many notices are not delivered.
pub fn depth(conn: &mut Conn) -> QueryResult<Depth> {
    let sql = "SELECT (SELECT count(*) FROM logout_notices WHERE next_attempt_at IS NOT NULL) AS waiting,
                      (SELECT count(*) FROM logout_notices WHERE failed_at IS NOT NULL) AS failed";
    with_every_plan(conn, |conn| diesel::sql_query(sql).get_result(conn))
}

/// A notice that is not delivered, as an operator sees it.
#[derive(Debug, Serialize, QueryableByName)]
pub struct Undelivered {
    /// Which.
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// The client.
    #[diesel(sql_type = Text)]
    pub client: String,
    /// The session that ended.
    #[diesel(sql_type = Uuid)]
    pub sid: SessionId,
    /// Whose it was.
    #[diesel(sql_type = Uuid)]
    pub sub: UserId,
    /// When it ended.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// Attempts that were begun.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    /// When it is tried next, unless it was given up.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub next_attempt_at: Option<Timestamp>,
    /// When it was given up.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub failed_at: Option<Timestamp>,
    /// What went wrong at the last attempt.
    #[diesel(sql_type = Nullable<Text>)]
    pub last_error: Option<String>,
}

statement! {
    struct List { most: i64 => BigInt }
    "SELECT id, client_id AS client, session_id AS sid, user_id AS sub, created_at, attempts, next_attempt_at, failed_at,
            last_error
     FROM logout_notices WHERE delivered_at IS NULL ORDER BY id DESC LIMIT {most}"
}

/// The newest notices that are not delivered, `most` at the most.
pub fn undelivered(conn: &mut Conn, most: i64) -> QueryResult<Vec<Undelivered>> {
    with_every_plan(conn, |conn| List { most }.load(conn))
}
