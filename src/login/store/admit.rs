//! Admitting someone: everything a completed login writes, in one statement for a known user, in one transaction for a
//! new one.

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

/// All that a completed login writes.
pub struct Admission {
    pub authorization_session: AuthorizationSessionId,
    pub reference: Reference,
    /// The session to be; its user is the one to be made if there is none yet.
    pub session: Session,
    pub sub: String,
    pub profile: Profile,
    /// Whether a login without a name leaves the one that is known.
    pub keep_name: bool,
    pub claims: Value,
    pub upstream_sid: Option<String>,
    pub upstream_id_token: Option<Vec<u8>>,
    /// When it came back from the provider, before anything was asked there.
    pub returned_at: Timestamp,
    pub caller: Caller,
    pub steps: Value,
    pub sign_up: bool,
    /// The other providers whose word for the verified address names the same person.
    pub vouching: Vec<String>,
    /// The session that this browser had before.
    pub previous: Option<SessionId>,
    /// Whether a user has one session at a time.
    pub alone: bool,
    /// How those end that have to.
    pub endings: Endings,
    /// The provider's own tokens, where they are kept.
    pub tokens: Option<NewTokens>,
    pub now: Timestamp,
}

/// What came of it. Whatever it is, it is committed.
pub enum Admitted<T = SignedIn> {
    /// A user who was known.
    Known(T),
    /// A user who is new.
    New(T),
    /// A user who was known by another provider, and is known by this one too from now on.
    Joined(T),
    /// Known, but disabled; nothing was written.
    Disabled,
    /// Unknown, and nobody new may enter; nothing was written.
    Stranger,
    /// The login got its end meanwhile, from the sweep, from another completion or from the provider; nothing was written.
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
    // A login that is completed or given up in the same moment admits nobody: its row would say two things at once. It
    // is locked first, so that its status is judged as it is when its turn comes, and not as the statement found it.
    // The user's row is locked by its UPDATE, so a login and a `disable` at the same moment come one after the other.
    // A login that the provider ended while it was under way is given up as well.
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
    /// The provider's tokens from before, where they were wanted.
    #[diesel(sql_type = Nullable<Uuid>)]
    kept_version: Option<uuid::Uuid>,
    #[diesel(sql_type = Nullable<Binary>)]
    kept_sealed: Option<Vec<u8>>,
}

/// Someone who was admitted: the one whose identity it is, and what of the provider's was kept of it before.
struct Entered {
    signed_in: SignedIn,
    sub_id: SubId,
    before: Option<PreviousTokens>,
}

/// Sessions that ended for the new one, and how.
pub type Gone = (Vec<Ended>, Ending);

/// Admits someone, and ends the session that this browser had before, or every other one where a user has one at a time.
///
/// The endings are statements of their own: they see what a login wrote that held the user's row before this one did.
/// In one statement they would not, and two logins at once would leave two sessions (SE-20).
pub fn admit(conn: &mut Conn, admission: &Admission) -> QueryResult<(Admitted, Vec<Gone>)> {
    match try_to_admit(conn, admission) {
        // The identity was given up at this very moment, or its user deleted: it is a stranger's by now.
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
                    // Somebody who signs in anew in the same browser stays signed in to the apps.
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

/// Last of all: whoever ends sessions takes their rows before the tokens'.
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

/// Admits a known user at once; looks closer where there is none to admit.
fn admit_beside(conn: &mut Conn, admission: &Admission) -> QueryResult<Admitted<Entered>> {
    if let Some(written) = write(conn, admission)? {
        return Ok(Admitted::Known(entered(admission, written)));
    }
    match account::sub_status(conn, &admission.session.provider, &admission.sub)? {
        SubStatus::Disabled => return Ok(Admitted::Disabled),
        // Whom the first try did not find may have been made by another login since.
        SubStatus::Enabled => return once_more(conn, admission),
        SubStatus::Unknown => {}
    }
    match conn.transaction(|conn| admit_stranger(conn, admission)) {
        Ok(Some(admitted)) => Ok(admitted),
        // Another login of the same person came first, in this very moment.
        Ok(None) => once_more(conn, admission),
        Err(Error::RollbackTransaction) => Ok(Admitted::GivenUp),
        Err(error) => Err(error),
    }
}

/// Admits someone who was not known a moment ago: as a user who is known by a verified address, or as a new one. `None`
/// where another login made the pair known meanwhile.
fn admit_stranger(conn: &mut Conn, admission: &Admission) -> QueryResult<Option<Admitted<Entered>>> {
    let Admission { session, sub, profile, vouching, now, .. } = admission;
    let email = profile.email.as_deref().filter(|_| profile.email_verified && !vouching.is_empty());
    let named = email.map(|email| by_email::named(conn, email, vouching, &session.provider)).transpose()?;
    // Nobody is made, and nothing linked, for a login that was given up.
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

/// Admits someone who is known by now; whom not even this finds was given up.
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
