//! The statements that read the rows of a user. Each row names its columns, so that a new column with a secret is not in the
//! document until this file names it.

use diesel::sql_types::{Array, BigInt, Bool, Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::account::{self, Record};
use crate::base::clock::{Timestamp, TimestampSchema};
use crate::base::db::Conn;
use crate::base::id::{SessionId, SubId, UserId};
use crate::base::statement::statement;

/// The rows of a user.
pub struct Stored {
    pub user: Record,
    pub identities: Vec<OwnIdentity>,
    pub sessions: Vec<SignIn>,
    pub app_sessions: Vec<StoredAppSession>,
    pub consents: Vec<OwnConsent>,
    pub audit_events: Vec<AuditEvent>,
}

statement! {
    struct Identities { user: UserId => Uuid, most: i64 => BigInt }
    "SELECT id, provider, sub, email, email_verified, claims, created_at, last_login_at, unlink_at
     FROM subs WHERE user_id = {user} ORDER BY created_at, id LIMIT {most}"
}

/// An identity with the claims of its last login.
#[derive(Debug, QueryableByName, Serialize, JsonSchema)]
pub struct OwnIdentity {
    /// The id of the identity at the gateway.
    #[diesel(sql_type = Uuid)]
    pub id: SubId,
    /// The provider's id in the configuration.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// The `sub` at the provider.
    #[diesel(sql_type = Text)]
    pub sub: String,
    /// The e-mail address that the provider last reported.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    /// Whether the provider reported the address as verified.
    #[diesel(sql_type = Bool)]
    pub email_verified: bool,
    /// The claims of the last login, as the provider sent them; an object.
    #[diesel(sql_type = Jsonb)]
    pub claims: Value,
    /// The time of the first sign-in.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// The time of the last sign-in.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub last_login_at: Timestamp,
    /// When it will be unlinked, as the user requested.
    #[schemars(with = "Option<TimestampSchema>")]
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub unlink_at: Option<Timestamp>,
}

statement! {
    struct SignIns { user: UserId => Uuid, most: i64 => BigInt }
    "SELECT id, provider, sub_id AS identity, client_id, created_at, last_activity_at, not_after AS expires_at, ended_at,
            ended_reason, auth_time, acr, amr, ip, user_agent, tag
     FROM sessions WHERE user_id = {user} AND parent_id IS NULL ORDER BY created_at DESC, id DESC LIMIT {most}"
}

/// A session of a browser.
#[derive(Debug, QueryableByName, Serialize, JsonSchema)]
pub struct SignIn {
    /// The id of the session (`sid`).
    #[diesel(sql_type = Uuid)]
    pub id: SessionId,
    /// The provider's id in the configuration.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// The id of the identity that it was made through.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub identity: Option<SubId>,
    /// The client that it belongs to.
    #[diesel(sql_type = Text)]
    pub client_id: String,
    /// The time of the login.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// Its last use, accurate to a minute.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub last_activity_at: Timestamp,
    /// When it ends at the latest.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: Timestamp,
    /// When it was ended.
    #[schemars(with = "Option<TimestampSchema>")]
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<Timestamp>,
    /// Why it was ended.
    #[diesel(sql_type = Nullable<Text>)]
    pub ended_reason: Option<String>,
    /// When the person was authenticated.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub auth_time: Timestamp,
    /// `acr`, as the provider sent it.
    #[diesel(sql_type = Nullable<Text>)]
    pub acr: Option<String>,
    /// `amr`, as the provider sent it.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub amr: Option<Vec<String>>,
    /// The address at the login.
    #[schemars(with = "Option<String>")]
    #[diesel(sql_type = Nullable<Inet>)]
    pub ip: Option<IpNet>,
    /// The `User-Agent` header of the login.
    #[diesel(sql_type = Nullable<Text>)]
    pub user_agent: Option<String>,
    /// Its label by `sessions.tags`.
    #[diesel(sql_type = Nullable<Text>)]
    pub tag: Option<String>,
}

statement! {
    // Not `parent_id IS NOT NULL`: the planner could read the whole partial index on `parent_id`.
    struct AppSessions { user: UserId => Uuid, most: i64 => BigInt }
    "SELECT id, parent_id AS session, client_id, scopes AS scope, resource, created_at, last_activity_at,
            not_after AS expires_at, ended_at, ended_reason
     FROM sessions WHERE user_id = {user} AND coalesce(parent_id, id) <> id ORDER BY created_at DESC, id DESC LIMIT {most}"
}

/// The stored row of an app's session.
#[derive(Debug, QueryableByName, Serialize, JsonSchema)]
pub struct StoredAppSession {
    /// The id of the session (`sid` of the app's tokens).
    #[diesel(sql_type = Uuid)]
    pub id: SessionId,
    /// The id of the browser's session that it belongs to.
    #[diesel(sql_type = Uuid)]
    pub session: SessionId,
    /// The `client_id` of the app.
    #[diesel(sql_type = Text)]
    pub client_id: String,
    /// The granted scopes, separated by spaces.
    #[diesel(sql_type = Text)]
    pub scope: String,
    /// The protected resource that the app named (RFC 8707).
    #[diesel(sql_type = Nullable<Text>)]
    pub resource: Option<String>,
    /// When the app got it.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    /// Its last use, accurate to a minute.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub last_activity_at: Timestamp,
    /// When it ends at the latest.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: Timestamp,
    /// When it was ended.
    #[schemars(with = "Option<TimestampSchema>")]
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<Timestamp>,
    /// Why it was ended.
    #[diesel(sql_type = Nullable<Text>)]
    pub ended_reason: Option<String>,
}

statement! {
    struct Consents { user: UserId => Uuid, most: i64 => BigInt }
    "SELECT client_id, resource, origin, scopes, agreed_at
     FROM consents WHERE user_id = {user} ORDER BY agreed_at DESC, id DESC LIMIT {most}"
}

/// A remembered consent.
#[derive(Debug, QueryableByName, Serialize, JsonSchema)]
pub struct OwnConsent {
    /// The `client_id` of the app.
    #[diesel(sql_type = Text)]
    pub client_id: String,
    /// The protected resource that the access is for (RFC 8707); empty if the app named none.
    #[diesel(sql_type = Text)]
    pub resource: String,
    /// The origin to which the app's answers go.
    #[diesel(sql_type = Text)]
    pub origin: String,
    /// The scopes that the person allowed.
    #[diesel(sql_type = Array<Text>)]
    pub scopes: Vec<String>,
    /// When the person last agreed.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub agreed_at: Timestamp,
}

statement! {
    struct AuditEvents { user: UserId => Uuid, most: i64 => BigInt }
    // Adding an empty interval keeps the planner from the index on `at` alone, which has the events of all users.
    "SELECT id, at, kind, session_id AS session, provider, client_id, ip, reference, detail
     FROM audit_events WHERE user_id = {user} ORDER BY at + interval '0' DESC, id DESC LIMIT {most}"
}

/// An audit event. It has no secrets.
#[derive(Debug, QueryableByName, Serialize, JsonSchema)]
pub struct AuditEvent {
    /// The id of the event.
    #[schemars(with = "String", extend("format" = "uuid"))]
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// The time of the event.
    #[schemars(with = "TimestampSchema")]
    #[diesel(sql_type = Timestamptz)]
    pub at: Timestamp,
    /// The name of the event.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The session that it is about.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub session: Option<SessionId>,
    /// The provider's id in the configuration.
    #[diesel(sql_type = Nullable<Text>)]
    pub provider: Option<String>,
    /// The `client_id` of the app.
    #[diesel(sql_type = Nullable<Text>)]
    pub client_id: Option<String>,
    /// The address or network of the caller.
    #[schemars(with = "Option<String>")]
    #[diesel(sql_type = Nullable<Inet>)]
    pub ip: Option<IpNet>,
    /// The reference of the login.
    #[diesel(sql_type = Nullable<Text>)]
    pub reference: Option<String>,
    /// What the other members do not say; an object.
    #[diesel(sql_type = Jsonb)]
    pub detail: Value,
}

/// The rows of a user, at most `most` of each kind. `None` if there is no such user.
pub fn read(conn: &mut Conn, user: UserId, most: i64) -> QueryResult<Option<Stored>> {
    let Some(record) = account::find(conn, user)? else { return Ok(None) };
    Ok(Some(Stored {
        user: record,
        identities: Identities { user, most }.load(conn)?,
        sessions: SignIns { user, most }.load(conn)?,
        app_sessions: AppSessions { user, most }.load(conn)?,
        consents: Consents { user, most }.load(conn)?,
        audit_events: AuditEvents { user, most }.load(conn)?,
    }))
}
