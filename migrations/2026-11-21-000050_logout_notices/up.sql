-- The outbox of back-channel logout: what each app is still to be told. A row is written in the transaction that ends the
-- session. Locks: none, the table is new.

CREATE TABLE logout_notices (
    id              uuid        PRIMARY KEY,        -- UUIDv7
    session_id      uuid        NOT NULL,           -- the `sid`; no foreign key: the notice outlives the session
    user_id         uuid        NOT NULL,           -- the `sub`; no foreign key: the notice outlives the user
    client_id       text        NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        integer     NOT NULL DEFAULT 0, -- begun, also those that a crash cut off
    next_attempt_at timestamptz,                    -- also how long one attempt is left alone; NULL: none will come
    last_error      text,                           -- of the last attempt; no secret, ever
    delivered_at    timestamptz,
    failed_at       timestamptz,                    -- given up
    CHECK ((next_attempt_at IS NULL) = (delivered_at IS NOT NULL OR failed_at IS NOT NULL))
) WITH (
    autovacuum_vacuum_scale_factor = 0.02
);

-- Each app's line by itself, so that none stands in another one's way.
CREATE INDEX logout_notices_due ON logout_notices (client_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- What is too old to be tried.
CREATE INDEX logout_notices_waiting ON logout_notices (created_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX logout_notices_delivered_at ON logout_notices (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX logout_notices_failed_at ON logout_notices (failed_at) WHERE failed_at IS NOT NULL;
