-- The providers' own tokens (`store_tokens`), and those that are queued to be revoked at the providers.
-- Locks: none on tables in use, the tables are new; a foreign key holds `subs` in SHARE ROW EXCLUSIVE for a moment.

CREATE TABLE provider_tokens (
    sub_id             uuid        PRIMARY KEY REFERENCES subs ON DELETE CASCADE,
    version            uuid        NOT NULL,        -- new with each write; fences writers, and the seal is bound to it
    sealed             bytea,                       -- all tokens with their data; no other column has any of it
    expires_at         timestamptz,                 -- of the access token; NULL: the provider does not say
    lease_holder       uuid,                        -- the attempt that refreshes now; NULL: none
    lease_until        timestamptz,                 -- with a holder: when its lease ends; without: no attempt before that
    reauth_required_at timestamptz,                 -- since when only a login at the provider helps
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,        -- when `sealed` was written
    CHECK ((sealed IS NULL) = (reauth_required_at IS NOT NULL)),
    CHECK (lease_holder IS NULL OR lease_until IS NOT NULL)
) WITH (
    fillfactor = 85                                 -- a lease and a refresh stay in their page (HOT): no index but the key
);

-- An outbox: tokens that were removed from `provider_tokens`, until the provider has revoked them (RFC 7009).
CREATE TABLE provider_revocations (
    id              uuid        PRIMARY KEY,        -- UUIDv7
    provider        text        NOT NULL,
    sub_id          uuid        NOT NULL,           -- no foreign key: it outlives the identity; the seal is bound to it
    version         uuid        NOT NULL,           -- the seal is bound to it as well
    sealed          bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        integer     NOT NULL DEFAULT 0, -- started, also those that a crash interrupted
    next_attempt_at timestamptz NOT NULL,           -- also how long one attempt excludes another
    last_error      text                            -- of the last attempt, without secrets
);

CREATE INDEX provider_revocations_due ON provider_revocations (next_attempt_at);
