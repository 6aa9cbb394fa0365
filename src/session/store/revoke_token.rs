//! The end of a single access token. Its session stays.

use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;

/// An access token that is no longer good.
pub struct RevokedToken<'a> {
    /// Its own id.
    pub jti: uuid::Uuid,
    /// Whose it is; nobody's, where a client has it for itself.
    pub user: Option<UserId>,
    /// The session that it hangs on, if it does.
    pub session: Option<SessionId>,
    /// The client that it was issued to.
    pub client_id: &'a str,
    /// The end of its life: how long the feed tells of it.
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
         VALUES ('jti', {jti}::text, {now}, {expires_at})
     ) ",
        audit_rows!(
            from "(SELECT) one", id "{audit_id}", kind "'token_revoked'", user_id "{user}", session_id "{session}",
            client_id "{client_id}", detail "{detail}"
        )
    )
}

/// Puts a token on the feed until its end, with its audit row, in one statement.
pub fn revoke_token(conn: &mut Conn, token: &RevokedToken<'_>, now: Timestamp) -> QueryResult<()> {
    let RevokedToken { jti, user, session, client_id, expires_at } = *token;
    let detail = &serde_json::json!({ "jti": jti });
    let revoke = Revoke { jti, user, session, client_id, now, expires_at, audit_id: uuid_v7(now), detail };
    revoke.execute(conn).map(|_| ())
}
