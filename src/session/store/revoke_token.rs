//! Revokes a single access token. Its session stays live.

use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, note};
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;

/// The access token to be revoked.
pub struct RevokedToken<'a> {
    /// The `jti` of the access token.
    pub jti: uuid::Uuid,
    /// Its user; `None` for a token of `client_credentials`.
    pub user: Option<UserId>,
    /// Its session; `None` for a token of `client_credentials`.
    pub session: Option<SessionId>,
    /// The `client_id` of the access token.
    pub client_id: &'a str,
    /// Its `exp`: the feed entry may be deleted after that.
    pub expires_at: Timestamp,
}

statement! {
    struct Revoke<'a> {
        jti: uuid::Uuid => Uuid,
        user: Option<UserId> => Nullable<Uuid>,
        session: Option<SessionId> => Nullable<Uuid>,
        client_id: &'a str => Text,
        now: Timestamp => Timestamptz,
        expires_at: Timestamp => Timestamptz,
        audit_id: uuid::Uuid => Uuid,
        detail: &'a serde_json::Value => Jsonb,
    }
    concat!(
        "WITH feed AS (
         INSERT INTO revocations (kind, value, created_at, expires_at)
         VALUES ('jti', {jti}::text, statement_timestamp(), {expires_at})
     ) ",
        audit_rows!(
            from "(SELECT) one", id "{audit_id}", kind "'token_revoked'", user_id "{user}", session_id "{session}",
            client_id "{client_id}", detail "{detail}"
        )
    )
}

/// Adds the token to the feed until its `exp`, with an audit event, in one statement.
pub fn revoke_token(conn: &mut Conn, token: &RevokedToken<'_>, now: Timestamp) -> QueryResult<()> {
    let RevokedToken { jti, user, session, client_id, expires_at } = *token;
    let detail = &serde_json::json!({ "jti": jti });
    let revoke = Revoke { jti, user, session, client_id, now, expires_at, audit_id: uuid_v7(now), detail };
    revoke.execute(conn)?;
    note(conn, Change::TokenRevoked { jti, keep_until: expires_at });
    Ok(())
}
