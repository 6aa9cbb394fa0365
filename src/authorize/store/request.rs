//! The SQL of stored authorization requests.

use diesel::sql_types::{Binary, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::schema::authorization_requests;
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::grant::{NewRequest, StoredRequest, request_rows};

/// A row of `authorization_requests`.
#[derive(QueryableByName)]
#[diesel(table_name = authorization_requests)]
struct RequestRow {
    id: AuthorizationRequestId,
    request: Value,
    binding_hash: Option<Vec<u8>>,
    session_id: Option<SessionId>,
    created_at: Timestamp,
    expires_at: Timestamp,
    answered_at: Option<Timestamp>,
}

impl From<RequestRow> for StoredRequest {
    fn from(row: RequestRow) -> Self {
        let RequestRow { id, request, binding_hash, session_id, created_at, expires_at, answered_at } = row;
        Self { id, request, binding_hash, session_id, created_at, expires_at, answered_at }
    }
}

statement! {
    struct Insert<'a> {
        request_id: AuthorizationRequestId => Uuid,
        request_client_id: &'a str => Text,
        request: &'a Value => Jsonb,
        request_uri: Option<&'a [u8]> => Nullable<Binary>,
        request_binding: Option<&'a [u8]> => Nullable<Binary>,
        request_created_at: Timestamp => Timestamptz,
        request_expires_at: Timestamp => Timestamptz,
    }
    // Asynchronous commit, as for pending logins: a request that a crash loses is sent again.
    concat!(
        "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) ",
        request_rows!(from "hasty")
    )
}

/// Inserts a request, pushed or bound to a browser.
pub fn insert(conn: &mut Conn, row: &NewRequest) -> QueryResult<()> {
    let insert = Insert {
        request_id: row.id,
        request_client_id: &row.client_id,
        request: &row.request,
        request_uri: row.request_uri_hash.as_deref(),
        request_binding: row.binding_hash.as_deref(),
        request_created_at: row.created_at,
        request_expires_at: row.expires_at,
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
    // The first browser takes the request up; it may bring the `request_uri` again, as by a reload, until the request is
    // answered (RFC 9126 §4). The times are from the first use of the `request_uri`.
    "UPDATE authorization_requests
     SET binding_hash = {binding},
         created_at = CASE WHEN binding_hash IS NULL THEN {now} ELSE created_at END,
         expires_at = CASE WHEN binding_hash IS NULL THEN {expires_at} ELSE expires_at END
     WHERE request_uri_hash = {request_uri} AND client_id = {client_id} AND (expires_at > {now}) IS TRUE
       AND (binding_hash IS NULL OR binding_hash = {binding}) AND answered_at IS NULL
     RETURNING id, request, binding_hash, session_id, created_at, expires_at, answered_at"
}

/// Binds a pushed request to the first browser that sends its `request_uri`. The same browser finds it again until it is answered.
pub fn consume_pushed_request(
    conn: &mut Conn,
    request_uri: Hashed,
    client_id: &str,
    binding: Hashed,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<Option<StoredRequest>> {
    let (request_uri, binding) = (request_uri.as_bytes(), binding.as_bytes());
    let consume = ConsumePushedRequest { request_uri, client_id, binding, now, expires_at };
    Ok(consume.get_result::<RequestRow>(conn).optional()?.map(Into::into))
}

statement! {
    struct Find { id: AuthorizationRequestId => Uuid }
    "SELECT id, request, binding_hash, session_id, created_at, expires_at, answered_at
     FROM authorization_requests WHERE id = {id}"
}

/// The request with that id.
pub fn find(conn: &mut Conn, id: AuthorizationRequestId) -> QueryResult<Option<StoredRequest>> {
    Ok(Find { id }.get_result::<RequestRow>(conn).optional()?.map(Into::into))
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

/// Marks the request as answered; `false` if it was answered before.
pub fn answer(conn: &mut Conn, id: AuthorizationRequestId, now: Timestamp) -> QueryResult<bool> {
    Ok(Answer { id, now }.execute(conn)? > 0)
}
