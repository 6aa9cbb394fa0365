//! Ends sessions, with feed entries, audit events and notices.

use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use super::ended::Ended;
use super::idle;
use super::move_tokens_to_outbox::move_tokens_to_outbox;
use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, in_transaction, note};
use crate::base::id::{ConsentId, SessionId, SubId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::end_reason::EndReason;
use crate::session::ending::Ending;

/// The sessions that end. The apps' sessions under a sign-in end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The session with this id.
    One(SessionId),
    /// All sessions of a user.
    OfUser(UserId),
    /// All sessions of a user except one and the apps' sessions under it.
    OthersOfUser {
        /// The id of the user.
        user: UserId,
        /// The one that stays.
        except: SessionId,
    },
    /// The sessions of a user that were made through one identity.
    OfIdentity {
        /// The id of the user.
        user: UserId,
        /// The id of the identity (`subs.id`).
        identity: SubId,
    },
    /// The session with this id, if it belongs to this user.
    OneOfUser {
        /// The id of the user.
        user: UserId,
        /// The id of the row.
        id: SessionId,
    },
    /// The sessions of one app under a sign-in: those of the client and the parent that the session with this id has, if it
    /// belongs to this user.
    AppOfUser {
        /// The id of the user.
        user: UserId,
        /// The id of a session of the app, which may have ended.
        id: SessionId,
    },
    /// The sessions of the app and the resource of a consent, if it belongs to this user.
    OfConsent {
        /// The id of the user.
        user: UserId,
        /// The id of the consent.
        consent: ConsentId,
    },
}

/// The first statement only locks: sign-ins before the apps' sessions under them, each in the order of their ids, so that
/// two overlapping endings cannot deadlock (RC-11).
///
/// The transaction that inserts an app's session holds the sign-in's row `FOR SHARE`. Once this statement has locked the
/// row, no further app's session can be inserted, and the snapshot of the next statement sees all that were. A single
/// statement would not see them, and they would outlive their sign-in. Sign-ins that are inserted meanwhile are left
/// alone, since locking them now would break the order.
///
/// Rows are found by their ids alone, since an `OR` over two columns is a bitmap scan or reads the whole table. The `OR` is
/// asked again of each row once it is locked: an app may have got another sign-in while this waited.
macro_rules! locking {
    ($which:literal $(, $limit:literal)?) => {
        concat!(
            "SELECT id FROM sessions WHERE ",
            $which,
            " AND ended_at IS NULL ORDER BY parent_id IS NOT NULL, id ",
            $($limit, " ",)?
            "FOR NO KEY UPDATE"
        )
    };
}
pub(super) use locking;

statement! {
    struct LockOne { id: SessionId => Uuid }
    locking!(
        "id = ANY (array_append(ARRAY(SELECT app.id FROM sessions app WHERE app.parent_id = {id}), {id}))
         AND (id = {id} OR parent_id = {id})"
    )
}

statement! {
    struct LockOneOfUser { user: UserId => Uuid, id: SessionId => Uuid }
    locking!(
        "id = ANY (array_append(ARRAY(SELECT app.id FROM sessions app WHERE app.parent_id = {id}), {id}))
         AND (id = {id} OR parent_id = {id}) AND (user_id = {user}) IS TRUE"
    )
}

statement! {
    struct LockAppOfUser { user: UserId => Uuid, id: SessionId => Uuid }
    locking!(
        "id = ANY (ARRAY(
             SELECT app.id FROM sessions app
             WHERE app.parent_id = (
                     SELECT named.parent_id FROM sessions named WHERE named.id = {id} AND (named.user_id = {user}) IS TRUE
                 )
               AND (app.client_id = (SELECT named.client_id FROM sessions named WHERE named.id = {id})) IS TRUE
         )) AND (user_id = {user}) IS TRUE"
    )
}

statement! {
    struct LockOfConsent { user: UserId => Uuid, consent: ConsentId => Uuid }
    locking!(
        "id = ANY (ARRAY(
             SELECT app.id FROM sessions app
             WHERE app.user_id = {user}
               AND (app.client_id, coalesce(app.resource, '')) = (
                   SELECT agreed.client_id, agreed.resource FROM consents agreed
                   WHERE agreed.id = {consent} AND (agreed.user_id = {user}) IS TRUE
               )
         )) AND (user_id = {user}) IS TRUE"
    )
}

statement! {
    struct LockOfUser { user: UserId => Uuid, except: Option<SessionId> => Nullable<Uuid> }
    locking!("user_id = {user} AND ({except}::uuid IS NULL OR (id <> {except} AND parent_id IS DISTINCT FROM {except}))")
}

statement! {
    struct LockOfIdentity { user: UserId => Uuid, identity: SubId => Uuid }
    locking!("sub_id = {identity} AND (user_id = {user}) IS TRUE")
}

statement! {
    struct LockSomeOfIdentity { user: UserId => Uuid, identity: SubId => Uuid, most: i64 => BigInt }
    locking!("sub_id = {identity} AND (user_id = {user}) IS TRUE", "LIMIT {most}")
}

statement! {
    struct End<'a> {
        locked: &'a [SessionId] => Array<Uuid>,
        now: Timestamp => Timestamptz,
        reason: EndReason => Text,
        keep_until: Timestamp => Timestamptz,
        stamp: &'a str => Text,
        detail: &'a serde_json::Value => Jsonb,
        told: &'a [String] => Array<Text>,
        revokes: bool => Bool,
        used_after: Timestamp => Timestamptz,
    }
    // The second statement ends the locked sessions and the apps' sessions that were inserted before the lock. `stamp`
    // is the time part of the UUIDv7 ids of audit events and notices. Apps whose session idled out under a sign-in that
    // ends now are notified too: the person may still be signed in at the app.
    // The stored tokens of an identity's provider are removed with the last live session that was made through it.
    concat!(
        "WITH due AS MATERIALIZED (",
        locking!(
            "id = ANY ({locked} || ARRAY(SELECT app.id FROM sessions app WHERE app.parent_id = ANY ({locked})))
             AND (id = ANY ({locked}) OR parent_id = ANY ({locked}))"
        ),
        "), ended AS (
         UPDATE sessions s SET ended_at = {now}, ended_reason = {reason}
         FROM due WHERE s.id = ANY (ARRAY[due.id]) AND s.ended_at IS NULL
         RETURNING s.id, s.user_id, s.sub_id, s.parent_id, s.provider, s.client_id, s.status_index, s.last_activity_at, s.not_after
     ), feed AS (
         INSERT INTO revocations (kind, value, status_index, created_at, expires_at)
         SELECT 'session', id::text, status_index, statement_timestamp(), statement_timestamp() + ({keep_until} - {now})
         FROM ended
     ), audited AS (
         ",
        audit_rows!(
            from "ended", id "overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid",
            kind "'session_ended'", user_id "user_id", session_id "id", provider "provider", client_id "client_id",
            detail "{detail}"
        ),
        "
     ), noticed AS (
         INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
         SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, id, user_id, client_id, {now}, {now}
         FROM (
             SELECT id, user_id, client_id FROM ended
             UNION ALL
             SELECT app.id, app.user_id, app.client_id FROM sessions app
             WHERE app.parent_id = ANY (ARRAY(SELECT id FROM ended)) AND app.ended_reason = 'idle'
         ) over
         WHERE client_id = ANY ({told})
         RETURNING id
     ), ",
        move_tokens_to_outbox!(
            "{revokes} AND t.sub_id = ANY (ARRAY(SELECT sub_id FROM ended))
             AND (
                 SELECT true FROM sessions other
                 WHERE other.sub_id = t.sub_id
                   AND other.ended_at IS NULL AND other.not_after > {now} AND other.last_activity_at >= {used_after}
                   AND other.id NOT IN (SELECT id FROM ended)
                 LIMIT 1
             ) IS NULL"
        ),
        " SELECT id, user_id, parent_id, last_activity_at, not_after, EXISTS (SELECT FROM noticed) AS told FROM ended"
    )
}

/// A row locked by the first statement.
#[derive(QueryableByName)]
pub(super) struct Locked {
    #[diesel(sql_type = Uuid)]
    pub(super) id: SessionId,
}

/// Ends the live sessions of a scope, with their feed entries, audit events and notices to clients: two statements in a
/// transaction, or one in which no session is live.
pub fn end_where(conn: &mut Conn, scope: Scope, ending: &Ending) -> QueryResult<Vec<Ended>> {
    in_transaction(conn, |conn| {
        let locked = lock(conn, scope)?;
        let ended = end_locked(conn, &locked, ending)?;
        if let Scope::OfIdentity { user, identity } = scope {
            let idle = idle::of_identity(conn, user, identity)?;
            idle::notify(conn, &idle, &ids(&ended), ending)?;
        }
        Ok(ended)
    })
}

/// Ends up to `most` live sessions of an identity, and the apps' sessions under them, so that no statement takes longer the
/// more sessions there are. Returns no session if none is left. To be called in a transaction.
pub fn end_some_of_identity(
    conn: &mut Conn,
    user: UserId,
    identity: SubId,
    most: i64,
    ending: &Ending,
) -> QueryResult<Vec<Ended>> {
    let locked: Vec<Locked> = LockSomeOfIdentity { user, identity, most }.load(conn)?;
    let locked: Vec<_> = locked.into_iter().map(|locked| locked.id).collect();
    end_locked(conn, &locked, ending)
}

/// The ids of the locked sessions.
pub(super) fn ids(ended: &[Ended]) -> Vec<SessionId> {
    ended.iter().map(|ended| ended.id).collect()
}

/// Runs the second statement, in the transaction of the first.
pub(super) fn end_locked(conn: &mut Conn, locked: &[SessionId], ending: &Ending) -> QueryResult<Vec<Ended>> {
    if locked.is_empty() {
        return Ok(Vec::new());
    }
    let Ending { reason, now, keep_until, notified_clients: ref told, revokes, used_after } = *ending;
    let stamp = uuid_v7(now).to_string();
    let (stamp, detail) = (stamp.get(..15).unwrap_or_default(), &serde_json::json!({ "reason": reason.as_str() }));
    let end = End { locked, now, reason, keep_until, stamp, detail, told, revokes, used_after };
    let ended: Vec<Ended> = end.load(conn)?;
    for &Ended { id: session, user, .. } in &ended {
        note(conn, Change::SessionEnded { session, user, keep_until });
    }
    Ok(ended)
}

fn lock(conn: &mut Conn, scope: Scope) -> QueryResult<Vec<SessionId>> {
    let locked: Vec<Locked> = match scope {
        Scope::One(id) => LockOne { id }.load(conn)?,
        Scope::OneOfUser { user, id } => LockOneOfUser { user, id }.load(conn)?,
        Scope::AppOfUser { user, id } => LockAppOfUser { user, id }.load(conn)?,
        Scope::OfConsent { user, consent } => LockOfConsent { user, consent }.load(conn)?,
        Scope::OfIdentity { user, identity } => LockOfIdentity { user, identity }.load(conn)?,
        Scope::OfUser(user) => LockOfUser { user, except: None }.load(conn)?,
        Scope::OthersOfUser { user, except } => LockOfUser { user, except: Some(except) }.load(conn)?,
    };
    Ok(locked.into_iter().map(|locked| locked.id).collect())
}

/// Ends one session and the apps' sessions under it. Returns its user; `None` if it had ended before.
pub fn end(conn: &mut Conn, id: SessionId, ending: &Ending) -> QueryResult<Option<UserId>> {
    let ended = end_where(conn, Scope::One(id), ending)?;
    Ok(ended.iter().find(|ended| ended.id == id).map(|ended| ended.user))
}
