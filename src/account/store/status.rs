//! Disabling, enabling and deleting users, each with its audit row; and the profile that a login refreshes.

use std::net::IpAddr;

use diesel::sql_types::{Array, Bool, Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use crate::account::user::Profile;
use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, note};
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;

statement! {
    // FOR NO KEY UPDATE: inserting a session takes KEY SHARE on `users` through its foreign key; FOR UPDATE would deadlock
    // with it, because this transaction then waits for a session that the other one holds.
    struct LockUser { id: UserId => Uuid }
    "SELECT id FROM users WHERE id = {id} FOR NO KEY UPDATE"
}

statement! {
    struct DisableUser<'a> {
        id: UserId => Uuid,
        now: Timestamp => Timestamptz,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
    }
    concat!(
        "WITH changed AS (
         UPDATE users SET disabled_at = {now} WHERE id = {id} AND disabled_at IS NULL RETURNING id
     ) ",
        audit_rows!(from "changed", id "{audit}", kind "'user_disabled'", user_id "id", detail "{detail}")
    )
}

statement! {
    struct EnableUser<'a> {
        id: UserId => Uuid,
        now: Timestamp => Timestamptz,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
    }
    concat!(
        "WITH changed AS (
         UPDATE users SET disabled_at = NULL WHERE id = {id} AND disabled_at IS NOT NULL RETURNING id
     ) ",
        audit_rows!(from "changed", id "{audit}", kind "'user_enabled'", user_id "id", detail "{detail}")
    )
}

statement! {
    struct DeleteUser<'a> {
        id: UserId => Uuid,
        now: Timestamp => Timestamptz,
        audit: uuid::Uuid => Uuid,
        session: Option<SessionId> => Nullable<Uuid>,
        ip: Option<IpNet> => Nullable<Inet>,
        detail: &'a Value => Jsonb,
    }
    concat!(
        "WITH changed AS (DELETE FROM users WHERE id = {id} RETURNING id) ",
        audit_rows!(
            from "changed", id "{audit}", kind "'user_deleted'", user_id "id", session_id "{session}", ip "{ip}",
            detail "{detail}"
        )
    )
}

statement! {
    struct UpdateProfile<'a> {
        id: UserId => Uuid,
        email: Option<&'a str> => Nullable<Text>,
        email_verified: bool => Bool,
        name: Option<&'a str> => Nullable<Text>,
        preferred_username: Option<&'a str> => Nullable<Text>,
        picture: Option<&'a str> => Nullable<Text>,
        groups: &'a [String] => Array<Text>,
        now: Timestamp => Timestamptz,
    }
    "UPDATE users
     SET email = {email}, email_verified = {email_verified}, name = {name}, preferred_username = {preferred_username},
         picture = {picture}, groups = {groups}, updated_at = {now}
     WHERE id = {id}"
}

/// Locks the user's row: logins of the user wait until the transaction ends. `false` if there is no such user.
pub fn lock(conn: &mut Conn, id: UserId) -> QueryResult<bool> {
    Ok(LockUser { id }.execute(conn)? == 1)
}

/// Disables the user. `false` if the user was disabled already, or does not exist.
pub fn disable(conn: &mut Conn, id: UserId, detail: &Value, now: Timestamp) -> QueryResult<bool> {
    note(conn, Change::User(id));
    Ok(DisableUser { id, now, audit: uuid_v7(now), detail }.execute(conn)? == 1)
}

/// Enables the user. `false` if the user was not disabled, or does not exist.
pub fn enable(conn: &mut Conn, id: UserId, detail: &Value, now: Timestamp) -> QueryResult<bool> {
    note(conn, Change::User(id));
    Ok(EnableUser { id, now, audit: uuid_v7(now), detail }.execute(conn)? == 1)
}

/// Replaces the user's profile, as a login does.
pub fn refresh(conn: &mut Conn, id: UserId, profile: &Profile, now: Timestamp) -> QueryResult<()> {
    let update = UpdateProfile {
        id,
        email: profile.email.as_deref(),
        email_verified: profile.has_verified_email(),
        name: profile.name.as_deref(),
        preferred_username: profile.preferred_username.as_deref(),
        picture: profile.picture.as_deref(),
        groups: profile.groups.as_deref().unwrap_or_default(),
        now,
    };
    note(conn, Change::User(id));
    update.execute(conn).map(|_| ())
}

/// Deletes the user; identities and sessions go by their foreign keys. `by`: the session and the address of the user, if the
/// user asked for it. `false` if there is no such user.
pub fn delete(
    conn: &mut Conn,
    id: UserId,
    (by, detail): (Option<(SessionId, IpAddr)>, &Value),
    now: Timestamp,
) -> QueryResult<bool> {
    note(conn, Change::User(id));
    let (session, ip) = (by.map(|(session, _)| session), by.map(|(_, ip)| ip.into()));
    Ok(DeleteUser { id, now, audit: uuid_v7(now), session, ip, detail }.execute(conn)? == 1)
}
