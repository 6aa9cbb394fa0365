//! Inserts codes. The module `token` redeems them.

use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::authorize::request::AuthorizationRequest;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::secret::Hashed;
use crate::base::statement::statement;

/// The values that are stored with a code.
pub struct Code {
    pub hash: Hashed,
    /// The id of the stored request; `None` where it was answered at once.
    pub request_id: Option<AuthorizationRequestId>,
    /// The browser's session.
    pub session: SessionId,
    pub request: AuthorizationRequest,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

statement! {
    struct HandOut<'a> {
        hash: &'a [u8] => Binary,
        request_id: Option<AuthorizationRequestId> => Nullable<Uuid>,
        session: SessionId => Uuid,
        client_id: &'a str => Text,
        redirect_uri: &'a str => Text,
        challenge: Option<&'a str> => Nullable<Text>,
        nonce: Option<&'a str> => Nullable<Text>,
        scope: &'a str => Text,
        resource: Option<&'a str> => Nullable<Text>,
        now: Timestamp => Timestamptz,
        expires_at: Timestamp => Timestamptz,
    }
    // The request is marked as answered only with its code: where the session has ended, it stays open for the next login.
    "WITH live AS (
         SELECT s.id FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id])
         WHERE s.id = {session} AND s.ended_at IS NULL AND s.not_after > {now} AND u.disabled_at IS NULL
     ), answered AS (
         UPDATE authorization_requests SET answered_at = {now}, session_id = {session}
         WHERE id = {request_id} AND answered_at IS NULL AND EXISTS (SELECT FROM live)
         RETURNING id
     )
     INSERT INTO authorization_codes
         (hash, session_id, client_id, redirect_uri, challenge, nonce, scope, resource, created_at, expires_at)
     SELECT {hash}, live.id, {client_id}, {redirect_uri}, {challenge}, {nonce}, {scope}, {resource}, {now}, {expires_at}
     FROM live WHERE {request_id}::uuid IS NULL OR EXISTS (SELECT FROM answered)"
}

/// Stores the code and marks the request as answered; `false` where the session ended or the request was answered before.
pub fn issue_code(conn: &mut Conn, code: &Code) -> QueryResult<bool> {
    let request = &code.request;
    let issue_code = HandOut {
        hash: code.hash.as_bytes(),
        request_id: code.request_id,
        session: code.session,
        client_id: &request.client_id,
        redirect_uri: &request.redirect_uri,
        challenge: request.challenge.as_deref(),
        nonce: request.nonce.as_deref(),
        scope: &request.scope,
        resource: request.resource.as_deref(),
        now: code.now,
        expires_at: code.expires_at,
    };
    Ok(issue_code.execute(conn)? > 0)
}
