//! The end of sessions that nobody ends.

use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::ending::Endings;

/// Looking is cheap and ending is not: so many sessions are looked at for each that may end.
const STRETCH: i64 = 10;

/// How far the walk over the living sessions has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The absolute end of the session that was looked at last.
    pub not_after: Timestamp,
    id: SessionId,
}

impl Default for Mark {
    /// The beginning.
    fn default() -> Self {
        Self { not_after: Timestamp::UNIX_EPOCH, id: SessionId(uuid::Uuid::nil()) }
    }
}

/// One step of the walk.
pub struct Stretch {
    /// Where the next step begins; `None` at the end.
    pub next: Option<Mark>,
    /// What was past its time.
    pub expired: Vec<Expired>,
}

/// A session that was past its time.
pub struct Expired {
    /// Which.
    pub id: SessionId,
    /// Whose it was.
    pub user: UserId,
    /// `absolute` or `idle`.
    pub reason: &'static str,
}

statement! {
    struct Expire<'a> {
        not_after: Timestamp => Timestamptz,
        id: SessionId => Uuid,
        stretch: i64 => BigInt,
        most: i64 => BigInt,
        now: Timestamp => Timestamptz,
        idle_since: Timestamp => Timestamptz,
        keep_until: Timestamp => Timestamptz,
        stamp: &'a str => Text,
        told: &'a [String] => Array<Text>,
    }
    // `ended_reason IS NULL` is the predicate of the index `sessions_live`, which no other statement may read.
    // A session that is used at this moment is skipped, and one that was used since it was seen is judged again by
    // its row as it is now. An array, and not a join, so that no plan reads the whole table. The apps under a browser session that merely idles out stay.
    // An app is told of its absolute end, which nobody is to be signed in beyond. It is not told that it idled out: many
    // never talk to us again after a sign-in, and their people are at work there.
    concat!(
        "WITH seen AS MATERIALIZED (
         SELECT id, not_after, last_activity_at FROM sessions
         WHERE ended_reason IS NULL AND ended_at IS NULL AND (not_after, id) > ({not_after}, {id})
         ORDER BY not_after, id LIMIT {stretch}
     ), due AS MATERIALIZED (
         SELECT s.id, s.not_after FROM sessions s
         WHERE s.id = ANY (ARRAY(
                   SELECT id FROM seen WHERE not_after <= {now} OR last_activity_at <= {idle_since}
               ))
           AND s.ended_at IS NULL AND (s.not_after <= {now} OR s.last_activity_at <= {idle_since})
         ORDER BY s.not_after, s.id LIMIT {most} FOR NO KEY UPDATE OF s SKIP LOCKED
     ), ended AS (
         UPDATE sessions s
         SET ended_at = {now}, ended_reason = CASE WHEN s.not_after <= {now} THEN 'absolute' ELSE 'idle' END
         FROM due WHERE s.id = ANY (ARRAY[due.id])
         RETURNING s.id, s.user_id, s.provider, s.client_id, s.status_index, s.ended_reason
     ), feed AS (
         INSERT INTO revocations (kind, value, status_index, created_at, expires_at)
         SELECT 'session', id::text, status_index, {now}, {keep_until} FROM ended
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
         FROM ended WHERE ended_reason = 'absolute' AND client_id = ANY ({told})
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
struct Row {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    not_after: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Uuid>)]
    last_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Uuid>)]
    id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Uuid>)]
    user_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    ended_reason: Option<String>,
}

/// Looks at the next stretch of living sessions after `mark` and ends those that are past their time, `most` at the most,
/// with their feed rows, their audit rows and the notices to their clients, in one statement.
pub fn expire(conn: &mut Conn, mark: Mark, most: i64, endings: &Endings, now: Timestamp) -> QueryResult<Stretch> {
    let lifetime = endings.lifetime();
    let stamp = uuid_v7(now).to_string();
    let query = Expire {
        not_after: mark.not_after,
        id: mark.id,
        stretch: most.saturating_mul(STRETCH),
        most,
        now,
        idle_since: lifetime.idle_since(now),
        keep_until: lifetime.feed_until(now),
        stamp: stamp.get(..15).unwrap_or_default(),
        told: endings.told(),
    };
    let rows: Vec<Row> = query.load(conn)?;
    let next = rows.first().and_then(|row| {
        let (not_after, id) = (row.not_after?, row.last_id?);
        Some(Mark { not_after, id })
    });
    Ok(Stretch { next, expired: rows.into_iter().filter_map(expired).collect() })
}

/// `None` for the row of a step that ended nothing.
fn expired(row: Row) -> Option<Expired> {
    let reason = if row.ended_reason? == "absolute" { "absolute" } else { "idle" };
    Some(Expired { id: row.id?, user: row.user_id?, reason })
}
