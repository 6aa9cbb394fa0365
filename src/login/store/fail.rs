//! Stores the status of logins that gave no session. The row keeps what the page of the failure and `vestibule logins show`
//! need: provider, `return_to` and the app's request. Handshake, posted response and user agent are removed, because a
//! person without an account can cause any number of such rows.

use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::audit::audit_rows;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationSessionId, Reference, SessionId, uuid_v7};
use crate::base::statement::statement;
use crate::login::authorization_session::{Status, Steps};

/// The values of a claimed login that failed.
pub struct Failing {
    pub id: AuthorizationSessionId,
    pub status: Status,
    pub code: &'static str,
    pub steps: Value,
    pub provider: String,
    pub reference: Reference,
    /// The session that the cookie of the browser names.
    pub browser_session: Option<SessionId>,
    /// A session with an earlier last use has reached the idle timeout.
    pub used_after: Timestamp,
    pub now: Timestamp,
}

statement! {
    struct Fail<'a> {
        id: AuthorizationSessionId => Uuid,
        status: Status => Text,
        code: &'a str => Text,
        steps: &'a Value => Jsonb,
        audit: uuid::Uuid => Uuid,
        provider: &'a str => Text,
        reference: &'a str => Text,
        detail: &'a Value => Jsonb,
        browser_session: Option<SessionId> => Nullable<Uuid>,
        used_after: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    // The page of the failure offers no login to a person who is signed in. That question costs no statement of its own.
    concat!(
        "WITH failed AS (
         UPDATE authorization_sessions
         SET status = {status}, failure = {code}, completed_at = {now}, steps = steps || {steps},
             handshake = '', posted = NULL, user_agent = NULL
         WHERE id = {id} AND (status = 'pending') IS TRUE
         RETURNING ip
     ), noted AS (
    ",
        audit_rows!(
            from "failed", id "{audit}", kind "'login_failed'", provider "{provider}", ip "ip", reference "{reference}",
            detail "{detail}"
        ),
        ")
         SELECT s.provider FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id])
         WHERE s.id = {browser_session} AND s.ended_at IS NULL AND s.not_after > {now} AND s.last_activity_at > {used_after}
           AND u.disabled_at IS NULL"
    )
}

#[derive(QueryableByName)]
struct LiveSession {
    #[diesel(sql_type = Text)]
    provider: String,
}

/// Stores the terminal status of a claimed login. Returns the provider of the live session that the browser has, if any.
pub fn fail(conn: &mut Conn, failing: &Failing) -> QueryResult<Option<String>> {
    let fail = Fail {
        id: failing.id,
        status: failing.status,
        code: failing.code,
        steps: &failing.steps,
        audit: uuid_v7(failing.now),
        provider: &failing.provider,
        reference: failing.reference.as_str(),
        detail: &json!({ "code": failing.code }),
        browser_session: failing.browser_session,
        used_after: failing.used_after,
        now: failing.now,
    };
    Ok(fail.get_result::<LiveSession>(conn).optional()?.map(|session| session.provider))
}

statement! {
    struct Expire<'a> {
        since: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
        unfinished: Timestamp => Timestamptz,
        expired_steps: &'a Value => Jsonb,
        unfinished_steps: &'a Value => Jsonb,
        most: i64 => BigInt,
    }
    // A claimed login is looked at once it has expired, so that the logins that still wait for their browser are not read.
    "WITH due AS MATERIALIZED (
         SELECT id FROM authorization_sessions
         WHERE completed_at IS NULL AND expires_at > {since} AND expires_at <= {now}
           AND (status = 'pending') IS TRUE AND (claimed_at IS NULL OR claimed_at <= {unfinished})
         ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     UPDATE authorization_sessions a
     SET status = CASE WHEN a.claimed_at IS NULL THEN 'expired' ELSE 'token_failed' END,
         failure = CASE WHEN a.claimed_at IS NULL THEN 'state_expired' ELSE 'unfinished' END,
         completed_at = {now},
         handshake = '', posted = NULL, user_agent = NULL,
         steps = a.steps || CASE WHEN a.claimed_at IS NULL THEN {expired_steps} ELSE {unfinished_steps} END
     FROM due WHERE a.id = ANY (ARRAY[due.id])"
}

/// Ends logins that expired after `since`: those without an authorization response, and those that were claimed before
/// `unfinished` and not completed (the process ended, the client closed the connection). Returns their number, at most `most`.
pub fn expire(
    conn: &mut Conn,
    since: Timestamp,
    now: Timestamp,
    unfinished: Timestamp,
    most: i64,
) -> QueryResult<usize> {
    let expired_steps = Steps::one(now, Status::Expired.as_str(), None).to_json();
    let unfinished_steps = Steps::one(now, Status::TokenFailed.as_str(), Some("never finished".into())).to_json();
    let expire =
        Expire { since, now, unfinished, expired_steps: &expired_steps, unfinished_steps: &unfinished_steps, most };
    expire.execute(conn)
}
