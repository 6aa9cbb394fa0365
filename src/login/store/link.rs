//! Links an identity to the user who asked for it, in one transaction.

use std::net::IpAddr;
use std::sync::Arc;

use diesel::sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use super::linked::{self, Linked};
use super::unlink::set_removal;
use crate::account::{self, Profile};
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, in_transaction, note};
use crate::base::id::{AuthorizationSessionId, Reference, SessionId, SubId, UserId};
use crate::base::statement::statement;
use crate::login::authorization_session::Linking;
use crate::vault::{self, NewTokens};

/// The values that a completed link depends on and writes.
pub struct LinkRequest {
    pub authorization_session: AuthorizationSessionId,
    pub reference: Reference,
    pub linking: Linking,
    /// The current session of this browser.
    pub previous: Option<SessionId>,
    pub used_after: Timestamp,
    /// The ids of the configured providers.
    pub providers: Arc<[String]>,
    pub provider: String,
    /// The issuer of the provider's identities, by the configuration.
    pub issuer: String,
    pub sub: String,
    pub profile: Profile,
    pub claims: Value,
    pub ip: IpAddr,
    pub steps: Value,
    /// The tokens of the provider, if they are stored.
    pub tokens: Option<NewTokens>,
    pub now: Timestamp,
}

/// The result of a link. Only the first two write anything.
pub enum LinkOutcome {
    /// The identity was linked.
    Linked,
    /// The identity was linked to this user before.
    AlreadyLinked,
    /// The identity belongs to another user (AC-08).
    OtherUsers,
    /// The stored identities of the provider are of this other issuer.
    OtherIssuer(String),
    /// The user is disabled (AC-10).
    Disabled,
    /// The session that asked for the link has ended.
    SessionEnded,
    /// The browser has a session of another user by now.
    OtherUserSignedIn,
    /// The login was expired or completed concurrently.
    GivenUp,
}

statement! {
    // The lock keeps the session from ending before the link is committed.
    struct Asker<'a> {
        session: SessionId => Uuid,
        user: UserId => Uuid,
        providers: &'a [String] => Array<Text>,
        provider: &'a str => Text,
        issuer: &'a str => Text,
        used_after: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    "SELECT users.disabled_at IS NOT NULL AS disabled,
            (SELECT issuer FROM providers WHERE id = {provider} AND issuer <> {issuer}) AS other_issuer
     FROM sessions JOIN users ON users.id = ANY (ARRAY[sessions.user_id])
     WHERE sessions.id = {session} AND (sessions.user_id = {user}) IS TRUE
       AND sessions.ended_at IS NULL AND sessions.not_after > {now} AND sessions.last_activity_at > {used_after}
       AND (sessions.provider = ANY ({providers})) IS TRUE
     FOR NO KEY UPDATE OF sessions"
}

#[derive(QueryableByName)]
struct AskerRow {
    #[diesel(sql_type = Bool)]
    disabled: bool,
    #[diesel(sql_type = Nullable<Text>)]
    other_issuer: Option<String>,
}

statement! {
    struct Present { session: SessionId => Uuid, used_after: Timestamp => Timestamptz, now: Timestamp => Timestamptz }
    "SELECT user_id FROM sessions
     WHERE id = {session} AND ended_at IS NULL AND not_after > {now} AND last_activity_at > {used_after}"
}

#[derive(QueryableByName)]
struct PresentRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

statement! {
    struct Attach<'a> {
        id: SubId => Uuid,
        provider: &'a str => Text,
        sub: &'a str => Text,
        user: UserId => Uuid,
        claims: &'a Value => Jsonb,
        profile: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
    }
    // A row of another user is neither changed nor returned. `xmax` distinguishes an existing row from a new one.
    "INSERT INTO subs (id, provider, sub, user_id, claims, profile, email, email_verified, created_at, last_login_at)
     VALUES ({id}, {provider}, {sub}, {user}, {claims}, {profile}, {profile}->>'email',
             COALESCE(({profile}->>'email_verified')::boolean, false), {now}, {now})
     ON CONFLICT (provider, sub) DO UPDATE
     SET claims = excluded.claims, profile = excluded.profile, email = excluded.email,
         email_verified = excluded.email_verified
     WHERE subs.user_id = {user}
     RETURNING id, xmax = 0 AS new"
}

#[derive(QueryableByName)]
struct Attached {
    #[diesel(sql_type = Uuid)]
    id: SubId,
    #[diesel(sql_type = Bool)]
    new: bool,
}

statement! {
    struct Complete<'a> {
        id: AuthorizationSessionId => Uuid,
        session: SessionId => Uuid,
        steps: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
    }
    "UPDATE authorization_sessions
     SET status = 'completed', completed_at = {now}, session_id = {session}, steps = steps || {steps}
     WHERE id = {id} AND (status = 'pending') IS TRUE"
}

statement! {
    // The session proved the identity, also if it was linked before.
    struct Remember { session: SessionId => Uuid, sub_id: SubId => Uuid }
    "UPDATE sessions SET linked_sub_ids = array_append(linked_sub_ids, {sub_id})
     WHERE id = {session} AND ({sub_id} = ANY (linked_sub_ids)) IS NOT TRUE"
}

/// Links the identity, or returns why not.
pub fn link(conn: &mut Conn, request: &LinkRequest) -> QueryResult<LinkOutcome> {
    let joined = in_transaction(conn, |conn| {
        let attached = match attach(conn, request)? {
            Ok(attached) => attached,
            Err(why_not) => return Ok(why_not),
        };
        let LinkRequest { authorization_session: id, linking, ref steps, now, .. } = *request;
        let complete = Complete { id, session: linking.session, steps, now };
        if complete.execute(conn)? == 0 {
            // A login that is no longer pending links nothing.
            return Err(diesel::result::Error::RollbackTransaction);
        }
        Remember { session: linking.session, sub_id: attached.id }.execute(conn)?;
        if attached.new {
            audit(conn, request)?;
        } else {
            set_removal(conn, (linking.user, attached.id), Some(linking.session), None, now)?;
        }
        if let Some(tokens) = &request.tokens {
            vault::save(conn, tokens, attached.id, now)?;
        }
        Ok(if attached.new { LinkOutcome::Linked } else { LinkOutcome::AlreadyLinked })
    });
    match joined {
        Err(diesel::result::Error::RollbackTransaction) => Ok(LinkOutcome::GivenUp),
        other => other,
    }
}

/// Locks the user's row first, as disabling and unlinking do, which serializes them.
fn attach(conn: &mut Conn, request: &LinkRequest) -> QueryResult<Result<Attached, LinkOutcome>> {
    let LinkRequest { linking: Linking { session, user }, previous, used_after, now, ref profile, .. } = *request;
    account::lock(conn, user)?;
    if let Some(refused) = refused_asker(conn, request)? {
        return Ok(Err(refused));
    }
    if let Some(other) = previous.filter(|previous| *previous != session) {
        let present = Present { session: other, used_after, now }.get_result::<PresentRow>(conn).optional()?;
        if present.is_some_and(|present| present.user_id != user) {
            return Ok(Err(LinkOutcome::OtherUserSignedIn));
        }
    }
    let said = profile.stored();
    note(conn, Change::User(user));
    let attach = Attach {
        id: SubId::new(now),
        provider: &request.provider,
        sub: &request.sub,
        user,
        claims: &request.claims,
        profile: &said,
        now,
    };
    Ok(attach.get_result(conn).optional()?.ok_or(LinkOutcome::OtherUsers))
}

/// Why the session that asks may not link: it has ended, its user is disabled, or the provider now has another issuer.
fn refused_asker(conn: &mut Conn, request: &LinkRequest) -> QueryResult<Option<LinkOutcome>> {
    let LinkRequest {
        linking: Linking { session, user },
        used_after,
        now,
        ref providers,
        ref provider,
        ref issuer,
        ..
    } = *request;
    let asker = Asker { session, user, providers, provider, issuer, used_after, now };
    Ok(match asker.get_result::<AskerRow>(conn).optional()? {
        None => Some(LinkOutcome::SessionEnded),
        Some(AskerRow { disabled: true, .. }) => Some(LinkOutcome::Disabled),
        Some(AskerRow { other_issuer: Some(other), .. }) => Some(LinkOutcome::OtherIssuer(other)),
        Some(AskerRow { disabled: false, other_issuer: None }) => None,
    })
}

fn audit(conn: &mut Conn, request: &LinkRequest) -> QueryResult<()> {
    let linked = Linked {
        user: request.linking.user,
        session: Some(request.linking.session),
        provider: &request.provider,
        ip: Some(IpNet::from(request.ip)),
        reference: request.reference.as_str(),
        by: "person",
    };
    linked::audit_link(conn, &linked, request.now)
}
