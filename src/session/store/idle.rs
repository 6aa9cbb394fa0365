//! Apps whose sessions idled out, and whose identity ends now.

use diesel::sql_types::{Array, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, SubId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::end_reason::EndReason;
use crate::session::ending::Ending;

#[derive(QueryableByName)]
struct Idle {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
}

statement! {
    struct OfIdentity { user: UserId => Uuid, identity: SubId => Uuid }
    "SELECT id FROM sessions
     WHERE sub_id = {identity} AND (user_id = {user}) IS TRUE AND (parent_id IS NOT NULL) IS TRUE
       AND ended_reason = 'idle'"
}

/// The apps' sessions that were made through an identity and idled out.
pub(super) fn of_identity(conn: &mut Conn, user: UserId, identity: SubId) -> QueryResult<Vec<SessionId>> {
    let idle: Vec<Idle> = OfIdentity { user, identity }.load(conn)?;
    Ok(idle.into_iter().map(|idle| idle.id).collect())
}

statement! {
    struct Notify<'a> {
        idle: &'a [SessionId] => Array<Uuid>,
        ended: &'a [SessionId] => Array<Uuid>,
        reason: EndReason => Text,
        stamp: &'a str => Text,
        told: &'a [String] => Array<Text>,
        now: Timestamp => Timestamptz,
    }
    // The reason changes with the notice, so that a client is notified once. The apps under a sign-in that ended just now
    // have their notice already.
    "WITH due AS MATERIALIZED (
         SELECT id FROM sessions
         WHERE id = ANY ({idle}) AND (parent_id <> ALL ({ended})) IS TRUE AND ended_reason = 'idle'
         ORDER BY id FOR NO KEY UPDATE
     ), signed_out AS (
         UPDATE sessions s SET ended_reason = {reason} FROM due WHERE s.id = ANY (ARRAY[due.id]) AND s.ended_reason = 'idle'
         RETURNING s.id, s.user_id, s.client_id
     )
     INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
     SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, id, user_id, client_id, {now}, {now}
     FROM signed_out WHERE client_id = ANY ({told})"
}

/// Notifies the clients of apps' sessions that idled out: with us they were idle, but people may still be signed in
/// there. To be called in the transaction that ended the sessions `ended`.
pub(super) fn notify(conn: &mut Conn, idle: &[SessionId], ended: &[SessionId], ending: &Ending) -> QueryResult<()> {
    if idle.is_empty() || ending.notified_clients.is_empty() {
        return Ok(());
    }
    let stamp = uuid_v7(ending.now).to_string();
    let notify = Notify {
        idle,
        ended,
        reason: ending.reason,
        stamp: stamp.get(..15).unwrap_or_default(),
        told: &ending.notified_clients,
        now: ending.now,
    };
    notify.execute(conn).map(|_| ())
}
