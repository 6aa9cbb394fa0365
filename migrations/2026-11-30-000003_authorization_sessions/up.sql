-- Logins in progress: from the redirect to the provider until the callback or the expiry. And those that could not begin.
-- Locks: none, the tables are new.

CREATE TABLE authorization_sessions (
    id                       uuid        PRIMARY KEY,  -- UUIDv7
    reference                text        NOT NULL,     -- what an error page shows and an operator looks up
    provider                 text        NOT NULL,
    flow                     text        NOT NULL CHECK (flow IN ('browser', 'spa')),
    state_hash               bytea       NOT NULL,     -- SHA-256 of the state parameter
    handshake                bytea       NOT NULL,     -- nonce, PKCE verifier and what else the response must match, sealed
    binding_hash             bytea       NOT NULL,     -- SHA-256 of the browser-binding cookie
    origin                   text,                     -- the Origin that began it (SPA flow)
    return_to                text,                     -- the target after the login (browser flow), validated at the start
    authorization_request_id uuid,                     -- the request of an app that needs this login; no foreign key:
                                                       -- each row expires by itself
    link_session_id          uuid,                     -- the session that asked to link an identity; NULL: a login
    link_user_id             uuid,                     -- and its user
    ip                       inet,
    user_agent               text,
    status                   text        NOT NULL DEFAULT 'pending' CHECK (status IN
                             ('pending', 'completed', 'denied', 'token_failed', 'userinfo_failed', 'expired')),
    failure                  text,                     -- the stable code of a failure
    posted                   bytea,                    -- the form of `response_mode=form_post`, sealed, until the GET
    steps                    jsonb       NOT NULL DEFAULT '[]',  -- [{"at", "step", "detail"}], without secrets
    session_id               uuid,                     -- the session that it created
    created_at               timestamptz NOT NULL,
    expires_at               timestamptz NOT NULL,
    claimed_at               timestamptz,
    completed_at             timestamptz,
    spa_challenge            text,                     -- the frontend's own `code_challenge` (RFC 7636; SPA flow)
    carries_cookie           boolean     NOT NULL DEFAULT false,  -- the browser showed that it carries the binding cookie
    UNIQUE (provider, state_hash)
) WITH (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000
);

CREATE INDEX authorization_sessions_reference ON authorization_sessions (reference);
-- What the sweep of logins reads; only this statement says `completed_at IS NULL`, so the planner prefers the index for no
-- hot statement.
CREATE INDEX authorization_sessions_open ON authorization_sessions (expires_at) WHERE completed_at IS NULL;
-- Logins that failed are removed long before the others: a person without an account causes them, so they must not fill the
-- disk.
CREATE INDEX authorization_sessions_failed ON authorization_sessions (expires_at)
    WHERE status NOT IN ('pending', 'completed');

-- Logins that could not begin: what the page's reference is looked up in, for a day.
CREATE TABLE logins_not_begun (
    reference  text        PRIMARY KEY,                -- shown on the error page
    provider   text        NOT NULL,
    flow       text        NOT NULL CHECK (flow IN ('browser', 'spa')),
    failure    text        NOT NULL,                   -- the stable code of the failure
    reason     text        NOT NULL,                   -- for operators; no secret
    created_at timestamptz NOT NULL
);

CREATE INDEX logins_not_begun_created_at ON logins_not_begun (created_at);
