//! Moves apps' sessions from a browser's previous session to its new one.

use diesel::sql_types::Uuid;
use diesel::{QueryResult, RunQueryDsl};

use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;

statement! {
    struct Reparent { old: SessionId => Uuid, new: SessionId => Uuid, user: UserId => Uuid }
    // Sessions that idled out move too: their apps are still notified when the person signs out. An app's session from
    // before the provider's `sid` was stored takes it from the old sign-in, if it was made through the same identity.
    "UPDATE sessions app SET parent_id = {new},
         upstream_sid = coalesce(app.upstream_sid, CASE WHEN app.sub_id = old.sub_id THEN old.upstream_sid END)
     FROM sessions old
     WHERE old.id = {old} AND app.parent_id = {old} AND (app.user_id = {user}) IS TRUE
       AND (app.ended_at IS NULL OR app.ended_reason = 'idle')"
}

statement! {
    // The lock order of an ending: the sign-in before the apps' sessions under it, so that the two cannot deadlock and the
    // next statement sees apps' sessions that were inserted meanwhile.
    struct Lock { old: SessionId => Uuid }
    "SELECT id FROM sessions WHERE id = {old} FOR NO KEY UPDATE"
}

/// Moves the apps' sessions of that user from the sign-in `old` to `new`. Those of another user stay. Each keeps the
/// identity that it was made through, which may be another than that of `new`.
pub fn reparent(conn: &mut Conn, old: SessionId, new: SessionId, user: UserId) -> QueryResult<()> {
    Lock { old }.execute(conn)?;
    Reparent { old, new, user }.execute(conn).map(|_| ())
}
