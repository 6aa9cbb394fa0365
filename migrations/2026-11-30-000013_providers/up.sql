-- What the replicas know of each provider of the configuration, also of one that was removed from it.
--
-- Locks: none on other tables; the providers of `subs` are read from its unique index, one look-up for each.
CREATE TABLE providers (
    id                    text        PRIMARY KEY,  -- as in `[providers.<id>]`
    issuer                text,                     -- of its identities; for OAuth the origin of the token endpoint
    last_known_at         timestamptz NOT NULL,     -- when a replica last had it in its configuration
    auth_time_sent_at     timestamptz,              -- the last login here with an `auth_time`
    auth_time_withheld_at timestamptz               -- the last login here that asked for one with `max_age` and got none
);

WITH RECURSIVE known AS (
    SELECT min(provider) AS id FROM subs
    UNION ALL
    SELECT (SELECT min(provider) FROM subs WHERE provider > known.id) FROM known WHERE known.id IS NOT NULL
)
INSERT INTO providers (id, last_known_at) SELECT id, now() FROM known WHERE id IS NOT NULL;
