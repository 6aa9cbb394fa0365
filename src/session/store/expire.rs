//! Ends sessions that have reached a timeout, and those of removed providers.

use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, note};
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::end_reason::EndReason;
use crate::session::ending::Endings;

/// Reading a row is cheap and ending a session is not: this many rows are read for each session that a step may end.
const STRETCH: i64 = 10;

/// The position of the walk over the live sessions, in the order of their absolute ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The absolute end of the last session that was read.
    pub not_after: Timestamp,
    id: SessionId,
}

impl Default for Mark {
    /// The beginning of the walk.
    fn default() -> Self {
        Self { not_after: Timestamp::UNIX_EPOCH, id: SessionId(uuid::Uuid::nil()) }
    }
}

/// The result of one step of the walk.
pub struct Stretch {
    /// The position of the next step; `None` after the last session.
    pub next: Option<Mark>,
    /// The sessions that were ended.
    pub expired: Vec<Expired>,
}

/// A session that was ended.
pub struct Expired {
    /// The id of the session.
    pub id: SessionId,
    /// The id of its user.
    pub user: UserId,
    /// The timeout that it reached, `absolute` or `idle`; or `provider_removed`.
    pub reason: EndReason,
}

statement! {
    struct Expire<'a> {
        not_after: Timestamp => Timestamptz,
        id: SessionId => Uuid,
        stretch: i64 => BigInt,
        most: i64 => BigInt,
        now: Timestamp => Timestamptz,
        idle_since: Timestamp => Timestamptz,
        unknown_since: Timestamp => Timestamptz,
        configured: &'a [String] => Array<Text>,
        keep_until: Timestamp => Timestamptz,
        stamp: &'a str => Text,
        told: &'a [String] => Array<Text>,
    }
    // `ended_reason IS NULL` is the predicate of the index `sessions_live`, which no other statement may read.
    // A session whose row is locked is skipped, and one that was used since the read is judged by its current row. An
    // array instead of a join, so that no plan reads the whole table. The apps' sessions under a browser session that
    // idles out stay. Clients are notified when a session reaches its absolute timeout, but not when it idles out: an
    // app may keep its own session without calling us. A provider that this process has in its configuration is not
    // removed, although its row may be old: the process may have been stopped for a day. A provider without a row is removed
    // once a session of it was not used for that time.
    concat!(
        "WITH seen AS MATERIALIZED (
         SELECT id, not_after, last_activity_at, provider FROM sessions
         WHERE ended_reason IS NULL AND ended_at IS NULL AND (not_after, id) > ({not_after}, {id})
         ORDER BY not_after, id LIMIT {stretch}
     ), removed AS MATERIALIZED (
         SELECT id FROM providers WHERE last_known_at <= {unknown_since} AND id <> ALL ({configured})
         UNION ALL
         SELECT DISTINCT provider FROM seen
         WHERE last_activity_at <= {unknown_since} AND provider <> ALL ({configured})
           AND provider NOT IN (SELECT id FROM providers)
     ), due AS MATERIALIZED (
         SELECT s.id, s.not_after FROM sessions s
         WHERE s.id = ANY (ARRAY(
                   SELECT id FROM seen
                   WHERE not_after <= {now} OR last_activity_at <= {idle_since} OR provider IN (SELECT id FROM removed)
               ))
           AND s.ended_at IS NULL AND (s.not_after <= {now} OR s.last_activity_at <= {idle_since}
                                   OR s.provider = ANY (ARRAY(SELECT id FROM removed)))
         ORDER BY s.not_after, s.id LIMIT {most} FOR NO KEY UPDATE OF s SKIP LOCKED
     ), ended AS (
         UPDATE sessions s
         SET ended_at = {now}, ended_reason = CASE WHEN s.not_after <= {now} THEN 'absolute'
                                WHEN s.provider = ANY (ARRAY(SELECT id FROM removed)) THEN 'provider_removed'
                                ELSE 'idle' END
         FROM due WHERE s.id = ANY (ARRAY[due.id])
         RETURNING s.id, s.user_id, s.provider, s.client_id, s.status_index, s.ended_reason
     ), feed AS (
         INSERT INTO revocations (kind, value, status_index, created_at, expires_at)
         SELECT 'session', id::text, status_index, statement_timestamp(), statement_timestamp() + ({keep_until} - {now})
         FROM ended
     ), audited AS (
         ",
        audit_rows!(
            from "ended", id "overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid",
            kind "'session_ended'", user_id "user_id", session_id "id", provider "provider", client_id "client_id",
            detail "jsonb_build_object('reason', ended_reason)"
        ),
        "
     ), noticed AS (
         INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
         SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, id, user_id, client_id, {now}, {now}
         FROM ended WHERE ended_reason <> 'idle' AND client_id = ANY ({told})
     )
     SELECT last.not_after, last.id AS last_id, ended.id, ended.user_id, ended.ended_reason
     FROM (SELECT) one
     LEFT JOIN (
         -- Where a batch is full, the next one begins behind it; else behind the stretch; at the end, nowhere.
         (SELECT not_after, id FROM due WHERE (SELECT count(*) FROM due) = {most} ORDER BY not_after DESC, id DESC LIMIT 1)
         UNION ALL
         (SELECT not_after, id FROM seen
          WHERE (SELECT count(*) FROM due) < {most} AND (SELECT count(*) FROM seen) = {stretch}
          ORDER BY not_after DESC, id DESC LIMIT 1)
     ) last ON true
     LEFT JOIN ended ON true"
    )
}

#[derive(QueryableByName)]
struct ExpiredRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    not_after: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Uuid>)]
    last_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Uuid>)]
    id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Uuid>)]
    user_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    ended_reason: Option<EndReason>,
}

/// The sessions that end for another reason than a timeout.
#[derive(Clone, Copy)]
pub struct Removed<'a> {
    /// A provider that no replica has known since then is removed.
    pub unknown_since: Timestamp,
    /// The providers that are configured here, which are not removed.
    pub configured: &'a [String],
}

/// Reads the live sessions that follow `mark` and ends up to `most` that have reached a timeout or are of a removed provider,
/// with their feed entries, audit events and notices to clients, in one statement.
pub fn expire(
    conn: &mut Conn,
    mark: Mark,
    most: i64,
    endings: &Endings,
    removed: Removed<'_>,
    now: Timestamp,
) -> QueryResult<Stretch> {
    let lifetime = endings.lifetime();
    let stamp = uuid_v7(now).to_string();
    let query = Expire {
        not_after: mark.not_after,
        id: mark.id,
        stretch: most.saturating_mul(STRETCH),
        most,
        now,
        idle_since: lifetime.idle_since(now),
        unknown_since: removed.unknown_since,
        configured: removed.configured,
        keep_until: lifetime.feed_until(now),
        stamp: stamp.get(..15).unwrap_or_default(),
        told: endings.notified_clients(),
    };
    let rows: Vec<ExpiredRow> = query.load(conn)?;
    let next = rows.first().and_then(|row| {
        let (not_after, id) = (row.not_after?, row.last_id?);
        Some(Mark { not_after, id })
    });
    let expired: Vec<_> = rows.iter().filter_map(expired).collect();
    let keep_until = lifetime.feed_until(now);
    for &Expired { id: session, user, .. } in &expired {
        note(conn, Change::SessionEnded { session, user, keep_until });
    }
    Ok(Stretch { next, expired })
}

/// `None` for the row of a step that ended no session.
fn expired(row: &ExpiredRow) -> Option<Expired> {
    Some(Expired { id: row.id?, user: row.user_id?, reason: row.ended_reason? })
}
