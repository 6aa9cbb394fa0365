-- The last known good discovery documents and key sets, so that a provider that is down at our start
-- costs nobody a login. Locks: none, the table is new.

CREATE TABLE provider_metadata (
    provider   text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('discovery', 'jwks')),
    source     text        NOT NULL,                -- the URL it came from; another URL makes it worthless
    document   jsonb       NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (provider, kind)
);
