//! The SQL of stored authorization requests.

use diesel::sql_types::{Binary, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use crate::authorize::request::AuthorizationRequest;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::secret::Hashed;
use crate::base::statement::statement;

/// A row of `authorization_requests`.
#[derive(QueryableByName)]
pub struct Stored {
    #[diesel(sql_type = Uuid)]
    pub id: AuthorizationRequestId,
    #[diesel(sql_type = Text)]
    client_id: String,
    #[diesel(sql_type = Jsonb)]
    pub request: Value,
    #[diesel(sql_type = Nullable<Binary>)]
    request_uri_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub binding_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub session_id: Option<SessionId>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub answered_at: Option<Timestamp>,
}

impl Stored {
    /// Inserts a request, pushed or from a browser.
    pub fn new(
        id: AuthorizationRequestId,
        request: &AuthorizationRequest,
        request_uri: Option<Hashed>,
        binding: Option<Hashed>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        let bytes = |hash: Hashed| hash.as_bytes().to_vec();
        Self {
            id,
            client_id: request.client_id.clone(),
            request: serde_json::to_value(request).unwrap_or_default(),
            request_uri_hash: request_uri.map(bytes),
            binding_hash: binding.map(bytes),
            session_id: None,
            created_at: now,
            expires_at,
            answered_at: None,
        }
    }
}

statement! {
    struct Insert<'a> {
        id: AuthorizationRequestId => Uuid,
        client_id: &'a str => Text,
        request: &'a Value => Jsonb,
        request_uri: Option<&'a [u8]> => Nullable<Binary>,
        binding: Option<&'a [u8]> => Nullable<Binary>,
        now: Timestamp => Timestamptz,
        expires_at: Timestamp => Timestamptz,
    }
    // Asynchronous commit, as for pending logins: a request that a crash loses is sent again.
    "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
     INSERT INTO authorization_requests
         (id, client_id, request, request_uri_hash, binding_hash, created_at, expires_at)
     SELECT {id}, {client_id}, {request}, {request_uri}, {binding}, {now}, {expires_at} FROM hasty"
}

/// Inserts the request.
pub fn insert(conn: &mut Conn, row: &Stored) -> QueryResult<()> {
    let insert = Insert {
        id: row.id,
        client_id: &row.client_id,
        request: &row.request,
        request_uri: row.request_uri_hash.as_deref(),
        binding: row.binding_hash.as_deref(),
        now: row.created_at,
        expires_at: row.expires_at,
    };
    insert.execute(conn).map(|_| ())
}

statement! {
    struct ConsumePushedRequest<'a> {
        request_uri: &'a [u8] => Binary,
        client_id: &'a str => Text,
        binding: &'a [u8] => Binary,
        now: Timestamp => Timestamptz,
        expires_at: Timestamp => Timestamptz,
    }
    "UPDATE authorization_requests
     SET request_uri_hash = NULL, binding_hash = {binding}, created_at = {now}, expires_at = {expires_at}
     WHERE request_uri_hash = {request_uri} AND client_id = {client_id} AND (expires_at > {now}) IS TRUE
     RETURNING id, client_id, request, request_uri_hash, binding_hash, session_id, created_at, expires_at, answered_at"
}

/// Binds a pushed request to the first browser that sends its `request_uri`.
pub fn consume_pushed_request(
    conn: &mut Conn,
    request_uri: Hashed,
    client_id: &str,
    binding: Hashed,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<Option<Stored>> {
    let (request_uri, binding) = (request_uri.as_bytes(), binding.as_bytes());
    ConsumePushedRequest { request_uri, client_id, binding, now, expires_at }.get_result(conn).optional()
}

statement! {
    struct Find { id: AuthorizationRequestId => Uuid }
    "SELECT id, client_id, request, request_uri_hash, binding_hash, session_id, created_at, expires_at, answered_at
     FROM authorization_requests WHERE id = {id}"
}

/// The request with that id.
pub fn find(conn: &mut Conn, id: AuthorizationRequestId) -> QueryResult<Option<Stored>> {
    Find { id }.get_result(conn).optional()
}

statement! {
    struct Remember { id: AuthorizationRequestId => Uuid, session: SessionId => Uuid }
    "UPDATE authorization_requests SET session_id = {session} WHERE id = {id}"
}

/// Stores the session of the login that the request led to.
pub fn remember(conn: &mut Conn, id: AuthorizationRequestId, session: SessionId) -> QueryResult<()> {
    Remember { id, session }.execute(conn).map(|_| ())
}

statement! {
    struct Answer { id: AuthorizationRequestId => Uuid, now: Timestamp => Timestamptz }
    "UPDATE authorization_requests SET answered_at = {now} WHERE id = {id} AND answered_at IS NULL"
}

/// Marks the request as answered; `false` where it was answered before.
pub fn answer(conn: &mut Conn, id: AuthorizationRequestId, now: Timestamp) -> QueryResult<bool> {
    Ok(Answer { id, now }.execute(conn)? > 0)
}
