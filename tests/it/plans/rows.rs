//! Rows for every table that hot statements read.

/// The state of the rows. `Finished`: ended, completed, answered, redeemed or delivered. `Open`: live, pending or due.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Finished,
    Open,
}

/// SQL that inserts the rows numbered `first` to `last` into the large tables, and a fifth of them into the others,
/// which keeps the time of a test short. Triggers and foreign keys are disabled (`session_replication_role`).
pub fn insert_rows(kind: Kind, first: u32, last: u32) -> String {
    let columns = |finished: &'static str, open: &'static str| if kind == Kind::Finished { finished } else { open };
    let id = |start: &str| format!("('{start}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid");
    let (user, sub, session) = (id("01990000"), id("01990001"), id("019a0000"));
    let (request, notice, version) = (id("019a0002"), id("019a0003"), id("019a0004"));
    let hash = "sha256(n::text::bytea)";
    let from = format!("FROM generate_series({first}, {last}) n");
    let few = format!("{from} WHERE n % 5 = 0 OR n = {last}");
    let logins = logins(kind, first, last);
    let ended = columns("now() - interval '1 hour', 'logout'", "NULL, NULL");
    let past = columns("now() - interval '1 hour'", "NULL");
    let delivered = columns("NULL, now()", "now(), NULL");
    format!(
        "SET session_replication_role = replica;
         INSERT INTO users (id, created_at, updated_at) SELECT {user}, now(), now() {from};
         INSERT INTO subs (id, provider, sub, user_id, claims, email, email_verified, created_at, last_login_at)
         SELECT {sub}, 'op', 'sub' || n, {user}, '{{}}', n || '@example.com', true, now(), now() {from};
         INSERT INTO sessions (id, user_id, sub_id, parent_id, provider, client_id, upstream_sid, auth_time,
                               last_activity_at, not_after, created_at, ended_at, ended_reason)
         SELECT {session}, {user}, {sub},
                CASE WHEN n % 2 = 0 THEN ('019a0000-0000-7000-8000-' || lpad(to_hex(n - 1), 12, '0'))::uuid END, 'op', 'app', 'sid' || n, now(), now(), now() + interval '1 day', now(), {ended} {from};
         {logins}
         INSERT INTO authorization_requests (id, client_id, request, request_uri_hash, created_at, expires_at, answered_at)
         SELECT {request}, 'app', '{{}}', {hash}, now(), now() + interval '10 minutes', {past} {from};
         INSERT INTO authorization_codes (hash, session_id, client_id, redirect_uri, scope, created_at, expires_at, redeemed_at)
         SELECT {hash}, {session}, 'app', 'https://app.example', 'openid', now(), now() + interval '10 minutes', {past} {few};
         INSERT INTO revocations (kind, value, created_at, expires_at)
         SELECT 'session', n::text, now(), now() + interval '10 minutes' {few};
         INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at, delivered_at)
         SELECT {notice}, {session}, {user}, 'app', now(), {delivered} {few};
         INSERT INTO provider_logouts (provider, jti_hash, sid_hash, sub_hash, received_at, expires_at)
         SELECT 'op', {hash}, {hash}, {hash}, now(), now() + interval '10 minutes' {few};
         INSERT INTO provider_tokens (sub_id, version, sealed, created_at, updated_at)
         SELECT {sub}, {version}, {hash}, now(), now() {few};
         INSERT INTO provider_revocations (id, provider, sub_id, version, sealed, created_at, next_attempt_at)
         SELECT {notice}, 'op', {sub}, {version}, {hash}, now(), now() {few};
         INSERT INTO provider_metadata (provider, kind, source, document, fetched_at)
         SELECT 'op' || n, 'jwks', 'https://op.example', '{{}}', now() {few};
         INSERT INTO audit_events (id, at, kind, user_id, session_id, provider)
         SELECT {notice}, now(), 'login_completed', {user}, {session}, 'op' {from};
         INSERT INTO consents (id, user_id, client_id, origin, scopes, agreed_at)
         SELECT {notice}, {user}, 'app', 'https://app.example', ARRAY['openid'], now() {from};
         SET session_replication_role = DEFAULT;"
    )
}

/// SQL that inserts these logins: completed ones, or pending ones.
pub fn logins(kind: Kind, first: u32, last: u32) -> String {
    let completed = if kind == Kind::Finished { "'completed', now()" } else { "'pending', NULL" };
    let hash = "sha256(n::text::bytea)";
    let from = format!("FROM generate_series({first}, {last}) n");
    format!(
        "INSERT INTO authorization_sessions (id, reference, provider, flow, state_hash, handshake, binding_hash, created_at,
                                             expires_at, status, completed_at)
         SELECT ('019a0001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'ref' || n, 'op', 'browser', {hash}, {hash},
                {hash}, now(), now() + interval '10 minutes', {completed} {from};"
    )
}
