-- The providers' own tokens (`store_tokens`), and those that are to be given back to the providers.
-- Locks: the tables are new; their foreign key holds `subs` FOR SHARE ROW EXCLUSIVE until the end of this migration, which
-- is a moment, since the new table is empty.

CREATE TABLE provider_tokens (
    sub_id             uuid        PRIMARY KEY REFERENCES subs ON DELETE CASCADE,
    version            uuid        NOT NULL,        -- another one with each writing; fences, and the seal is bound to it
    sealed             bytea,                       -- all tokens and what belongs to them; nothing of it stands elsewhere
    expires_at         timestamptz,                 -- the access token's; NULL: the provider does not say
    lease_holder       uuid,                        -- the attempt that refreshes now; NULL: none
    lease_until        timestamptz,                 -- with a holder: how long it may take; without: no attempt before that
    reauth_required_at timestamptz,                 -- since when only a login at the provider helps
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,        -- when `sealed` was written
    CHECK ((sealed IS NULL) = (reauth_required_at IS NOT NULL)),
    CHECK (lease_holder IS NULL OR lease_until IS NOT NULL)
) WITH (
    fillfactor = 85                                 -- a lease and a refresh stay in their page (HOT): no index but the key
);

-- An outbox: tokens that left `provider_tokens`, until the provider has revoked them (RFC 7009).
CREATE TABLE provider_revocations (
    id              uuid        PRIMARY KEY,        -- UUIDv7
    provider        text        NOT NULL,
    sub_id          uuid        NOT NULL,           -- no foreign key: it outlives the identity; the seal is bound to it
    version         uuid        NOT NULL,           -- as is the seal
    sealed          bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        integer     NOT NULL DEFAULT 0, -- begun, also those that a crash cut off
    next_attempt_at timestamptz NOT NULL,           -- also how long one attempt is left alone
    last_error      text                            -- of the last attempt; no secret, ever
);

CREATE INDEX provider_revocations_due ON provider_revocations (next_attempt_at);
