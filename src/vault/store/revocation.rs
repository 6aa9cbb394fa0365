//! The outbox `provider_revocations`: tokens to revoke at their provider.

use diesel::sql_types::{BigInt, Binary, Integer, Text, Timestamptz, Uuid};
use diesel::{QueryDsl, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId, uuid_v7};
use crate::base::schema::provider_revocations;
use crate::base::statement::{queue_token_revocation, statement};
use crate::vault::token_set::Version;

/// A row of the outbox, claimed for one attempt.
#[derive(QueryableByName)]
#[diesel(table_name = provider_revocations)]
pub struct PendingRevocation {
    /// Primary key, a UUIDv7.
    pub id: uuid::Uuid,
    /// The provider's id in the configuration.
    pub provider: String,
    /// The identity whose tokens they were; part of the seal's associated data.
    pub sub_id: SubId,
    /// The version of the `provider_tokens` row; part of the seal's associated data.
    pub version: Version,
    /// The sealed token set.
    pub sealed: Vec<u8>,
    /// When the row was queued.
    pub created_at: Timestamp,
    /// The number of attempts, including this one. It identifies the claim.
    pub attempts: i32,
}

/// Deletes tokens of any version from `provider_tokens` and queues them in the outbox.
macro_rules! queue_deleted_tokens {
    ($whose:literal) => {
        concat!(
            "WITH taken AS (
                 DELETE FROM provider_tokens t USING subs s WHERE t.sub_id = ANY (ARRAY[s.id]) AND ",
            $whose,
            "    RETURNING s.provider, t.sub_id, t.version, t.sealed
             ) ",
            queue_token_revocation!()
        )
    };
}

statement! {
    struct RevokeOne<'a> { sub_id: SubId => Uuid, stamp: &'a str => Text, now: Timestamp => Timestamptz }
    queue_deleted_tokens!("s.id = {sub_id}")
}

statement! {
    struct RevokeAll<'a> { user: UserId => Uuid, stamp: &'a str => Text, now: Timestamp => Timestamptz }
    queue_deleted_tokens!("s.user_id = {user}")
}

/// Queues the tokens of one identity for revocation. Runs in the transaction that unlinks the identity.
pub fn revoke_one(conn: &mut Conn, sub_id: SubId, now: Timestamp) -> QueryResult<()> {
    let stamp = uuid_v7(now).to_string();
    RevokeOne { sub_id, stamp: stamp.get(..15).unwrap_or_default(), now }.execute(conn).map(|_| ())
}

/// Queues all tokens of a user for revocation. Runs in the transaction that deletes or disables the user.
pub fn revoke_all(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<()> {
    let stamp = uuid_v7(now).to_string();
    RevokeAll { user, stamp: stamp.get(..15).unwrap_or_default(), now }.execute(conn).map(|_| ())
}

statement! {
    struct QueueRevocation<'a> {
        id: uuid::Uuid => Uuid,
        provider: &'a str => Text,
        sub_id: SubId => Uuid,
        version: Version => Uuid,
        sealed: &'a [u8] => Binary,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO provider_revocations (id, provider, sub_id, version, sealed, created_at, next_attempt_at)
     VALUES ({id}, {provider}, {sub_id}, {version}, {sealed}, {now}, {now})"
}

/// Queues tokens that a provider issued after their row was deleted.
pub fn queue_revocation(
    conn: &mut Conn,
    provider: &str,
    sub_id: SubId,
    version: Version,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    QueueRevocation { id: uuid_v7(now), provider, sub_id, version, sealed, now }.execute(conn).map(|_| ())
}

statement! {
    struct ClaimDue { limit: i64 => BigInt, now: Timestamp => Timestamptz, until: Timestamp => Timestamptz }
    "WITH due AS MATERIALIZED (
         SELECT id FROM provider_revocations WHERE next_attempt_at <= {now}
         ORDER BY next_attempt_at LIMIT {limit} FOR UPDATE SKIP LOCKED
     )
     UPDATE provider_revocations r SET attempts = attempts + 1, next_attempt_at = {until}
     FROM due WHERE r.id = ANY (ARRAY[due.id])
     RETURNING r.id, r.provider, r.sub_id, r.version, r.sealed, r.created_at, r.attempts"
}

/// Claims up to `limit` rows that are due. A claim excludes other replicas until `until`; a row whose result is not written
/// by then is due again.
pub fn claim_due(conn: &mut Conn, limit: i64, now: Timestamp, until: Timestamp) -> QueryResult<Vec<PendingRevocation>> {
    ClaimDue { limit, now, until }.load(conn)
}

/// Deletes a row: its tokens are revoked, or the revocation is abandoned.
pub fn delete(conn: &mut Conn, id: uuid::Uuid) -> QueryResult<()> {
    diesel::delete(provider_revocations::table.find(id)).execute(conn).map(|_| ())
}

statement! {
    struct Reschedule<'a> {
        id: uuid::Uuid => Uuid,
        attempts: i32 => Integer,
        reason: &'a str => Text,
        next: Timestamp => Timestamptz,
    }
    // Only while this claim holds: another attempt may be in progress.
    "UPDATE provider_revocations SET last_error = {reason}, next_attempt_at = {next}
     WHERE id = {id} AND attempts = {attempts}"
}

/// Schedules the next attempt after a failed one.
pub fn reschedule(conn: &mut Conn, pending: &PendingRevocation, reason: &str, next: Timestamp) -> QueryResult<()> {
    Reschedule { id: pending.id, attempts: pending.attempts, reason, next }.execute(conn).map(|_| ())
}
