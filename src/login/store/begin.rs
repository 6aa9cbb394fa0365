//! Inserts a pending authorization session.

use std::net::IpAddr;

use diesel::sql_types::{Binary, Bool, Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, Reference, SessionId, UserId};
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::grant::{LoginFor, request_rows};
use crate::login::authorization_session::Linking;
use crate::login::input::Flow;

/// The values of a new row of `authorization_sessions`.
pub struct Pending {
    pub id: AuthorizationSessionId,
    pub reference: Reference,
    pub provider: String,
    pub flow: Flow,
    pub state: Hashed,
    pub handshake: Vec<u8>,
    pub binding: Hashed,
    /// The `code_challenge` of the frontend in the SPA flow.
    pub challenge: Option<String>,
    /// Whether the browser showed that it carries the binding cookie.
    pub carries_cookie: bool,
    pub origin: Option<String>,
    pub return_to: Option<String>,
    pub request: Option<LoginFor>,
    pub link: Option<Linking>,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
    pub steps: Value,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

statement! {
    struct Insert<'a> {
        id: AuthorizationSessionId => Uuid,
        reference: &'a str => Text,
        provider: &'a str => Text,
        flow: Flow => Text,
        state: &'a [u8] => Binary,
        handshake: &'a [u8] => Binary,
        binding: &'a [u8] => Binary,
        challenge: Option<&'a str> => Nullable<Text>,
        carries_cookie: bool => Bool,
        origin: Option<&'a str> => Nullable<Text>,
        return_to: Option<&'a str> => Nullable<Text>,
        request_id: Option<AuthorizationRequestId> => Nullable<Uuid>,
        request_client_id: Option<&'a str> => Nullable<Text>,
        request: Option<&'a Value> => Nullable<Jsonb>,
        request_uri: Option<&'a [u8]> => Nullable<Binary>,
        request_binding: Option<&'a [u8]> => Nullable<Binary>,
        request_created_at: Option<Timestamp> => Nullable<Timestamptz>,
        request_expires_at: Option<Timestamp> => Nullable<Timestamptz>,
        link_session: Option<SessionId> => Nullable<Uuid>,
        link_user: Option<UserId> => Nullable<Uuid>,
        ip: IpNet => Inet,
        user_agent: Option<&'a str> => Nullable<Text>,
        steps: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
        expires_at: Timestamp => Timestamptz,
    }
    // Asynchronous commit: a crash loses the logins of at most the last half second; their users start them again. The
    // authorization request is inserted as well if it is not stored yet: its client is given then.
    concat!(
        "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), asked AS (",
        request_rows!(from "hasty WHERE {request_client_id} IS NOT NULL"),
        ") INSERT INTO authorization_sessions
             (id, reference, provider, flow, state_hash, handshake, binding_hash, spa_challenge, carries_cookie, origin,
              return_to, authorization_request_id, link_session_id, link_user_id, ip, user_agent, steps, created_at, expires_at)
         SELECT {id}, {reference}, {provider}, {flow}, {state}, {handshake}, {binding}, {challenge},
                {carries_cookie}, {origin}, {return_to}, {request_id}, {link_session}, {link_user}, {ip}, {user_agent}, {steps}, {now}, {expires_at}
         FROM hasty"
    )
}

/// Inserts the row, and the authorization request if it is not stored yet.
pub fn begin(conn: &mut Conn, row: &Pending) -> QueryResult<()> {
    let new = match &row.request {
        Some(LoginFor::New(request)) => Some(request),
        _ => None,
    };
    let insert = Insert {
        id: row.id,
        reference: row.reference.as_str(),
        provider: &row.provider,
        flow: row.flow,
        state: row.state.as_bytes(),
        handshake: &row.handshake,
        binding: row.binding.as_bytes(),
        challenge: row.challenge.as_deref(),
        carries_cookie: row.carries_cookie,
        origin: row.origin.as_deref(),
        return_to: row.return_to.as_deref(),
        request_id: row.request.as_ref().map(LoginFor::id),
        request_client_id: new.map(|request| request.client_id.as_str()),
        request: new.map(|request| &request.request),
        request_uri: new.and_then(|request| request.request_uri_hash.as_deref()),
        request_binding: new.and_then(|request| request.binding_hash.as_deref()),
        request_created_at: new.map(|request| request.created_at),
        request_expires_at: new.map(|request| request.expires_at),
        link_session: row.link.map(|link| link.session),
        link_user: row.link.map(|link| link.user),
        ip: IpNet::from(row.ip),
        user_agent: row.user_agent.as_deref(),
        steps: &row.steps,
        now: row.now,
        expires_at: row.expires_at,
    };
    insert.execute(conn).map(|_| ())
}
