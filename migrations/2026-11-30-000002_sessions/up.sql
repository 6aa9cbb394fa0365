-- Sessions, and the feed of revocations that replicas follow. Every token depends on a row of `sessions`; ending a session
-- is one UPDATE.
-- Locks: none on tables in use, the tables are new; the foreign keys hold `users` and `subs` in SHARE ROW EXCLUSIVE for a
-- moment.

CREATE TABLE sessions (
    id                    uuid        PRIMARY KEY,  -- UUIDv7; the `sid` of our tokens
    user_id               uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    sub_id                uuid        REFERENCES subs ON DELETE SET NULL,
    provider              text        NOT NULL,
    client_id             text        NOT NULL,
    parent_id             uuid        REFERENCES sessions ON DELETE CASCADE,
    auth_time             timestamptz NOT NULL,
    auth_time_vouched     boolean     NOT NULL DEFAULT false,  -- stated by the provider; only then tokens have `auth_time`
    auth_time_assumed     boolean     NOT NULL DEFAULT false,  -- fresh by `providers.<id>.insecure_assume_fresh_login`
    aal                   smallint,
    acr                   text,
    amr                   text[],
    scopes                text        NOT NULL DEFAULT '' CHECK (length(scopes) <= 4096),
    resource              text,                     -- the audience that the app asked for (RFC 8707)
    forgiven_at           timestamptz,              -- when a late previous refresh token was accepted
    not_after             timestamptz NOT NULL,     -- the absolute timeout, written once
    user_agent            text,
    ip                    inet,
    device_type           text,
    os                    text,
    os_version            text,
    browser               text,
    browser_version       text,
    upstream_sid          text,                     -- the provider's session
    upstream_id_token     bytea,                    -- the `id_token_hint` of a logout at the provider, sealed
    status_index          bigint      GENERATED ALWAYS AS IDENTITY,
    created_at            timestamptz NOT NULL,
    ended_at              timestamptz,
    ended_reason          text,
    linked_sub_ids        uuid[],                   -- the identities that it linked: it may read their stored tokens too
    -- The columns that a refresh writes stand at the end, one beside the other: an update that stays in its page writes
    -- everything between the first and the last changed byte to the WAL.
    repeat_recorded_at    timestamptz,              -- when a repeated refresh from another place was last recorded
    refresh_token_counter bigint      NOT NULL DEFAULT 0,
    refreshed_at          timestamptz,
    last_activity_at      timestamptz NOT NULL,
    refreshed_from        bigint                    -- 8 bytes of a keyed hash of network and user agent of that refresh
) WITH (
    fillfactor = 85,                                -- a refresh stays in its page (HOT)
    autovacuum_vacuum_scale_factor = 0.02
);

-- No index has a column that a refresh writes: it would prevent HOT updates.
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_sub_id ON sessions (sub_id) WHERE sub_id IS NOT NULL;
CREATE INDEX sessions_parent_id ON sessions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX sessions_upstream_sid ON sessions (provider, upstream_sid) WHERE upstream_sid IS NOT NULL;
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;
-- What the cleanup reads: active sessions by their absolute timeout. That is about the order in which they were created, so
-- the cleanup also walks it to find idle sessions. Only this statement says `ended_reason IS NULL`, so the planner prefers
-- the index for no hot statement.
CREATE INDEX sessions_live ON sessions (not_after, id) WHERE ended_reason IS NULL;

-- What replicas follow; a row stays as long as a token of what was revoked could be valid. There is no key: replicas read by
-- transaction, and the cleanup deletes by expiry. Transactions commit in another order than they insert, but all below the
-- oldest one that still runs has been seen (pg_snapshot_xmin).
CREATE TABLE revocations (
    kind         text        NOT NULL CHECK (kind IN ('session', 'jti', 'user')),
    value        text        NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    status_index bigint,                            -- of a session, for the status lists
    xid          xid8        NOT NULL DEFAULT pg_current_xact_id()
);

CREATE INDEX revocations_expires_at ON revocations (expires_at);
CREATE INDEX revocations_xid ON revocations (xid);

-- The notification has no content: replicas read the rows, so a lost notification costs a second at most.
CREATE FUNCTION notify_revocations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('vestibule_revocations', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER notify_revocations AFTER INSERT ON revocations FOR EACH STATEMENT EXECUTE FUNCTION notify_revocations();
