//! The end of sessions, with all that hangs on it.

use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;

/// Which sessions end. The sessions under one that ends, end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This one.
    One(SessionId),
    /// All that a user has.
    OfUser(UserId),
    /// All that a user has but one and those under it.
    OthersOfUser {
        /// Whose.
        user: UserId,
        /// The one that stays.
        except: SessionId,
    },
    /// This one, if it is this user's.
    OneOfUser {
        /// Whose.
        user: UserId,
        /// Which.
        id: SessionId,
    },
}

/// A session that was ended just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Ended {
    /// Which.
    #[diesel(sql_type = Uuid)]
    pub id: SessionId,
    /// Whose it was.
    #[diesel(sql_type = Uuid, column_name = user_id)]
    pub user: UserId,
    /// The browser session that it was under, if it was an app's.
    #[diesel(sql_type = Nullable<Uuid>, column_name = parent_id)]
    pub parent: Option<SessionId>,
    /// Its last use that was written down.
    #[diesel(sql_type = Timestamptz)]
    pub last_activity_at: Instant,
    /// The absolute end that it would have had.
    #[diesel(sql_type = Timestamptz)]
    pub not_after: Instant,
}

/// The statement around a choice of rows. The rows are locked in the order of their ids, so that two endings that
/// overlap cannot wait for each other (RC-11). Audit ids are UUIDv7 of this instant: `{stamp}` is their beginning.
macro_rules! ending {
    ($which:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM sessions WHERE ",
            $which,
            " AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE
             ), ended AS (
                 UPDATE sessions s SET ended_at = {now}, ended_reason = {reason}
                 FROM due WHERE s.id = due.id AND s.ended_at IS NULL
                 RETURNING s.id, s.user_id, s.parent_id, s.provider, s.client_id, s.status_index, s.last_activity_at,
                           s.not_after
             ), feed AS (
                 INSERT INTO revocations (kind, value, status_index, created_at, expires_at)
                 SELECT 'session', id::text, status_index, {now}, {keep_until} FROM ended
             ), audited AS (
                 INSERT INTO audit_events (id, at, kind, user_id, session_id, provider, client_id, detail)
                 SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, {now}, 'session_ended',
                        user_id, id, provider, client_id, {detail}
                 FROM ended
             )
             SELECT id, user_id, parent_id, last_activity_at, not_after FROM ended"
        )
    };
}

statement! {
    struct EndOne<'a> {
        id: SessionId => Uuid,
        now: Instant => Timestamptz,
        reason: &'a str => Text,
        keep_until: Instant => Timestamptz,
        stamp: &'a str => Text,
        detail: &'a serde_json::Value => Jsonb,
    }
    ending!("(id = {id} OR parent_id = {id})")
}

statement! {
    struct EndOneOfUser<'a> {
        user: UserId => Uuid,
        id: SessionId => Uuid,
        now: Instant => Timestamptz,
        reason: &'a str => Text,
        keep_until: Instant => Timestamptz,
        stamp: &'a str => Text,
        detail: &'a serde_json::Value => Jsonb,
    }
    ending!("(id = {id} OR parent_id = {id}) AND user_id = {user}")
}

statement! {
    struct EndOfUser<'a> {
        user: UserId => Uuid,
        except: Option<SessionId> => Nullable<Uuid>,
        now: Instant => Timestamptz,
        reason: &'a str => Text,
        keep_until: Instant => Timestamptz,
        stamp: &'a str => Text,
        detail: &'a serde_json::Value => Jsonb,
    }
    ending!("user_id = {user} AND ({except}::uuid IS NULL OR (id <> {except} AND parent_id IS DISTINCT FROM {except}))")
}

/// Ends the sessions of a scope that still live, with their feed rows and their audit rows, in one statement.
///
/// `keep_until`: how long the feed tells of them ([`Lifetime::feed_until`](crate::session::Lifetime::feed_until)).
pub fn end_where(
    conn: &mut Conn,
    scope: Scope,
    reason: &'static str,
    now: Instant,
    keep_until: Instant,
) -> QueryResult<Vec<Ended>> {
    let detail = &serde_json::json!({ "reason": reason });
    let stamp = uuid_v7(now).to_string();
    let stamp = stamp.get(..15).unwrap_or_default();
    match scope {
        Scope::One(id) => EndOne { id, now, reason, keep_until, stamp, detail }.load(conn),
        Scope::OneOfUser { user, id } => EndOneOfUser { user, id, now, reason, keep_until, stamp, detail }.load(conn),
        Scope::OfUser(user) => EndOfUser { user, except: None, now, reason, keep_until, stamp, detail }.load(conn),
        Scope::OthersOfUser { user, except } => {
            EndOfUser { user, except: Some(except), now, reason, keep_until, stamp, detail }.load(conn)
        }
    }
}

/// Ends one session and those under it. The answer is whose it was; `None` where it had ended before.
pub fn end(
    conn: &mut Conn,
    id: SessionId,
    reason: &'static str,
    now: Instant,
    keep_until: Instant,
) -> QueryResult<Option<UserId>> {
    let ended = end_where(conn, Scope::One(id), reason, now, keep_until)?;
    Ok(ended.iter().find(|ended| ended.id == id).map(|ended| ended.user))
}
