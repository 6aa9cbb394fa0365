//! `provider_revocations`, the outbox of tokens that are to be revoked at their providers.

use diesel::sql_types::{BigInt, Binary, Integer, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId, uuid_v7};
use crate::base::statement::{into_outbox, statement};
use crate::vault::kept::Version;

/// Tokens that left the vault, claimed for an attempt.
#[derive(QueryableByName)]
pub struct Due {
    /// Which.
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// The provider.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// Whose they were.
    #[diesel(sql_type = Uuid)]
    pub sub_id: SubId,
    /// Which writing it was.
    #[diesel(sql_type = Uuid)]
    pub version: Version,
    /// The tokens.
    #[diesel(sql_type = Binary)]
    pub sealed: Vec<u8>,
    /// When they left.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// Attempts with this one. Nobody else has a claim of this number.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Takes tokens out of the vault, whatever version stands there by then, and puts them into the outbox.
macro_rules! revoking {
    ($whose:literal) => {
        concat!(
            "WITH taken AS (
                 DELETE FROM provider_tokens t USING subs s WHERE t.sub_id = s.id AND ",
            $whose,
            "    RETURNING s.provider, t.sub_id, t.version, t.sealed
             ) ",
            into_outbox!()
        )
    };
}

statement! {
    struct RevokeOne<'a> { of: SubId => Uuid, stamp: &'a str => Text, now: Timestamp => Timestamptz }
    revoking!("s.id = {of}")
}

statement! {
    struct RevokeAll<'a> { user: UserId => Uuid, stamp: &'a str => Text, now: Timestamp => Timestamptz }
    revoking!("s.user_id = {user}")
}

/// Takes an identity's tokens out of the vault, to be revoked. To be called in the transaction that unlinks it.
pub fn revoke_one(conn: &mut Conn, of: SubId, now: Timestamp) -> QueryResult<()> {
    let stamp = uuid_v7(now).to_string();
    RevokeOne { of, stamp: stamp.get(..15).unwrap_or_default(), now }.execute(conn).map(|_| ())
}

/// Takes all of a user's tokens out of the vault, to be revoked. To be called in the transaction that deletes or
/// disables the user.
pub fn revoke_all(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<()> {
    let stamp = uuid_v7(now).to_string();
    RevokeAll { user, stamp: stamp.get(..15).unwrap_or_default(), now }.execute(conn).map(|_| ())
}

statement! {
    struct TakeOver<'a> {
        id: uuid::Uuid => Uuid,
        provider: &'a str => Text,
        of: SubId => Uuid,
        version: Version => Uuid,
        sealed: &'a [u8] => Binary,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO provider_revocations (id, provider, sub_id, version, sealed, created_at, next_attempt_at)
     VALUES ({id}, {provider}, {of}, {version}, {sealed}, {now}, {now})"
}

/// Puts tokens into the outbox that came when their row was gone already.
pub fn take_over(
    conn: &mut Conn,
    provider: &str,
    of: SubId,
    version: Version,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    TakeOver { id: uuid_v7(now), provider, of, version, sealed, now }.execute(conn).map(|_| ())
}

statement! {
    struct Claim { most: i64 => BigInt, now: Timestamp => Timestamptz, until: Timestamp => Timestamptz }
    "WITH due AS MATERIALIZED (
         SELECT id FROM provider_revocations WHERE next_attempt_at <= {now}
         ORDER BY next_attempt_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     UPDATE provider_revocations r SET attempts = attempts + 1, next_attempt_at = {until}
     FROM due WHERE r.id = due.id
     RETURNING r.id, r.provider, r.sub_id, r.version, r.sealed, r.created_at, r.attempts"
}

/// Takes tokens that are due for an attempt. They are nobody else's until `until`; whoever has not said by then what
/// became of them has crashed, and they are due again.
pub fn claim(conn: &mut Conn, most: i64, now: Timestamp, until: Timestamp) -> QueryResult<Vec<Due>> {
    Claim { most, now, until }.load(conn)
}

statement! {
    struct Revoked { id: uuid::Uuid => Uuid }
    "DELETE FROM provider_revocations WHERE id = {id}"
}

/// Nothing more is to be done: they are revoked, or never will be.
pub fn revoked(conn: &mut Conn, id: uuid::Uuid) -> QueryResult<()> {
    Revoked { id }.execute(conn).map(|_| ())
}

statement! {
    struct PutOff<'a> {
        id: uuid::Uuid => Uuid,
        attempts: i32 => Integer,
        reason: &'a str => Text,
        next: Timestamp => Timestamptz,
    }
    // Only while the claim is still ours: another attempt may be under way.
    "UPDATE provider_revocations SET last_error = {reason}, next_attempt_at = {next}
     WHERE id = {id} AND attempts = {attempts}"
}

/// The provider did not revoke them: another attempt is made at `next`.
pub fn put_off(conn: &mut Conn, due: &Due, reason: &str, next: Timestamp) -> QueryResult<()> {
    PutOff { id: due.id, attempts: due.attempts, reason, next }.execute(conn).map(|_| ())
}
