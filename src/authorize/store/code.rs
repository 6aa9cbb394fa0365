//! Inserts codes for signed-in browsers. A login inserts the code of its app itself; the module `token` redeems codes.

use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::statement::statement;
use crate::grant::{NewCode, code_rows};

statement! {
    struct InsertCode<'a> {
        code_hash: &'a [u8] => Binary,
        request_id: Option<AuthorizationRequestId> => Nullable<Uuid>,
        session: SessionId => Uuid,
        code_client_id: &'a str => Text,
        code_redirect_uri: &'a str => Text,
        code_challenge: Option<&'a str> => Nullable<Text>,
        code_nonce: Option<&'a str> => Nullable<Text>,
        code_scope: &'a str => Text,
        code_resource: Option<&'a str> => Nullable<Text>,
        now: Timestamp => Timestamptz,
        code_expires_at: Timestamp => Timestamptz,
    }
    // The request is marked as answered only with its code: if the session has ended, it stays open for the next login.
    concat!(
        "WITH live AS (
             SELECT s.id FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id])
             WHERE s.id = {session} AND s.ended_at IS NULL AND s.not_after > {now} AND u.disabled_at IS NULL
         ), answered AS (
             UPDATE authorization_requests SET answered_at = {now}, session_id = {session}
             WHERE id = {request_id} AND answered_at IS NULL AND EXISTS (SELECT FROM live)
             RETURNING id
         ) ",
        code_rows!(
            session "live.id",
            from "live WHERE {request_id}::uuid IS NULL OR EXISTS (SELECT FROM answered)"
        )
    )
}

/// Stores the code and marks the request as answered; `false` if the session ended or the request was answered before.
pub fn issue_code(conn: &mut Conn, session: SessionId, code: &NewCode, now: Timestamp) -> QueryResult<bool> {
    let insert = InsertCode {
        code_hash: code.hash.as_bytes(),
        request_id: code.request_id,
        session,
        code_client_id: &code.client_id,
        code_redirect_uri: &code.redirect_uri,
        code_challenge: code.challenge.as_deref(),
        code_nonce: code.nonce.as_deref(),
        code_scope: &code.scope,
        code_resource: code.resource.as_deref(),
        now,
        code_expires_at: code.expires_at,
    };
    Ok(insert.execute(conn)? > 0)
}
