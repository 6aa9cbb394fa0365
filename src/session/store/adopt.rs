//! A browser's new session takes the apps over from the one before it.

use diesel::sql_types::Uuid;
use diesel::{QueryResult, RunQueryDsl};

use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;

statement! {
    struct Adopt { old: SessionId => Uuid, new: SessionId => Uuid, user: UserId => Uuid }
    // Also those that merely idled out: they are still told when the person signs out. An app's session from before its
    // provider's `sid` was kept takes it from the sign-in that it leaves, if it was made through the same identity.
    "UPDATE sessions app SET parent_id = {new},
         upstream_sid = coalesce(app.upstream_sid, CASE WHEN app.sub_id = old.sub_id THEN old.upstream_sid END)
     FROM sessions old
     WHERE old.id = {old} AND app.parent_id = {old} AND (app.user_id = {user}) IS TRUE
       AND (app.ended_at IS NULL OR app.ended_reason = 'idle')"
}

statement! {
    // As an ending does: the sign-in before the apps under it, so that the two cannot wait for each other, and apps that
    // come at this moment are seen by the next statement.
    struct Lock { old: SessionId => Uuid }
    "SELECT id FROM sessions WHERE id = {old} FOR NO KEY UPDATE"
}

/// Puts the apps' sessions of that user from under `old` under `new`. Those of somebody else stay where they are. Each
/// keeps the identity that it was made through, which may be another than that of `new`.
pub fn adopt(conn: &mut Conn, old: SessionId, new: SessionId, user: UserId) -> QueryResult<()> {
    Lock { old }.execute(conn)?;
    Adopt { old, new, user }.execute(conn).map(|_| ())
}
