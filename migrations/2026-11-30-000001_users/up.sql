-- Users, their identities at the providers, and what the replicas know of each provider.
-- Locks: none, the tables are new.

CREATE TABLE users (
    id                 uuid        PRIMARY KEY,   -- UUIDv7; the `sub` of our tokens
    email              text,
    email_verified     boolean     NOT NULL DEFAULT false,
    name               text,
    preferred_username text,
    picture            text,
    groups             text[]      NOT NULL DEFAULT '{}',
    disabled_at        timestamptz,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL       -- when a login last refreshed the profile
) WITH (fillfactor = 85);

-- The pair (provider, sub) identifies one user. A session uses the profile of the identity that it was created through;
-- `users` has the profile of the last login at any provider, for administrators.
CREATE TABLE subs (
    id             uuid        PRIMARY KEY,       -- UUIDv7
    provider       text        NOT NULL,
    sub            text        NOT NULL CHECK (length(sub) BETWEEN 1 AND 255),
    user_id        uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    claims         jsonb       NOT NULL,          -- of the last login
    created_at     timestamptz NOT NULL,
    last_login_at  timestamptz NOT NULL,
    profile        jsonb       NOT NULL DEFAULT '{}',
    email          text        GENERATED ALWAYS AS (profile->>'email') STORED,
    email_verified boolean     NOT NULL
                   GENERATED ALWAYS AS (COALESCE((profile->>'email_verified')::boolean, false)) STORED,
    unlink_at      timestamptz,                   -- when it is removed, as a session of another identity requested
    UNIQUE (provider, sub)
) WITH (fillfactor = 85);

CREATE INDEX subs_user_id ON subs (user_id);
CREATE INDEX subs_unlink_at ON subs (unlink_at) WHERE unlink_at IS NOT NULL;
-- Finds users by a verified address. The collation lowers ASCII letters only, so that no letter of another alphabet becomes
-- an ASCII letter.
CREATE INDEX subs_verified_email ON subs (lower(email COLLATE "C")) WHERE email_verified;

-- One row for each provider of the configuration, also for one that was removed from it.
CREATE TABLE providers (
    id                    text        PRIMARY KEY,  -- as in `[providers.<id>]`
    issuer                text,                     -- of its identities; for OAuth the origin of the token endpoint
    last_known_at         timestamptz NOT NULL,     -- when a replica last had it in its configuration
    auth_time_sent_at     timestamptz,              -- the last login here with an `auth_time`
    auth_time_withheld_at timestamptz               -- the last login here that asked for one with `max_age` and got none
);
