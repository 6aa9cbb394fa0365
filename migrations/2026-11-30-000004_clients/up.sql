-- Authorization requests and codes of clients, and the assertions by which clients authenticate.
-- Locks: none on tables in use, the tables are new; a foreign key holds `sessions` in SHARE ROW EXCLUSIVE for a moment.

-- What a client requested. Nothing changes `request` afterwards.
CREATE TABLE authorization_requests (
    id               uuid        PRIMARY KEY,       -- UUIDv7
    client_id        text        NOT NULL,
    request          jsonb       NOT NULL,
    request_uri_hash bytea       UNIQUE,            -- SHA-256 of the secret part of a pushed request's URI, until it is used
    binding_hash     bytea,                         -- SHA-256 of the binding cookie of the browser that brought it
    session_id       uuid,                          -- the session that was created for it
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    answered_at      timestamptz                    -- when the client got its code or its error
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
    app_session_id  uuid                            -- the session that it created
) WITH (fillfactor = 85);

CREATE INDEX authorization_codes_expires_at ON authorization_codes (expires_at);
CREATE INDEX authorization_codes_session_id ON authorization_codes (session_id);

-- Client assertions (RFC 7523) that were used, so that none is accepted twice.
CREATE TABLE client_assertions (
    client_id  text        NOT NULL,
    jti_hash   bytea       NOT NULL,                -- SHA-256
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);

CREATE INDEX client_assertions_expires_at ON client_assertions (expires_at);
