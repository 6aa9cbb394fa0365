//! The end of sessions, with all that hangs on it.

use diesel::connection::TransactionManager;
use diesel::sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::ending::Ending;

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
    /// Whether this ending left notices to be delivered.
    #[diesel(sql_type = Bool)]
    pub told: bool,
}

/// The first statement: it only locks, sign-ins before the apps under them and each in the order of their ids, so that
/// two endings that overlap cannot wait for each other (RC-11).
///
/// An app's session is made by a transaction that holds its sign-in's row `FOR SHARE`. Once this statement has the row,
/// no more can come, and the next statement's snapshot has all that came. In one statement they would not be seen, and
/// would outlive their sign-in.
macro_rules! locking {
    ($which:literal) => {
        concat!(
            "SELECT id FROM sessions WHERE ",
            $which,
            " AND ended_at IS NULL ORDER BY parent_id IS NOT NULL, id FOR NO KEY UPDATE"
        )
    };
}

/// The second statement: it ends a choice of rows. Audit ids and notice ids are UUIDv7 of this instant: `{stamp}` is
/// their beginning. Apps that merely idled out under a sign-in that ends now are told too: with us they were idle, but
/// people may be signed in there still.
macro_rules! ending {
    ($which:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM sessions WHERE ",
            $which,
            " AND ended_at IS NULL ORDER BY parent_id IS NOT NULL, id FOR NO KEY UPDATE
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
             ), noticed AS (
                 INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
                 SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, id, user_id, client_id,
                        {now}, {now}
                 FROM (
                     SELECT id, user_id, client_id FROM ended
                     UNION ALL
                     SELECT app.id, app.user_id, app.client_id FROM ended JOIN sessions app ON app.parent_id = ended.id
                     WHERE app.ended_reason = 'idle'
                 ) over
                 WHERE client_id = ANY ({told})
                 RETURNING id
             )
             SELECT id, user_id, parent_id, last_activity_at, not_after, EXISTS (SELECT FROM noticed) AS told FROM ended"
        )
    };
}

/// Declares the two statements of a scope, with what its rows are chosen by.
macro_rules! scope {
    ($lock:ident, $end:ident, $which:literal, { $($field:ident: $rust:ty => $sql:ty),+ }) => {
        statement! {
            struct $lock { $($field: $rust => $sql),+ }
            locking!($which)
        }

        statement! {
            struct $end<'a> {
                $($field: $rust => $sql,)+
                now: Instant => Timestamptz,
                reason: &'a str => Text,
                keep_until: Instant => Timestamptz,
                stamp: &'a str => Text,
                detail: &'a serde_json::Value => Jsonb,
                told: &'a [String] => Array<Text>,
            }
            ending!($which)
        }
    };
}

scope!(LockOne, EndOne, "(id = {id} OR parent_id = {id})", { id: SessionId => Uuid });

scope!(LockOneOfUser, EndOneOfUser, "(id = {id} OR parent_id = {id}) AND user_id = {user}", {
    user: UserId => Uuid, id: SessionId => Uuid
});

scope!(
    LockOfUser,
    EndOfUser,
    "user_id = {user} AND ({except}::uuid IS NULL OR (id <> {except} AND parent_id IS DISTINCT FROM {except}))",
    { user: UserId => Uuid, except: Option<SessionId> => Nullable<Uuid> }
);

/// Ends the sessions of a scope that still live, with their feed rows, their audit rows and the notices to their
/// clients: two statements in a transaction.
pub fn end_where(conn: &mut Conn, scope: Scope, ending: &Ending) -> QueryResult<Vec<Ended>> {
    let Ending { reason, now, keep_until, ref told } = *ending;
    let detail = &serde_json::json!({ "reason": reason });
    let stamp = uuid_v7(now).to_string();
    let stamp = stamp.get(..15).unwrap_or_default();
    in_transaction(conn, |conn| match scope {
        Scope::One(id) => {
            LockOne { id }.execute(conn)?;
            EndOne { id, now, reason, keep_until, stamp, detail, told }.load(conn)
        }
        Scope::OneOfUser { user, id } => {
            LockOneOfUser { user, id }.execute(conn)?;
            EndOneOfUser { user, id, now, reason, keep_until, stamp, detail, told }.load(conn)
        }
        Scope::OfUser(user) => end_of_user(conn, user, None, ending, stamp, detail),
        Scope::OthersOfUser { user, except } => end_of_user(conn, user, Some(except), ending, stamp, detail),
    })
}

fn end_of_user(
    conn: &mut Conn,
    user: UserId,
    except: Option<SessionId>,
    ending: &Ending,
    stamp: &str,
    detail: &serde_json::Value,
) -> QueryResult<Vec<Ended>> {
    let Ending { reason, now, keep_until, ref told } = *ending;
    LockOfUser { user, except }.execute(conn)?;
    EndOfUser { user, except, now, reason, keep_until, stamp, detail, told }.load(conn)
}

/// In the transaction that runs already, or in one of its own. A savepoint would be two more round trips for nothing:
/// whoever has a transaction gives it up with the first error.
fn in_transaction<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    type Transactions = <Conn as Connection>::TransactionManager;
    let runs = Transactions::transaction_manager_status_mut(conn).transaction_depth()?.is_some();
    if runs { work(conn) } else { conn.transaction(work) }
}

/// Ends one session and those under it. The answer is whose it was; `None` where it had ended before.
pub fn end(conn: &mut Conn, id: SessionId, ending: &Ending) -> QueryResult<Option<UserId>> {
    let ended = end_where(conn, Scope::One(id), ending)?;
    Ok(ended.iter().find(|ended| ended.id == id).map(|ended| ended.user))
}
