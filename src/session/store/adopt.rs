//! A browser's new session takes the apps over from the one before it.

use diesel::sql_types::Uuid;
use diesel::{QueryResult, RunQueryDsl};

use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;

statement! {
    struct Adopt { old: SessionId => Uuid, new: SessionId => Uuid, user: UserId => Uuid }
    "UPDATE sessions SET parent_id = {new} WHERE parent_id = {old} AND user_id = {user} AND ended_at IS NULL"
}

/// Puts the apps' sessions of that user from under `old` under `new`. Those of somebody else stay where they are.
pub fn adopt(conn: &mut Conn, old: SessionId, new: SessionId, user: UserId) -> QueryResult<()> {
    Adopt { old, new, user }.execute(conn).map(|_| ())
}
