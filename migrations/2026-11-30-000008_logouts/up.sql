-- Back-channel logouts (OpenID Connect Back-Channel Logout 1.0): those that clients are notified of, and those that
-- providers sent. Locks: none, the tables are new.

-- An outbox: a row is written in the transaction that ends the session.
CREATE TABLE logout_notices (
    id              uuid        PRIMARY KEY,        -- UUIDv7
    session_id      uuid        NOT NULL,           -- the `sid`; no foreign key: the notice outlives the session
    user_id         uuid        NOT NULL,           -- the `sub`; no foreign key: the notice outlives the user
    client_id       text        NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        integer     NOT NULL DEFAULT 0, -- started, also those that a crash interrupted
    next_attempt_at timestamptz,                    -- also how long one attempt excludes another; NULL: no further attempt
    last_error      text,                           -- of the last attempt, without secrets
    delivered_at    timestamptz,
    failed_at       timestamptz,                    -- when the last attempt failed
    CHECK ((next_attempt_at IS NULL) = (delivered_at IS NOT NULL OR failed_at IS NOT NULL))
) WITH (
    autovacuum_vacuum_scale_factor = 0.02
);

-- By client, so that a client that does not answer does not delay the others.
CREATE INDEX logout_notices_due ON logout_notices (client_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- Notices that are too old to be tried; only the statement that gives them up says `coalesce(delivered_at, failed_at) IS
-- NULL`, so the planner prefers the index for no hot statement.
CREATE INDEX logout_notices_waiting ON logout_notices (created_at) WHERE coalesce(delivered_at, failed_at) IS NULL;
CREATE INDEX logout_notices_delivered_at ON logout_notices (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX logout_notices_failed_at ON logout_notices (failed_at) WHERE failed_at IS NOT NULL;

-- Logouts that providers sent: each logout token counts once, and a login in progress at that time creates no session.
CREATE TABLE provider_logouts (
    provider    text        NOT NULL,
    jti_hash    bytea       NOT NULL,               -- SHA-256
    sid_hash    bytea,                              -- SHA-256 of the provider's session id, if the token has one
    sub_hash    bytea,                              -- SHA-256 of the provider's `sub`, if the token has one
    received_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,               -- when the logout token is rejected as too old
    PRIMARY KEY (provider, jti_hash)
);

-- By the hash only: the primary key serves `provider = …` too, and would be read for all logouts of the provider.
CREATE INDEX provider_logouts_sid ON provider_logouts (sid_hash) WHERE sid_hash IS NOT NULL;
CREATE INDEX provider_logouts_sub ON provider_logouts (sub_hash) WHERE sub_hash IS NOT NULL;
CREATE INDEX provider_logouts_expires_at ON provider_logouts (expires_at);

-- Whether a logout by the provider concerns a login in progress: a logout of the provider's session since the browser was
-- sent there; or of all sessions of the user since the browser came back, because before that the user may have signed out
-- of another session and in again. Logins of the same session or user share a lock until their transaction ends, and a
-- logout takes it exclusively: a login that this function accepts is committed before the logout looks for sessions, and
-- one that it rejects has seen the logout. VOLATILE: its last query sees what was committed while the locks were awaited.
CREATE FUNCTION ended_at_provider(its_provider text, its_sid bytea, its_sub bytea, began_at timestamptz,
                                  returned_at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF its_sid IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(its_provider || ' sid ' || encode(its_sid, 'hex'), 0));
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(its_provider || ' sub ' || encode(its_sub, 'hex'), 0));
    RETURN EXISTS (
        SELECT FROM provider_logouts
        WHERE (provider = its_provider) IS TRUE AND sid_hash = its_sid AND (sub_hash IS NULL OR sub_hash = its_sub)
          AND received_at > began_at
    ) OR EXISTS (
        SELECT FROM provider_logouts
        WHERE (provider = its_provider) IS TRUE AND sub_hash = its_sub AND (sid_hash IS NULL OR its_sid IS NULL)
          AND received_at > returned_at
    );
END
$$;
