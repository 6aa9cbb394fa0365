//! Finds a session by its id, with its user.

use diesel::sql_types::Uuid;
use diesel::{OptionalExtension, QueryResult, RunQueryDsl};

use super::row::{SignedInRow, signed_in_columns};
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::signed_in::SignedIn;

statement! {
    struct Find { id: SessionId => Uuid }
    concat!("SELECT ", signed_in_columns!(), " FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id]) WHERE s.id = {id}")
}

/// The session with that id and its user, whether it is live, expired or ended.
pub fn find(conn: &mut Conn, id: SessionId) -> QueryResult<Option<SignedIn>> {
    Ok(Find { id }.get_result::<SignedInRow>(conn).optional()?.map(SignedIn::from))
}
