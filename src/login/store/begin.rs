//! Inserts a pending authorization session.

use std::net::IpAddr;

use diesel::sql_types::{Binary, Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, Reference, SessionId, UserId};
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::login::authorization_session::Linking;
use crate::login::input::Flow;

/// The values of a new login.
pub struct Pending {
    pub id: AuthorizationSessionId,
    pub reference: Reference,
    pub provider: String,
    pub flow: Flow,
    pub state: Hashed,
    pub handshake: Vec<u8>,
    pub binding: Hashed,
    pub origin: Option<String>,
    pub return_to: Option<String>,
    pub request: Option<AuthorizationRequestId>,
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
        flow: &'a str => Text,
        state: &'a [u8] => Binary,
        handshake: &'a [u8] => Binary,
        binding: &'a [u8] => Binary,
        origin: Option<&'a str> => Nullable<Text>,
        return_to: Option<&'a str> => Nullable<Text>,
        request: Option<AuthorizationRequestId> => Nullable<Uuid>,
        link_session: Option<SessionId> => Nullable<Uuid>,
        link_user: Option<UserId> => Nullable<Uuid>,
        ip: IpNet => Inet,
        user_agent: Option<&'a str> => Nullable<Text>,
        steps: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
        expires_at: Timestamp => Timestamptz,
    }
    // Asynchronous commit: a crash loses at most half a second of pending logins, which people begin again.
    "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
     INSERT INTO authorization_sessions
         (id, reference, provider, flow, state_hash, handshake, binding_hash, origin, return_to,
          authorization_request_id, link_session_id, link_user_id, ip, user_agent, steps, created_at, expires_at)
     SELECT {id}, {reference}, {provider}, {flow}, {state}, {handshake}, {binding}, {origin}, {return_to}, {request},
            {link_session}, {link_user}, {ip}, {user_agent}, {steps}, {now}, {expires_at}
     FROM hasty"
}

/// Inserts the row.
pub fn begin(conn: &mut Conn, row: &Pending) -> QueryResult<()> {
    let insert = Insert {
        id: row.id,
        reference: row.reference.as_str(),
        provider: &row.provider,
        flow: row.flow.as_str(),
        state: row.state.as_bytes(),
        handshake: &row.handshake,
        binding: row.binding.as_bytes(),
        origin: row.origin.as_deref(),
        return_to: row.return_to.as_deref(),
        request: row.request,
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
