-- Apps that ask for a sign-in, and the codes that they get.
-- Locks: ACCESS EXCLUSIVE on sessions and authorization_sessions for a moment each; the columns are added without a
-- rewrite.

-- What an app asked for, as it arrived. Nothing changes `request` afterwards.
CREATE TABLE authorization_requests (
    id               uuid        PRIMARY KEY,       -- UUIDv7
    client_id        text        NOT NULL,
    request          jsonb       NOT NULL,
    request_uri_hash bytea       UNIQUE,            -- SHA-256 of a pushed request's secret part, until a browser brings it
    binding_hash     bytea,                         -- SHA-256 of the binding cookie of the browser that brought it
    session_id       uuid,                          -- the session that was made for it, if one was
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    answered_at      timestamptz                    -- when the app got its code or its error
) WITH (fillfactor = 85);

CREATE INDEX authorization_requests_expires_at ON authorization_requests (expires_at);

CREATE TABLE authorization_codes (
    hash            bytea       PRIMARY KEY,        -- SHA-256
    session_id      uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,  -- the browser's
    client_id       text        NOT NULL,
    redirect_uri    text        NOT NULL,
    challenge       text,                           -- S256 (RFC 7636)
    nonce           text,
    scope           text        NOT NULL,
    resource        text,                           -- RFC 8707
    wrong_verifiers integer     NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    redeemed_at     timestamptz,
    app_session_id  uuid                            -- the session that it gave
) WITH (fillfactor = 85);

CREATE INDEX authorization_codes_expires_at ON authorization_codes (expires_at);
CREATE INDEX authorization_codes_session_id ON authorization_codes (session_id);

-- Whether auth_time is the provider's word, and not just the time of the callback.
ALTER TABLE sessions ADD COLUMN auth_time_vouched boolean NOT NULL DEFAULT false;
-- What an app's tokens are for, where it asked for one of its audiences alone.
ALTER TABLE sessions ADD COLUMN resource text;

-- The request that a login is for. No foreign key: both leave by themselves.
ALTER TABLE authorization_sessions ADD COLUMN authorization_request_id uuid;
