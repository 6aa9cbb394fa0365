-- The last valid discovery documents and key sets, so that logins work after a start while a provider's metadata cannot be
-- fetched. Locks: none, the table is new.

CREATE TABLE provider_metadata (
    provider   text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('discovery', 'jwks')),
    source     text        NOT NULL,                -- the URL that it came from; it is not used for another URL
    document   jsonb       NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (provider, kind)
);
