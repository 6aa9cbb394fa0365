//! Unlinks an identity and ends the sessions made through it, in one transaction.

use diesel::sql_types::{Jsonb, Text, Timestamptz, Uuid};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use crate::account::{self, Profile};
use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, SubId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::{self, Ended, Ending, Scope};
use crate::vault;

/// The identity to be unlinked, and the request for it.
pub struct UnlinkRequest {
    pub user: UserId,
    /// The session that asks for it.
    pub session: SessionId,
    pub id: SubId,
    pub ending: Ending,
    pub now: Timestamp,
}

/// The result of unlinking.
pub enum UnlinkOutcome {
    /// The identity was unlinked, and these sessions have ended.
    Gone {
        /// The provider of the identity.
        provider: String,
        /// The ended sessions.
        ended: Vec<Ended>,
    },
    /// The identity belongs to another user, or does not exist.
    NotFound,
    /// It is the only identity of the user.
    Last,
}

statement! {
    // First the identity of the requesting session, then the one that was used last.
    struct Identities { user: UserId => Uuid, session: SessionId => Uuid }
    "SELECT subs.id, subs.provider, subs.profile
     FROM subs LEFT JOIN sessions ON sessions.id = {session} AND (sessions.sub_id = subs.id) IS TRUE
     WHERE subs.user_id = {user}
     ORDER BY sessions.id IS NULL, subs.last_login_at DESC, subs.id DESC"
}

#[derive(QueryableByName)]
struct IdentityRow {
    #[diesel(sql_type = Uuid)]
    id: SubId,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Jsonb)]
    profile: Value,
}

statement! {
    struct Delete<'a> {
        id: SubId => Uuid,
        user: UserId => Uuid,
        session: SessionId => Uuid,
        provider: &'a str => Text,
        audit: uuid::Uuid => Uuid,
        now: Timestamp => Timestamptz,
    }
    concat!(
        "WITH gone AS (DELETE FROM subs WHERE id = {id} AND (user_id = {user}) IS TRUE RETURNING id) ",
        audit_rows!(
            from "gone", id "{audit}", kind "'identity_unlinked'", user_id "{user}", session_id "{session}",
            provider "{provider}"
        )
    )
}

/// Unlinks the identity. The claims of its provider are removed too: the user's profile becomes that of the requesting
/// session's identity, or else that of the identity that was used last.
pub fn unlink(conn: &mut Conn, request: &UnlinkRequest) -> QueryResult<UnlinkOutcome> {
    let UnlinkRequest { user, session, id, ref ending, now } = *request;
    conn.transaction(|conn| {
        // Two concurrent requests must not remove both identities of a user with two.
        account::lock(conn, user)?;
        let mut identities: Vec<IdentityRow> = Identities { user, session }.load(conn)?;
        let Some(place) = identities.iter().position(|identity| identity.id == id) else {
            return Ok(UnlinkOutcome::NotFound);
        };
        if identities.len() == 1 {
            return Ok(UnlinkOutcome::Last);
        }
        let provider = identities.remove(place).provider;
        let ended = session::end_where(conn, Scope::OfIdentity { user, identity: id }, ending)?;
        // Tokens that no ending of a session has revoked: an identity may have been linked and never used.
        vault::revoke_one(conn, id, now)?;
        Delete { id, user, session, provider: &provider, audit: uuid_v7(now), now }.execute(conn)?;
        let left = identities.into_iter().next().map(|left| Profile::of_stored(left.profile));
        account::refresh(conn, user, &left.unwrap_or_default(), now)?;
        Ok(UnlinkOutcome::Gone { provider, ended })
    })
}
