//! One refresh at a time: the lease, and what a refresh writes. Each writing is held against the version that was seen.

use diesel::sql_types::{Binary, Jsonb, Nullable, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, uuid_v7};
use crate::base::statement::statement;
use crate::vault::kept::Version;

statement! {
    struct Lease {
        of: SubId => Uuid,
        version: Version => Uuid,
        holder: uuid::Uuid => Uuid,
        until: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    "UPDATE provider_tokens SET lease_holder = {holder}, lease_until = {until}
     WHERE sub_id = {of} AND version = {version} AND sealed IS NOT NULL
       AND (lease_until IS NULL OR lease_until <= {now})"
}

/// Takes the lease for one attempt. `false` where somebody else has it, or has written since.
pub fn lease(
    conn: &mut Conn,
    of: SubId,
    version: Version,
    holder: uuid::Uuid,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    Ok(Lease { of, version, holder, until, now }.execute(conn)? == 1)
}

statement! {
    /// What a refresh gave.
    pub struct Renewed<'a> {
        of: SubId => Uuid,
        seen: Version => Uuid,
        version: Version => Uuid,
        sealed: &'a [u8] => Binary,
        expires_at: Option<Timestamp> => Nullable<Timestamptz>,
        now: Timestamp => Timestamptz,
    }
    // Held against the version and not against the lease: where a lease ran out and nobody has written since, the late
    // answer is the best there is.
    "UPDATE provider_tokens
     SET version = {version}, sealed = {sealed}, expires_at = {expires_at}, updated_at = {now},
         lease_holder = NULL, lease_until = NULL
     WHERE sub_id = {of} AND version = {seen} AND sealed IS NOT NULL"
}

/// Writes what a refresh gave. `false` where somebody else has written since, or the row is gone.
pub fn renewed(conn: &mut Conn, renewed: Renewed<'_>) -> QueryResult<bool> {
    Ok(renewed.execute(conn)? == 1)
}

statement! {
    struct Pause { of: SubId => Uuid, holder: uuid::Uuid => Uuid, until: Timestamp => Timestamptz }
    "UPDATE provider_tokens SET lease_holder = NULL, lease_until = {until}
     WHERE sub_id = {of} AND lease_holder = {holder}"
}

/// Gives the lease up after an attempt that failed; nobody makes another one before `until`.
pub fn pause(conn: &mut Conn, of: SubId, holder: uuid::Uuid, until: Timestamp) -> QueryResult<()> {
    Pause { of, holder, until }.execute(conn).map(|_| ())
}

statement! {
    struct EndLink<'a> {
        of: SubId => Uuid,
        seen: Version => Uuid,
        version: Version => Uuid,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
    }
    "WITH ended AS (
         UPDATE provider_tokens
         SET version = {version}, sealed = NULL, expires_at = NULL, updated_at = {now}, reauth_required_at = {now},
             lease_holder = NULL, lease_until = NULL
         WHERE sub_id = {of} AND version = {seen} AND sealed IS NOT NULL
         RETURNING sub_id
     )
     INSERT INTO audit_events (id, at, kind, user_id, provider, detail)
     SELECT {audit}, {now}, 'provider_link_broken', s.user_id, s.provider, {detail}
     FROM ended JOIN subs s ON s.id = ended.sub_id"
}

/// Drops tokens that are of no use any more: from now on only a login at the provider helps. `false` where somebody else
/// has written since.
pub fn end_link(conn: &mut Conn, of: SubId, seen: Version, detail: &Value, now: Timestamp) -> QueryResult<bool> {
    Ok(EndLink { of, seen, version: uuid_v7(now), audit: uuid_v7(now), detail, now }.execute(conn)? == 1)
}
