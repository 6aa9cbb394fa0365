//! The statement that writes a completed login of a known identity: profile, session, status of the login, audit event.

use diesel::sql_types::{Array, BigInt, Binary, Bool, Inet, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use crate::account::Profile;
use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, note};
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, Reference, SessionId, SubId, UserId, uuid_v7};
use crate::base::jws::JwsAlgorithm;
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::config::OnePerUser;
use crate::grant::{NewCode, code_rows};
use crate::login::input::Caller;
use crate::session::{Aal, Device, Endings, Session, session_rows};
use crate::vault::NewTokens;

/// The values that a completed login writes.
pub struct LoginCompletion {
    pub authorization_session: AuthorizationSessionId,
    pub reference: Reference,
    /// The new session. Its `user` is a fresh id, used only if the identity is unknown and a user is created.
    pub session: Session,
    /// The issuer of the provider's identities, by the configuration.
    pub issuer: String,
    pub sub: String,
    pub profile: Profile,
    /// Whether a login without a name keeps the stored name.
    pub keep_name: bool,
    pub claims: Value,
    pub upstream_sid: Option<String>,
    pub upstream_id_token: Option<Vec<u8>>,
    /// The algorithm of the ID token; `None` for a protocol without them.
    pub upstream_alg: Option<JwsAlgorithm>,
    /// When the authorization response arrived, before any request to the provider.
    pub returned_at: Timestamp,
    pub caller: Caller,
    pub steps: Value,
    pub sign_up: bool,
    /// The other providers that are trusted for the domain of the verified e-mail address.
    pub vouching: Vec<String>,
    /// The previous session of this browser.
    pub previous: Option<SessionId>,
    /// The label of the session (`sessions.tags`).
    pub tag: Option<String>,
    /// How many sessions a user has at a time (`sessions.one_per_user`).
    pub one_per_user: OnePerUser,
    /// Ends the sessions that this session replaces, and queues their logout notices.
    pub endings: Endings,
    /// The tokens of the provider; `None` without `store_tokens`.
    pub tokens: Option<NewTokens>,
    /// The code for the app whose authorization request started the login; `None` if that request needs a further step.
    pub code: Option<NewCode>,
    pub now: Timestamp,
}

statement! {
    struct Write<'a> {
        provider: &'a str => Text,
        issuer: &'a str => Text,
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
        auth_time_assumed: bool => Bool,
        aal: Option<i16> => Nullable<SmallInt>,
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
        upstream_alg: Option<&'a str> => Nullable<Text>,
        tag: Option<&'a str> => Nullable<Text>,
        asked_acr: Option<&'a str> => Nullable<Text>,
        sid_hash: Option<&'a [u8]> => Nullable<Binary>,
        sub_hash: &'a [u8] => Binary,
        ends_sessions: bool => Bool,
        returned_at: Timestamp => Timestamptz,
        authorization_session: AuthorizationSessionId => Uuid,
        steps: &'a Value => Jsonb,
        audit: uuid::Uuid => Uuid,
        taken_back_audit: uuid::Uuid => Uuid,
        reference: &'a str => Text,
        needs_previous: bool => Bool,
        request_id: Option<AuthorizationRequestId> => Nullable<Uuid>,
        hinted_user: Option<UserId> => Nullable<Uuid>,
        code_hash: Option<&'a [u8]> => Nullable<Binary>,
        code_client_id: Option<&'a str> => Nullable<Text>,
        code_redirect_uri: Option<&'a str> => Nullable<Text>,
        code_challenge: Option<&'a str> => Nullable<Text>,
        code_nonce: Option<&'a str> => Nullable<Text>,
        code_scope: Option<&'a str> => Nullable<Text>,
        code_resource: Option<&'a str> => Nullable<Text>,
        code_expires_at: Option<Timestamp> => Nullable<Timestamptz>,
        now: Timestamp => Timestamptz,
    }
    // A login at another issuer than the stored one returns no row: the same `sub` may be another person there.
    // The locks in their order: the shared advisory locks of `ended_at_provider` on `(provider, sid)` and
    // `(provider, sub)`, the row of the login, of the user, of the identity. The row of the login is locked before
    // anything is written, so that its status is read again after waiting; after a concurrent completion or expiry this
    // statement returns no row. The lock on the user's row serializes a login with a concurrent `disable`. A login that
    // the provider ended meanwhile returns no row either. A requested removal of the identity is cancelled. The code
    // of the app is inserted only if the authorization request has no answer yet and is not for another user.
    concat!(
        "WITH login AS MATERIALIZED (
         SELECT id FROM authorization_sessions
         WHERE id = {authorization_session} AND (status = 'pending') IS TRUE
           AND NOT EXISTS (SELECT FROM providers known WHERE known.id = {provider} AND known.issuer <> {issuer})
           AND NOT ({ends_sessions} AND ended_at_provider({provider}, {sid_hash}, {sub_hash}, created_at, {returned_at}))
         FOR NO KEY UPDATE
     ), admitted AS (
         UPDATE users
         SET email = {email}, email_verified = {email_verified},
             name = CASE WHEN {keep_name} THEN COALESCE({name}, users.name) ELSE {name} END,
             preferred_username = {preferred_username}, picture = {picture}, groups = {groups}, updated_at = {now}
         FROM subs, login
         WHERE subs.provider = {provider} AND subs.sub = {sub}
           AND users.id = ANY (ARRAY[subs.user_id]) AND users.disabled_at IS NULL
         RETURNING users.id AS user_id, subs.id AS sub_id, subs.unlink_at IS NOT NULL AS removal_requested
     ), seen AS (
         UPDATE subs
         SET claims = {claims}, last_login_at = {now}, unlink_at = NULL,
             profile = CASE WHEN {keep_name} THEN jsonb_build_object('name', profile->'name')
                            ELSE jsonb_build_object() END || {profile},
             email = {profile}->>'email', email_verified = COALESCE(({profile}->>'email_verified')::boolean, false)
         FROM admitted WHERE subs.id = ANY (ARRAY[admitted.sub_id])
         RETURNING profile->>'name' AS name
     ), session AS (
         ",
        session_rows!(
            from "admitted", id "{session}", user_id "user_id", sub_id "sub_id", provider "{provider}",
            client_id "{client_id}", parent_id "NULL", auth_time "{auth_time}", auth_time_vouched "{auth_time_vouched}",
            auth_time_assumed "{auth_time_assumed}", aal "{aal}", acr "{acr}", amr "{amr}", scopes "{scopes}",
            resource "NULL", not_after "{not_after}", user_agent "{user_agent}", ip "{ip}",
            device_type "{device_type}", os "{os}", os_version "{os_version}", browser "{browser}",
            browser_version "{browser_version}", upstream_sid "{upstream_sid}",
            upstream_id_token "{upstream_id_token}", upstream_alg "{upstream_alg}", tag "{tag}",
            asked_acr "{asked_acr}", created_at "{now}"
        ),
        "
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
     ), taken_back AS (
         ",
        audit_rows!(
            from "admitted WHERE removal_requested", id "{taken_back_audit}", kind "'identity_removal_taken_back'",
            user_id "user_id", session_id "{session}", provider "{provider}", detail "jsonb_build_object()"
        ),
        "
     ), answered AS (
         UPDATE authorization_requests asked SET answered_at = {now}, session_id = {session}
         FROM admitted
         WHERE asked.id = {request_id} AND asked.answered_at IS NULL
           AND ({hinted_user} IS NULL OR admitted.user_id = {hinted_user})
         RETURNING asked.id
     ), code AS (
         ",
        code_rows!(session "{session}", from "answered"),
        "
     )
     SELECT user_id, admitted.sub_id, status_index, seen.name, EXISTS (SELECT FROM answered) AS code_issued,
            kept.version AS kept_version, kept.sealed AS kept_sealed
     FROM admitted CROSS JOIN session CROSS JOIN seen
     LEFT JOIN provider_tokens kept ON {needs_previous} AND kept.sub_id = ANY (ARRAY[admitted.sub_id])"
    )
}

#[derive(QueryableByName)]
pub struct WrittenRow {
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    #[diesel(sql_type = Uuid)]
    pub sub_id: SubId,
    #[diesel(sql_type = BigInt)]
    pub status_index: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Whether the authorization code for the app was inserted.
    #[diesel(sql_type = Bool)]
    pub code_issued: bool,
    /// The version of the tokens that were stored before; `None` if there are none, or `needs_previous` is false.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub kept_version: Option<uuid::Uuid>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub kept_sealed: Option<Vec<u8>>,
}

/// Writes the login. `None` if the identity is unknown or its user is disabled, the stored identities are of another
/// issuer, or the login is no longer pending or was ended by the provider.
pub fn write_known_identity(conn: &mut Conn, completion: &LoginCompletion) -> QueryResult<Option<WrittenRow>> {
    let (profile, session) = (&completion.profile, &completion.session);
    let device = Device::of(completion.caller.user_agent.as_deref());
    let (sid_hash, sub_hash) = (completion.upstream_sid.as_deref().map(Hashed::of), Hashed::of(&completion.sub));
    let (said, code) = (profile.stored(), completion.code.as_ref());
    let write = Write {
        provider: &session.provider,
        issuer: &completion.issuer,
        sub: &completion.sub,
        email: profile.email.as_deref(),
        email_verified: profile.has_verified_email(),
        name: profile.name.as_deref(),
        keep_name: completion.keep_name,
        preferred_username: profile.preferred_username.as_deref(),
        picture: profile.picture.as_deref(),
        groups: profile.groups.as_deref().unwrap_or_default(),
        profile: &said,
        claims: &completion.claims,
        session: session.id,
        client_id: &session.client_id,
        scopes: &session.scopes,
        auth_time: session.auth_time,
        auth_time_vouched: session.auth_time_vouched,
        auth_time_assumed: session.auth_time_assumed,
        aal: session.aal.map(Aal::as_number),
        acr: session.acr.as_deref(),
        amr: session.amr.as_deref(),
        not_after: session.not_after,
        user_agent: completion.caller.user_agent.as_deref(),
        device_type: device.r#type.as_deref(),
        os: device.os.as_deref(),
        os_version: device.os_version.as_deref(),
        browser: device.browser.as_deref(),
        browser_version: device.browser_version.as_deref(),
        ip: IpNet::from(completion.caller.ip),
        upstream_sid: completion.upstream_sid.as_deref(),
        upstream_id_token: completion.upstream_id_token.as_deref(),
        upstream_alg: completion.upstream_alg.map(JwsAlgorithm::name),
        tag: completion.tag.as_deref(),
        asked_acr: session.asked_acr.as_deref(),
        sid_hash: sid_hash.as_ref().map(Hashed::as_bytes),
        sub_hash: sub_hash.as_bytes(),
        // Without ID tokens there are no logout tokens either, so nothing has to be serialized with them.
        ends_sessions: completion.upstream_alg.is_some(),
        returned_at: completion.returned_at,
        authorization_session: completion.authorization_session,
        steps: &completion.steps,
        audit: uuid_v7(completion.now),
        reference: completion.reference.as_str(),
        taken_back_audit: uuid_v7(completion.now),
        needs_previous: completion.tokens.as_ref().is_some_and(NewTokens::needs_previous),
        request_id: code.and_then(|code| code.request_id),
        hinted_user: code.and_then(|code| code.hinted_user),
        code_hash: code.map(|code| code.hash.as_bytes()),
        code_client_id: code.map(|code| code.client_id.as_str()),
        code_redirect_uri: code.map(|code| code.redirect_uri.as_str()),
        code_challenge: code.and_then(|code| code.challenge.as_deref()),
        code_nonce: code.and_then(|code| code.nonce.as_deref()),
        code_scope: code.map(|code| code.scope.as_str()),
        code_resource: code.and_then(|code| code.resource.as_deref()),
        code_expires_at: code.map(|code| code.expires_at),
        now: completion.now,
    };
    let written: Option<WrittenRow> = write.get_result(conn).optional()?;
    if let Some(written) = &written {
        note(conn, Change::User(written.user_id));
    }
    Ok(written)
}
