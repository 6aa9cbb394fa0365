-- A login under way: from the moment someone is sent to a provider until they are back, or not.
-- Locks: none, the table is new.

CREATE TABLE authorization_sessions (
    id              uuid        PRIMARY KEY,      -- UUIDv7
    reference       text        NOT NULL,         -- what an error page shows and an operator looks up
    provider        text        NOT NULL,
    door            text        NOT NULL CHECK (door IN ('cookie', 'json')),
    state_hash      bytea       NOT NULL,         -- SHA-256 of the state parameter
    handshake       bytea       NOT NULL,         -- nonce, PKCE verifier and what else the answer must fit, sealed
    binding_hash    bytea       NOT NULL,         -- SHA-256 of the browser-binding cookie
    origin          text,                         -- the Origin that began it (JSON door)
    return_to       text,                         -- where to go afterwards (cookie door), checked when it came
    ip              inet,
    user_agent      text,
    status          text        NOT NULL DEFAULT 'pending' CHECK (status IN
                    ('pending', 'completed', 'denied', 'token_failed', 'userinfo_failed', 'expired')),
    failure         text,                         -- the stable code of a failure
    steps           jsonb       NOT NULL DEFAULT '[]',  -- [{"at", "step", "detail"}]: no secret, ever
    session_id      uuid,                         -- the session it gave
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    claimed_at      timestamptz,
    completed_at    timestamptz,
    UNIQUE (provider, state_hash)
) WITH (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000
);

CREATE INDEX authorization_sessions_reference ON authorization_sessions (reference);
CREATE INDEX authorization_sessions_expires_at ON authorization_sessions (expires_at) WHERE status = 'pending';
