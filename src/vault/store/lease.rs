//! The refresh lease and the result of a refresh. Each write is conditional on the version that was read.

use diesel::sql_types::{Binary, Bool, Jsonb, Nullable, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use serde_json::Value;

use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, uuid_v7};
use crate::base::statement::statement;
use crate::vault::token_set::Version;

statement! {
    struct TakeLease {
        sub_id: SubId => Uuid,
        version: Version => Uuid,
        holder: uuid::Uuid => Uuid,
        until: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    // A lease that was neither released nor followed by a write is one of an attempt whose answer was lost.
    "UPDATE provider_tokens
     SET lease_holder = {holder}, lease_until = {until},
         unanswered_at = CASE WHEN lease_holder IS NOT NULL THEN {now} ELSE unanswered_at END
     WHERE sub_id = {sub_id} AND version = {version} AND sealed IS NOT NULL
       AND (lease_until IS NULL OR lease_until <= {now})"
}

/// Takes the lease for one attempt. `false` if another holder has it, or the row has another version.
pub fn take_lease(
    conn: &mut Conn,
    sub_id: SubId,
    version: Version,
    holder: uuid::Uuid,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    Ok(TakeLease { sub_id, version, holder, until, now }.execute(conn)? == 1)
}

statement! {
    /// The tokens that a refresh returned, sealed, as the successor of the version `expected`.
    pub struct Refreshed<'a> {
        sub_id: SubId => Uuid,
        expected: Version => Uuid,
        version: Version => Uuid,
        sealed: &'a [u8] => Binary,
        expires_at: Option<Timestamp> => Nullable<Timestamptz>,
        now: Timestamp => Timestamptz,
    }
    // Conditional on the version, not on the lease: when a lease ran out and no other write followed, the late response is
    // still the newest.
    "UPDATE provider_tokens
     SET version = {version}, sealed = {sealed}, expires_at = {expires_at}, updated_at = {now},
         lease_holder = NULL, lease_until = NULL, unanswered_at = NULL
     WHERE sub_id = {sub_id} AND version = {expected} AND sealed IS NOT NULL"
}

/// Writes the result of a refresh. `false` if the row has another version, or is deleted.
pub fn replace(conn: &mut Conn, refreshed: Refreshed<'_>) -> QueryResult<bool> {
    Ok(refreshed.execute(conn)? == 1)
}

statement! {
    struct ReleaseLease {
        sub_id: SubId => Uuid,
        holder: uuid::Uuid => Uuid,
        until: Timestamp => Timestamptz,
        unanswered: bool => Bool,
    }
    "UPDATE provider_tokens
     SET lease_holder = NULL, lease_until = {until},
         unanswered_at = CASE WHEN {unanswered} THEN {until} ELSE unanswered_at END
     WHERE sub_id = {sub_id} AND lease_holder = {holder}"
}

/// Releases the lease after a failed attempt. No other attempt starts before `until`. `unanswered`: whether the provider may have
/// issued tokens that were not received.
pub fn release_lease(
    conn: &mut Conn,
    sub_id: SubId,
    holder: uuid::Uuid,
    until: Timestamp,
    unanswered: bool,
) -> QueryResult<()> {
    ReleaseLease { sub_id, holder, until, unanswered }.execute(conn).map(|_| ())
}

statement! {
    struct RequireReauth<'a> {
        sub_id: SubId => Uuid,
        expected: Version => Uuid,
        version: Version => Uuid,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
        ends_sessions: bool => Bool,
        now: Timestamp => Timestamptz,
    }
    concat!(
        "WITH ended AS (
         UPDATE provider_tokens
         SET version = {version}, sealed = NULL, expires_at = NULL, updated_at = {now}, reauth_required_at = {now},
             lease_holder = NULL, lease_until = NULL,
             refused_at = CASE WHEN {ends_sessions} AND unanswered_at IS NULL THEN {now} END
         WHERE sub_id = {sub_id} AND version = {expected} AND sealed IS NOT NULL
         RETURNING sub_id
     ) ",
        audit_rows!(
            from "ended JOIN subs s ON s.id = ANY (ARRAY[ended.sub_id])", id "{audit}", kind "'provider_link_broken'",
            user_id "s.user_id", provider "s.provider", detail "{detail}"
        )
    )
}

/// Deletes tokens that the provider no longer accepts: the user has to log in there again. `false` if the row has
/// another version. `ends_sessions`: whether sessions of the identity end, unless the refresh token may have been lost here.
pub fn require_reauth(
    conn: &mut Conn,
    sub_id: SubId,
    expected: Version,
    detail: &Value,
    ends_sessions: bool,
    now: Timestamp,
) -> QueryResult<bool> {
    let (version, audit) = (uuid_v7(now), uuid_v7(now));
    Ok(RequireReauth { sub_id, expected, version, audit, detail, ends_sessions, now }.execute(conn)? == 1)
}
