-- Signed-in people. Every token hangs on one of these rows; ending one is one UPDATE.
-- Locks: none, the tables are new.

CREATE TABLE sessions (
    id                    uuid        PRIMARY KEY,  -- UUIDv7; the `sid` of our tokens
    user_id               uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    sub_id                uuid        REFERENCES subs ON DELETE SET NULL,
    provider              text        NOT NULL,
    client_id             text        NOT NULL,
    parent_id             uuid        REFERENCES sessions ON DELETE CASCADE,
    auth_time             timestamptz NOT NULL,
    aal                   smallint,
    acr                   text,
    amr                   text[],
    scopes                text        NOT NULL DEFAULT '' CHECK (length(scopes) <= 4096),
    refresh_token_counter bigint      NOT NULL DEFAULT 0,
    refreshed_at          timestamptz,
    forgiven_at           timestamptz,
    last_activity_at      timestamptz NOT NULL,
    not_after             timestamptz NOT NULL,     -- the absolute end, written once
    user_agent            text,
    ip                    inet,
    device_type           text,
    os                    text,
    os_version            text,
    browser               text,
    browser_version       text,
    tag                   text,
    upstream_sid          text,
    upstream_id_token     bytea,                    -- for the logout hint, sealed
    status_index          bigint      GENERATED ALWAYS AS IDENTITY,
    created_at            timestamptz NOT NULL,
    ended_at              timestamptz,
    ended_reason          text
) WITH (
    fillfactor = 85,                                -- a refresh stays in its page (HOT)
    autovacuum_vacuum_scale_factor = 0.02
);

-- No index on a column that a refresh touches: it would end HOT updates.
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_parent_id ON sessions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX sessions_upstream_sid ON sessions (provider, upstream_sid) WHERE upstream_sid IS NOT NULL;
CREATE INDEX sessions_not_after ON sessions (not_after);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- What replicas follow to learn of revocations; bounded by the life of what was revoked.
CREATE TABLE revocations (
    seq        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL CHECK (kind IN ('session', 'jti', 'user')),
    value      text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX revocations_expires_at ON revocations (expires_at);
