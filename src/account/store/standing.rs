//! Whether a user may enter, and whether there is one. Each change writes its audit row.

use diesel::sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use serde_json::Value;

use crate::account::user::Profile;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{UserId, uuid_v7};
use crate::base::statement::statement;

statement! {
    // Not FOR UPDATE: whoever makes a session beside it refers to the user, and would wait for this transaction while
    // this transaction waits for the sign-in that they hold.
    struct Lock { id: UserId => Uuid }
    "SELECT id FROM users WHERE id = {id} FOR NO KEY UPDATE"
}

statement! {
    struct Disable<'a> {
        id: UserId => Uuid,
        now: Timestamp => Timestamptz,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
    }
    "WITH changed AS (
         UPDATE users SET disabled_at = {now} WHERE id = {id} AND disabled_at IS NULL RETURNING id
     )
     INSERT INTO audit_events (id, at, kind, user_id, detail)
     SELECT {audit}, {now}, 'user_disabled', id, {detail} FROM changed"
}

statement! {
    struct Enable<'a> {
        id: UserId => Uuid,
        now: Timestamp => Timestamptz,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
    }
    "WITH changed AS (
         UPDATE users SET disabled_at = NULL WHERE id = {id} AND disabled_at IS NOT NULL RETURNING id
     )
     INSERT INTO audit_events (id, at, kind, user_id, detail)
     SELECT {audit}, {now}, 'user_enabled', id, {detail} FROM changed"
}

statement! {
    struct Delete<'a> {
        id: UserId => Uuid,
        now: Timestamp => Timestamptz,
        audit: uuid::Uuid => Uuid,
        detail: &'a Value => Jsonb,
    }
    "WITH changed AS (DELETE FROM users WHERE id = {id} RETURNING id)
     INSERT INTO audit_events (id, at, kind, user_id, detail)
     SELECT {audit}, {now}, 'user_deleted', id, {detail} FROM changed"
}

statement! {
    struct Refresh<'a> {
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

/// Keeps every login of the user waiting until the transaction ends. `false` where there is no such user.
pub fn lock(conn: &mut Conn, id: UserId) -> QueryResult<bool> {
    Ok(Lock { id }.execute(conn)? == 1)
}

/// From now on the user may not enter. `false` where that was so before, or there is no such user.
pub fn disable(conn: &mut Conn, id: UserId, detail: &Value, now: Timestamp) -> QueryResult<bool> {
    Ok(Disable { id, now, audit: uuid_v7(now), detail }.execute(conn)? == 1)
}

/// From now on the user may enter again. `false` where that was so before, or there is no such user.
pub fn enable(conn: &mut Conn, id: UserId, detail: &Value, now: Timestamp) -> QueryResult<bool> {
    Ok(Enable { id, now, audit: uuid_v7(now), detail }.execute(conn)? == 1)
}

/// Gives the user another profile, as a login would.
pub fn refresh(conn: &mut Conn, id: UserId, profile: &Profile, now: Timestamp) -> QueryResult<()> {
    let refresh = Refresh {
        id,
        email: profile.email.as_deref(),
        email_verified: profile.email_verified,
        name: profile.name.as_deref(),
        preferred_username: profile.preferred_username.as_deref(),
        picture: profile.picture.as_deref(),
        groups: &profile.groups,
        now,
    };
    refresh.execute(conn).map(|_| ())
}

/// Removes the user, with all that hangs on it. `false` where there is no such user.
pub fn delete(conn: &mut Conn, id: UserId, detail: &Value, now: Timestamp) -> QueryResult<bool> {
    Ok(Delete { id, now, audit: uuid_v7(now), detail }.execute(conn)? == 1)
}
