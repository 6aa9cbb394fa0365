//! Finds a session by its id, with its user.

use diesel::sql_types::{Bool, Uuid};
use diesel::{OptionalExtension, QueryResult, RunQueryDsl};

use super::row::{SignedInRow, signed_in_columns};
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::signed_in::SignedIn;

statement! {
    struct Find { id: SessionId => Uuid, with_claims: bool => Bool }
    concat!(
        "SELECT ", signed_in_columns!(claims_if "{with_claims}"),
        " FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id]) WHERE s.id = {id}"
    )
}

/// The session with that id and its user, whether it is live, expired or ended.
pub fn find(conn: &mut Conn, id: SessionId) -> QueryResult<Option<SignedIn>> {
    find_with(conn, id, false)
}

/// Finds the session, with the provider's claims if `with_claims`.
pub fn find_with(conn: &mut Conn, id: SessionId, with_claims: bool) -> QueryResult<Option<SignedIn>> {
    Ok(Find { id, with_claims }.get_result::<SignedInRow>(conn).optional()?.map(SignedIn::from))
}
