-- The audit log: each row is written in the transaction of its fact; no row changes until the cleanup deletes it.
-- Locks: none, the table is new.

CREATE TABLE audit_events (
    id         uuid        PRIMARY KEY,             -- UUIDv7
    at         timestamptz NOT NULL,
    kind       text        NOT NULL,
    user_id    uuid,                                -- no foreign key: the row outlives the user
    session_id uuid,
    provider   text,
    client_id  text,
    ip         inet,
    reference  text,
    detail     jsonb       NOT NULL DEFAULT '{}'
);

CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_user_id ON audit_events (user_id, at) WHERE user_id IS NOT NULL;
-- Failed logins without a user are kept for 30 days only: a person without an account causes them.
CREATE INDEX audit_events_login_failed ON audit_events (at) WHERE kind = 'login_failed' AND user_id IS NULL;
