//! Unlinks an identity and ends the sessions made through it, in one transaction.

use chrono::TimeDelta;
use diesel::sql_types::{Bool, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use serde_json::{Value, json};

use super::fresh::AuthTimes;
use crate::account::{self, Profile};
use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, in_transaction};
use crate::base::id::{SessionId, SubId, UserId, uuid_v7};
use crate::base::statement::statement;
use crate::session::{self, Ended, Ending, Scope};
use crate::vault;

/// How long an identity stays after a session of another identity asked to remove it.
const WAIT: TimeDelta = TimeDelta::days(7);

/// The actor who removes the identity.
#[derive(Clone)]
pub enum UnlinkedBy {
    /// This session of the user. It removes the identity at once if it was made through it, and after [`WAIT`] otherwise.
    Session(SessionId),
    /// The cleanup, after that time.
    Cleanup,
    /// An administrator, with the detail of the audit event.
    Administrator(Value),
}

/// The identity to be unlinked, and the request for it.
#[derive(Clone)]
pub struct UnlinkRequest {
    pub user: UserId,
    pub id: SubId,
    pub by: UnlinkedBy,
    pub ending: Ending,
    pub now: Timestamp,
}

/// The result of unlinking.
pub enum UnlinkOutcome {
    /// The identity was unlinked, and these sessions have ended.
    Gone {
        /// The provider of the identity.
        provider: String,
        /// The sessions that were made through the identity, which have ended.
        ended: Vec<Ended>,
    },
    /// The identity will be removed at this time, unless a session of the user cancels the removal.
    Scheduled {
        /// The provider of the identity.
        provider: String,
        /// When the identity will be removed.
        until: Timestamp,
    },
    /// The identity belongs to another user, or does not exist; or the removal was cancelled.
    NotFound,
    /// It is the only identity of the user. A requested removal is cancelled.
    Last,
}

statement! {
    // First the identity of the requesting session, then the one that was used last.
    struct Identities { user: UserId => Uuid, session: Option<SessionId> => Nullable<Uuid> }
    "SELECT subs.id, subs.provider, subs.sub, subs.email, subs.profile, subs.unlink_at, sessions.id IS NOT NULL AS own,
            known.auth_time_sent_at IS NOT NULL AS sent, known.auth_time_withheld_at IS NOT NULL AS withheld
     FROM subs LEFT JOIN sessions ON sessions.id = {session} AND (sessions.sub_id = subs.id) IS TRUE
     LEFT JOIN providers known ON known.id = ANY (ARRAY[subs.provider])
     WHERE subs.user_id = {user}
     ORDER BY sessions.id IS NULL, subs.last_login_at DESC, subs.id DESC"
}

/// An identity of the user, as the removal needs it.
#[derive(QueryableByName)]
pub struct UsersIdentity {
    #[diesel(sql_type = Uuid)]
    pub id: SubId,
    #[diesel(sql_type = Text)]
    pub provider: String,
    #[diesel(sql_type = Text)]
    pub sub: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Jsonb)]
    profile: Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub unlink_at: Option<Timestamp>,
    /// Whether the session was made through it.
    #[diesel(sql_type = Bool)]
    pub own: bool,
    #[diesel(embed)]
    pub auth_times: AuthTimes,
}

/// The identities of a user: first that of the session, then the one that was used last.
pub fn identities_for(conn: &mut Conn, user: UserId, session: Option<SessionId>) -> QueryResult<Vec<UsersIdentity>> {
    Identities { user, session }.load(conn)
}

statement! {
    struct Delete<'a> {
        id: SubId => Uuid,
        user: UserId => Uuid,
        session: Option<SessionId> => Nullable<Uuid>,
        provider: &'a str => Text,
        detail: &'a Value => Jsonb,
        audit: uuid::Uuid => Uuid,
        now: Timestamp => Timestamptz,
    }
    concat!(
        "WITH gone AS (DELETE FROM subs WHERE id = {id} AND (user_id = {user}) IS TRUE RETURNING id) ",
        audit_rows!(
            from "gone", id "{audit}", kind "'identity_unlinked'", user_id "{user}", session_id "{session}",
            provider "{provider}", detail "{detail}"
        )
    )
}

statement! {
    struct SetRemoval<'a> {
        id: SubId => Uuid,
        user: UserId => Uuid,
        at: Option<Timestamp> => Nullable<Timestamptz>,
        session: Option<SessionId> => Nullable<Uuid>,
        kind: &'a str => Text,
        detail: &'a Value => Jsonb,
        audit: uuid::Uuid => Uuid,
        now: Timestamp => Timestamptz,
    }
    concat!(
        "WITH changed AS (
         UPDATE subs SET unlink_at = {at}
         WHERE id = {id} AND (user_id = {user}) IS TRUE AND (unlink_at IS NULL) <> ({at} IS NULL)
         RETURNING provider
     ) ",
        audit_rows!(
            from "changed", id "{audit}", kind "{kind}", user_id "{user}", session_id "{session}", provider "provider",
            detail "{detail}"
        )
    )
}

/// Unlinks the identity. The claims of its provider are removed too: the user's profile becomes that of the requesting
/// session's identity, or else that of the identity that was used last.
pub fn unlink(conn: &mut Conn, request: &UnlinkRequest) -> QueryResult<UnlinkOutcome> {
    let UnlinkRequest { user, id, ref by, ref ending, now } = *request;
    let session = if let UnlinkedBy::Session(session) = by { Some(*session) } else { None };
    in_transaction(conn, |conn| {
        // Two concurrent requests must not remove both identities of a user with two.
        account::lock(conn, user)?;
        let mut identities = identities_for(conn, user, session)?;
        let Some(place) = identities.iter().position(|identity| identity.id == id) else {
            return Ok(UnlinkOutcome::NotFound);
        };
        if identities.len() == 1 {
            set_removal(conn, (user, id), session, None, now)?;
            return Ok(UnlinkOutcome::Last);
        }
        let UsersIdentity { provider, own, unlink_at, .. } = identities.remove(place);
        match by {
            UnlinkedBy::Session(_) if !own => {
                let until = unlink_at.unwrap_or(now + WAIT);
                set_removal(conn, (user, id), session, Some(until), now)?;
                return Ok(UnlinkOutcome::Scheduled { provider, until });
            }
            UnlinkedBy::Cleanup if unlink_at.is_none_or(|at| at > now) => return Ok(UnlinkOutcome::NotFound),
            _ => {}
        }
        let ended = session::end_where(conn, Scope::OfIdentity { user, identity: id }, ending)?;
        // Tokens that no ending of a session has revoked: an identity may have been linked and never used.
        vault::revoke_one(conn, id, now)?;
        let (detail, audit) = (&by.detail(), uuid_v7(now));
        Delete { id, user, session, provider: &provider, detail, audit, now }.execute(conn)?;
        let left = identities.into_iter().next().map(|left| Profile::of_stored(left.profile));
        account::refresh(conn, user, &left.unwrap_or_default(), now)?;
        Ok(UnlinkOutcome::Gone { provider, ended })
    })
}

impl UnlinkedBy {
    fn detail(&self) -> Value {
        match self {
            Self::Session(_) => json!({ "by": "person" }),
            Self::Cleanup => json!({ "by": "cleanup" }),
            Self::Administrator(detail) => detail.clone(),
        }
    }
}

/// Sets the time of the removal, or cancels the removal with `None`. Returns whether that is a change; each change is
/// audited.
pub(super) fn set_removal(
    conn: &mut Conn,
    (user, id): (UserId, SubId),
    session: Option<SessionId>,
    at: Option<Timestamp>,
    now: Timestamp,
) -> QueryResult<bool> {
    let kind = if at.is_some() { "identity_removal_requested" } else { "identity_removal_taken_back" };
    let detail = &at.map_or_else(|| json!({}), |at| json!({ "unlink_at": at }));
    let set = SetRemoval { id, user, at, session, kind, detail, audit: uuid_v7(now), now };
    Ok(set.execute(conn)? > 0)
}

/// Cancels a requested removal. Returns `false` if none was requested, or if the removal has begun: this waits for it.
pub fn cancel_removal(
    conn: &mut Conn,
    (user, id): (UserId, SubId),
    session: SessionId,
    now: Timestamp,
) -> QueryResult<bool> {
    in_transaction(conn, |conn| {
        account::lock(conn, user)?;
        set_removal(conn, (user, id), Some(session), None, now)
    })
}
