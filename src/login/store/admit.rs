//! Writes a completed login: one statement for a known user, one transaction for a new one.

use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{Connection, OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;
use serde_json::{Value, json};

use super::by_email::{self, Named};
use crate::account::{self, NewUser, Profile, SubStatus, User};
use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationSessionId, Reference, SessionId, SubId, UserId, uuid_v7};
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::login::arrival::Caller;
use crate::session::{self, Device, Ended, Ending, Endings, Scope, Session, SignedIn, StatusIndex};
use crate::vault::{self, NewTokens, PreviousTokens};

/// The values that a completed login writes.
pub struct Admission {
    pub authorization_session: AuthorizationSessionId,
    pub reference: Reference,
    /// The new session. Its user is the id for a new user, used if the identity is unknown.
    pub session: Session,
    pub sub: String,
    pub profile: Profile,
    /// Whether a login without a name keeps the stored name.
    pub keep_name: bool,
    pub claims: Value,
    pub upstream_sid: Option<String>,
    pub upstream_id_token: Option<Vec<u8>>,
    /// When the authorization response arrived, before any request to the provider.
    pub returned_at: Timestamp,
    pub caller: Caller,
    pub steps: Value,
    pub sign_up: bool,
    /// The other trusted providers for the verified address's domain.
    pub vouching: Vec<String>,
    /// The previous session of this browser.
    pub previous: Option<SessionId>,
    /// Whether a user has one session at a time (`sessions.one_per_user`).
    pub alone: bool,
    /// The ending of sessions that this one replaces.
    pub endings: Endings,
    /// The tokens of the provider, where they are stored.
    pub tokens: Option<NewTokens>,
    pub now: Timestamp,
}

/// The result of the write. It is committed in every case.
pub enum Admitted<T = SignedIn> {
    /// The identity belongs to an existing user.
    Known(T),
    /// A new user was created.
    New(T),
    /// The identity was linked to an existing user by the verified e-mail address.
    Joined(T),
    /// The user is disabled; nothing was written.
    Disabled,
    /// The identity is unknown and sign-up is off; nothing was written.
    Stranger,
    /// The login was expired, completed or ended by the provider concurrently; nothing was written.
    GivenUp,
}

statement! {
    struct Write<'a> {
        provider: &'a str => Text,
        sub: &'a str => Text,
        email: Option<&'a str> => Nullable<Text>,
        email_verified: bool => Bool,
        name: Option<&'a str> => Nullable<Text>,
        keep_name: bool => Bool,
        preferred_username: Option<&'a str> => Nullable<Text>,
        picture: Option<&'a str> => Nullable<Text>,
        groups: &'a [String] => Array<Text>,
        profile: &'a Value => Jsonb,
        claims: &'a Value => Jsonb,
        session: SessionId => Uuid,
        client_id: &'a str => Text,
        scopes: &'a str => Text,
        auth_time: Timestamp => Timestamptz,
        auth_time_vouched: bool => Bool,
        acr: Option<&'a str> => Nullable<Text>,
        amr: Option<&'a [String]> => Nullable<Array<Text>>,
        not_after: Timestamp => Timestamptz,
        user_agent: Option<&'a str> => Nullable<Text>,
        device_type: Option<&'a str> => Nullable<Text>,
        os: Option<&'a str> => Nullable<Text>,
        os_version: Option<&'a str> => Nullable<Text>,
        browser: Option<&'a str> => Nullable<Text>,
        browser_version: Option<&'a str> => Nullable<Text>,
        ip: IpNet => Inet,
        upstream_sid: Option<&'a str> => Nullable<Text>,
        upstream_id_token: Option<&'a [u8]> => Nullable<Binary>,
        sid_hash: Option<&'a [u8]> => Nullable<Binary>,
        sub_hash: &'a [u8] => Binary,
        returned_at: Timestamp => Timestamptz,
        authorization_session: AuthorizationSessionId => Uuid,
        steps: &'a Value => Jsonb,
        audit: uuid::Uuid => Uuid,
        reference: &'a str => Text,
        needs_previous: bool => Bool,
        now: Timestamp => Timestamptz,
    }
    // Lock the login row first, so that its status is read again after waiting; after a concurrent completion or expiry
    // this statement returns no row. The UPDATE locks the user's row, which serializes a login with a concurrent
    // `disable`. A login that the provider ended meanwhile returns no row either.
    concat!(
        "WITH login AS MATERIALIZED (
         SELECT id FROM authorization_sessions
         WHERE id = {authorization_session} AND (status = 'pending') IS TRUE
           AND NOT ended_at_provider({provider}, {sid_hash}, {sub_hash}, created_at, {returned_at})
         FOR NO KEY UPDATE
     ), admitted AS (
         UPDATE users
         SET email = {email}, email_verified = {email_verified},
             name = CASE WHEN {keep_name} THEN COALESCE({name}, users.name) ELSE {name} END,
             preferred_username = {preferred_username}, picture = {picture}, groups = {groups}, updated_at = {now}
         FROM subs, login
         WHERE subs.provider = {provider} AND subs.sub = {sub}
           AND users.id = ANY (ARRAY[subs.user_id]) AND users.disabled_at IS NULL
         RETURNING users.id AS user_id, subs.id AS sub_id
     ), seen AS (
         UPDATE subs
         SET claims = {claims}, last_login_at = {now},
             profile = CASE WHEN {keep_name} THEN jsonb_build_object('name', profile->'name')
                            ELSE jsonb_build_object() END || {profile}
         FROM admitted WHERE subs.id = ANY (ARRAY[admitted.sub_id])
         RETURNING profile->>'name' AS name
     ), session AS (
         INSERT INTO sessions (id, user_id, sub_id, provider, client_id, scopes, auth_time, auth_time_vouched, acr, amr,
                               last_activity_at, not_after, user_agent, device_type, os, os_version, browser, browser_version, ip,
                               upstream_sid, upstream_id_token, created_at)
         SELECT {session}, user_id, sub_id, {provider}, {client_id}, {scopes}, {auth_time}, {auth_time_vouched}, {acr}, {amr},
                {now}, {not_after}, {user_agent}, {device_type}, {os}, {os_version}, {browser}, {browser_version}, {ip},
                {upstream_sid}, {upstream_id_token}, {now}
         FROM admitted
         RETURNING status_index
     ), completed AS (
         UPDATE authorization_sessions
         SET status = 'completed', completed_at = {now}, session_id = {session}, steps = steps || {steps}, posted = NULL
         FROM admitted WHERE authorization_sessions.id = {authorization_session}
     ), audited AS (
         ",
        audit_rows!(
            from "admitted", id "{audit}", kind "'login_completed'", user_id "user_id", session_id "{session}",
            provider "{provider}", client_id "{client_id}", ip "{ip}", reference "{reference}"
        ),
        "
     )
     SELECT user_id, admitted.sub_id, status_index, seen.name, kept.version AS kept_version, kept.sealed AS kept_sealed
     FROM admitted CROSS JOIN session CROSS JOIN seen
     LEFT JOIN provider_tokens kept ON {needs_previous} AND kept.sub_id = ANY (ARRAY[admitted.sub_id])"
    )
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Uuid)]
    sub_id: SubId,
    #[diesel(sql_type = BigInt)]
    status_index: i64,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    /// The previously stored tokens of the provider, where they were requested.
    #[diesel(sql_type = Nullable<Uuid>)]
    kept_version: Option<uuid::Uuid>,
    #[diesel(sql_type = Nullable<Binary>)]
    kept_sealed: Option<Vec<u8>>,
}

/// The user and identity of the login, with the previously stored tokens of the provider.
struct Entered {
    signed_in: SignedIn,
    sub_id: SubId,
    before: Option<PreviousTokens>,
}

/// The sessions that the new one replaces, with the reason of their ending.
pub type Gone = (Vec<Ended>, Ending);

/// Writes the login, and ends the browser's previous session, or all others where a user has one at a time.
///
/// The endings are separate statements, so that they see what a concurrent login committed that had locked the user's row
/// first. In one statement they would not, and two concurrent logins would leave two sessions (SE-20).
pub fn admit(conn: &mut Conn, admission: &Admission) -> QueryResult<(Admitted, Vec<Gone>)> {
    match try_to_admit(conn, admission) {
        // The identity was unlinked, or its user deleted, concurrently: it is unknown by now.
        Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => try_to_admit(conn, admission),
        other => other,
    }
}

fn try_to_admit(conn: &mut Conn, admission: &Admission) -> QueryResult<(Admitted, Vec<Gone>)> {
    if admission.previous.is_none() && !admission.alone && admission.tokens.is_none() {
        return Ok((signed_in(admit_beside(conn, admission)?), Vec::new()));
    }
    conn.transaction(|conn| {
        let admitted = admit_beside(conn, admission)?;
        let gone = match &admitted {
            Admitted::Known(entered) | Admitted::Joined(entered) => {
                if let Some(old) = admission.previous {
                    // A new login in the same browser keeps the apps' sessions.
                    session::adopt(conn, old, admission.session.id, entered.signed_in.user.sub)?;
                }
                end_others(conn, admission, entered.signed_in.user.sub)?
            }
            Admitted::New(entered) => end_others(conn, admission, entered.signed_in.user.sub)?,
            _ => Vec::new(),
        };
        Ok((signed_in(keep_tokens(conn, admission, admitted)?), gone))
    })
}

/// Written last: endings lock the rows of sessions before those of tokens.
fn keep_tokens(
    conn: &mut Conn,
    admission: &Admission,
    mut admitted: Admitted<Entered>,
) -> QueryResult<Admitted<Entered>> {
    let entered = match &mut admitted {
        Admitted::Known(entered) | Admitted::New(entered) | Admitted::Joined(entered) => Some(entered),
        _ => None,
    };
    if let (Some(entered), Some(tokens)) = (entered, &admission.tokens) {
        vault::save_over(conn, tokens, entered.sub_id, entered.before.take(), admission.now)?;
    }
    Ok(admitted)
}

fn signed_in(admitted: Admitted<Entered>) -> Admitted {
    match admitted {
        Admitted::Known(entered) => Admitted::Known(entered.signed_in),
        Admitted::New(entered) => Admitted::New(entered.signed_in),
        Admitted::Joined(entered) => Admitted::Joined(entered.signed_in),
        Admitted::Disabled => Admitted::Disabled,
        Admitted::Stranger => Admitted::Stranger,
        Admitted::GivenUp => Admitted::GivenUp,
    }
}

fn end_others(conn: &mut Conn, admission: &Admission, user: UserId) -> QueryResult<Vec<Gone>> {
    let mut gone = Vec::new();
    let others = Scope::OthersOfUser { user, except: admission.session.id };
    let previous = admission.previous.map(|id| (Scope::One(id), "replaced"));
    let alone = admission.alone.then_some((others, "one_per_user"));
    for (scope, reason) in alone.into_iter().chain(previous) {
        let ending = admission.endings.ending(reason, admission.now);
        gone.push((session::end_where(conn, scope, &ending)?, ending));
    }
    Ok(gone)
}

/// Writes the login of a known user with one statement, and handles the other cases if it returns no row.
fn admit_beside(conn: &mut Conn, admission: &Admission) -> QueryResult<Admitted<Entered>> {
    if let Some(written) = write(conn, admission)? {
        return Ok(Admitted::Known(entered(admission, written)));
    }
    match account::sub_status(conn, &admission.session.provider, &admission.sub)? {
        SubStatus::Disabled => return Ok(Admitted::Disabled),
        // A concurrent login may have created the user since the first attempt.
        SubStatus::Enabled => return once_more(conn, admission),
        SubStatus::Unknown => {}
    }
    match conn.transaction(|conn| admit_stranger(conn, admission)) {
        Ok(Some(admitted)) => Ok(admitted),
        // A concurrent login of the same person was first.
        Ok(None) => once_more(conn, admission),
        Err(Error::RollbackTransaction) => Ok(Admitted::GivenUp),
        Err(error) => Err(error),
    }
}

/// Writes the login of an unknown identity: links it to the user with the verified address, or creates a user. `None` where
/// a concurrent login stored the identity.
fn admit_stranger(conn: &mut Conn, admission: &Admission) -> QueryResult<Option<Admitted<Entered>>> {
    let Admission { session, sub, profile, vouching, now, .. } = admission;
    let email = profile.email.as_deref().filter(|_| profile.email_verified && !vouching.is_empty());
    let named = email.map(|email| by_email::named(conn, email, vouching, &session.provider)).transpose()?;
    // A login that is no longer pending creates and links nothing.
    let written = |conn: &mut Conn| write(conn, admission)?.ok_or(Error::RollbackTransaction);
    match named {
        Some(Named::User(user)) => {
            let reference = admission.reference.as_str();
            if !by_email::join_by_email(conn, user, &session.provider, sub, reference, *now)? {
                return Ok(None);
            }
            return Ok(Some(Admitted::Joined(entered(admission, written(conn)?))));
        }
        Some(Named::Disabled) => return Ok(Some(Admitted::Disabled)),
        Some(Named::Nobody) | None => {}
    }
    if !admission.sign_up {
        let known = account::sub_status(conn, &session.provider, sub)? != SubStatus::Unknown;
        return Ok(Some(Admitted::Stranger).filter(|_| !known));
    }
    let new = NewUser { user: session.user, provider: &session.provider, sub, now: *now };
    if !account::create(conn, &new)? {
        return Ok(None);
    }
    Ok(Some(Admitted::New(entered(admission, written(conn)?))))
}

/// Writes the login of an identity that is known by now; without a row the login was ended concurrently.
fn once_more(conn: &mut Conn, admission: &Admission) -> QueryResult<Admitted<Entered>> {
    let written = write(conn, admission)?;
    Ok(written.map_or(Admitted::GivenUp, |written| Admitted::Known(entered(admission, written))))
}

fn write(conn: &mut Conn, admission: &Admission) -> QueryResult<Option<Written>> {
    let (profile, session) = (&admission.profile, &admission.session);
    let device = Device::of(admission.caller.user_agent.as_deref());
    let (sid_hash, sub_hash) = (admission.upstream_sid.as_deref().map(Hashed::of), Hashed::of(&admission.sub));
    let said = json!(profile);
    let write = Write {
        provider: &session.provider,
        sub: &admission.sub,
        email: profile.email.as_deref(),
        email_verified: profile.email_verified,
        name: profile.name.as_deref(),
        keep_name: admission.keep_name,
        preferred_username: profile.preferred_username.as_deref(),
        picture: profile.picture.as_deref(),
        groups: &profile.groups,
        profile: &said,
        claims: &admission.claims,
        session: session.id,
        client_id: &session.client_id,
        scopes: &session.scopes,
        auth_time: session.auth_time,
        auth_time_vouched: session.auth_time_vouched,
        acr: session.acr.as_deref(),
        amr: session.amr.as_deref(),
        not_after: session.not_after,
        user_agent: admission.caller.user_agent.as_deref(),
        device_type: device.r#type.as_deref(),
        os: device.os.as_deref(),
        os_version: device.os_version.as_deref(),
        browser: device.browser.as_deref(),
        browser_version: device.browser_version.as_deref(),
        ip: IpNet::from(admission.caller.ip),
        upstream_sid: admission.upstream_sid.as_deref(),
        upstream_id_token: admission.upstream_id_token.as_deref(),
        sid_hash: sid_hash.as_ref().map(Hashed::as_bytes),
        sub_hash: sub_hash.as_bytes(),
        returned_at: admission.returned_at,
        authorization_session: admission.authorization_session,
        steps: &admission.steps,
        audit: uuid_v7(admission.now),
        reference: admission.reference.as_str(),
        needs_previous: admission.tokens.as_ref().is_some_and(NewTokens::needs_previous),
        now: admission.now,
    };
    write.get_result(conn).optional()
}

fn entered(admission: &Admission, written: Written) -> Entered {
    let (user, status_index) = (written.user_id, StatusIndex::new(written.status_index));
    let session = Session { user, status_index, ..admission.session.clone() };
    let profile = Profile { name: written.name.clone(), ..admission.profile.clone() };
    let signed_in = SignedIn { session, user: User { sub: user, profile } };
    let before = written.kept_version.map(|version| PreviousTokens { version, sealed: written.kept_sealed });
    Entered { signed_in, sub_id: written.sub_id, before }
}
